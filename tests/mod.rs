//! Integration tests: HTTP against a booted Loco app.

mod schema_drift;
