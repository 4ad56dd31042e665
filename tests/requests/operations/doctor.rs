//! Findings of the doctor (OS-03 to OS-21).

use std::collections::BTreeMap;

use loco_oauth_server::internals::operations::doctor::{self, Finding, Severity, probe};
use loco_rs::app::{AppContext, Initializer};
use serde_json::{Value, json};

use crate::app::{
    App,
    https::{HttpsServer, Reply},
    logs::Logs,
    oauth_server::OAuth,
    server::TestServer,
};

async fn findings(ctx: &AppContext) -> Vec<Finding> {
    doctor::findings::<OAuth>(ctx).await
}

#[track_caller]
fn find<'a>(findings: &'a [Finding], id: &str) -> &'a Finding {
    let mut found = findings.iter().filter(|finding| finding.id.as_str() == id);
    found
        .next()
        .unwrap_or_else(|| panic!("no {id}: {}", doctor::lines(findings)))
}

#[track_caller]
fn assert_none(findings: &[Finding], id: &str) {
    let found = findings.iter().find(|finding| finding.id.as_str() == id);
    assert_eq!(found, None);
}

/// The app with other settings of the plugin; the deployment stays as it is.
fn with(server: &TestServer, block: Value) -> AppContext {
    let mut ctx = server.ctx.clone();
    ctx.config.initializers = Some(BTreeMap::from([("oauth_server".to_owned(), block)]));
    ctx
}

#[tokio::test(flavor = "multi_thread")]
async fn os_03_old_keys_want_to_be_rotated() {
    let directory = tempfile::tempdir().unwrap();
    let keys = json!({ "directory": directory.path() });
    let server = TestServer::with(json!({ "keys": keys })).await;
    assert_none(&findings(&server.ctx).await, "OS-03");
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let path = file.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut key: Value = serde_json::from_str(&text).unwrap();
            key["active_at"] = json!(1);
            std::fs::write(&path, key.to_string()).unwrap();
        }
    }
    let found = findings(&server.ctx).await;
    let old = find(&found, "OS-03");
    assert_eq!(old.severity, Severity::Warn);
    assert!(old.text.contains("oauth:keys:rotate alg:"), "{}", old.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn os_10_and_os_17_a_cleanup_that_does_not_run_is_seen() {
    let server = TestServer::start().await;
    server.advance(0);
    assert_none(&findings(&server.ctx).await, "OS-10");
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    server.as_client("m2m", "/oauth/token", &form).await.ok();
    server.advance(3 * 86_400);
    let found = findings(&server.ctx).await;
    assert!(find(&found, "OS-10").text.starts_with("1 expired"));
    assert!(find(&found, "OS-17").text.contains("oauth_cleanup"));
    server.task("oauth:cleanup", &[]).await.unwrap();
    let mut ctx = server.ctx.clone();
    let job = json!({ "run": "oauth:cleanup", "schedule": "0 */15 * * * *" });
    let jobs = json!({ "jobs": { "oauth_cleanup": job } });
    ctx.config.scheduler = Some(serde_json::from_value(jobs).unwrap());
    let found = findings(&ctx).await;
    assert_none(&found, "OS-10");
    assert_none(&found, "OS-17");
}

#[tokio::test(flavor = "multi_thread")]
async fn os_11_and_os_12_dangerous_settings_are_named() {
    let server = TestServer::start().await;
    assert_none(&findings(&server.ctx).await, "OS-11");
    let mut ctx = with(
        &server,
        json!({
            "base_url": "https://as.example",
            "secret": "s".repeat(32),
            "keys": { "directory": "target/test_oauth_keys" },
            "rate_limit_store": "memory",
            "clients": [{
                "client_id": "old", "client_secret": "c".repeat(32), "require_pkce": false,
                "redirect_uris": ["https://old.example/cb"], "scopes": ["openid"],
            }],
        }),
    );
    ctx.environment = loco_rs::environment::Environment::Production;
    let found = findings(&ctx).await;
    assert!(find(&found, "OS-11").text.contains("old"));
    assert!(find(&found, "OS-12").text.contains("database"));
}

/// What Loco does unasked, the boot mends (C238); what the app chose is named.
#[tokio::test(flavor = "multi_thread")]
async fn os_13_sqlite_that_may_lose_commits_is_named() {
    let server = TestServer::start().await;
    assert_none(&findings(&server.ctx).await, "OS-13");
    let is_sqlite = !server.database.is_postgres();
    let weak = if is_sqlite {
        "PRAGMA synchronous = NORMAL"
    } else {
        "SELECT 1"
    };
    let chosen = json!({ "run_on_start": weak, "max_connections": 1 });
    let found = findings(&TestServer::with(chosen).await.ctx).await;
    if is_sqlite {
        assert!(find(&found, "OS-13").text.contains("synchronous = FULL"));
    } else {
        assert_none(&found, "OS-13");
    }
}

/// The settings of a server that is reached at its own socket.
async fn deployed() -> TestServer {
    TestServer::with(json!({ "base_url": "self" })).await
}

async fn probed(server: &TestServer, settings: &Value) -> Vec<Finding> {
    let settings =
        loco_oauth_server::internals::boot::load::settings(&with(server, settings.clone()))
            .unwrap();
    let url = format!("http://{}", server.address);
    probe::findings(&settings, Some(&url)).await.unwrap()
}

fn block(server: &TestServer) -> Value {
    json!({
        "base_url": format!("http://{}", server.address),
        "keys": { "directory": "target/test_oauth_keys" },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_probe_finds_nothing_at_a_sound_deployment() {
    let server = deployed().await;
    assert_eq!(probed(&server, &block(&server)).await, []);
    let url = format!("http://{}", server.address);
    server.task("oauth:doctor", &[("url", &url)]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn os_04_a_wrong_issuer_and_a_dead_address_are_errors() {
    let server = deployed().await;
    let mut settings = block(&server);
    settings["issuer"] = json!(format!("http://{}/tenant", server.address));
    let found = probed(&server, &settings).await;
    assert_eq!(find(&found, "OS-04").severity, Severity::Error);

    let settings = with(&server, block(&server));
    let settings = loco_oauth_server::internals::boot::load::settings(&settings).unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr();
    let url = format!("http://{}", closed.unwrap());
    let found = probe::findings(&settings, Some(&url)).await.unwrap();
    assert!(find(&found, "OS-04").text.contains("nobody answers"));
    let error = server.task("oauth:doctor", &[("url", &url)]).await;
    assert!(error.unwrap_err().to_string().contains("error(s)"));
    assert!(probe::findings(&settings, Some("ftp://x")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn os_06_another_address_than_base_url_is_an_error() {
    let server = TestServer::start().await;
    let settings = loco_oauth_server::internals::boot::load::settings(&server.ctx).unwrap();
    let url = format!("http://{}", server.address);
    let found = probe::findings(&settings, Some(&url)).await.unwrap();
    assert!(find(&found, "OS-06").text.contains("https://as.example"));
}

/// A deployment that answers as it should not.
#[tokio::test(flavor = "multi_thread")]
async fn os_05_os_14_os_15_and_os_19_what_lies_between_is_seen() {
    use axum::{Json, Router, routing::get};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let issuer = url.clone();
    let document =
        json!({ "issuer": issuer, "jwks_uri": format!("{url}/nowhere"), "scopes_supported": null });
    let late = [("date", "Mon, 01 Jan 2024 00:00:00 GMT")];
    let metadata = get(move || async move { (late, Json(document)) });
    let app = Router::new()
        .route("/.well-known/oauth-authorization-server", metadata.clone())
        .route("/.well-known/openid-configuration", metadata)
        .route("/api", get(|| async { "everything" }));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let server = TestServer::start().await;
    let settings = json!({
        "base_url": url,
        "keys": { "directory": "target/test_oauth_keys" },
        "resources": [{ "prefix": "/api" }],
    });
    let settings =
        loco_oauth_server::internals::boot::load::settings(&with(&server, settings)).unwrap();
    let found = probe::findings(&settings, None).await.unwrap();
    let all = doctor::lines(&found);
    assert!(all.contains("scopes_supported is null"), "{all}");
    assert!(all.contains("jwks_uri is advertised"), "{all}");
    assert!(find(&found, "OS-14").text.contains("no-store"), "{all}");
    assert!(find(&found, "OS-15").text.contains("/api"), "{all}");
    assert_eq!(find(&found, "OS-19").severity, Severity::Error);
}

/// A cookie that another origin of the host could overwrite, or that is sent in clear.
#[tokio::test(flavor = "multi_thread")]
async fn os_07_cookies_over_https_are_secure_and_bound_to_the_host() {
    let https = HttpsServer::start().await;
    let server = TestServer::start().await;
    let block = json!({
        "base_url": https.url(""),
        "keys": { "directory": "target/test_oauth_keys" },
        "fetch": { "extra_ca_file": https.ca_file },
    });
    let document = json!({ "issuer": https.url("") });
    for path in ["oauth-authorization-server", "openid-configuration"] {
        https.serve(&format!("/.well-known/{path}"), Reply::json(&document));
    }
    let settings =
        loco_oauth_server::internals::boot::load::settings(&with(&server, block)).unwrap();
    for (cookie, told) in [
        ("oauth_browser=1; HttpOnly; Secure", true),
        ("__Host-oauth_browser=1; HttpOnly", true),
        ("__Host-oauth_browser=1; HttpOnly; Secure", false),
    ] {
        let page = Reply::text("").with("set-cookie", cookie);
        https.serve("/oauth/login", page);
        let found = probe::findings(&settings, None).await.unwrap();
        let found = found.iter().find(|finding| finding.id.as_str() == "OS-07");
        assert_eq!(found.is_some(), told, "{cookie}");
    }
}

/// One address for all callers is one rate limit for all.
#[tokio::test(flavor = "multi_thread")]
async fn os_09_headers_of_a_proxy_that_nothing_reads_are_seen() {
    let server = TestServer::start().await;
    server.get("/oauth/login").await.assert_page(200);
    assert_none(&findings(&server.ctx).await, "OS-09");

    let request = server.http.get(server.url("/oauth/login"));
    let answer = server.send(request.header("x-forwarded-for", "203.0.113.1"));
    answer.await.assert_page(200);
    let mut found = findings(&server.ctx).await;
    for _ in 0..50 {
        if found.iter().any(|finding| finding.id.as_str() == "OS-09") {
            break;
        }
        // It is noted beside the answer.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        found = findings(&server.ctx).await;
    }
    assert_eq!(find(&found, "OS-09").severity, Severity::Warn);
    let mut ctx = server.ctx.clone();
    let on = serde_json::from_value(json!({ "enable": true })).unwrap();
    ctx.config.server.middlewares.remote_ip = Some(on);
    assert_none(&findings(&ctx).await, "OS-09");
}

/// With Loco's own pool the doctor names the fault and the line that mends it.
#[tokio::test(flavor = "multi_thread")]
async fn s_a1_os_20_the_pool_of_loco_is_found() {
    let server = TestServer::start().await;
    assert_none(&findings(&server.ctx).await, "OS-20");
    let unwired = server.ctx.clone().into_builder();
    let unwired = unwired.shared_store(std::sync::Arc::default()).build();
    let found = findings(&unwired).await;
    let pool = find(&found, "OS-20");
    assert_eq!(pool.severity, Severity::Error);
    for part in [
        "OAuth::after_context(ctx).await",
        "Hooks::after_context",
        "3645",
    ] {
        assert!(pool.text.contains(part), "{}", pool.text);
    }
    let wired = OAuth::after_context(unwired).await.unwrap();
    assert_none(&findings(&wired).await, "OS-20");
}

/// Loco's queues open a pool of their own, which no line in the app reaches.
#[tokio::test(flavor = "multi_thread")]
async fn s_a1_os_21_the_pools_of_queues_are_named() {
    let server = TestServer::start().await;
    let uri = &server.ctx.config.database.uri;
    let queues = [
        (json!({ "kind": "Postgres", "uri": uri }), true),
        (json!({ "kind": "Sqlite", "uri": uri }), true),
        (
            json!({ "kind": "Sqlite", "uri": uri, "idle_timeout": 1_800_000 }),
            false,
        ),
        (
            json!({ "kind": "Redis", "uri": "redis://localhost" }),
            false,
        ),
    ];
    for (queue, dangerous) in queues {
        let mut ctx = server.ctx.clone();
        ctx.config.queue = Some(serde_json::from_value(queue.clone()).unwrap());
        let found = findings(&ctx).await;
        if dangerous {
            let text = &find(&found, "OS-21").text;
            assert!(text.contains("queue.idle_timeout: 1800000"), "{text}");
        } else {
            assert_none(&found, "OS-21");
        }
    }
    assert_none(&findings(&server.ctx).await, "OS-21");
}

/// The boot says so, too, whatever the app's logger lets through.
#[tokio::test]
async fn s_a1_the_boot_warns_of_the_pool_of_loco() {
    let server = TestServer::start().await;
    let said = async |ctx: &AppContext| {
        let (logs, guard) = Logs::collect("loco_rs=warn");
        let initializer = OAuth::initializer::<App>();
        initializer.before_run(ctx).await.unwrap();
        drop(guard);
        logs.text()
    };
    let wired = said(&server.ctx).await;
    assert!(!wired.contains("OS-20"), "{wired}");
    let unwired = server.ctx.clone().into_builder();
    let unwired = unwired.shared_store(std::sync::Arc::default()).build();
    let warned = said(&unwired).await;
    assert!(
        warned.contains("WARN") && warned.contains("OS-20"),
        "{warned}"
    );
    assert!(
        warned.contains("OAuth::after_context(ctx).await"),
        "{warned}"
    );
}
