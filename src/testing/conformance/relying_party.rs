//! A client of the suite: who it is, and how it talks to the endpoints for clients.

use std::rc::Rc;

use axum::http::Method;
use axum_test::TestResponse;
use serde_json::{Value, json};

use super::{
    call::Call,
    key::ClientKey,
    report::{Checked, Stop, ensure},
    request::AuthorizationRequest,
    suite::Suite,
};
use crate::{
    protocol::client::AuthMethod,
    testing::factory::{self, ClientBuilder, TestClient},
};

/// Where the clients of the suite are.
pub(super) const SITE: &str = "https://client.example";

/// How the client authenticates.
#[derive(Clone)]
pub(super) enum ClientAuth {
    /// By its `client_id` alone.
    Nothing,
    /// By a secret in the header.
    Basic(String),
    /// By a secret in the form.
    Form(String),
    /// By a signed assertion.
    Key(Rc<ClientKey>),
}

/// What of a client does not change.
#[derive(Clone)]
pub(super) struct RelyingParty<'a> {
    pub suite: &'a Suite<'a>,
    pub client_id: String,
    pub redirect_uri: String,
    pub auth: ClientAuth,
    /// Whether its requests have a PKCE challenge unless they say otherwise.
    pub pkce: Pkce,
    /// What binds its tokens (RFC 9449).
    pub dpop: Option<Rc<ClientKey>>,
    /// The answer to its registration.
    pub registered: Value,
}

/// Whether requests carry a PKCE challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pkce {
    /// With the method S256.
    S256,
    /// None.
    Absent,
}

impl<'a> RelyingParty<'a> {
    /// A client that the operator made: with a secret, and as the suite's Basic OP plan wants it
    /// exempt from PKCE.
    pub async fn fixed(suite: &'a Suite<'a>) -> Self {
        Self::made(suite, without_pkce(factory::client().confidential())).await
    }

    /// A client that the operator made, by a builder.
    pub async fn made(suite: &'a Suite<'a>, builder: ClientBuilder) -> Self {
        let builder = builder.post_logout_redirect_uri(&format!("{SITE}/signed-out"));
        let TestClient { client, secret } = builder.create(suite.ctx).await;
        let secret = secret.unwrap_or_default();
        let auth = match client.token_endpoint_auth_method {
            AuthMethod::ClientSecretBasic => ClientAuth::Basic(secret),
            AuthMethod::ClientSecretPost => ClientAuth::Form(secret),
            _ => ClientAuth::Nothing,
        };
        Self {
            suite,
            redirect_uri: client.redirect_uris.first().cloned().unwrap_or_default(),
            client_id: client.client_id,
            pkce: if client.require_pkce {
                Pkce::S256
            } else {
                Pkce::Absent
            },
            auth,
            dpop: None,
            registered: Value::Null,
        }
    }

    /// A client that registers itself (RFC 7591). It has `redirect_uris` unless `metadata` names
    /// others, and a secret.
    pub async fn registered(suite: &'a Suite<'a>, metadata: &Value) -> Checked<Self> {
        let body = registration(metadata);
        let answer = register(suite, &body).await?;
        let (status, text) = (answer.status_code().as_u16(), answer.text());
        ensure!(
            status == 201,
            "the registration of {body} answers {status}: {text}"
        );
        let registered: Value = serde_json::from_str(&text)
            .map_err(|_| Stop::failed(format!("the registration answers no JSON: {text}")))?;
        for name in ["redirect_uris", "token_endpoint_auth_method"] {
            let (asked, got) = (&body[name], &registered[name]);
            ensure!(
                asked.is_null() || asked == got,
                "{name}: registered {got} for {asked}"
            );
        }
        let text = |name: &str| registered[name].as_str().unwrap_or_default().to_owned();
        ensure!(!text("client_id").is_empty(), "no client_id: {registered}");
        let auth = match registered["token_endpoint_auth_method"].as_str() {
            Some("none") => ClientAuth::Nothing,
            Some("client_secret_post") => ClientAuth::Form(text("client_secret")),
            _ => ClientAuth::Basic(text("client_secret")),
        };
        let is_public = matches!(auth, ClientAuth::Nothing);
        Ok(Self {
            suite,
            client_id: text("client_id"),
            redirect_uri: registered["redirect_uris"][0]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            pkce: if is_public { Pkce::S256 } else { Pkce::Absent },
            auth,
            dpop: None,
            registered,
        })
    }

    /// The client with a key by which it authenticates.
    pub fn with_key(mut self, key: &Rc<ClientKey>) -> Self {
        self.auth = ClientAuth::Key(Rc::clone(key));
        self
    }

    /// An authorization request for `openid`.
    pub fn request(&'a self) -> AuthorizationRequest<'a> {
        AuthorizationRequest::new(self)
    }

    /// A request to an endpoint for clients.
    pub fn call(&'a self, endpoint: &str) -> Checked<Call<'a>> {
        let url = self.suite.endpoint(endpoint)?.to_owned();
        Ok(Call::new(self, url))
    }

    /// A token request.
    pub fn token_request(&'a self, grant: &str) -> Checked<Call<'a>> {
        Ok(self.call("token_endpoint")?.field("grant_type", grant))
    }

    /// A refresh request.
    pub fn refresh(&'a self, token: &str) -> Checked<Call<'a>> {
        Ok(self
            .token_request("refresh_token")?
            .field("refresh_token", token))
    }

    /// The claims of a good client assertion (RFC 7523 §3).
    pub fn assertion_claims(&self) -> Value {
        let now = self.suite.server.clock.now().as_seconds();
        json!({
            "iss": self.client_id, "sub": self.client_id, "aud": self.suite.issuer(),
            "jti": self.suite.random(), "iat": now, "exp": now + 60,
        })
    }
}

/// Exempts a client with a secret from PKCE (OAuth 2.1 §7.5.1), as the Basic OP plan wants it.
pub(super) fn without_pkce(builder: ClientBuilder) -> ClientBuilder {
    builder.with(|client| client.require_pkce = false)
}

/// Registration metadata with what the suite's clients have in common.
pub(super) fn registration(metadata: &Value) -> Value {
    let mut body = json!({
        "client_name": "Conformance suite",
        "redirect_uris": [format!("{SITE}/callback")],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    });
    let members = metadata.as_object().into_iter().flatten();
    for (name, value) in members {
        body[name] = value.clone();
    }
    body
}

/// Sends a registration request.
pub(super) async fn register(suite: &Suite<'_>, body: &Value) -> Checked<TestResponse> {
    let endpoint = suite.optional_endpoint("registration_endpoint")?;
    Ok(suite.to(Method::POST, endpoint).json(body).await)
}
