//! Codes at the token endpoint: bound to client, key and challenge.

use super::{clients::client, resource::with_proof};
use crate::testing::conformance::{
    report::Checked,
    suite::{Suite, error_of},
};

const AT_TOKEN: &str = "the token endpoint";

pub(super) async fn client_id_of_other(suite: &Suite<'_>) -> Checked {
    let (rp, other) = (client(suite).await?, client(suite).await?);
    let response = rp.request().code().await?;
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    let answer = call.field("client_id", &other.client_id).send().await;
    error_of(AT_TOKEN, &answer, &["invalid_client", "invalid_request"])
}

pub(super) async fn without_proof(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let response = rp.request().code().await?;
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    let answer = call.proofs(Vec::new()).send().await;
    error_of(
        AT_TOKEN,
        &answer,
        &["invalid_request", "invalid_dpop_proof", "invalid_grant"],
    )
}

pub(super) async fn of_other_client(suite: &Suite<'_>) -> Checked {
    let (rp, other) = (client(suite).await?, client(suite).await?);
    let response = rp.request().code().await?;
    let answer = response.try_redeem_as(&other).await?;
    error_of(AT_TOKEN, &answer, &["invalid_grant"])
}

pub(super) async fn reuse(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let session = rp.request().tokens().await?;
    suite.wait(1);
    let call = rp.call("token_endpoint")?.fields(&session.redemption());
    error_of(AT_TOKEN, &call.send().await, &["invalid_grant"])?;
    if with_proof(&session).await?.status_code().is_success() {
        suite.warn("the access token of the first use still works");
    }
    Ok(())
}

pub(super) async fn expired(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let response = rp.request().code().await?;
    // FAPI 2.0 Security Profile: a code lives for a minute at most.
    suite.wait(61);
    response.redeem_in_vain().await
}

pub(super) async fn without_verifier(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let response = rp.request().code().await?;
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    let answer = call.without("code_verifier").send().await;
    error_of(AT_TOKEN, &answer, &["invalid_grant", "invalid_request"])
}

pub(super) async fn wrong_verifier(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let response = rp.request().code().await?;
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    let answer = call.field("code_verifier", &suite.random()).send().await;
    error_of(AT_TOKEN, &answer, &["invalid_grant"])
}
