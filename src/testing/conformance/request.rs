//! An authorization request, and the way of a browser through the pages that answer it.

use axum_test::TestResponse;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    journey::Journey,
    person::Decision,
    relying_party::{Pkce, RelyingParty},
    report::{Checked, Stop, ensure},
    tokens::{CodeResponse, Session},
    visit::Visit,
};
use crate::testing::{browser::Browser, page::Form};

/// How the request reaches the authorization endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Query,
    Form,
    /// Pushed, with a reference in the query (RFC 9126).
    Pushed,
}

/// An authorization request with all that is usual, to be changed.
#[must_use = "`visit`, `code` or `tokens` sends it"]
pub(super) struct AuthorizationRequest<'a> {
    rp: &'a RelyingParty<'a>,
    params: Vec<(String, String)>,
    verifier: String,
    way: Way,
    decision: Decision,
    browser: Browser<'a>,
}

impl<'a> AuthorizationRequest<'a> {
    pub(super) fn new(rp: &'a RelyingParty<'a>) -> Self {
        let suite = rp.suite;
        let verifier = suite.random();
        let request = Self {
            rp,
            params: Vec::new(),
            verifier,
            way: if rp.dpop.is_some() {
                Way::Pushed
            } else {
                Way::Query
            },
            decision: Decision::Allow,
            browser: suite.browser(),
        };
        let request = request
            .set("response_type", "code")
            .set("client_id", &rp.client_id)
            .set("redirect_uri", &rp.redirect_uri)
            .set("scope", "openid")
            .set("state", &suite.random())
            .set("nonce", &suite.random());
        match rp.pkce {
            Pkce::S256 => request.with_pkce(),
            Pkce::Absent => request,
        }
    }

    /// Sets a parameter.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.add(name, value)
    }

    /// Adds a parameter, beside those of its name.
    pub fn add(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a parameter out.
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(key, _)| key != name);
        self
    }

    /// Sends the parameters in the opposite order.
    pub fn reversed(mut self) -> Self {
        self.params.reverse();
        self
    }

    /// Adds a PKCE challenge (RFC 7636 §4.3).
    pub fn with_pkce(self) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier));
        self.set("code_challenge", &challenge)
            .set("code_challenge_method", "S256")
    }

    /// Sends the request as a form (OpenID Connect Core §3.1.2.1).
    pub fn by_form(mut self) -> Self {
        self.way = Way::Form;
        self
    }

    /// Sends the parameters in the query, whatever the client does otherwise.
    pub fn by_query(mut self) -> Self {
        self.way = Way::Query;
        self
    }

    /// Uses a browser that was used before.
    pub fn in_browser(mut self, browser: &Browser<'a>) -> Self {
        self.browser = browser.clone();
        self
    }

    /// Lets the person refuse.
    pub fn denied(mut self) -> Self {
        self.decision = Decision::Deny;
        self
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The parameters as they would be sent.
    pub fn params(&self) -> &[(String, String)] {
        &self.params
    }

    /// Sends the request and lets the person answer every page.
    pub async fn visit(self) -> Checked<Visit<'a>> {
        self.send(None).await
    }

    /// Sends the request with this reference (RFC 9126 §4).
    pub async fn visit_with_reference(self, request_uri: &str) -> Checked<Visit<'a>> {
        self.send(Some(request_uri)).await
    }

    /// Sends the request to its end, which is a code.
    pub async fn code(self) -> Checked<CodeResponse<'a>> {
        let rp = self.rp;
        let visit = self.visit().await?;
        CodeResponse::of(rp, visit)
    }

    /// Sends the request and redeems the code.
    pub async fn tokens(self) -> Checked<Session<'a>> {
        self.code().await?.redeem().await
    }

    /// Pushes the request (RFC 9126 §2.1).
    pub async fn push(&self) -> Checked<TestResponse> {
        self.rp
            .suite
            .optional_endpoint("pushed_authorization_request_endpoint")?;
        let call = self.rp.call("pushed_authorization_request_endpoint")?;
        Ok(call.fields(&self.params).send().await)
    }

    async fn reference(&self) -> Checked<String> {
        let answer = self.push().await?;
        let (status, text) = (answer.status_code().as_u16(), answer.text());
        ensure!(
            status == 201,
            "the pushed request is answered {status}: {text}"
        );
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let lifetime = body["expires_in"].as_u64().unwrap_or_default();
        ensure!(
            (5..=600).contains(&lifetime),
            "expires_in of a request_uri: {text}"
        );
        let reference = body["request_uri"].as_str();
        let reference = reference.ok_or_else(|| Stop::failed(format!("no request_uri: {text}")))?;
        Ok(reference.to_owned())
    }

    async fn send(mut self, reference: Option<&str>) -> Checked<Visit<'a>> {
        let endpoint = self.rp.suite.endpoint("authorization_endpoint")?.to_owned();
        let reference = match (reference, self.way) {
            (Some(reference), _) => Some(reference.to_owned()),
            (None, Way::Pushed) => Some(self.reference().await?),
            (None, _) => None,
        };
        let mut sent = self.params.clone();
        if let Some(reference) = reference {
            sent.retain(|(name, _)| name == "client_id");
            sent.push(("request_uri".to_owned(), reference));
        }
        let (answer, url) = if self.way == Way::Form {
            let form = Form {
                action: endpoint.clone(),
                fields: sent,
            };
            (self.browser.post(&form).await, endpoint)
        } else {
            let url = with_query(&endpoint, &sent);
            (self.browser.get(&url).await, url)
        };
        let stop = self
            .value("redirect_uri")
            .unwrap_or(&self.rp.redirect_uri)
            .to_owned();
        let journey = Journey {
            suite: self.rp.suite,
            stop: &stop,
            decision: self.decision,
        };
        let walked = journey.walk(self.browser, &url, answer).await?;
        Ok(Visit {
            rp: self.rp,
            params: self.params,
            verifier: self.verifier,
            walked,
        })
    }
}

/// A URL with parameters.
pub(super) fn with_query(url: &str, params: &[(String, String)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}{query}")
}
