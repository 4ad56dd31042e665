//! Integration tests: HTTP against a booted Loco app.

mod views;
