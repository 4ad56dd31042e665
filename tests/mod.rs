//! Integration tests: HTTP against a booted Loco app.

mod app;
mod requests;
mod schema_drift;
mod views;
