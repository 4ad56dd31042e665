//! OAuth 2.1 authorization server and OpenID provider for Loco apps.

pub mod config;
pub mod definition;
pub mod hooks;
pub mod protocol;
pub mod resource_owner;
pub mod schema;
pub mod store;
pub mod urls;
pub mod views;

pub use definition::OAuthServerDefinition;
pub use loco_oauth_server_macros::OAuthServer;
