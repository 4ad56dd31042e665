//! Refresh tokens (RFC 6749 §6, OpenID Connect Core §12).

use serde_json::json;

use crate::testing::conformance::{
    relying_party::RelyingParty,
    report::{Checked, ensure},
    request::AuthorizationRequest,
    suite::{Suite, error_of},
    tokens::Session,
};

pub(super) async fn refresh_token(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let other = RelyingParty::fixed(suite).await;
    let session = offline(&rp).await?;
    refreshes(&session, &other).await
}

pub(super) async fn refresh_token_of_registered(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::registered(suite, &json!({})).await?;
    let other = RelyingParty::registered(suite, &json!({})).await?;
    let session = offline(&rp).await?;
    refreshes(&session, &other).await
}

/// Tokens of a request for access while the person is away (OpenID Connect Core §11).
pub(in crate::testing::conformance) async fn offline<'a>(
    rp: &'a RelyingParty<'a>,
) -> Checked<Session<'a>> {
    offline_with(rp.request(), rp.suite).await
}

/// Tokens of a request that is changed accordingly.
pub(super) async fn offline_with<'a>(
    request: AuthorizationRequest<'a>,
    suite: &Suite<'_>,
) -> Checked<Session<'a>> {
    let request = request.set("prompt", "consent");
    let scope = if suite.lists("scopes_supported", "offline_access") {
        "openid offline_access"
    } else {
        "openid"
    };
    request.set("scope", scope).tokens().await
}

/// A refresh gives other tokens for the same person and login, and only to its client.
pub(super) async fn refreshes(session: &Session<'_>, other: &RelyingParty<'_>) -> Checked {
    let rp = session.rp;
    let token = session.needs_refresh_token()?;
    rp.suite.wait(1);
    let answer = rp.refresh(token)?.send().await;
    let tokens = rp.read_tokens(&answer)?;
    let is_new = tokens.access_token != session.access_token;
    ensure!(is_new, "the access token is the one from before");
    if let Some(id_token) = &tokens.id_token {
        let claims = rp.check_id_token(id_token, &tokens.access_token).await?;
        for name in ["iss", "sub", "aud", "auth_time"] {
            let (before, after) = (&session.claims[name], &claims[name]);
            ensure!(
                before == after,
                "{name} of the ID token was {before}, and is {after}"
            );
        }
        let nonce = &claims["nonce"];
        let is_right = nonce.is_null() || *nonce == session.claims["nonce"];
        ensure!(is_right, "nonce of the ID token is {nonce}");
    }
    let next = tokens.refresh_token.as_deref().unwrap_or(token);
    let stolen = other.refresh(next)?.send().await;
    error_of(
        "the token endpoint",
        &stolen,
        &["invalid_grant", "invalid_client", "invalid_request"],
    )
}
