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
mod app;
pub mod cli;
mod clients;
pub mod clock;
pub mod config;
mod controllers;
mod error;
pub mod events;
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
mod http;
mod interactions;
pub mod keys;
mod limits;
mod operations;
mod people;
pub mod prelude;
pub mod protocol;
mod random;
pub mod resource_server;
pub mod server;
mod sessions;
pub mod store;
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
mod tokens;
pub mod views;

pub use app::{definition::OAuthServerDefinition, initializer::OAuthInitializer};
pub use interactions::own_page::{Csrf, InteractionError, OAuthInteraction};
pub use loco_oauth_server_macros::OAuthServer;
pub use people::{hooks, resource_owner, users_table::UsersTable};
pub use resource_server::{
    AccessToken, Bearer, BearerError, Guard, OptionalBearer, RequiredScopes,
};
pub use server::Server;
pub use sessions::{SetCookies, SignIn};

// Paths of before the rooms moved, until the public interface is cut.
#[doc(hidden)]
pub use app::{definition, initializer, plugin};
#[doc(hidden)]
pub use config::urls;
#[doc(hidden)]
pub use operations::{cleanup, doctor, tasks};
#[doc(hidden)]
pub use people::hashing;
#[doc(hidden)]
pub use store::schema;

#[doc(hidden)]
pub mod __private;
