//! Wrong attributes: one error, at the attribute, that says what to write.
//!
//! Each case stands for an app. It is its own `loco_oauth_server` crate with the few names that the
//! expansion needs, so that nothing of Loco has to be built here.

#[test]
fn wrong_attributes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
