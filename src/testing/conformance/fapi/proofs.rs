//! `DPoP` proofs at PAR and at the token endpoint (RFC 9449 §4, §10).

use std::rc::Rc;

use serde_json::{Value, json};

use super::{
    clients::client,
    flows::uses_token,
    resource::{proof_for, resource_answers},
};
use crate::testing::conformance::{
    key::{ClientKey, changed},
    relying_party::RelyingParty,
    report::{Checked, Stop, ensure},
    suite::{Suite, error_of, json_of},
};

/// Errors that say that proof and code do not belong together.
const MISMATCH: [&str; 3] = ["invalid_dpop_proof", "invalid_grant", "invalid_request"];

/// A flow in which every proof has these claims.
async fn with_claims(suite: &Suite<'_>, claims: fn(i64) -> Value) -> Checked {
    let rp = client(suite).await?;
    let key = proof_key(&rp)?;
    let now = suite.server.clock.now().as_seconds();
    let changes = claims(now);
    let proof = |endpoint: &str| -> Checked<String> {
        let url = suite.endpoint(endpoint)?;
        Ok(key.proof(
            &json!({}),
            &changed(suite.proof_claims("POST", url), &changes),
        ))
    };
    let par = "pushed_authorization_request_endpoint";
    let request = rp.request();
    let call = rp.call(par)?.fields(request.params());
    let pushed = call.proofs(vec![proof(par)?]).send().await;
    let status = pushed.status_code().as_u16();
    ensure!(
        status == 201,
        "the proof at PAR is answered {status}: {}",
        pushed.text()
    );
    let response = rp.request().code().await?;
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    let answer = call.proofs(vec![proof("token_endpoint")?]).send().await;
    let tokens = rp.read_tokens(&answer)?;
    let url = suite.endpoint("userinfo_endpoint")?;
    let claims = changed(
        suite.proof_claims_for("GET", url, &tokens.access_token),
        &changes,
    );
    let proof = [key.proof(&json!({}), &claims)];
    let answer = resource_answers(&rp, &tokens.access_token, &proof).await?;
    json_of("userinfo", &answer).map(drop)
}

fn proof_key(rp: &RelyingParty<'_>) -> Checked<Rc<ClientKey>> {
    rp.dpop
        .clone()
        .ok_or_else(|| Stop::failed("the client has no key for proofs"))
}

pub(super) async fn with_nbf_and_exp(suite: &Suite<'_>) -> Checked {
    with_claims(suite, |now| json!({ "nbf": now, "exp": now + 60 })).await
}

pub(super) async fn ten_seconds_before(suite: &Suite<'_>) -> Checked {
    with_claims(suite, |now| json!({ "iat": now - 10 })).await
}

pub(super) async fn ten_seconds_after(suite: &Suite<'_>) -> Checked {
    with_claims(suite, |now| json!({ "iat": now + 10 })).await
}

pub(super) async fn other_jkt_at_par(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let other = ClientKey::es256("other").thumbprint();
    let pushed = rp.request().set("dpop_jkt", &other).push().await?;
    error_of("PAR", &pushed, &["invalid_dpop_proof", "invalid_request"])
}

/// Redeems a code with the proof of another key.
async fn redeemed_with_other_key(rp: &RelyingParty<'_>, more: Option<String>) -> Checked {
    let suite = rp.suite;
    let mut request = rp.request();
    if let Some(jkt) = more {
        request = request.set("dpop_jkt", &jkt);
    }
    let response = request.code().await?;
    let url = suite.endpoint("token_endpoint")?;
    let other = ClientKey::es256("other");
    let proof = other.proof(&json!({}), &suite.proof_claims("POST", url));
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    error_of(
        "the token endpoint",
        &call.proofs(vec![proof]).send().await,
        &MISMATCH,
    )
}

pub(super) async fn other_key_at_token(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    redeemed_with_other_key(&rp, None).await
}

pub(super) async fn other_jkt_at_token(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let jkt = proof_key(&rp)?.thumbprint();
    redeemed_with_other_key(&rp, Some(jkt)).await
}

pub(super) async fn bound_by_proof(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    uses_token(&rp.request().tokens().await?).await
}

pub(super) async fn bound_by_jkt(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let jkt = proof_key(&rp)?.thumbprint();
    let session = rp.request().set("dpop_jkt", &jkt).tokens().await?;
    let answer = resource_answers(&rp, &session.access_token, &[proof_for(&session)?]).await?;
    session.check_userinfo(&json_of("userinfo", &answer)?)
}
