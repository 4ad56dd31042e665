//! What every module works with: the app under test, seen from outside.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use axum_test::{TestRequest, TestResponse, TestServer};
use jsonwebtoken::jwk::JwkSet;
use loco_rs::app::AppContext;
use serde_json::Value;

use super::{
    person::Person,
    report::{Checked, Stop, ensure},
};
use crate::{
    protocol::time::Seconds,
    random,
    server::Server,
    testing::{
        assertions::header_of,
        browser::{Browser, local},
        server,
    },
};

/// Longest window of a default rate limit that the suite meets: that of logins.
const LONGEST_WINDOW: Seconds = Seconds::new(301);

/// The app under test.
pub(super) struct Suite<'a> {
    pub request: &'a TestServer,
    pub ctx: &'a AppContext,
    pub person: &'a Person,
    pub server: Arc<Server>,
    /// The document of OpenID Connect Discovery.
    pub metadata: Rc<Value>,
    warnings: RefCell<Vec<String>>,
}

impl<'a> Suite<'a> {
    pub async fn new(request: &'a TestServer, ctx: &'a AppContext, person: &'a Person) -> Self {
        let server = server(ctx);
        let mut suite = Self {
            request,
            ctx,
            person,
            server,
            metadata: Rc::default(),
            warnings: RefCell::default(),
        };
        let url = format!("{}/.well-known/openid-configuration", suite.issuer());
        let answer = suite.get(&url).await;
        suite.metadata = Rc::new(serde_json::from_str(&answer.text()).unwrap_or_default());
        suite
    }

    /// Before each module: nothing of the one before counts any more.
    pub fn begin(&self) {
        self.warnings.borrow_mut().clear();
        // The windows of the rate limits are over.
        self.server.clock.advance(LONGEST_WINDOW);
    }

    /// The warnings of the module.
    pub fn take_warnings(&self) -> Vec<String> {
        self.warnings.take()
    }

    /// Notes what a certification would only warn of.
    pub fn warn(&self, text: impl Into<String>) {
        self.warnings.borrow_mut().push(text.into());
    }

    /// Moves the time on.
    pub fn wait(&self, seconds: i64) {
        self.server.clock.advance(Seconds::new(seconds));
    }

    /// The issuer that the operator tells to clients.
    pub fn issuer(&self) -> &str {
        &self.server.urls.issuer
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser<'a> {
        Browser::new(self.request, self.ctx)
    }

    /// A random text, as clients make them for `state` and `nonce`.
    #[expect(clippy::unused_self, reason = "modules have the suite at hand")]
    pub fn random(&self) -> String {
        let secret = random::secret("").expect("random bytes");
        secret.expose().to_owned()
    }

    /// A member of the metadata that is a text.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.metadata[name].as_str()
    }

    /// An endpoint without which the plan is pointless.
    pub fn endpoint(&self, name: &str) -> Checked<&str> {
        let found = self.member(name);
        found.ok_or_else(|| Stop::failed(format!("the metadata has no {name}")))
    }

    /// An endpoint that a server may do without.
    pub fn optional_endpoint(&self, name: &str) -> Checked<&str> {
        let found = self.member(name);
        found.ok_or_else(|| Stop::skipped(format!("the metadata has no {name}")))
    }

    /// Whether a list of the metadata holds a word.
    pub fn lists(&self, name: &str, word: &str) -> bool {
        let list = self.metadata[name].as_array().into_iter().flatten();
        list.into_iter().any(|value| value == word)
    }

    /// Skips the module unless a list of the metadata holds the word.
    pub fn needs_listed(&self, name: &str, word: &str) -> Checked {
        if self.lists(name, word) {
            return Ok(());
        }
        Err(Stop::skipped(format!("{name} has no {word}")))
    }

    /// Skips the module unless the metadata says `true`.
    pub fn needs_true(&self, name: &str) -> Checked {
        if self.metadata[name] == true {
            return Ok(());
        }
        Err(Stop::skipped(format!("{name} is not true")))
    }

    /// A request without cookies, to a URL of the app.
    pub fn to(&self, method: axum::http::Method, url: &str) -> TestRequest {
        let request = self.request.method(method, &local(&self.server, url));
        request.clear_cookies().do_not_save_cookies()
    }

    pub async fn get(&self, url: &str) -> TestResponse {
        self.to(axum::http::Method::GET, url).await
    }

    /// UserInfo, or any other resource, with a bearer token (RFC 6750 §2.1).
    pub async fn get_with_token(&self, url: &str, token: &str) -> TestResponse {
        let request = self.to(axum::http::Method::GET, url);
        request
            .add_header("authorization", format!("Bearer {token}"))
            .await
    }

    /// GETs a JSON document.
    pub async fn document(&self, url: &str) -> Checked<Value> {
        let answer = self.get(url).await;
        json_of(url, &answer)
    }

    /// The published keys, which have no private parts and different `kid`s.
    pub async fn jwks(&self) -> Checked<JwkSet> {
        let set = self.document(self.endpoint("jwks_uri")?).await?;
        let keys = set["keys"].as_array().cloned().unwrap_or_default();
        ensure!(!keys.is_empty(), "the JWKS has no keys: {set}");
        let mut kids: Vec<&str> = keys.iter().filter_map(|key| key["kid"].as_str()).collect();
        ensure!(
            kids.len() == keys.len(),
            "a key of the JWKS has no kid: {set}"
        );
        kids.sort_unstable();
        kids.dedup();
        ensure!(
            kids.len() == keys.len(),
            "two keys of the JWKS have one kid: {set}"
        );
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            let private = keys.iter().find(|key| key.get(member).is_some());
            ensure!(
                private.is_none(),
                "a key of the JWKS has the private member {member}"
            );
        }
        serde_json::from_value(set).map_err(|error| Stop::failed(format!("the JWKS: {error}")))
    }

    /// Publishes a document of the client. Nothing leaves the machine: the server's fetcher finds it
    /// there, by the rules that it has for all URLs.
    pub fn publish(&self, url: &str, document: &Value) {
        self.server
            .fetcher
            .publish(url, document.to_string().as_bytes());
    }
}

/// The JSON of an answer with status 200 and its content type.
pub(super) fn json_of(what: &str, answer: &TestResponse) -> Checked<Value> {
    let (status, text) = (answer.status_code().as_u16(), answer.text());
    ensure!(status == 200, "{what} answers {status}: {text}");
    let kind = header_of(answer, "content-type");
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    ensure!(
        kind == "application/json",
        "{what} has the content type {kind:?}"
    );
    serde_json::from_str(&text).map_err(|error| Stop::failed(format!("{what}: {error}: {text}")))
}

/// Checks a JSON error of an endpoint for clients (RFC 6749 §5.2).
pub(super) fn error_of(what: &str, answer: &TestResponse, codes: &[&str]) -> Checked {
    let (status, text) = (answer.status_code().as_u16(), answer.text());
    ensure!(
        (400..500).contains(&status),
        "{what} answers {status}: {text}"
    );
    let body: Value = serde_json::from_str(&text)
        .map_err(|_| Stop::failed(format!("{what}: the error is no JSON: {text}")))?;
    let code = body["error"].as_str().unwrap_or_default();
    ensure!(
        codes.contains(&code),
        "{what}: {code:?} is not one of {codes:?}: {text}"
    );
    Ok(())
}
