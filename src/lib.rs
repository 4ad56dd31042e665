//! OAuth 2.1 authorization server and OpenID provider for Loco apps.
//!
//! # In an app
//!
//! `cargo loco generate oauth-server` writes everything below; by hand it is these places:
//!
//! ```ignore
//! // src/models/oauth_server.rs: the tables as entities, and what the plugin knows of the users
//! #[derive(loco_oauth_server::OAuthServer)]
//! #[oauth_server(users = "crate::models::_entities::users")]
//! pub struct OAuth;
//!
//! impl ResourceOwner for users::Model { /* … */ }
//!
//! // migration/src/m…_oauth_server.rs
//! #[derive(loco_oauth_server_migration::OAuthServerMigration)]
//! #[oauth_server_migration(name = "m20260101_000001_oauth_server", version = 1)]
//! pub struct Migration;
//!
//! // src/app.rs
//! async fn initializers(_ctx: &AppContext) -> Result<Vec<Box<dyn Initializer>>> {
//!     Ok(vec![Box::new(OAuth::initializer::<Self>())])
//! }
//!
//! async fn serve(app: Router, ctx: &AppContext, params: &ServeParams) -> Result<()> {
//!     OAuth::serve::<Self>(app, ctx, params).await
//! }
//!
//! // src/bin/main.rs
//! use loco_oauth_server::cli;
//! ```
//!
//! Settings stand under `initializers: oauth_server:` of the environment's YAML ([`config`]). Pages
//! are replaced one by one by files in `assets/views/oauth_server/` ([`views`]), or by the app's own
//! routes with [`OAuthInteraction`]. The app's decisions are [`hooks::OAuthServerHooks`].
//!
//! # Where to read
//!
//! Data flows one way: HTTP → extractors → controllers → [`protocol`] (decides on values: no I/O, no
//! clock, no randomness) → [`store`] → answer. A reviewer begins with [`protocol`], whose files have
//! the checks of an endpoint in the order of the standards, and goes on to the controllers, which
//! load what the rules need and write what they decide.
//!
//! What is stored of secrets is in [`protocol::secret`]; what happens to races and to a failing
//! database in [`store::transaction`]; keys and JWTs in [`keys`].

// What a stranger sends must never end a request by a panic.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

pub mod account;
mod boot;
mod browser;
pub mod cleanup;
pub mod cli;
mod client_documents;
mod client_keys;
pub mod clock;
pub mod config;
mod controllers;
mod database;
pub mod definition;
pub mod doctor;
mod equal_time;
mod error;
pub mod events;
mod extract;
pub mod fetch;
// Of this repository, not of the published crate: the targets need what is private here.
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
#[path = "../tests/fuzz/targets/mod.rs"]
pub mod fuzzing;
#[cfg(debug_assertions)]
#[allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a command for developers, who see where it ended"
)]
pub mod generator;
pub mod hashing;
pub mod hooks;
pub mod initializer;
mod interaction;
pub mod keys;
mod layers;
mod limits;
mod listener;
mod not_live;
mod other_host;
mod owners;
mod pages;
pub mod plugin;
pub mod prelude;
mod presented;
pub mod protocol;
mod proxy;
mod random;
mod registration;
mod request;
pub mod resource_owner;
pub mod resource_server;
mod routes;
pub mod schema;
mod sector_documents;
pub mod server;
pub mod store;
pub mod tasks;
#[cfg(feature = "testing")]
#[allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test kit fails by a panic"
)]
pub mod testing;
mod unknown_address;
pub mod urls;
mod user_agent;
mod users_table;
pub mod views;
mod well_known;

pub use browser::{SetCookies, SignIn};
pub use definition::OAuthServerDefinition;
pub use initializer::OAuthInitializer;
pub use interaction::own_page::{Csrf, InteractionError, OAuthInteraction};
pub use loco_oauth_server_macros::OAuthServer;
pub use resource_server::{
    AccessToken, Bearer, BearerError, Guard, OptionalBearer, RequiredScopes,
};
pub use server::Server;
pub use users_table::UsersTable;

#[doc(hidden)]
pub mod __private;
