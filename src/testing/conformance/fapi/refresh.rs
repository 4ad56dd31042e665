//! Refresh tokens of the profile (FAPI 2.0 Security Profile).

use super::clients::client;
use crate::testing::conformance::{
    oidc::offline,
    report::Checked,
    suite::{Suite, error_of},
};

pub(super) async fn refresh_token(suite: &Suite<'_>) -> Checked {
    let (rp, other) = (client(suite).await?, client(suite).await?);
    let session = offline(&rp).await?;
    let token = session.needs_refresh_token()?;
    let what = "the token endpoint";
    let anonymous = rp.refresh(token)?.unauthenticated().send().await;
    error_of(what, &anonymous, &["invalid_client", "invalid_request"])?;
    let unproven = rp.refresh(token)?.proofs(Vec::new()).send().await;
    let codes = ["invalid_request", "invalid_dpop_proof", "invalid_grant"];
    error_of(what, &unproven, &codes)?;
    let answer = rp.refresh(token)?.send().await;
    let next = rp.read_tokens(&answer)?.refresh_token;
    let next = next.as_deref().unwrap_or(token);
    if next != token {
        suite.warn("refresh tokens of confidential clients rotate: the profile wants rotate_refresh_tokens: public_only");
    }
    let stolen = other.refresh(next)?.send().await;
    error_of(what, &stolen, &["invalid_grant"])
}
