//! A whole authorization through the app's own pages.
#![expect(
    clippy::future_not_send,
    reason = "the test server of axum-test stays on one thread"
)]

use accounts::users::{self, NewUser};
use axum::http::{HeaderMap, StatusCode};
use loco_oauth_server::testing::conformance::{self, Person};
use loco_rs::{TestServer, testing::prelude::*};
use own_pages::app::App;
use serde_json::Value;
use serial_test::serial;
use url::Url;

const BASE_URL: &str = "http://localhost:5150";
const REDIRECT_URI: &str = "http://127.0.0.1:4567/callback";
/// RFC 7636, Appendix B.
const CODE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const PASSWORD: &str = "a loaf of rye";

/// Where the browser is: a page, or the client's redirect URI.
struct Page {
    url: String,
    status: StatusCode,
    html: String,
}

fn authorize_url() -> String {
    format!(
        "/oauth/authorize?response_type=code&client_id=tool&redirect_uri={REDIRECT_URI}&state=s\
         &scope=openid%20email&login_hint=ada%40example.com&code_challenge={CODE_CHALLENGE}\
         &code_challenge_method=S256"
    )
}

fn location(headers: &HeaderMap) -> String {
    let location = headers["location"].to_str().unwrap();
    location
        .strip_prefix(BASE_URL)
        .unwrap_or(location)
        .to_owned()
}

/// Opens a page as a browser does, following redirects within the app.
async fn open(request: &TestServer, url: &str) -> Page {
    let mut url = url.to_owned();
    loop {
        if url.starts_with(REDIRECT_URI) {
            let (status, html) = (StatusCode::SEE_OTHER, String::new());
            return Page { url, status, html };
        }
        let answer = request.get(&url).await;
        if !answer.status_code().is_redirection() {
            let (status, html) = (answer.status_code(), answer.text());
            return Page { url, status, html };
        }
        url = location(answer.headers());
    }
}

impl Page {
    /// A hidden field.
    fn hidden(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.html.split_once(&format!("name=\"{name}\" value=\""))?;
        rest.split('"').next()
    }

    /// Submits the page's form, and follows.
    async fn submit(&self, request: &TestServer, fields: &[(&str, &str)]) -> Self {
        let own = ["csrf_token", "interaction"];
        let hidden = own
            .into_iter()
            .filter_map(|name| Some((name, self.hidden(name)?)));
        let form: Vec<(&str, &str)> = hidden.chain(fields.iter().copied()).collect();
        let answer = request.post(&self.url).form(&form).await;
        if answer.status_code().is_redirection() {
            return open(request, &location(answer.headers())).await;
        }
        Self {
            url: self.url.clone(),
            status: answer.status_code(),
            html: answer.text(),
        }
    }

    fn query(&self, name: &str) -> String {
        let url = Url::parse(&self.url).unwrap();
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.expect(name).1.into_owned()
    }
}

async fn redeem(request: &TestServer, callback: &Page) -> Value {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "tool"),
        ("code", &callback.query("code")),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", CODE_VERIFIER),
    ];
    let answer = request.post("/oauth/token").form(&form).await;
    assert_eq!(answer.status_code(), StatusCode::OK, "{}", answer.text());
    answer.json()
}

fn browser() -> RequestConfig {
    RequestConfigBuilder::new().save_cookies(true).build()
}

#[tokio::test]
#[serial]
async fn sign_up_and_login_lead_to_tokens() {
    request_with_config::<App, _, _>(browser(), |request, _ctx| async move {
        let login = open(&request, &authorize_url()).await;
        assert!(
            login.url.starts_with("/login?interaction="),
            "{}",
            login.url
        );
        assert!(login.html.contains("Welcome back to the bakery"));
        assert!(login.html.contains("A tool"), "who asks");
        assert!(login.html.contains("value=\"ada@example.com\""), "the hint");

        let wrong = [("email", "ada@example.com"), ("password", "wrong")];
        let refused = login.submit(&request, &wrong).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.html.contains("do not fit"));

        let signup = open(&request, &login.url.replace("/login", "/signup")).await;
        assert!(signup.html.contains("Join the bakery"));
        let account = [
            ("name", "Ada"),
            ("email", "ada@example.com"),
            ("password", PASSWORD),
        ];
        let consent = signup.submit(&request, &account).await;
        assert!(
            consent.url.starts_with("/oauth/consent?"),
            "{}",
            consent.url
        );
        let allow = [
            ("scope", "openid"),
            ("scope", "email"),
            ("decision", "allow"),
        ];
        let consent = Page {
            url: "/oauth/consent".to_owned(),
            ..consent
        };
        let callback = consent.submit(&request, &allow).await;
        assert_eq!(callback.query("state"), "s");
        let tokens = redeem(&request, &callback).await;
        let userinfo = request
            .get("/oauth/userinfo")
            .authorization_bearer(tokens["access_token"].as_str().unwrap())
            .await
            .json::<Value>();
        assert_eq!(userinfo["email"], "ada@example.com");
    })
    .await;
}

#[tokio::test]
#[serial]
async fn a_form_from_elsewhere_signs_nobody_in() {
    request_with_config::<App, _, _>(browser(), |request, _ctx| async move {
        let signup = open(&request, &authorize_url()).await;
        let form = [
            ("name", "Eve"),
            ("email", "eve@example.com"),
            ("password", PASSWORD),
            ("csrf_token", "-.forged"),
        ];
        let url = signup.url.replace("/login", "/signup");
        let answer = request.post(&url).form(&form).await;
        assert_eq!(answer.status_code(), StatusCode::BAD_REQUEST);
        assert!(answer.text().contains("open for too long"));
    })
    .await;
}

#[tokio::test]
#[serial]
async fn without_a_client_the_pages_are_the_apps_own() {
    request_with_config::<App, _, _>(browser(), |request, _ctx| async move {
        let page = open(&request, "/signup").await;
        assert_eq!(page.hidden("csrf_token"), None);
        let account = [
            ("name", "Bo"),
            ("email", "bo@example.com"),
            ("password", PASSWORD),
        ];
        let home = page.submit(&request, &account).await;
        assert_eq!(home.url, "/");
        // The same session serves the client.
        let consent = open(&request, &authorize_url()).await;
        assert!(
            consent.url.starts_with("/oauth/consent?"),
            "{}",
            consent.url
        );
    })
    .await;
}

/// A person who comes in by this app's login page, which is found by its password field.
fn cleo() -> Person {
    Person::new("cleo@example.com", PASSWORD).registered(|ctx| async move {
        let new = NewUser {
            name: "Cleo",
            email: "cleo@example.com",
            password: PASSWORD,
        };
        users::Model::create(&ctx.db, &new).await.unwrap();
    })
}

#[tokio::test]
#[serial]
async fn the_app_conforms_to_the_standards() {
    conformance::all_plans::<App>(cleo()).await;
}
