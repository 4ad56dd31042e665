//! What the script does, over HTTP: JSON login, exchange, consent.
#![expect(
    clippy::future_not_send,
    reason = "the test server of axum-test stays on one thread"
)]

use axum::http::{HeaderName, HeaderValue, StatusCode};
use loco_rs::{TestServer, testing::prelude::*};
use serde_json::{Value, json};
use serial_test::serial;
use spa::app::App;
use url::Url;

const BASE_URL: &str = "http://localhost:5150";
const REDIRECT_URI: &str = "http://127.0.0.1:4567/callback";
/// RFC 7636, Appendix B.
const CODE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn query(url: &str, name: &str) -> String {
    let url = Url::parse(url).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.expect(name).1.into_owned()
}

/// Where a GET is redirected to.
async fn redirected(request: &TestServer, url: &str) -> String {
    let url = url.strip_prefix(BASE_URL).unwrap_or(url);
    let answer = request.get(url).await;
    assert_eq!(answer.status_code(), StatusCode::SEE_OTHER);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// What `fetch` sends from a page of the app.
async fn script(request: &TestServer, path: &str, body: &Value, token: Option<&str>) -> Value {
    let origin = HeaderValue::from_static(BASE_URL);
    let mut post = request
        .post(path)
        .add_header(HeaderName::from_static("origin"), origin)
        .json(body);
    if let Some(token) = token {
        post = post.authorization_bearer(token);
    }
    let answer = post.await;
    assert_eq!(answer.status_code(), StatusCode::OK, "{}", answer.text());
    answer.json()
}

async fn see(request: &TestServer, interaction: &str) -> Value {
    let site = HeaderName::from_static("sec-fetch-site");
    request
        .get(&format!("/oauth/interaction?interaction={interaction}"))
        .add_header(site, HeaderValue::from_static("same-origin"))
        .await
        .json()
}

#[tokio::test]
#[serial]
async fn a_json_login_leads_to_tokens() {
    let browser = RequestConfigBuilder::new().save_cookies(true).build();
    request_with_config::<App, _, _>(browser, |request, _ctx| async move {
        let authorize = format!(
            "/oauth/authorize?response_type=code&client_id=tool&redirect_uri={REDIRECT_URI}\
             &state=s&scope=openid%20notes&code_challenge={CODE_CHALLENGE}\
             &code_challenge_method=S256"
        );
        let login = redirected(&request, &authorize).await;
        assert!(login.starts_with(&format!("{BASE_URL}/login?")), "{login}");
        let interaction = query(&login, "interaction");
        let page = request.get("/login").await.text();
        assert!(page.contains("/static/app.js"));
        assert_eq!(
            see(&request, &interaction).await["client"]["name"],
            "A tool"
        );

        let account =
            json!({ "name": "Ada", "email": "ada@example.com", "password": "a password" });
        script(&request, "/api/auth/register", &account, None).await;
        let token = script(&request, "/api/auth/login", &account, None).await;
        let exchange = json!({ "interaction": interaction });
        let token = token["token"].as_str();
        let session = script(&request, "/oauth/session", &exchange, token).await;
        let consent = redirected(&request, session["return_to"].as_str().unwrap()).await;
        assert!(
            consent.starts_with(&format!("{BASE_URL}/consent?")),
            "{consent}"
        );

        let asked = see(&request, &interaction).await;
        assert_eq!(asked["user"]["name"], "Ada");
        assert_eq!(asked["scopes"][1]["description"], "Read your notes");
        let decision = json!({
            "interaction": interaction,
            "csrf_token": asked["csrf_token"],
            "action": "allow",
            "scopes": ["openid", "notes"],
        });
        let answer = script(&request, "/oauth/interaction", &decision, None).await;
        let callback = answer["location"].as_str().unwrap();
        assert!(callback.starts_with(REDIRECT_URI), "{callback}");
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "tool"),
            ("code", &query(callback, "code")),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", CODE_VERIFIER),
        ];
        let tokens = request.post("/oauth/token").form(&form).await;
        assert_eq!(tokens.json::<Value>()["scope"], "openid notes");
    })
    .await;
}

#[tokio::test]
#[serial]
async fn a_wrong_password_gives_no_session() {
    request::<App, _, _>(|request, _ctx| async move {
        let wrong = json!({ "email": "nobody@example.com", "password": "wrong" });
        let answer = request.post("/api/auth/login").json(&wrong).await;
        assert_eq!(answer.status_code(), StatusCode::UNAUTHORIZED);
        let origin = HeaderValue::from_static(BASE_URL);
        let answer = request
            .post("/oauth/session")
            .add_header(HeaderName::from_static("origin"), origin)
            .json(&json!({}))
            .await;
        assert_eq!(answer.status_code(), StatusCode::UNAUTHORIZED);
    })
    .await;
}
