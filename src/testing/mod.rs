//! Test kit for apps that use the plugin (feature `testing`, a dev-dependency).
//!
//! It works with the test server of Loco's `request` and `request_with_create_db`, on every
//! database, and needs nothing of the app but its `ResourceOwner`. A failed expectation panics, as
//! assertions do.
//!
//! ```no_run
//! use loco_oauth_server::{resource_owner::ResourceOwner, testing::*};
//! use loco_rs::testing::prelude::*;
//!
//! # async fn example<App: loco_rs::app::Hooks, User: ResourceOwner + Clone>(user: User) {
//! request_with_create_db::<App, _, _>(|request, ctx| async move {
//!     // A whole authorization: sign-in, consent, code, tokens; PKCE, `state`, `iss` and the ID
//!     // token are checked on the way.
//!     let client = factory::client().create(&ctx).await;
//!     let tokens = flow(&request, &ctx)
//!         .client(&client)
//!         .user(&user)
//!         .scope("openid profile")
//!         .run()
//!         .await;
//!     assert_eq!(tokens.userinfo().await.status_code(), 200);
//!
//!     // A person who says no.
//!     let refused = flow(&request, &ctx).client(&client).user(&user).deny();
//!     refused.expect_error("access_denied").run().await;
//!
//!     // A token for the app's own API, without any flow.
//!     let token = ActingAs::user(&user).scopes(["openid"]).token(&ctx).await;
//!     request.get("/api/notes").authorization_bearer(&token).await;
//! })
//! .await;
//! # }
//! ```
//!
//! | Wish | Item |
//! |---|---|
//! | authorize, sign in, consent, redeem | [`flow()`] → [`Tokens`], or [`Stopped`] halfway, or [`Refused`] |
//! | a device without a browser | [`Flow::device`] → [`Device`] |
//! | a token for the app's own routes | [`ActingAs`] |
//! | a signed-in browser | [`sign_in_browser`] → [`Browser`] |
//! | rows | [`factory::client`], [`factory::grant`], [`factory::session`] |
//! | another time | [`Clock`] |
//! | tokens bound to a key | [`Flow::dpop`], [`ActingAs::dpop`], [`DpopKey`] |
//! | attacks | [`EvilClient`] |
//! | the OpenID Foundation's and MCP's checks, module by module | [`conformance`] |
//! | what an answer must be | [`assert_oauth_error`], [`assert_page`], [`assert_no_store`], [`location`] |
//! | snapshots | [`redactions`], [`shown`] |
//! | what was told | [`captured_events`] |

#![allow(
    clippy::large_futures,
    clippy::type_complexity,
    clippy::wrong_self_convention,
    reason = "tests wait for whole flows, and read as sentences"
)]
#![allow(
    clippy::missing_panics_doc,
    reason = "every function of a test kit panics when the expectation fails"
)]
#![allow(
    clippy::future_not_send,
    reason = "tests await on one thread, as Loco's own test server demands"
)]

mod acting_as;
mod assertions;
mod browser;
mod caller;
mod clock;
pub mod conformance;
mod delivery;
mod device;
mod dpop;
mod evil;
pub mod factory;
mod flow;
mod id_token;
mod page;
mod redactions;
mod refused;
mod running;
mod steps;
mod stopped;
mod tokens;

use std::sync::Arc;

use loco_rs::app::AppContext;

pub use axum_test::{TestResponse, TestServer};

pub use self::{
    acting_as::{ActingAs, ActingToken},
    assertions::{assert_no_store, assert_oauth_error, assert_page, location, shown},
    browser::{Browser, sign_in_browser},
    clock::Clock,
    device::Device,
    dpop::DpopKey,
    evil::{EvilClient, Replay, SwappedBrowsers},
    flow::{ClientChoice, Failing, Flow, Stopping, flow},
    page::{Form, Page},
    redactions::redactions,
    refused::{Refused, RefusedAt},
    running::Step,
    stopped::Stopped,
    tokens::Tokens,
};
use crate::{events::AuditEvent, server::Server};

/// Returns the server of the app under test.
pub fn server(ctx: &AppContext) -> Arc<Server> {
    ctx.shared_store
        .get::<Arc<Server>>()
        .expect("no OAuth server: is `OAuth::initializer::<Self>()` in `Hooks::initializers`?")
}

/// Returns the audit events since the last call, in their order, at most the last 4,096.
pub fn captured_events(ctx: &AppContext) -> Vec<AuditEvent> {
    server(ctx).events.take()
}
