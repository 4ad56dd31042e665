//! Assertions of clients (RFC 7523 §3, FAPI 2.0 Security Profile).

use std::rc::Rc;

use axum_test::TestResponse;
use serde_json::{Value, json};

use super::clients::{client, with_key};
use crate::testing::conformance::{
    key::{ClientKey, changed},
    relying_party::{ClientAuth, RelyingParty},
    report::{Checked, Stop, ensure},
    suite::{Suite, error_of},
};

/// The assertion of the client with other claims.
fn assertion(rp: &RelyingParty<'_>, changes: &Value) -> Checked<String> {
    let ClientAuth::Key(key) = &rp.auth else {
        return Err(Stop::failed("the client has no key"));
    };
    Ok(key.sign(&json!({}), &changed(rp.assertion_claims(), changes)))
}

/// The answer of the token endpoint to a good code with this assertion.
async fn at_token(rp: &RelyingParty<'_>, changes: &Value) -> Checked<TestResponse> {
    let response = rp.request().code().await?;
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    Ok(call.assertion(assertion(rp, changes)?).send().await)
}

/// The answer of PAR to a good request with this assertion.
async fn at_par(rp: &RelyingParty<'_>, changes: &Value) -> Checked<TestResponse> {
    let call = rp.call("pushed_authorization_request_endpoint")?;
    let request = rp.request();
    let call = call.fields(request.params());
    Ok(call.assertion(assertion(rp, changes)?).send().await)
}

async fn refused_at_token(suite: &Suite<'_>, changes: Value) -> Checked {
    let rp = client(suite).await?;
    error_of(
        "the token endpoint",
        &at_token(&rp, &changes).await?,
        &["invalid_client"],
    )
}

async fn refused_at_par(suite: &Suite<'_>, changes: Value) -> Checked {
    let rp = client(suite).await?;
    error_of(
        "PAR",
        &at_par(&rp, &changes).await?,
        &["invalid_client", "invalid_request"],
    )
}

/// An audience that only the setting `client_assertion_audience: issuer` refuses.
async fn refused_by_strict_servers(suite: &Suite<'_>, audience: Value) -> Checked {
    let rp = client(suite).await?;
    let answer = at_par(&rp, &json!({ "aud": audience })).await?;
    if answer.status_code().is_success() {
        suite.warn(format!(
            "an assertion for {audience} is accepted: the profile wants client_assertion_audience: issuer"
        ));
        return Ok(());
    }
    error_of("PAR", &answer, &["invalid_client", "invalid_request"])
}

fn now(suite: &Suite<'_>) -> i64 {
    suite.server.clock.now().as_seconds()
}

pub(super) async fn rs256(suite: &Suite<'_>) -> Checked {
    let rp = with_key(suite, Rc::new(ClientKey::rs256("rs256"))).await?;
    let answer = at_par(&rp, &json!({})).await?;
    if answer.status_code().is_success() {
        suite.warn("an assertion signed by RS256 is accepted, which the profile forbids");
        return Ok(());
    }
    error_of("PAR", &answer, &["invalid_client"])
}

pub(super) async fn missing(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let response = rp.request().code().await?;
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    let answer = call.unauthenticated().send().await;
    error_of(
        "the token endpoint",
        &answer,
        &["invalid_client", "invalid_request"],
    )
}

pub(super) async fn expired(suite: &Suite<'_>) -> Checked {
    let now = now(suite);
    refused_at_token(suite, json!({ "iat": now - 360, "exp": now - 300 })).await
}

pub(super) async fn wrong_audience(suite: &Suite<'_>) -> Checked {
    refused_at_token(suite, json!({ "aud": "https://elsewhere.example" })).await
}

pub(super) async fn without_sub(suite: &Suite<'_>) -> Checked {
    refused_at_token(suite, json!({ "sub": null })).await
}

pub(super) async fn nbf_in_8_seconds(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let answer = at_par(&rp, &json!({ "nbf": now(suite) + 8 })).await?;
    let (status, text) = (answer.status_code().as_u16(), answer.text());
    ensure!(
        status == 201,
        "an assertion whose nbf is in 8 s is answered {status}: {text}"
    );
    Ok(())
}

pub(super) async fn nbf_in_a_minute(suite: &Suite<'_>) -> Checked {
    let now = now(suite);
    refused_at_par(suite, json!({ "nbf": now + 70, "exp": now + 130 })).await
}

pub(super) async fn array_as_audience(suite: &Suite<'_>) -> Checked {
    let audience = json!([suite.issuer(), "https://elsewhere.example"]);
    refused_by_strict_servers(suite, audience).await
}

pub(super) async fn par_as_audience(suite: &Suite<'_>) -> Checked {
    let endpoint = suite.optional_endpoint("pushed_authorization_request_endpoint")?;
    refused_by_strict_servers(suite, json!(endpoint)).await
}

pub(super) async fn token_endpoint_as_audience(suite: &Suite<'_>) -> Checked {
    let endpoint = suite.endpoint("token_endpoint")?;
    refused_by_strict_servers(suite, json!(endpoint)).await
}
