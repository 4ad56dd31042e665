//! The rules of the protocols as functions on values: no I/O, no clock, no randomness.
//!
//! Nothing here knows axum, Loco or SeaORM; a test keeps it so.

pub mod access_token;
pub mod authorize;
pub mod bearer;
pub mod callback;
pub mod claims;
pub mod client;
pub mod client_assertion;
pub mod client_auth;
pub mod client_document;
pub mod client_metadata;
pub mod consent;
pub mod credentials;
pub mod display_name;
pub mod end_session;
pub mod error;
pub mod error_kind;
pub mod grants;
pub mod host;
pub mod id_token;
pub mod implied_scopes;
pub mod interaction;
pub mod jwk;
pub mod metadata;
pub mod numeric_date;
pub mod other_name;
pub mod params;
pub mod pkce;
pub mod policy;
pub mod received;
pub mod redirect_difference;
pub mod redirect_uri;
pub mod refusals;
pub mod registration;
pub mod requested;
pub mod resource;
pub mod resource_metadata;
pub mod return_to;
pub mod scope;
pub mod secret;
pub mod session_exchange;
pub mod strict_json;
pub mod subject;
pub mod verification_key;
pub mod well_known;
