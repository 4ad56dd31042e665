//! Integration tests: HTTP against a booted Loco app.

mod app;
mod cli;
#[cfg(debug_assertions)]
mod generator;
mod purity;
mod readme;
mod requests;
mod schema_drift;
mod views;
