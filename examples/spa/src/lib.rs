//! A single-page app with a JSON login: see `README.md`.

pub mod api;
pub mod app;
