//! One request of a client to an endpoint for clients.

use axum::http::Method;
use axum_test::TestResponse;
use serde_json::json;

use super::relying_party::{ClientAuth, RelyingParty};
use crate::testing::caller::basic;

/// `client_assertion_type` of RFC 7523 §2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How one request proves who sends it.
enum Credentials {
    Usual,
    Nothing,
    Assertion(String),
}

/// A request to an endpoint for clients, on its way.
#[must_use = "`send` sends it"]
pub(super) struct Call<'a> {
    rp: &'a RelyingParty<'a>,
    url: String,
    form: Vec<(String, String)>,
    credentials: Credentials,
    proofs: Option<Vec<String>>,
}

impl<'a> Call<'a> {
    /// A request with the usual credentials and an empty form.
    pub const fn new(rp: &'a RelyingParty<'a>, url: String) -> Self {
        Self {
            rp,
            url,
            form: Vec::new(),
            credentials: Credentials::Usual,
            proofs: None,
        }
    }

    /// Sets a field of the form.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.form.retain(|(key, _)| key != name);
        self.form.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds fields to the form.
    pub fn fields(mut self, fields: &[(String, String)]) -> Self {
        self.form.extend_from_slice(fields);
        self
    }

    /// Leaves a field of the form out.
    pub fn without(mut self, name: &str) -> Self {
        self.form.retain(|(key, _)| key != name);
        self
    }

    /// Sends no credentials but the `client_id`.
    pub fn unauthenticated(mut self) -> Self {
        self.credentials = Credentials::Nothing;
        self
    }

    /// Sends this assertion.
    pub fn assertion(mut self, assertion: String) -> Self {
        self.credentials = Credentials::Assertion(assertion);
        self
    }

    /// Sends these `DPoP` proofs, or none.
    pub fn proofs(mut self, proofs: Vec<String>) -> Self {
        self.proofs = Some(proofs);
        self
    }

    /// Sends the request; a nonce that the server wants in the proof is sent with a second one
    /// (RFC 9449 §8).
    pub async fn send(self) -> TestResponse {
        let answer = self.send_with(None).await;
        let nonce = answer.headers().get("dpop-nonce").cloned();
        let wants_nonce = answer.text().contains("use_dpop_nonce");
        match nonce.filter(|_| wants_nonce && self.proofs.is_none()) {
            Some(nonce) => self.send_with(nonce.to_str().ok()).await,
            None => answer,
        }
    }

    async fn send_with(&self, nonce: Option<&str>) -> TestResponse {
        let mut post = self.rp.suite.to(Method::POST, &self.url);
        let mut form = self.form.clone();
        let mut add = |name: &str, value: &str| {
            // What the caller has set stays as it is.
            if form.iter().all(|(known, _)| known != name) {
                form.push((name.to_owned(), value.to_owned()));
            }
        };
        let assertion = match (&self.credentials, &self.rp.auth) {
            (Credentials::Usual, ClientAuth::Basic(secret)) => {
                post = post.add_header("authorization", basic(&self.rp.client_id, secret));
                None
            }
            (Credentials::Usual, ClientAuth::Form(secret)) => {
                add("client_id", &self.rp.client_id);
                add("client_secret", secret);
                None
            }
            (Credentials::Usual, ClientAuth::Key(key)) => {
                Some(key.sign(&json!({}), &self.rp.assertion_claims()))
            }
            (Credentials::Assertion(assertion), _) => Some(assertion.clone()),
            (Credentials::Nothing, _) | (_, ClientAuth::Nothing) => {
                add("client_id", &self.rp.client_id);
                None
            }
        };
        if let Some(assertion) = assertion {
            add("client_assertion_type", ASSERTION_TYPE);
            add("client_assertion", &assertion);
        }
        for proof in self.proofs_with(nonce) {
            post = post.add_header("dpop", proof);
        }
        post.form(&form).await
    }

    fn proofs_with(&self, nonce: Option<&str>) -> Vec<String> {
        if let Some(proofs) = &self.proofs {
            return proofs.clone();
        }
        let Some(key) = &self.rp.dpop else {
            return Vec::new();
        };
        let suite = self.rp.suite;
        let mut claims = suite.proof_claims("POST", &self.url);
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        vec![key.proof(&json!({}), &claims)]
    }
}
