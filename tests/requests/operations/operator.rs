//! What the operator uses: boot checks, doctor, the list of routes, tasks.

use std::collections::BTreeMap;

use loco_oauth_server::internals::store::clients;
use loco_rs::{app::Initializer, doctor::CheckStatus};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::{
    App,
    browser::{Authorize, VERIFIER},
    oauth_server::OAuth,
    server::{TestServer, param},
};

#[tokio::test(flavor = "multi_thread")]
async fn mo_02_a_missing_table_stops_the_boot_with_the_command_that_makes_it() {
    let server = TestServer::start().await;
    let drop = "DROP TABLE oauth_consents";
    // Foreign keys lead to it; the boot check is what is asked here.
    let cascade = if server.database.is_postgres() {
        " CASCADE"
    } else {
        ""
    };
    let off = if server.database.is_postgres() {
        ""
    } else {
        "PRAGMA foreign_keys = OFF;"
    };
    server
        .ctx
        .db
        .execute_unprepared(&format!("{off}{drop}{cascade}"))
        .await
        .unwrap();
    let initializer = OAuth::initializer::<App>();
    let error = initializer
        .before_run(&server.ctx)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("the table oauth_consents"), "{error}");
    assert!(error.contains("cargo loco db migrate"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn os_02_the_doctor_names_a_missing_column() {
    let server = TestServer::start().await;
    let initializer = OAuth::initializer::<App>();
    let check = initializer.check(&server.ctx).await.unwrap().unwrap();
    assert_eq!(check.status, CheckStatus::Ok, "{}", check.message);

    let drop = "ALTER TABLE oauth_sessions DROP COLUMN ip_prefix";
    server.ctx.db.execute_unprepared(drop).await.unwrap();
    let check = initializer.check(&server.ctx).await.unwrap().unwrap();
    assert_eq!(check.status, CheckStatus::NotOk);
    assert!(check.message.contains("OS-02"), "{}", check.message);
    assert!(
        check.message.contains("oauth_sessions.ip_prefix"),
        "{}",
        check.message
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn os_01_and_os_08_the_doctor_lists_settings_and_presets() {
    let server = TestServer::start().await;
    let initializer = OAuth::initializer::<App>();
    let mut ctx = server.ctx.clone();
    ctx.config.server.middlewares.secure_headers =
        serde_json::from_value(json!({ "enable": true, "preset": "owasp" })).unwrap();
    let check = initializer.check(&ctx).await.unwrap().unwrap();
    assert!(check.message.contains("OS-08"), "{}", check.message);

    let mut ctx = server.ctx.clone();
    let block = json!({ "route_prefix": "/x", "state_ttl_seconds": 1 });
    ctx.config.initializers = Some(BTreeMap::from([("oauth_server".to_owned(), block)]));
    let check = initializer.check(&ctx).await.unwrap().unwrap();
    assert!(check.message.contains("OS-01"), "{}", check.message);
    assert!(check.message.contains("prefix"), "{}", check.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn os_03_the_doctor_says_when_no_key_can_be_had() {
    let server = TestServer::start().await;
    let mut ctx = server.ctx.clone();
    let block = json!({ "base_url": "https://as.example", "keys": { "pem": ["not a key"] } });
    ctx.config.initializers = Some(BTreeMap::from([("oauth_server".to_owned(), block)]));
    let initializer = OAuth::initializer::<App>();
    let check = initializer.check(&ctx).await.unwrap().unwrap();
    assert!(check.message.contains("OS-03"), "{}", check.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_static_id_that_exists_in_the_table_stops_the_boot() {
    let server = TestServer::start().await;
    let mut ctx = server.ctx.clone();
    let block = json!({
        "base_url": "https://as.example",
        "keys": { "directory": "target/test_oauth_keys" },
        "clients": [{ "client_id": "pub", "redirect_uris": ["https://spa.example/cb"] }],
    });
    ctx.config.initializers = Some(BTreeMap::from([("oauth_server".to_owned(), block)]));
    let initializer = OAuth::initializer::<App>();
    let error = initializer.before_run(&ctx).await.unwrap_err().to_string();
    assert!(error.contains("pub also exists in the table"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_made_by_the_task_gets_tokens() {
    let server = TestServer::start().await;
    let vars = [
        ("name", "Notes"),
        ("id", "notes"),
        ("auth", "none"),
        ("redirect_uris", "https://notes.example/cb"),
        ("scopes", "openid,read"),
        ("owner", "alice@example.com"),
    ];
    server.task("oauth:client:create", &vars).await.unwrap();
    let request = Authorize::of("notes", "https://notes.example/cb");
    let location = server.browser().complete(&request).await;
    let code = param(&location, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "notes"),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let tokens = server.post("/oauth/token", &form).await.ok();
    assert_eq!(tokens["scope"], "openid read");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_refuses_what_the_rules_refuse_and_stores_nothing() {
    let server = TestServer::start().await;
    let cases: [(&[(&str, &str)], &str); 6] = [
        (
            &[("redirect_uris", "https://a.example/cb")],
            "name is missing",
        ),
        (&[("name", "A"), ("colour", "red")], "unknown key colour"),
        (
            &[("name", "A"), ("redirect_uris", "http://a.example/cb")],
            "redirect_uris",
        ),
        (
            &[
                ("name", "A"),
                ("redirect_uris", "https://a.example/cb"),
                ("scopes", "nope"),
            ],
            "scope",
        ),
        (
            &[
                ("name", "A"),
                ("redirect_uris", "https://a.example/cb"),
                ("auth", "magic"),
            ],
            "auth",
        ),
        (
            &[
                ("name", "A"),
                ("redirect_uris", "https://a.example/cb"),
                ("owner", "nobody@x"),
            ],
            "owner",
        ),
    ];
    for (vars, wanted) in cases {
        let mut vars = vars.to_vec();
        vars.push(("id", "refused"));
        let error = server
            .task("oauth:client:create", &vars)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
    let oauth = server.oauth();
    let found = clients::find(&server.ctx.db, oauth.store.tables(), "refused")
        .await
        .unwrap();
    assert!(found.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_the_task_stores_nothing() {
    let server = TestServer::start().await;
    let vars = [
        ("name", "A"),
        ("id", "dry"),
        ("redirect_uris", "https://a.example/cb"),
        ("dry_run", "true"),
    ];
    server.task("oauth:client:create", &vars).await.unwrap();
    let oauth = server.oauth();
    let found = clients::find(&server.ctx.db, oauth.store.tables(), "dry")
        .await
        .unwrap();
    assert!(found.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn mo_05_the_routes_are_listed_in_locos_form() {
    let server = TestServer::start().await;
    let lines = loco_oauth_server::cli::route_lines(&server.ctx).unwrap();
    for line in [
        "[GET,POST] /oauth/authorize",
        "[POST] /oauth/token",
        "[GET] /oauth/jwks",
    ] {
        assert!(
            lines.iter().any(|listed| listed == line),
            "{line}: {lines:?}"
        );
    }
}
