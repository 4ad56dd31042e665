//! The OAuth server of this app, as a client and a browser see it: from the metadata document to a
//! revoked token. Snapshots hold what clients rely on; review them with `cargo insta review`.

use axum::http::StatusCode;
use insta::assert_yaml_snapshot;
use loco_rs::app::AppContext;
use loco_rs::testing::prelude::*;
use loco_rs::TestServer;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde_json::json;
use serde_json::Value;
use serial_test::serial;

use __APP__::app::App;
use __APP__::models::oauth_server::oauth_clients;
__USE_USERS__

const CLIENT_ID: &str = "client_request_test";
const REDIRECT_URI: &str = "https://client.example/callback";
/// `base_url` in config/test.yaml. Requests leave it out: there, a started app may be listening.
const BASE_URL: &str = "http://localhost:5150";
const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";

/// The client's secret of this one request, and its SHA-256 (RFC 7636, Appendix B).
const CODE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

macro_rules! configure_insta {
    () => {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_suffix("oauth_server");
        settings.set_sort_maps(true);
        let _guard = settings.bind_to_scope();
    };
}

#[tokio::test]
#[serial]
async fn metadata_describes_the_server() {
    configure_insta!();

    request::<App, _, _>(|request, _ctx| async move {
        let response = request.get("/.well-known/openid-configuration").await;

        assert_eq!(response.status_code(), StatusCode::OK);
        assert_yaml_snapshot!("oauth_metadata", response.json::<Value>());
    })
    .await;
}

#[tokio::test]
#[serial]
async fn a_client_gets_tokens_for_a_person_and_loses_them() {
    configure_insta!();

    let browser = RequestConfigBuilder::new().save_cookies(true).build();
    request_with_config::<App, _, _>(browser, |request, ctx| async move {
        register_client(&ctx).await;
        register_user(&ctx).await;

        // The client sends the browser to the server, which asks who is there …
        let login = open(&request, &authorize_url()).await;
        assert!(login.url.contains("/oauth/login"), "{}", login.url);

        // … then whether that person agrees …
        let credentials = [("login", EMAIL), ("password", PASSWORD)];
        let consent = login.submit(&request, &credentials).await;
        assert!(consent.url.contains("/oauth/consent"), "{}", consent.url);

        // … and sends the browser back with a code.
        let decision = [
            ("scope", "openid"),
            ("scope", "profile"),
            ("scope", "email"),
            ("scope", "offline_access"),
            ("decision", "allow"),
        ];
        let callback = consent.submit(&request, &decision).await;
        assert!(callback.url.starts_with(REDIRECT_URI), "{}", callback.url);
        assert_eq!(callback.query("state"), "state-of-the-client");

        // The client redeems the code for tokens.
        let tokens = post_json(
            &request,
            "/oauth/token",
            &[
                ("grant_type", "authorization_code"),
                ("client_id", CLIENT_ID),
                ("code", &callback.query("code")),
                ("redirect_uri", REDIRECT_URI),
                ("code_verifier", CODE_VERIFIER),
            ],
        )
        .await;
        assert_tokens(&tokens);

        let userinfo = get_userinfo(&request, &tokens).await;
        assert_yaml_snapshot!("oauth_userinfo", userinfo, {
            ".body.sub" => "[pid]",
            ".body.updated_at" => "[time]",
        });

        // A refresh token is good for one use; the answer brings the next one.
        let refreshed = refresh(&request, &tokens).await;
        assert_tokens(&refreshed);
        assert_ne!(tokens["body"]["refresh_token"], refreshed["body"]["refresh_token"]);

        // Revoking the refresh token ends everything that came from this consent.
        let revoked = post_json(
            &request,
            "/oauth/revoke",
            &[
                ("client_id", CLIENT_ID),
                ("token", text(&refreshed, "refresh_token")),
            ],
        )
        .await;
        assert_eq!(revoked["status"], 200);
        assert_yaml_snapshot!("oauth_revoked", json!({
            "userinfo": get_userinfo(&request, &refreshed).await,
            "refresh": refresh(&request, &refreshed).await,
        }));
    })
    .await;
}

/// A client without a secret, such as a single-page or mobile app. Outside of tests,
/// `cargo loco task oauth:client:create` makes clients.
async fn register_client(ctx: &AppContext) {
    oauth_clients::ActiveModel {
        client_id: Set(CLIENT_ID.to_owned()),
        kind: Set("operator".to_owned()),
        status: Set("active".to_owned()),
        version: Set(1),
        client_name: Set(Some("Request test".to_owned())),
        application_type: Set("web".to_owned()),
        subject_type: Set("public".to_owned()),
        redirect_uris: Set(json!([REDIRECT_URI])),
        post_logout_redirect_uris: Set(json!([])),
        grant_types: Set(json!(["authorization_code", "refresh_token"])),
        response_types: Set(json!(["code"])),
        scopes: Set(Some(json!(["openid", "profile", "email", "offline_access"]))),
        token_endpoint_auth_method: Set("none".to_owned()),
        require_pkce: Set(true),
        require_pushed_authorization_requests: Set(false),
        require_signed_request_object: Set(false),
        dpop_bound_access_tokens: Set(false),
        skip_consent: Set(false),
        require_auth_time: Set(false),
        backchannel_logout_session_required: Set(false),
        ..Default::default()
    }
    .insert(&ctx.db)
    .await
    .expect("the client is registered");
}

async fn register_user(ctx: &AppContext) {
    let params = users::RegisterParams {
        email: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
        name: "Ada Lovelace".to_owned(),
    };
    users::Model::create_with_password(&ctx.db, &params)
        .await
        .expect("the user is registered");
}

fn authorize_url() -> String {
    format!(
        "/oauth/authorize?response_type=code&client_id={CLIENT_ID}&redirect_uri={REDIRECT_URI}\
         &scope=openid%20profile%20email%20offline_access&state=state-of-the-client&nonce=n-0S6\
         &code_challenge={CODE_CHALLENGE}&code_challenge_method=S256"
    )
}

/// Where the browser is: a page of the server, or the client's redirect URI.
struct Page {
    url: String,
    html: String,
}

/// Opens a page as a browser does, following redirects within the server.
async fn open(request: &TestServer, url: &str) -> Page {
    let mut url = url.to_owned();
    while !url.starts_with(REDIRECT_URI) {
        let response = request.get(&url).await;
        if response.status_code() != StatusCode::SEE_OTHER {
            assert_eq!(response.status_code(), StatusCode::OK, "{}", response.text());
            let html = response.text();
            return Page { url, html };
        }
        url = location(response.headers());
    }
    Page {
        url,
        html: String::new(),
    }
}

fn location(headers: &axum::http::HeaderMap) -> String {
    let location = headers.get("location").expect("a redirect has a location");
    let location = location.to_str().expect("a location is ASCII");
    let path = location.strip_prefix(BASE_URL);
    path.unwrap_or(location).to_owned()
}

impl Page {
    /// Submits the form of the page with its hidden fields, and opens what comes next.
    async fn submit(&self, request: &TestServer, fields: &[(&str, &str)]) -> Self {
        let interaction = self.hidden("interaction");
        let csrf_token = self.hidden("csrf_token");
        let mut form = vec![
            ("interaction", interaction.as_str()),
            ("csrf_token", csrf_token.as_str()),
        ];
        form.extend_from_slice(fields);
        let path = self.url.split('?').next().unwrap_or_default();
        let response = request.post(path).form(&form).await;
        let status = response.status_code();
        assert_eq!(status, StatusCode::SEE_OTHER, "{}", response.text());
        open(request, &location(response.headers())).await
    }

    /// The value of a hidden field.
    fn hidden(&self, name: &str) -> String {
        self.html
            .split("<input")
            .filter_map(|input| input.split('>').next())
            .find(|input| input.contains(&format!("name=\"{name}\"")))
            .and_then(|input| input.split("value=\"").nth(1)?.split('"').next())
            .unwrap_or_else(|| panic!("no field {name} in {}", self.html))
            .to_owned()
    }

    /// A parameter of the URL.
    fn query(&self, name: &str) -> String {
        self.url
            .split(['?', '&'])
            .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
            .unwrap_or_else(|| panic!("no {name} in {}", self.url))
            .to_owned()
    }
}

/// Status and body of an answer to a client.
async fn post_json(request: &TestServer, path: &str, form: &[(&str, &str)]) -> Value {
    let response = request.post(path).form(&form).await;
    let status = response.status_code().as_u16();
    json!({ "status": status, "body": serde_json::from_str::<Value>(&response.text()).ok() })
}

async fn refresh(request: &TestServer, tokens: &Value) -> Value {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT_ID),
        ("refresh_token", text(tokens, "refresh_token")),
    ];
    post_json(request, "/oauth/token", &form).await
}

async fn get_userinfo(request: &TestServer, tokens: &Value) -> Value {
    let response = request
        .get("/oauth/userinfo")
        .authorization_bearer(text(tokens, "access_token"))
        .await;
    let status = response.status_code().as_u16();
    json!({ "status": status, "body": serde_json::from_str::<Value>(&response.text()).ok() })
}

fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer["body"][member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {answer}"))
}

/// Both grants answer alike.
fn assert_tokens(tokens: &Value) {
    assert_yaml_snapshot!("oauth_tokens", tokens, {
        ".body.access_token" => "[access_token]",
        ".body.refresh_token" => "[refresh_token]",
        ".body.id_token" => "[id_token]",
    });
}
