//! A client's own key and what it signs.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use loco_oauth_server::{
    Seconds,
    internals::protocol::{
        client::{AuthMethod, Client, GrantType},
        client_assertion,
    },
};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};

use super::{
    fixtures,
    server::{Answer, TestServer},
};

/// An Ed25519 key with a `kid`.
pub struct ClientKey {
    pair: Ed25519KeyPair,
    pkcs8: Vec<u8>,
    pub kid: String,
}

impl ClientKey {
    pub fn new(kid: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self {
            pair: Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap(),
            pkcs8: pkcs8.as_ref().to_vec(),
            kid: kid.to_owned(),
        }
    }

    /// The private key (RFC 8410 §7).
    pub fn pem(&self) -> String {
        pem("PRIVATE KEY", &self.pkcs8)
    }

    /// What somebody could take for a shared secret: the public key in all its spellings.
    pub fn public_spellings(&self) -> Vec<Vec<u8>> {
        // RFC 8410 §4.
        const PREFIX: [u8; 12] = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];
        let der = [PREFIX.as_slice(), self.public_bytes()].concat();
        let pem = pem("PUBLIC KEY", &der);
        vec![
            pem.trim_end().as_bytes().to_vec(),
            pem.into_bytes(),
            der,
            self.public_bytes().to_vec(),
        ]
    }

    pub fn public_bytes(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The set with this one public key.
    pub fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.public_bytes());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": x }] })
    }

    /// A JWS of changed members: null takes one away.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let header = changed(json!({ "alg": "EdDSA", "kid": self.kid }), header);
        self.sign_as_is(&header, claims)
    }

    /// A JWS of just these two.
    pub fn sign_as_is(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let signature = self.pair.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A good assertion of `client` for `server`, with changed claims.
    pub fn assertion(&self, server: &TestServer, client: &str, changes: &Value) -> String {
        self.sign(&json!({}), &claims(server, client, changes))
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    // RFC 7468 §2: lines of 64 characters.
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    let text = lines.join("\n");
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

/// Header and claims as they are signed.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// The claims of a good assertion, changed: null takes one away.
pub fn claims(server: &TestServer, client: &str, changes: &Value) -> Value {
    let oauth = server.oauth();
    let good = json!({
        "iss": client, "sub": client, "aud": oauth.urls.issuer,
        "jti": "jti",
        "iat": oauth.clock.now(), "exp": oauth.clock.now() + Seconds::minutes(1),
    });
    changed(good, changes)
}

fn changed(mut value: Value, changes: &Value) -> Value {
    for (name, change) in changes.as_object().unwrap() {
        value[name] = change.clone();
    }
    value
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    value
}

/// A machine that signs, `signer`.
pub fn signer(jwks: Option<Value>) -> Client {
    Client {
        grant_types: vec![GrantType::ClientCredentials],
        response_types: Vec::new(),
        scopes: Some(vec!["jobs".to_owned()]),
        token_endpoint_auth_method: AuthMethod::PrivateKeyJwt,
        jwks,
        ..fixtures::client("signer", &[])
    }
}

/// A form with an assertion.
pub fn with_assertion<'a>(
    assertion: &'a str,
    form: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut form = form.to_vec();
    form.push(("client_assertion_type", client_assertion::TYPE));
    form.push(("client_assertion", assertion));
    form
}

impl TestServer {
    /// A token request of a machine that signs.
    pub async fn assert_by(&self, assertion: &str) -> Answer {
        let form = with_assertion(assertion, &[("grant_type", "client_credentials")]);
        self.post("/oauth/token", &form).await
    }
}
