//! An app with login and sign-up pages of its own: see `README.md`.

pub mod account;
pub mod app;
