//! The plans of `testing::conformance` against the dummy app. What comes out of each is in
//! `docs/conformance.md`, which `UPDATE_CONFORMANCE=1 just test conformance` writes anew.

mod broken;
mod own_pages;

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    sync::{Mutex, PoisonError},
};

use axum::Router;
use loco_oauth_server::testing::{
    TestServer,
    conformance::{Person, Plan, Report, Verdict},
};
use loco_rs::{
    app::{AppContext, Hooks},
    boot::StartMode,
    environment::Environment,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{App, database::TestDatabase, fixtures, guarded, server::config, users};

/// The dummy app, and a person with an account.
struct Booted {
    request: TestServer,
    ctx: AppContext,
    person: Person,
    _database: TestDatabase,
}

/// Everything is on that a certification looks at.
fn settings() -> Value {
    json!({
        // The Dynamic OP plan makes keys for a moment.
        "keys": { "directory": "target/test_conformance_keys" },
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
        "client_registration_require_pkce": false,
        "client_id_metadata_documents": { "enabled": true },
        "resources": guarded::settings()["resources"],
    })
}

fn alice() -> Person {
    Person::new(fixtures::ALICE, fixtures::PASSWORD).registered(|ctx| async move {
        users::Model::create(&ctx.db, fixtures::ALICE, fixtures::PASSWORD)
            .await
            .unwrap();
    })
}

impl Booted {
    async fn with(more: Value) -> Self {
        Self::changed(more, alice(), |router| router).await
    }

    /// The app with other settings, another person, and something in front of its routes.
    async fn changed(more: Value, person: Person, layer: impl FnOnce(Router) -> Router) -> Self {
        let mut all = settings();
        let Value::Object(more) = more else {
            panic!("settings by key");
        };
        for (key, value) in more {
            all[key] = value;
        }
        let database = TestDatabase::create().await;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = config(&database.uri, address, all);
        let boot = App::boot(StartMode::ServerOnly, &Environment::Test, config)
            .await
            .unwrap();
        let service = layer(boot.router.unwrap());
        let service = service.into_make_service_with_connect_info::<SocketAddr>();
        person.register(&boot.app_context).await;
        Self {
            request: TestServer::new(service).unwrap(),
            ctx: boot.app_context,
            person,
            _database: database,
        }
    }

    async fn run(&self, plan: Plan) -> Report {
        plan.run(&self.request, &self.ctx, &self.person).await
    }

    async fn module(&self, plan: Plan, name: &str) -> Verdict {
        plan.run_module(name, &self.request, &self.ctx, &self.person)
            .await
    }
}

#[rstest]
#[case(Plan::BasicOp)]
#[case(Plan::ConfigOp)]
#[case(Plan::DynamicOp)]
#[case(Plan::FormPostOp)]
#[case(Plan::RpInitiatedLogoutOp)]
#[case(Plan::BackChannelLogoutOp)]
#[case(Plan::Fapi2SecurityProfile)]
#[case(Plan::McpAuthorization)]
#[tokio::test]
async fn the_server_conforms(#[case] plan: Plan) {
    let report = Booted::with(plan.settings()).await.run(plan).await;
    println!("{report}");
    report.assert_passed();
    assert_documented(plan, &report);
}

/// Two tests may write at once.
static DOCUMENT: Mutex<()> = Mutex::new(());

/// The table of the plan in the document is what came out.
fn assert_documented(plan: Plan, report: &Report) {
    if std::env::var("CONFORMANCE_MODULE").is_ok() {
        return;
    }
    let _alone = DOCUMENT.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md");
    let text = fs::read_to_string(&path).unwrap();
    let begin = format!("<!-- {} -->\n", plan.name());
    let (before, rest) = text.split_once(&begin).unwrap();
    let (table, after) = rest.split_once("<!-- end -->").unwrap();
    let table_now = format!("\n{}\n", report.to_markdown());
    if std::env::var("UPDATE_CONFORMANCE").is_ok() {
        fs::write(
            &path,
            format!("{before}{begin}{table_now}<!-- end -->{after}"),
        )
        .unwrap();
        return;
    }
    assert!(
        table == table_now,
        "docs/conformance.md is of another time: UPDATE_CONFORMANCE=1 just test conformance\n{table_now}"
    );
}

#[test]
fn every_module_has_a_name_of_its_own() {
    for plan in Plan::ALL {
        let names = plan.module_names();
        let mut different = names.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), names.len(), "{plan:?}");
    }
}

/// What nobody advertises is skipped, with the reason.
#[tokio::test]
async fn what_is_switched_off_is_skipped() {
    let closed = json!({
        "allow_dynamic_client_registration": false,
        "allow_unauthenticated_client_registration": false,
        "client_registration_require_pkce": true,
        "enable_end_session": false,
        "resources": [],
    });
    let app = Booted::with(closed).await;
    for (plan, module, reason) in [
        (Plan::DynamicOp, "oidcc-server", "registration_endpoint"),
        (
            Plan::RpInitiatedLogoutOp,
            "oidcc-rp-initiated-logout",
            "end_session_endpoint",
        ),
        (
            Plan::McpAuthorization,
            "mcp-challenge-without-token",
            "resources",
        ),
    ] {
        let verdict = app.module(plan, module).await;
        let Verdict::Skipped(why) = &verdict else {
            panic!("{module}: {verdict:?}");
        };
        assert!(why.contains(reason), "{why}");
    }
}
