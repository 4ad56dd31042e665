//! Tasks of the operator (§32), called `cargo loco task <name> key:value …`.

pub mod client_create;
