//! OAuth 2.1 authorization server and OpenID provider for Loco apps: a tour by task.
//!
//! # Add it to an app
//!
//! ```sh
//! cargo add loco-oauth-server          # and `use loco_oauth_server::cli;` in src/bin/main.rs
//! cargo loco generate oauth-server     # model, migration, configuration, wiring, tests
//! cargo loco db migrate && cargo loco start
//! ```
//!
//! The generator writes `src/models/oauth_server.rs`: the struct with the derive macro
//! [`OAuthServer`] has the tables as entities beside it and the functions that
//! `src/app.rs` calls, and [`ResourceOwner`](resource_owner::ResourceOwner) says what the server needs to
//! know of the app's users. Settings stand under `initializers: oauth_server:` of the environment's
//! YAML. Pages are replaced one by one by files in `assets/views/oauth_server/`.
//!
//! # Decide what the server must not decide alone
//!
//! [`OAuthServerHooks`](hooks::OAuthServerHooks) has a method for each decision of the app, all of them
//! optional:
//!
//! ```
//! use loco_oauth_server::prelude::*;
//! use loco_rs::prelude::*;
//!
//! #[derive(Default)]
//! pub struct Decisions;
//!
//! #[async_trait]
//! impl<U: ResourceOwner> OAuthServerHooks<U> for Decisions {
//!     /// Only the app's own client may write.
//!     async fn authorize_scopes(
//!         &self,
//!         _user: &U,
//!         client: &ClientInfo,
//!         scopes: &[String],
//!     ) -> Result<Vec<String>> {
//!         let may_write = client.client_id == "our-app";
//!         let allowed = scopes.iter().filter(|scope| may_write || *scope != "notes:write");
//!         Ok(allowed.cloned().collect())
//!     }
//! }
//! ```
//!
//! # Guard the app's own routes
//!
//! An extractor guards one handler, [`Guard`] a group of routes, `OAuth::mcp` an MCP server:
//!
//! ```
//! use loco_oauth_server::prelude::*;
//! use loco_rs::prelude::*;
//!
//! scopes!(pub WriteNotes = "/api": "notes:write");
//!
//! async fn create(Bearer(token, _): Bearer<WriteNotes>) -> Result<Response> {
//!     format::json(token.client_id)
//! }
//!
//! pub fn routes() -> Routes {
//!     Routes::new().prefix("api").add("/notes", post(create))
//! }
//! ```
//!
//! # Draw login and consent yourself
//!
//! A page of the app's own takes an [`OAuthInteraction`], which knows what is asked, and ends with one
//! of its methods:
//!
//! ```
//! use axum::{Form, response::Redirect};
//! use loco_oauth_server::prelude::*;
//! use loco_rs::prelude::*;
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Decision {
//!     csrf_token: String,
//! }
//!
//! async fn consent(
//!     interaction: OAuthInteraction,
//!     Form(decision): Form<Decision>,
//! ) -> Result<Response, InteractionError> {
//!     let all: Vec<String> = interaction.scopes.iter().map(|line| line.name.clone()).collect();
//!     match interaction.check_csrf(&decision.csrf_token) {
//!         Some(csrf) => interaction.accept(&all, csrf).await,
//!         // The person sees the form once more.
//!         None => Ok(Redirect::to(&interaction.return_to).into_response()),
//!     }
//! }
//! ```
//!
//! # Hear what happens
//!
//! ```
//! use loco_oauth_server::{events::EventName, prelude::*};
//! use loco_rs::prelude::*;
//!
//! struct Alarm;
//!
//! #[async_trait]
//! impl EventSubscriber for Alarm {
//!     async fn on_event(&self, event: &AuditEvent) {
//!         if event.event == EventName::RefreshReplayed {
//!             println!("a refresh token of {:?} was stolen", event.client_id);
//!         }
//!     }
//! }
//! ```
//!
//! # Test it
//!
//! With the feature `testing`, [`testing`](https://docs.rs/loco-oauth-server) plays logins, clients that
//! misbehave and clocks against the app's own tests.
//!
//! # Where to read
//!
//! The architecture section of README.md lists the rooms of `src/` from the bottom up. A reviewer begins
//! with `protocol/`, whose files have the checks of an endpoint in the order of the standards, and goes on
//! to `controllers/`, which load what the rules need and write what they decide. What is stored of secrets
//! is in `protocol/secret.rs`; what happens to races and to a failing database in `store/transaction.rs`;
//! keys and JWTs in `keys/`.

// What a stranger sends must never end a request by a panic.
// `internals` makes all of it reachable for the tests of this repository.
#![cfg_attr(
    feature = "testing",
    allow(
        clippy::missing_errors_doc,
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "they are for the public interface"
    )
)]
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
mod logouts;
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
pub use protocol::{
    scope::Scopes,
    time::{Seconds, UnixTime},
};
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
    pub mod logouts {
        pub use crate::logouts::*;
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
