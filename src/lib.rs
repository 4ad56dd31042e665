//! OAuth 2.1 authorization server and OpenID provider for Loco apps.

pub mod cli;
pub mod definition;
pub mod events;
#[cfg(debug_assertions)]
pub mod generator;
pub mod hooks;
pub mod protocol;
pub mod resource_owner;
pub mod schema;

pub use definition::OAuthServerDefinition;
pub use loco_oauth_server_macros::OAuthServer;
