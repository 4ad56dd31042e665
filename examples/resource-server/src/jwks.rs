//! JWT access tokens (RFC 9068 §4), verified with the keys that the authorization server publishes.

use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use tokio::sync::RwLock;

use crate::{Api, Token, challenge::Refusal};

/// The published keys, as last fetched.
#[derive(Default)]
pub struct Keys(RwLock<Option<JwkSet>>);

impl Keys {
    async fn known(&self, kid: &str) -> Option<(DecodingKey, jsonwebtoken::Algorithm)> {
        let set = self.0.read().await;
        find(set.as_ref()?, kid)
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    scope: Option<String>,
}

/// The token's claims, if everything about it is right.
pub async fn verify(api: &Api, token: &str) -> Result<Token, Refusal> {
    let header = decode_header(token).map_err(|_| Refusal::InvalidToken)?;
    // An id token is signed by the same keys, and is no access token.
    let typ = header.typ.as_deref().unwrap_or_default();
    if !typ.eq_ignore_ascii_case("at+jwt") {
        return Err(Refusal::InvalidToken);
    }
    let kid = header.kid.ok_or(Refusal::InvalidToken)?;
    let (key, algorithm) = key(api, &kid).await?;
    // The key says by which algorithm it is used; the token has no say.
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[&api.issuer]);
    validation.set_audience(&[&api.resource]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Claims>(token, &key, &validation).map_err(|_| Refusal::InvalidToken)?;
    Ok(Token {
        sub: claims.claims.sub,
        scope: claims.claims.scope.unwrap_or_default(),
    })
}

/// The key `kid`; the set is fetched again when it is not there, because keys are rotated. In
/// production limit how often that happens.
async fn key(api: &Api, kid: &str) -> Result<(DecodingKey, jsonwebtoken::Algorithm), Refusal> {
    if let Some(key) = api.keys.known(kid).await {
        return Ok(key);
    }
    let fetched = api
        .http
        .get(format!("{}/oauth/jwks", api.issuer))
        .send()
        .await;
    let set = fetched
        .map_err(|_| Refusal::Unavailable)?
        .json::<JwkSet>()
        .await;
    let set = set.map_err(|_| Refusal::Unavailable)?;
    let key = find(&set, kid);
    *api.keys.0.write().await = Some(set);
    key.ok_or(Refusal::InvalidToken)
}

fn find(set: &JwkSet, kid: &str) -> Option<(DecodingKey, jsonwebtoken::Algorithm)> {
    let jwk = set.find(kid)?;
    let algorithm = jwk.common.key_algorithm?.to_string().parse().ok()?;
    Some((DecodingKey::from_jwk(jwk).ok()?, algorithm))
}
