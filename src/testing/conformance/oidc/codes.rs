//! Codes are good for one use (RFC 6749 §4.1.2).

use crate::testing::conformance::{
    relying_party::RelyingParty,
    report::Checked,
    suite::{Suite, error_of},
};

pub(super) async fn reuse(suite: &Suite<'_>) -> Checked {
    used_again_after(suite, 0).await
}

pub(super) async fn reuse_after_30_seconds(suite: &Suite<'_>) -> Checked {
    used_again_after(suite, 30).await
}

async fn used_again_after(suite: &Suite<'_>, seconds: i64) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = rp.request().tokens().await?;
    suite.wait(seconds);
    let call = rp.call("token_endpoint")?.fields(&session.redemption());
    error_of("the token endpoint", &call.send().await, &["invalid_grant"])?;
    let url = suite.endpoint("userinfo_endpoint")?;
    let answer = suite.get_with_token(url, &session.access_token).await;
    if answer.status_code().is_success() {
        suite.warn("the access token of the first use still works");
    }
    Ok(())
}
