//! How the plugin sits in an app (MO-01 to MO-06).

use axum::{body::Body, http::Request};
use loco_rs::{
    Result,
    app::{AppContext, Hooks, Initializer},
    bgworker::Queue,
    boot::{BootResult, StartMode, create_app},
    config::Config,
    controller::AppRoutes,
    doctor::Check,
    environment::Environment,
    task::Tasks,
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tower::ServiceExt;

use crate::app::{
    App, browser::Authorize, migration::Migrator, oauth_server::OAuth, server::TestServer,
    tokens::text,
};

const METADATA: &str = "/.well-known/oauth-authorization-server";

#[test]
fn mo_01_the_initializer_is_made_without_a_boot() {
    let initializer: Box<dyn Initializer> = Box::new(OAuth::initializer::<App>());
    assert_eq!(initializer.name(), "oauth_server");
}

#[tokio::test(flavor = "multi_thread")]
async fn mo_02_a_missing_column_stops_the_boot() {
    let server = TestServer::start().await;
    let drop = "ALTER TABLE oauth_consents DROP COLUMN history";
    server.ctx.db.execute_unprepared(drop).await.unwrap();
    let config = server.ctx.config.clone();
    let boot = App::boot(StartMode::ServerOnly, &Environment::Test, config).await;
    let error = boot.err().unwrap().to_string();
    for part in [
        "the column oauth_consents.history",
        "cargo loco db migrate",
        "version 2",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

/// MO-03: the app's middleware surrounds the endpoints; what must not, does not (OS-08).
#[tokio::test(flavor = "multi_thread")]
async fn mo_03_the_apps_middleware() {
    let middlewares = json!({
        "request_id": { "enable": true },
        "secure_headers": { "enable": true, "preset": "owasp" },
        "limit_payload": { "body_limit": "1kb" },
        "cors": { "enable": true, "allow_origins": ["https://app.example"], "allow_credentials": false },
        "static": { "enable": false, "must_exist": false, "precompressed": false,
            "folder": { "uri": "/static", "path": "assets/static" }, "fallback": "index.html" },
    });
    let server = TestServer::with(json!({ "middlewares": middlewares })).await;
    let id = "0123456789abcdef";
    let request = server
        .http
        .get(server.url("/oauth/userinfo"))
        .header("x-request-id", id)
        .header("origin", "https://spa.example");
    let answer = server.send(request).await;
    assert_eq!(answer.header("x-request-id"), Some(id));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    for name in [
        "x-request-id",
        "access-control-allow-origin",
        "cache-control",
    ] {
        assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{name}");
    }
    assert_eq!(answer.header("clear-site-data"), None);
    // From the app's set of headers, to show that it is there.
    assert!(
        answer.header("cross-origin-resource-policy").is_some(),
        "{answer:?}"
    );
    let page = server.get("/oauth/login").await;
    page.assert_page(200);
    assert_eq!(
        page.headers
            .get_all("content-security-policy")
            .iter()
            .count(),
        1
    );
    // The app's limit of 1 KiB is not ours.
    let long = "x".repeat(4_000);
    assert_eq!(server.revoke(&long).await.status, 200);
    let tokens = server.tokens(&Authorize::base()).await;
    assert!(server.is_live(text(&tokens, "access_token")).await);
}

/// The same app, mounting by hand.
struct ByHand;

#[async_trait::async_trait]
impl Hooks for ByHand {
    fn app_name() -> &'static str {
        "by_hand"
    }
    async fn boot(
        mode: StartMode,
        environment: &Environment,
        config: Config,
    ) -> Result<BootResult> {
        create_app::<Self, Migrator>(mode, environment, config).await
    }
    async fn initializers(_ctx: &AppContext) -> Result<Vec<Box<dyn Initializer>>> {
        Ok(vec![Box::new(OAuth::initializer::<Self>())])
    }
    fn routes(ctx: &AppContext) -> AppRoutes {
        AppRoutes::with_default_routes().add_routes(OAuth::routes(ctx))
    }
    async fn connect_workers(_ctx: &AppContext, _queue: &Queue) -> Result<()> {
        Ok(())
    }
    fn register_tasks(_tasks: &mut Tasks) {}
    async fn truncate(_ctx: &AppContext) -> Result<()> {
        Ok(())
    }
    async fn seed(_ctx: &AppContext, _base: &std::path::Path) -> Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mo_04_routes_mounted_by_hand() {
    let server = TestServer::start().await;
    let config = server.ctx.config.clone();
    // Twice the same route would end the boot in a panic.
    let boot = ByHand::boot(StartMode::ServerOnly, &Environment::Test, config).await;
    let router = boot.unwrap().router.unwrap();
    let ask = async |request: Request<Body>| {
        let response = router.clone().oneshot(request).await.unwrap();
        let headers = response.headers().clone();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20)
            .await
            .unwrap();
        (status, headers, String::from_utf8(body.to_vec()).unwrap())
    };
    let (status, headers, body) = ask(Request::get(METADATA).body(Body::empty()).unwrap()).await;
    let mounted = server.get(METADATA).await;
    assert_eq!((status, &body), (200, &mounted.body));
    assert_eq!(headers["cache-control"], mounted.headers["cache-control"]);
    let refused = Request::post("/oauth/token").body(Body::empty()).unwrap();
    let (status, headers, body) = ask(refused).await;
    let mounted = server
        .send(server.http.post(server.url("/oauth/token")))
        .await;
    assert_eq!((status, &body), (mounted.status, &mounted.body));
    assert_eq!(headers["cache-control"], "no-store");
}

/// OS-18: the app's own request log holds queries then.
#[tokio::test(flavor = "multi_thread")]
async fn os_18_the_doctor_says_that_routes_are_mounted_by_hand() {
    let server = TestServer::start().await;
    let check = OAuth::initializer::<App>().check(&server.ctx).await;
    assert!(!told(&check.unwrap().unwrap()).contains("OS-18"));
    let check = OAuth::initializer::<ByHand>().check(&server.ctx).await;
    let check = check.unwrap().unwrap();
    assert!(told(&check).contains("OS-18 info"), "{}", told(&check));
}

fn told(check: &Check) -> String {
    let more = check.description.as_deref().unwrap_or_default();
    format!("{}\n{more}", check.message)
}

/// MO-06: no statics hold settings, keys or clocks; well-known documents sit at the root.
#[tokio::test(flavor = "multi_thread")]
async fn mo_06_two_apps_in_one_process_share_nothing() {
    let one = TestServer::start().await;
    let other = json!({ "base_url": "https://other.example", "prefix": "/auth" });
    let two = TestServer::with(other).await;
    let document = two.get(METADATA).await.ok();
    assert_eq!(document["issuer"], "https://other.example");
    assert_eq!(
        document["token_endpoint"],
        "https://other.example/auth/token"
    );
    assert_eq!(one.get(METADATA).await.ok()["issuer"], "https://as.example");
    assert_eq!(two.get("/oauth/token").await.status, 404);
    let tokens = one.tokens(&Authorize::base()).await;
    let access = text(&tokens, "access_token");
    let request = two.http.get(two.url("/auth/userinfo")).bearer_auth(access);
    two.send(request).await.assert_error(401, "invalid_token");
    two.advance(100_000);
    assert!(one.is_live(access).await);
}

/// UR-02: a trailing slash of `base_url` is no part of the issuer, and none doubles.
#[tokio::test(flavor = "multi_thread")]
async fn ur_02_ur_03_urls_come_from_base_url() {
    let settings = json!({ "base_url": "https://as.example/tenant/" });
    let server = TestServer::bare(settings).await;
    let document = server.get(&format!("{METADATA}/tenant")).await.ok();
    assert_eq!(document["issuer"], "https://as.example/tenant");
    assert_eq!(
        document["token_endpoint"],
        "https://as.example/tenant/oauth/token"
    );
    // The proxy strips the path: local routes lack it.
    let answer = server
        .send(server.http.post(server.url("/oauth/token")))
        .await;
    assert_eq!(answer.status, 415);
    assert_eq!(server.get(METADATA).await.status, 404);
}
