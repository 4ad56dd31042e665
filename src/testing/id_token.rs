//! What a client checks of an ID token (OpenID Connect Core §3.1.3.7), with the published keys.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{browser::local, caller::Caller};
use crate::protocol::{numeric_date, route::Route};

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
    let header = decode_header(token).expect("the ID token is a JWT");
    let kid = header.kid.expect("the ID token names its key");
    let key = jwks.find(&kid).expect("the key is published");
    let key = DecodingKey::from_jwk(key).expect("the key can be used");

    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[&server.urls.issuer]);
    validation.set_audience(&[caller.client.id()]);
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    // The expiry is checked by the server's clock, which a test may have stopped.
    validation.validate_exp = false;
    let claims = decode::<Value>(token, &key, &validation);
    let claims = claims.expect("the ID token is good").claims;

    let time = |name: &str| {
        numeric_date::rounded_down(&claims[name]).unwrap_or_else(|| panic!("{name}: {claims}"))
    };
    assert!(
        time("iat") <= server.clock.now() && server.clock.now() < time("exp"),
        "{claims}"
    );
    if let Some(nonce) = nonce {
        assert_eq!(claims["nonce"], nonce, "{claims}");
    }
    // EdDSA uses another hash function.
    if header.alg != Algorithm::EdDSA {
        let digest = Sha256::digest(access_token);
        let half = &digest[..16];
        assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(half), "{claims}");
    }
    claims
}
