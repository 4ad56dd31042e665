//! Pushed requests (RFC 9126).

use axum::http::Method;
use axum_test::TestResponse;
use serde_json::Value;

use super::clients::client;
use crate::testing::conformance::{
    relying_party::{RelyingParty, SITE},
    report::{Checked, Stop, ensure},
    request::AuthorizationRequest,
    suite::{Suite, error_of},
    visit::Landed,
};

/// What a server says of a reference that is good for nothing.
const BAD_REFERENCE: [&str; 3] = ["invalid_request_uri", "invalid_request", "invalid_client"];

/// The reference and its lifetime.
struct Reference {
    uri: String,
    lifetime: i64,
}

fn reference(answer: &TestResponse) -> Checked<Reference> {
    let (status, text) = (answer.status_code().as_u16(), answer.text());
    ensure!(status == 201, "PAR answers {status}: {text}");
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let uri = body["request_uri"].as_str().map(str::to_owned);
    let uri = uri.ok_or_else(|| Stop::failed(format!("PAR answers no request_uri: {text}")))?;
    let lifetime = body["expires_in"].as_i64();
    let lifetime = lifetime.ok_or_else(|| Stop::failed(format!("no expires_in: {text}")))?;
    Ok(Reference { uri, lifetime })
}

async fn refused_at_par(
    suite: &Suite<'_>,
    codes: &[&str],
    change: impl for<'a> FnOnce(AuthorizationRequest<'a>) -> AuthorizationRequest<'a>,
) -> Checked {
    let rp = client(suite).await?;
    error_of("PAR", &change(rp.request()).push().await?, codes)
}

pub(super) async fn unregistered_redirect_uri(suite: &Suite<'_>) -> Checked {
    let elsewhere = format!("{SITE}/elsewhere");
    refused_at_par(
        suite,
        &["invalid_request", "invalid_redirect_uri"],
        |request| request.set("redirect_uri", &elsewhere),
    )
    .await
}

pub(super) async fn without_par(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let visit = rp.request().by_query().visit().await?;
    let is_required = suite.metadata["require_pushed_authorization_requests"] == true;
    if !is_required && matches!(visit.walked.landed, Landed::Client { .. }) && visit.code().is_ok()
    {
        suite.warn("a request that was not pushed works: the profile wants them refused");
        return Ok(());
    }
    visit.refused(&["invalid_request", "invalid_request_object", "access_denied"])
}

pub(super) async fn without_redirect_uri(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let request = rp.request().without("redirect_uri");
    let pushed = request.push().await?;
    if pushed.status_code().is_client_error() {
        return error_of("PAR", &pushed, &["invalid_request"]);
    }
    // The only one that is registered is used.
    let visit = request.visit().await?;
    visit.code().map(drop).or_else(|_| visit.error_page())
}

pub(super) async fn code_id_token(suite: &Suite<'_>) -> Checked {
    refused_at_par(
        suite,
        &["unsupported_response_type", "invalid_request"],
        |request| request.set("response_type", "code id_token"),
    )
    .await
}

pub(super) async fn implicit(suite: &Suite<'_>) -> Checked {
    refused_at_par(
        suite,
        &["unsupported_response_type", "invalid_request"],
        |request| request.set("response_type", "token"),
    )
    .await
}

pub(super) async fn without_pkce(suite: &Suite<'_>) -> Checked {
    refused_at_par(suite, &["invalid_request"], |request| {
        request
            .without("code_challenge")
            .without("code_challenge_method")
    })
    .await
}

pub(super) async fn plain_pkce(suite: &Suite<'_>) -> Checked {
    refused_at_par(suite, &["invalid_request"], |request| {
        request.set("code_challenge_method", "plain")
    })
    .await
}

pub(super) async fn with_request_uri(suite: &Suite<'_>) -> Checked {
    refused_at_par(
        suite,
        &["invalid_request", "invalid_request_uri"],
        |request| request.set("request_uri", "urn:ietf:params:oauth:request_uri:other"),
    )
    .await
}

pub(super) async fn wrong_method(suite: &Suite<'_>) -> Checked {
    let url = suite.optional_endpoint("pushed_authorization_request_endpoint")?;
    for method in [Method::GET, Method::PUT] {
        let status = suite.to(method.clone(), url).await.status_code();
        ensure!(
            status.is_client_error(),
            "{method} to PAR is answered {status}"
        );
    }
    Ok(())
}

pub(super) async fn visited_twice(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let request = rp.request();
    let reference = reference(&request.push().await?)?;
    // The person opens the address, and goes on in another window of the same browser.
    let endpoint = suite.endpoint("authorization_endpoint")?;
    let params = [
        ("client_id".to_owned(), rp.client_id.clone()),
        ("request_uri".to_owned(), reference.uri.clone()),
    ];
    let url = crate::testing::conformance::request::with_query(endpoint, &params);
    let mut browser = suite.browser();
    browser.get(&url).await;
    request
        .in_browser(&browser)
        .visit_with_reference(&reference.uri)
        .await?
        .code()
        .map(drop)
}

pub(super) async fn reuse(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let request = rp.request();
    let reference = reference(&request.push().await?)?;
    let first = request.visit_with_reference(&reference.uri).await?;
    first.code()?;
    let again = rp.request().in_browser(&first.walked.browser);
    let again = again.visit_with_reference(&reference.uri).await?;
    if is_refused(&again).is_err() {
        suite.warn("a request_uri works after its request was answered");
    }
    Ok(())
}

/// An error page, or an error at the client, whose `state` the server need not know.
fn is_refused(visit: &crate::testing::conformance::visit::Visit<'_>) -> Checked {
    if matches!(visit.walked.landed, Landed::Client { .. }) {
        let error = visit.response("error")?.unwrap_or_default();
        ensure!(
            BAD_REFERENCE.contains(&error),
            "the client was told {error:?}"
        );
        return Ok(());
    }
    visit.error_page()
}

pub(super) async fn expired(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let request = rp.request();
    let reference = reference(&request.push().await?)?;
    suite.wait(reference.lifetime + 1);
    is_refused(&request.visit_with_reference(&reference.uri).await?)
}

pub(super) async fn of_other_client(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let other: RelyingParty<'_> = client(suite).await?;
    let reference = reference(&rp.request().push().await?)?;
    is_refused(&other.request().visit_with_reference(&reference.uri).await?)
}

pub(super) async fn without_duplicates(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    // The suite's pushed requests bring `client_id` and `request_uri` alone.
    rp.request().tokens().await.map(drop)
}
