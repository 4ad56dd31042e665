//! The rules of the protocols as functions on values: no I/O, no clock, no randomness.
//!
//! Nothing here knows axum, Loco or SeaORM; a test keeps it so.

pub mod client;
