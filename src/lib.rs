//! OAuth 2.1 authorization server and OpenID provider for Loco apps.

mod boot;
mod browser;
pub mod cli;
pub mod clock;
pub mod config;
mod controllers;
pub mod definition;
pub mod doctor;
mod error;
mod extract;
#[cfg(debug_assertions)]
pub mod generator;
pub mod hooks;
pub mod initializer;
mod interaction;
pub mod keys;
mod layers;
mod owners;
mod pages;
pub mod plugin;
mod presented;
pub mod protocol;
mod random;
pub mod resource_owner;
mod routes;
pub mod schema;
pub mod server;
pub mod store;
pub mod tasks;
pub mod urls;
pub mod views;

pub use browser::{SetCookies, SignIn};
pub use definition::OAuthServerDefinition;
pub use initializer::OAuthInitializer;
pub use interaction::own_page::{Csrf, InteractionError, OAuthInteraction};
pub use loco_oauth_server_macros::OAuthServer;
pub use server::Server;

#[doc(hidden)]
pub mod __private;
