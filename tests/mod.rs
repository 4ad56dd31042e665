//! Integration tests: HTTP against a booted Loco app.

mod cli;
#[cfg(debug_assertions)]
mod generator;
