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
//! impl CreateAccount for users::Model { /* a sign-up page, if the app wants one */ }
//! impl SetPassword for users::Model { /* a new password by mail, if the app wants that */ }
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
mod boot;
pub mod cli;
mod clients;
mod clock;
mod config;
mod consents;
mod controllers;
mod error;
pub mod events;
mod fetch;
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
mod generator;
mod http;
pub mod interaction;
mod interactions;
mod keys;
mod limits;
mod operations;
mod people;
pub mod prelude;
mod protocol;
mod random;
mod resource_server;
mod server;
mod sessions;
mod store;
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
mod views;

pub use app::initializer::OAuthInitializer;
pub use boot::definition::OAuthServerDefinition;
pub use controllers::own_page::{Csrf, InteractionError, OAuthInteraction};
pub use loco_oauth_server_macros::OAuthServer;
pub use people::{hooks, resource_owner, users_table::UsersTable};
pub use resource_server::{
    AccessToken, Bearer, BearerError, Guard, OptionalBearer, RequiredScopes,
};
#[doc(hidden)]
pub use server::Server;
pub use sessions::{SetCookies, SignIn};

/// The rooms behind the public interface, for the tests of this repository. Nothing in here is
/// stable.
#[cfg(feature = "testing")]
#[doc(hidden)]
#[allow(unused_imports, reason = "not every room has something for the tests")]
pub mod internals {
    #[cfg(debug_assertions)]
    pub mod generator {
        pub use crate::generator::*;
    }
    pub mod app {
        pub use crate::app::*;
    }
    pub mod boot {
        pub use crate::boot::*;
    }
    pub mod clients {
        pub use crate::clients::*;
    }
    pub mod clock {
        pub use crate::clock::*;
    }
    pub mod config {
        pub use crate::config::*;
    }
    pub mod controllers {
        pub use crate::controllers::*;
    }
    pub mod error {
        pub use crate::error::*;
    }
    pub mod events {
        pub use crate::events::*;
    }
    pub mod fetch {
        pub use crate::fetch::*;
    }
    pub mod http {
        pub use crate::http::*;
    }
    pub mod interactions {
        pub use crate::interactions::*;
    }
    pub mod keys {
        pub use crate::keys::*;
    }
    pub mod limits {
        pub use crate::limits::*;
    }
    pub mod operations {
        pub use crate::operations::*;
    }
    pub mod people {
        pub use crate::people::*;
    }
    pub mod protocol {
        pub use crate::protocol::*;
    }
    pub mod random {
        pub use crate::random::*;
    }
    pub mod server {
        pub use crate::server::*;
    }
    pub mod sessions {
        pub use crate::sessions::*;
    }
    pub mod store {
        pub use crate::store::*;
    }
    pub mod tokens {
        pub use crate::tokens::*;
    }
    pub mod views {
        pub use crate::views::*;
    }
}

#[doc(hidden)]
pub mod __private;
