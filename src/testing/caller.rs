//! Requests of a client to the endpoints for clients.

use std::sync::Arc;

use axum_test::{TestResponse, TestServer};
use base64::{Engine, engine::general_purpose::STANDARD};

use serde_json::json;

use super::{DpopKey, browser::local, factory::TestClient};
use crate::{
    protocol::{client::AuthMethod, route::Route},
    server::Server,
};

/// A client with its credentials in front of one app.
#[derive(Clone)]
pub struct Caller<'a> {
    pub request: &'a TestServer,
    pub server: Arc<Server>,
    pub client: TestClient,
    /// The key to which its tokens are bound.
    pub key: Option<DpopKey>,
}

impl Caller<'_> {
    /// Posts a form, authenticated in the client's way.
    pub async fn post(&self, url: &str, form: &[(&str, &str)]) -> TestResponse {
        let is_for_tokens = url == self.server.urls.of(Route::Token);
        let key = self.key.as_ref().filter(|_| is_for_tokens);
        let proof = key.map(|key| {
            let nonce = self.server.tokens.nonces();
            let more = nonce.map_or_else(|| json!({}), |it| json!({ "nonce": it.current }));
            key.proof_for(&self.server, "POST", url, &more)
        });
        let path = local(&self.server, url);
        self.client
            .send(self.request, &path, form, proof.as_deref())
            .await
    }
}

impl TestClient {
    /// Posts a form to a path, authenticated in the client's way (RFC 6749 §2.3.1).
    ///
    /// ```no_run
    /// # use loco_oauth_server::testing::*;
    /// # async fn example(request: &TestServer, ctx: &loco_rs::app::AppContext) {
    /// let machine = factory::client().machine().create(ctx).await;
    /// let form = [("grant_type", "client_credentials")];
    /// let answer = machine.post(request, "/oauth/token", &form).await;
    /// # }
    /// ```
    pub async fn post(
        &self,
        request: &TestServer,
        path: &str,
        form: &[(&str, &str)],
    ) -> TestResponse {
        self.send(request, path, form, None).await
    }

    /// Posts a form with a proof of possession (RFC 9449 §5), which [`DpopKey::proof`] makes.
    pub async fn post_with_proof(
        &self,
        request: &TestServer,
        path: &str,
        form: &[(&str, &str)],
        proof: &str,
    ) -> TestResponse {
        self.send(request, path, form, Some(proof)).await
    }

    async fn send(
        &self,
        request: &TestServer,
        path: &str,
        form: &[(&str, &str)],
        proof: Option<&str>,
    ) -> TestResponse {
        let mut form = form.to_vec();
        let mut post = request.post(path).clear_cookies().do_not_save_cookies();
        if let Some(proof) = proof {
            post = post.add_header("dpop", proof);
        }
        let method = self.client.token_endpoint_auth_method;
        let secret = self.secret.as_deref();
        if method == AuthMethod::None {
            form.push(("client_id", self.id()));
        } else if method == AuthMethod::ClientSecretBasic {
            post = post.add_header("authorization", basic(self.id(), self.expect_secret()));
        } else if method == AuthMethod::ClientSecretPost {
            form.push(("client_id", self.id()));
            form.push(("client_secret", secret.unwrap_or_default()));
        } else {
            panic!("{}: write this client's authentication out", self.id());
        }
        post.form(&form).await
    }

    fn expect_secret(&self) -> &str {
        let secret = self.secret.as_deref();
        secret.unwrap_or_else(|| panic!("the secret of {} is needed: .secret(…)", self.id()))
    }
}

/// Both parts are form-encoded before (RFC 6749 §2.3.1).
pub(super) fn basic(id: &str, secret: &str) -> String {
    let encoded =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encoded(id), encoded(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

/// Borrows the fields of a form for the endpoints' helpers.
pub(super) fn pairs(form: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = form.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
