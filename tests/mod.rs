//! Integration tests: HTTP against a booted Loco app.

mod app;
mod cli;
mod docs;
#[cfg(debug_assertions)]
mod generator;
mod kit;
mod purity;
mod readme;
mod requests;
mod schema_drift;
mod views;
