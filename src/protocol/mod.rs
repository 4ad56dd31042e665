//! The rules of the protocols as functions on values: no I/O, no clock, no randomness.
//!
//! Nothing here knows axum, Loco or SeaORM; a test keeps it so.

pub mod access_token;
pub mod client;
pub mod client_metadata;
pub mod display_name;
pub mod id_token;
pub mod jwk;
pub mod metadata;
pub mod pkce;
pub mod redirect_uri;
pub mod resource;
pub mod scope;
