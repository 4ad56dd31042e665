#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loco_oauth_server::fuzzing::claims(data));
