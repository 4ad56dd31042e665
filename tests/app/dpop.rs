//! A client that has a key, and its requests with proofs of possession.

use loco_oauth_server::testing::DpopKey;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{
    browser::Authorize,
    fixtures::{CONF_CB, PUB_CB, SECRET},
    server::{Answer, TestServer},
    tokens::{redemption, text},
};

/// An access token, as a request shows it.
pub struct Shown<'a> {
    pub method: Method,
    pub path: &'a str,
    pub scheme: &'a str,
    pub token: &'a str,
    /// The headers `DPoP`.
    pub proofs: &'a [&'a str],
}

impl<'a> Shown<'a> {
    /// GET with one proof.
    pub const fn get(path: &'a str, token: &'a str, proofs: &'a [&'a str]) -> Self {
        Self {
            method: Method::GET,
            path,
            scheme: "DPoP",
            token,
            proofs,
        }
    }
}

fn with_proofs(request: RequestBuilder, proofs: &[&str]) -> RequestBuilder {
    let add = |request: RequestBuilder, proof: &&str| request.header("DPoP", *proof);
    proofs.iter().fold(request, add)
}

/// The header of a good proof.
pub fn proof_header(key: &DpopKey) -> Value {
    json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() })
}

impl TestServer {
    /// The claims of a good proof for a token request.
    pub fn proof_claims(&self) -> Value {
        let jti = uuid::Uuid::new_v4().to_string();
        let url = format!("{}/oauth/token", self.oauth().settings.base_url);
        json!({ "jti": jti, "htm": "POST", "htu": url, "iat": self.now() })
    }

    /// A good proof for a token request.
    pub fn token_proof(&self, key: &DpopKey) -> String {
        key.proof(&self.ctx, "POST", "/oauth/token")
    }

    /// A token request of a client of the fixtures with these headers `DPoP`.
    pub async fn token_with(&self, client: &str, form: &[(&str, &str)], proofs: &[&str]) -> Answer {
        let request = self.http.post(self.url("/oauth/token"));
        let request = if matches!(client, "conf" | "m2m" | "robot") {
            let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
            request.basic_auth(client, Some(encoded)).form(form)
        } else {
            let form = [form, &[("client_id", client)]].concat();
            request.form(&form)
        };
        self.send(with_proofs(request, proofs)).await
    }

    /// A code of `pub` or `conf` for alice.
    pub async fn code_of(&self, client: &str) -> String {
        self.code_with(client, &[]).await
    }

    /// The same with more parameters.
    pub async fn code_with(&self, client: &str, more: &[(&str, &str)]) -> String {
        let callback = if client == "pub" { PUB_CB } else { CONF_CB };
        let request = Authorize::of(client, callback).with("scope", "openid read");
        let add = |request: Authorize, pair: &(&str, &str)| request.and(pair.0, pair.1);
        let request = more.iter().fold(request, add);
        self.browser().code(&request).await
    }

    /// Redeems a code of `pub` or `conf`.
    pub async fn redeem_by(&self, client: &str, code: &str, proofs: &[&str]) -> Answer {
        let callback = if client == "pub" { PUB_CB } else { CONF_CB };
        let form = redemption(code, &[("redirect_uri", Some(callback))]);
        self.token_with(client, &form, proofs).await
    }

    /// Tokens of `pub` or `conf` that are bound to the key.
    pub async fn bound_tokens(&self, client: &str, key: &DpopKey) -> Value {
        let code = self.code_of(client).await;
        let proof = self.token_proof(key);
        let tokens = self.redeem_by(client, &code, &[&proof]).await.ok();
        assert_eq!(tokens["token_type"], "DPoP");
        tokens
    }

    /// A refresh by `pub` or `conf`.
    pub async fn refresh_by(&self, client: &str, tokens: &Value, proofs: &[&str]) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(tokens, "refresh_token")),
        ];
        self.token_with(client, &form, proofs).await
    }

    /// A request with an access token.
    pub async fn show(&self, shown: Shown<'_>) -> Answer {
        let request = self.http.request(shown.method, self.url(shown.path));
        let credentials = format!("{} {}", shown.scheme, shown.token);
        let request = request.header("authorization", credentials);
        self.send(with_proofs(request, shown.proofs)).await
    }

    /// GET with an access token that is bound to the key, and a good proof.
    pub async fn show_bound(&self, path: &str, token: &str, key: &DpopKey) -> Answer {
        let proof = key.proof_with_token(&self.ctx, "GET", path, token);
        self.show(Shown::get(path, token, &[&proof])).await
    }
}
