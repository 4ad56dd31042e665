//! What a client checks of an ID token (OpenID Connect Core §3.1.3.7), with the published keys.
//! The signature is verified by `jsonwebtoken`, which the server does not sign with.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{browser::local, caller::Caller};
use crate::protocol::{numeric_date, route::Route, time::UnixTime};

/// What an ID token must be.
pub(super) struct ExpectedIdToken<'a> {
    /// The key set of the issuer.
    pub jwks: &'a JwkSet,
    /// The claim `iss`.
    pub issuer: &'a str,
    /// The claim `aud`.
    pub client_id: &'a str,
    /// The access token of the same response.
    pub access_token: &'a str,
    /// The time of the server.
    pub now: UnixTime,
}

impl ExpectedIdToken<'_> {
    /// Verifies an ID token and returns its claims.
    ///
    /// # Errors
    /// Returns a sentence about the first check that fails.
    pub fn verify(&self, token: &str) -> Result<Value, String> {
        let header = decode_header(token).map_err(|error| format!("no JWT: {error}"))?;
        let kid = header.kid.ok_or("the ID token names no key (`kid`)")?;
        let key = self.jwks.find(&kid);
        let key = key.ok_or_else(|| format!("the key {kid} of the ID token is not published"))?;
        let key = DecodingKey::from_jwk(key).map_err(|error| format!("{kid}: {error}"))?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[self.issuer]);
        validation.set_audience(&[self.client_id]);
        validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
        // The expiry is checked by the server's clock, which a test may have stopped.
        validation.validate_exp = false;
        let claims = decode::<Value>(token, &key, &validation);
        let claims = claims.map_err(|error| format!("the ID token is bad: {error}"))?;
        let claims = claims.claims;
        self.check_times(&claims)?;
        self.check_party(&claims)?;
        // EdDSA uses another hash function.
        if header.alg != Algorithm::EdDSA {
            let digest = Sha256::digest(self.access_token);
            let half = URL_SAFE_NO_PAD.encode(&digest[..16]);
            if claims["at_hash"] != half {
                return Err(format!("at_hash is not that of the access token: {claims}"));
            }
        }
        Ok(claims)
    }

    fn check_times(&self, claims: &Value) -> Result<(), String> {
        let time = |name: &str| {
            let time = numeric_date::rounded_down(&claims[name]);
            time.ok_or_else(|| format!("{name} is no time: {claims}"))
        };
        if time("iat")? <= self.now && self.now < time("exp")? {
            return Ok(());
        }
        Err(format!("iat and exp are not around {}: {claims}", self.now))
    }

    /// `azp`, where it is there, is the client; several audiences need it.
    fn check_party(&self, claims: &Value) -> Result<(), String> {
        let several = claims["aud"].as_array().is_some_and(|aud| aud.len() > 1);
        let party = claims.get("azp");
        let is_ours = party.map_or(!several, |party| party == self.client_id);
        if is_ours {
            return Ok(());
        }
        Err(format!("azp is not the client: {claims}"))
    }
}

/// Verifies an ID token and returns its claims; panics when a check fails.
pub(super) async fn verify(
    caller: &Caller<'_>,
    token: &str,
    access_token: &str,
    nonce: Option<&str>,
) -> Value {
    let server = &caller.server;
    let url = local(server, server.urls.of(Route::Jwks));
    let jwks: JwkSet = caller.request.get(&url).clear_cookies().await.json();
    let expected = ExpectedIdToken {
        jwks: &jwks,
        issuer: &server.urls.issuer,
        client_id: caller.client.id(),
        access_token,
        now: server.clock.now(),
    };
    let claims = expected.verify(token);
    let claims = claims.unwrap_or_else(|error| panic!("{error}"));
    if let Some(nonce) = nonce {
        assert_eq!(claims["nonce"], nonce, "{claims}");
    }
    claims
}
