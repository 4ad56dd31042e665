//! Registration over HTTP (C141-C161; RG-01 to RG-09).

mod answers;
mod bounds;
mod callers;
mod ceiling;
mod client_configuration;
mod empty;
mod field;
mod limits;
mod machines;
mod mcp;
mod members;
mod messages;
mod narrowing;
mod owners;
mod places;
mod redirects;
mod removal;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::{
    browser::{Authorize, Browser, VERIFIER, encoded},
    fixtures::{ALICE, PASSWORD},
    registration::open_and,
    server::{Answer, Basic, ISSUER, TestServer, param},
    tokens::{R1, show, text},
};

/// An initial access token of the operator.
pub const TOKEN: &str = "an initial access token of the operator";

/// Everybody may register, and there is an initial access token.
pub fn settings(more: &Value) -> Value {
    let mut settings = open_and(more);
    settings["initial_access_token_hashes"] = json!([format!("{:x}", Sha256::digest(TOKEN))]);
    settings
}

impl TestServer {
    /// Registers with the initial access token.
    pub async fn register_with_token(&self, metadata: &Value) -> Answer {
        let request = self.http.post(self.url("/oauth/register"));
        self.send(request.bearer_auth(TOKEN).json(metadata)).await
    }

    /// The tokens that a registered client gets for alice: through `redirect_uri`, with the method and
    /// the scopes it registered.
    pub async fn tokens_of(&self, client: &Value, redirect_uri: &str) -> Value {
        let request = Authorize::of(text(client, "client_id"), redirect_uri)
            .with("scope", text(client, "scope"));
        let mut browser = self.browser();
        browser.navigates = true;
        let location = landing(&mut browser, &request).await;
        let answer = location.strip_prefix(redirect_uri);
        let answer = answer.unwrap_or_else(|| panic!("{location}"));
        assert!(answer.starts_with(['?', '&']), "{location}");
        let code = param(&location, "code").unwrap_or_else(|| panic!("no code: {location}"));
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        self.token_as(client, &form).await.ok()
    }

    /// A token request with the method that the client registered.
    pub async fn token_as(&self, client: &Value, form: &[(&str, &str)]) -> Answer {
        let id = text(client, "client_id");
        match text(client, "token_endpoint_auth_method") {
            "client_secret_basic" => {
                let secret = encoded(text(client, "client_secret"));
                self.post_as(Basic::of(id, &secret), "/oauth/token", form)
                    .await
            }
            "client_secret_post" => {
                let own = [
                    ("client_id", id),
                    ("client_secret", text(client, "client_secret")),
                ];
                self.post("/oauth/token", &[form, &own].concat()).await
            }
            _ => {
                let form = [form, &[("client_id", id)]].concat();
                self.post("/oauth/token", &form).await
            }
        }
    }
}

/// Where a browser that navigates ends up: by a redirect, or by the page that hands it over.
async fn landing(browser: &mut Browser<'_>, request: &Authorize) -> String {
    let mut answer = browser.authorize(request).await;
    if answer.body.contains("name=\"password\"") {
        answer = browser.log_in(&answer, ALICE, PASSWORD).await;
    }
    assert!(answer.body.contains("name=\"decision\""), "{answer:?}");
    let answer = browser.allow(&answer).await;
    if answer.status == 303 {
        return answer.location().to_owned();
    }
    let page = scraper::Html::parse_document(&answer.body);
    let refresh = scraper::Selector::parse("meta[http-equiv=refresh]").unwrap();
    let refresh = page.select(&refresh).next();
    let refresh = refresh.unwrap_or_else(|| panic!("{answer:?}"));
    let content = refresh.value().attr("content").unwrap();
    content.strip_prefix("0;url=").unwrap().to_owned()
}

/// The body of a registration by a signed-in person, on the app's own page.
async fn by_a_person(server: &TestServer, browser: &mut Browser<'_>, metadata: &Value) -> Answer {
    let request = server.http.post(server.url("/oauth/register"));
    browser
        .send(request.header("origin", ISSUER).json(metadata))
        .await
}

/// A machine in so many words.
fn machine(changes: &Value) -> Value {
    let mut machine = json!({ "grant_types": ["client_credentials"], "scope": "mcp:read" });
    for (name, value) in changes.as_object().unwrap() {
        machine[name] = value.clone();
    }
    machine
}

/// `metadata` as an update of a client.
fn update_of(client: &Value, mut metadata: Value) -> Value {
    metadata["client_id"] = client["client_id"].clone();
    metadata
}

/// APIs with a sensitive scope, one that implies it, and a sensitive one of the app's own.
pub fn sensitive() -> Value {
    settings(&json!({
        "scopes": { "read": {}, "write": {}, "jobs": {}, "admin": { "sensitive": true } },
        "default_scopes": ["openid", "admin"],
        "resources": [{
            "uri": R1,
            "scopes": [
                "mcp:read",
                "mcp:all",
                { "name": "mcp:delete", "description": "Delete everything", "sensitive": true },
            ],
            "implied_scopes": { "mcp:all": ["mcp:delete"] },
        }],
    }))
}

#[track_caller]
fn description(answer: &Answer) -> String {
    let body = answer.json();
    let text = text(&body, "error_description").to_owned();
    assert!(text.len() <= 200 && text.is_ascii(), "{text}");
    assert!(!text.contains(['"', '\\']), "{text}");
    text
}

/// Status, headers and body; what differs from run to run is redacted, but for its kind.
pub fn shown(answer: &Answer) -> String {
    let mut shown = show(answer);
    let Ok(body) = serde_json::from_str::<Value>(&answer.body) else {
        return shown;
    };
    for (name, prefix) in [
        ("client_secret", "loco_cs_"),
        ("registration_access_token", "loco_ra_"),
    ] {
        if let Some(secret) = body[name].as_str() {
            assert!(
                secret.starts_with(prefix) && secret.len() == prefix.len() + 43,
                "{secret}"
            );
            shown = shown.replace(secret, &format!("[{name}]"));
        }
    }
    if let Some(id) = body["client_id"].as_str() {
        shown = shown.replace(id, "[client_id]");
    }
    for name in ["client_id_issued_at", "client_secret_expires_at"] {
        if let Some(at) = body[name].as_i64().filter(|at| *at > 0) {
            let written = format!("\"{name}\": {at}");
            shown = shown.replace(&written, &format!("\"{name}\": \"[unix seconds]\""));
        }
    }
    shown
}
