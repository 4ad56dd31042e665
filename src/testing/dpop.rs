//! A client's key and its proofs of possession.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use loco_rs::app::AppContext;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::server;
use crate::{
    protocol::{dpop::KeyThumbprint, jwk::PublicJwk},
    random,
    server::Server,
};

/// A key on P-256, to which a client binds its tokens (RFC 9449).
///
/// ```no_run
/// # use loco_oauth_server::{resource_owner::ResourceOwner, testing::*};
/// # async fn example(request: &TestServer, ctx: &loco_rs::app::AppContext, user: impl ResourceOwner + Clone) {
/// let tokens = flow(request, ctx).user(&user).scope("openid").dpop().run().await;
/// assert_eq!(tokens.body["token_type"], "DPoP");
///
/// let token = ActingAs::user(&user).resource("/mcp").dpop().token(ctx).await;
/// let mut get = request.get("/mcp");
/// for (name, value) in token.headers("GET", "/mcp") {
///     get = get.add_header(name, value);
/// }
/// assert_eq!(get.await.status_code(), 200);
/// # }
/// ```
#[derive(Clone)]
pub struct DpopKey {
    pair: Arc<EcdsaKeyPair>,
    public: PublicJwk,
}

/// The private key is not printed.
impl std::fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("DpopKey").field(&self.thumbprint()).finish()
    }
}

impl Default for DpopKey {
    fn default() -> Self {
        Self::new()
    }
}

impl DpopKey {
    /// Makes a new key.
    pub fn new() -> Self {
        let (alg, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(alg, &random).expect("random bytes");
        let pair = EcdsaKeyPair::from_pkcs8(alg, pkcs8.as_ref(), &random).expect("a new key");
        let public = PublicJwk::p256(pair.public_key().as_ref()).expect("a point");
        Self {
            pair: Arc::new(pair),
            public,
        }
    }

    /// Returns the public key as JWK (RFC 7517).
    pub fn jwk(&self) -> Value {
        json!(self.public)
    }

    /// Returns the thumbprint of the key (RFC 7638): the value of `dpop_jkt` and of `cnf.jkt`.
    pub fn thumbprint(&self) -> String {
        self.public.thumbprint()
    }

    /// The key, as if a client had proven to hold it.
    pub(super) fn proven(&self) -> KeyThumbprint {
        KeyThumbprint::parse(&self.thumbprint()).expect("a thumbprint")
    }

    /// Makes a proof for a request: `url` is a path of this app or a URL.
    pub fn proof(&self, ctx: &AppContext, method: &str, url: &str) -> String {
        self.proof_for(&server(ctx), method, url, &json!({}))
    }

    /// Makes a proof for a request with an access token.
    pub fn proof_with_token(
        &self,
        ctx: &AppContext,
        method: &str,
        url: &str,
        token: &str,
    ) -> String {
        let more = json!({ "ath": hash(token) });
        self.proof_for(&server(ctx), method, url, &more)
    }

    /// Signs any header and claims with ES256, also wrong ones.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.expect("random bytes"));
        format!("{message}.{signature}")
    }

    /// Makes a proof with more claims than the usual ones.
    pub(super) fn proof_for(
        &self,
        server: &Server,
        method: &str,
        url: &str,
        more: &Value,
    ) -> String {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.public });
        let mut claims = json!({
            "jti": random::identifier().expect("random bytes"),
            "htm": method,
            "htu": server.urls.page(url),
            "iat": server.clock.now(),
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        self.sign(&header, &claims)
    }

    /// The headers of a request with an access token (RFC 9449 §7.1).
    pub(super) fn headers(
        &self,
        server: &Server,
        method: &str,
        url: &str,
        token: &str,
    ) -> Vec<(HeaderName, HeaderValue)> {
        let nonce = server.tokens.nonces().map(|nonces| nonces.current);
        let mut more = json!({ "ath": hash(token) });
        if let Some(nonce) = nonce {
            more["nonce"] = nonce.into();
        }
        let proof = self.proof_for(server, method, url, &more);
        let value = |text: &str| HeaderValue::from_str(text).expect("ASCII");
        vec![
            (header::AUTHORIZATION, value(&format!("DPoP {token}"))),
            (HeaderName::from_static("dpop"), value(&proof)),
        ]
    }
}

/// The claim `ath` (RFC 9449 §4.2).
fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}
