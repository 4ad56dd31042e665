//! Conformance with the standards, checked against the app's own routes, pages and users.
//!
//! The plans are those of the OpenID Foundation's conformance suite, module by module and under its
//! names, so that a run of the real suite can be compared line by line; and one for the
//! authorization text of the Model Context Protocol. One line runs a plan:
//!
//! ```no_run
//! use loco_oauth_server::testing::conformance::{self, Person};
//! # async fn register(_: loco_rs::app::AppContext) {}
//!
//! fn ada() -> Person {
//!     Person::new("ada@example.com", "correct horse battery staple").registered(register)
//! }
//!
//! // #[tokio::test]
//! // #[serial]
//! async fn conforms_to_openid_connect<App: loco_rs::app::Hooks>() {
//!     conformance::basic_op::<App>(ada()).await;
//! }
//! ```
//!
//! It boots the app as Loco's `request` does, prints the verdict on every module, and fails with the
//! modules that failed and the check at which each did. `CONFORMANCE_MODULE=oidcc-prompt` in the
//! environment runs only the modules whose name holds that text.
//!
//! The person signs in at the app's real login page, whether it is the built-in one or the app's
//! own: see [`Person`].
//!
//! | Verdict | Meaning |
//! |---|---|
//! | passed | every check holds |
//! | warning | what a certification needs holds; what it warns of is named |
//! | skipped | the server does not advertise what the module is about |
//! | refused by design | the server declines it, and answers as the standard says for that case |
//! | failed | the check that failed is named |
//!
//! Settings are those of the app's test environment, with what a certification run needs:
//! OpenID plans sign ID tokens by RS256 and let clients sign people out, and the Dynamic OP plan
//! lets everybody register. [`Plan::run`] runs a plan against an app that is booted already, as it
//! is.

mod call;
mod fapi;
mod journey;
mod key;
mod mcp;
mod oidc;
mod person;
mod plan;
mod relying_party;
mod report;
mod request;
mod settings;
mod suite;
mod tokens;
mod visit;

use std::net::SocketAddr;

use axum_test::TestServer;
use loco_rs::{app::Hooks, boot::StartMode, environment::Environment};

pub use self::{
    person::{Decision, Person},
    plan::Plan,
    report::{ModuleReport, Report, Verdict},
};

/// OpenID Connect Core: the Basic OP plan.
pub async fn basic_op<App: Hooks>(person: Person) {
    check::<App>(Plan::BasicOp, person).await;
}

/// OpenID Connect Discovery: the Config OP plan.
pub async fn config_op<App: Hooks>(person: Person) {
    check::<App>(Plan::ConfigOp, person).await;
}

/// OpenID Connect Dynamic Client Registration: the Dynamic OP plan, without implicit and hybrid
/// flows.
pub async fn dynamic_op<App: Hooks>(person: Person) {
    check::<App>(Plan::DynamicOp, person).await;
}

/// OAuth 2.0 Form Post Response Mode: the Form Post OP plan for codes.
pub async fn form_post_op<App: Hooks>(person: Person) {
    check::<App>(Plan::FormPostOp, person).await;
}

/// OpenID Connect RP-Initiated Logout.
pub async fn rp_initiated_logout_op<App: Hooks>(person: Person) {
    check::<App>(Plan::RpInitiatedLogoutOp, person).await;
}

/// OpenID Connect Back-Channel Logout.
pub async fn back_channel_logout_op<App: Hooks>(person: Person) {
    check::<App>(Plan::BackChannelLogoutOp, person).await;
}

/// FAPI 2.0 Security Profile (Final).
pub async fn fapi2_security_profile<App: Hooks>(person: Person) {
    check::<App>(Plan::Fapi2SecurityProfile, person).await;
}

/// The authorization text of the Model Context Protocol.
pub async fn mcp_authorization<App: Hooks>(person: Person) {
    check::<App>(Plan::McpAuthorization, person).await;
}

/// Every plan, one after the other.
pub async fn all_plans<App: Hooks>(person: Person) {
    for plan in Plan::ALL {
        check::<App>(plan, person.clone()).await;
    }
}

/// Boots the app, makes the person's account, runs the plan, prints its table, and panics with what
/// failed.
pub async fn check<App: Hooks>(plan: Plan, person: Person) -> Report {
    let report = report::<App>(plan, person).await;
    println!("{report}");
    report.assert_passed();
    report
}

/// Boots the app, makes the person's account, and runs the plan.
pub async fn report<App: Hooks>(plan: Plan, person: Person) -> Report {
    let mut config = App::load_config(&Environment::Test)
        .await
        .expect("the configuration of the test environment is read");
    settings::prepare(plan, &mut config);
    let boot = App::boot(StartMode::ServerOnly, &Environment::Test, config)
        .await
        .unwrap_or_else(|error| panic!("the app does not boot: {error}"));
    let router = boot.router.expect("the app has routes");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let request = TestServer::new(service).expect("the test server starts");
    person.register(&boot.app_context).await;
    plan.run(&request, &boot.app_context, &person).await
}
