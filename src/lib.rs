//! OAuth 2.1 authorization server and OpenID provider for Loco apps.

pub mod boot;
pub mod browser;
pub mod cli;
pub mod clock;
pub mod config;
pub mod controllers;
pub mod definition;
pub mod doctor;
pub mod error;
pub mod extract;
#[cfg(debug_assertions)]
pub mod generator;
pub mod hashing;
pub mod hooks;
pub mod initializer;
pub mod interaction;
pub mod keys;
pub mod layers;
pub mod owners;
pub mod pages;
pub mod plugin;
pub mod presented;
pub mod protocol;
pub mod random;
pub mod resource_owner;
pub mod routes;
pub mod schema;
pub mod server;
pub mod store;
pub mod tasks;
pub mod urls;
pub mod views;

pub use browser::SignIn;
pub use definition::OAuthServerDefinition;
pub use initializer::OAuthInitializer;
pub use loco_oauth_server_macros::OAuthServer;
pub use server::Server;

#[doc(hidden)]
pub mod __private;
