//! Rows for tests: builders with valid defaults. What they make is what the server would have made.
//!
//! ```no_run
//! # use loco_oauth_server::{resource_owner::ResourceOwner, testing::*};
//! # async fn example(ctx: &loco_rs::app::AppContext, user: impl ResourceOwner + Clone) {
//! // A public client with https://client.example/callback.
//! let client = factory::client().create(ctx).await;
//! // A machine, and a web app with a secret.
//! let machine = factory::client().machine().scopes("jobs").create(ctx).await;
//! let web = factory::client().id("web").confidential().create(ctx).await;
//! // What the user granted to the web app earlier, with its live tokens.
//! let grant = factory::grant(&user).client(&web).create(ctx).await;
//! // The user signed in in some browser.
//! let session = factory::session(&user).remembered().create(ctx).await;
//! # }
//! ```

mod client;
mod grant;
mod session;

pub use client::{ClientBuilder, TestClient, client};
pub use grant::{GrantBuilder, TestGrant, grant};
pub(super) use grant::{granted, resources};
pub(super) use session::session_of;
pub use session::{SessionBuilder, TestSession, session};
