//! Tasks of the operator (§32), called `cargo loco task <name> key:value …`.

mod arguments;
pub mod cleanup;
pub mod client_create;
pub mod doctor;
mod key_work;
pub mod keys_list;
pub mod keys_rotate;
