//! Keys of the suite's clients, for assertions (RFC 7523), proofs (RFC 9449) and request objects
//! (RFC 9101).

use aws_lc_rs::{
    rand::SystemRandom as AwsRandom,
    rsa::{KeySize, PublicKeyComponents},
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::suite::Suite;

enum Pair {
    P256(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
}

/// A key pair with a `kid`.
pub(super) struct ClientKey {
    pub kid: String,
    pair: Pair,
}

impl ClientKey {
    /// A key for ES256.
    pub fn es256(kid: &str) -> Self {
        let (rng, curve) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(curve, &rng).expect("random bytes");
        let pair = EcdsaKeyPair::from_pkcs8(curve, document.as_ref(), &rng);
        Self {
            kid: kid.to_owned(),
            pair: Pair::P256(Box::new(pair.expect("the key was just made"))),
        }
    }

    /// A key for RS256.
    pub fn rs256(kid: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("random bytes");
        Self {
            kid: kid.to_owned(),
            pair: Pair::Rsa(Box::new(pair)),
        }
    }

    const fn alg(&self) -> &'static str {
        match self.pair {
            Pair::P256(_) => "ES256",
            Pair::Rsa(_) => "RS256",
        }
    }

    /// The members of the public key that its thumbprint is made from (RFC 7638 §3.2).
    fn public(&self) -> Value {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (encoded(&point[1..33]), encoded(&point[33..]));
                json!({ "crv": "P-256", "kty": "EC", "x": x, "y": y })
            }
            Pair::Rsa(pair) => {
                let public: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
                json!({ "e": encoded(&public.e), "kty": "RSA", "n": encoded(&public.n) })
            }
        }
    }

    /// The thumbprint of the key (RFC 7638).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.public().to_string()))
    }

    /// The public key as a JWK.
    pub fn jwk(&self) -> Value {
        let mut jwk = self.public();
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!(self.alg());
        jwk["use"] = json!("sig");
        jwk
    }

    /// The set with this one public key.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.jwk()] })
    }

    /// A JWS with the usual header, changed: null takes a parameter away.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let usual = json!({ "alg": self.alg(), "kid": self.kid });
        self.sign_as_is(&changed(usual, header), claims)
    }

    /// A `DPoP` proof (RFC 9449 §4.2) with the usual header, changed.
    pub fn proof(&self, header: &Value, claims: &Value) -> String {
        let usual = json!({ "alg": self.alg(), "typ": "dpop+jwt", "jwk": self.public() });
        self.sign_as_is(&changed(usual, header), claims)
    }

    fn sign_as_is(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let signature = match &self.pair {
            Pair::P256(pair) => {
                let signed = pair.sign(&SystemRandom::new(), message.as_bytes());
                signed.expect("random bytes").as_ref().to_vec()
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let rng = AwsRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &rng, message.as_bytes(), &mut signature)
                    .expect("random bytes");
                signature
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Header and claims of a JWT as they are signed.
fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// A JWT with `alg: none` (RFC 7519 §6).
pub(super) fn without_signature(claims: &Value) -> String {
    format!("{}.", unsigned(&json!({ "alg": "none" }), claims))
}

/// The claims of a JWT that is not verified.
pub(super) fn claims_of(jwt: &str) -> Value {
    let claims = jwt.split('.').nth(1).unwrap_or_default();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    serde_json::from_slice(&claims).unwrap_or_default()
}

/// A value with other members: null takes one away.
pub(super) fn changed(mut value: Value, changes: &Value) -> Value {
    let changes = changes.as_object().into_iter().flatten();
    for (name, change) in changes {
        value[name] = change.clone();
    }
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}

impl Suite<'_> {
    /// The claims of a good `DPoP` proof for a request without a token (RFC 9449 §4.2).
    pub fn proof_claims(&self, method: &str, url: &str) -> Value {
        let bare = url.split(['?', '#']).next().unwrap_or_default();
        json!({
            "jti": self.random(), "htm": method, "htu": bare,
            "iat": self.server.clock.now().as_seconds(),
        })
    }

    /// The claims of a good `DPoP` proof for a request with a token: `ath` is its hash.
    pub fn proof_claims_for(&self, method: &str, url: &str, token: &str) -> Value {
        let mut claims = self.proof_claims(method, url);
        claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
        claims
    }
}
