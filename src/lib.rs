//! OAuth 2.1 authorization server and OpenID provider for Loco apps.

pub mod config;
pub mod definition;
pub mod events;
pub mod hooks;
pub mod keys;
pub mod protocol;
pub mod resource_owner;
pub mod schema;
pub mod urls;

pub use definition::OAuthServerDefinition;
pub use loco_oauth_server_macros::OAuthServer;
