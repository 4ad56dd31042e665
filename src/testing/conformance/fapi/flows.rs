//! Whole flows of the profile.

use super::{clients::client, resource::with_proof};
use crate::testing::conformance::{
    report::{Checked, ensure},
    request::AuthorizationRequest,
    suite::{Suite, json_of},
    tokens::Session,
};

/// UserInfo, as a resource that wants proofs.
pub(super) async fn uses_token(session: &Session<'_>) -> Checked {
    let answer = with_proof(session).await?;
    session.check_userinfo(&json_of("userinfo", &answer)?)
}

async fn succeeds(request: AuthorizationRequest<'_>) -> Checked {
    request.tokens().await.map(drop)
}

pub(super) async fn happy_flow(suite: &Suite<'_>) -> Checked {
    for rp in [client(suite).await?, client(suite).await?] {
        uses_token(&rp.request().tokens().await?).await?;
    }
    Ok(())
}

pub(super) async fn user_rejects(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    rp.request()
        .denied()
        .visit()
        .await?
        .error_at_client(&["access_denied"])
}

pub(super) async fn without_state(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    // That the response then has no state is checked of every response.
    succeeds(rp.request().without("state")).await
}

pub(super) async fn without_nonce(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    succeeds(rp.request().without("nonce")).await
}

pub(super) async fn nonce_of_64(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    succeeds(rp.request().set("nonce", &"n".repeat(64))).await
}

pub(super) async fn long_nonce(suite: &Suite<'_>) -> Checked {
    whole_or_refused(suite, "nonce").await
}

pub(super) async fn long_state(suite: &Suite<'_>) -> Checked {
    whole_or_refused(suite, "state").await
}

/// A value of 384 characters comes back as it is, or is refused; it is never cut.
async fn whole_or_refused(suite: &Suite<'_>, name: &str) -> Checked {
    let rp = client(suite).await?;
    let request = rp.request().set(name, &"a".repeat(384));
    let pushed = request.push().await?;
    if pushed.status_code().is_client_error() {
        return crate::testing::conformance::suite::error_of("PAR", &pushed, &["invalid_request"]);
    }
    succeeds(request).await
}

pub(super) async fn other_scope_order(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    succeeds(rp.request().set("scope", "email openid")).await
}

pub(super) async fn claims_parameter(suite: &Suite<'_>) -> Checked {
    suite.needs_true("claims_parameter_supported")?;
    let rp = client(suite).await?;
    let claims = r#"{"id_token":{"name":null,"email":null},"userinfo":{"name":null,"email":null}}"#;
    let session = rp.request().set("claims", claims).tokens().await?;
    for name in ["name", "email"] {
        if suite.lists("claims_supported", name) {
            let told = &session.claims[name];
            ensure!(
                !told.is_null(),
                "the ID token has no {name}, which was asked for"
            );
        }
    }
    Ok(())
}
