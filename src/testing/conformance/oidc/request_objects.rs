//! Request objects (OpenID Connect Core §6): unsigned and signed, by value and by reference.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::testing::{
    conformance::{
        key::{ClientKey, without_signature},
        relying_party::{RelyingParty, SITE, without_pkce},
        report::{Checked, Stop, ensure},
        request::AuthorizationRequest,
        suite::Suite,
        visit::{Landed, Visit},
    },
    factory,
};

/// Why a request object at a client's URL is not fetched.
const NO_REFERENCES: &str = "the server sends no requests to URLs in an authorization request \
                             (server-side request forgery); it answers request_uri_not_supported";

/// The parameters of a request as claims of a request object.
fn object_of(request: &AuthorizationRequest<'_>, rp: &RelyingParty<'_>) -> Value {
    let mut claims = json!({ "iss": rp.client_id, "aud": rp.suite.issuer() });
    for (name, value) in request.params() {
        claims[name] = json!(value);
    }
    let now = rp.suite.server.clock.now().as_seconds();
    claims["iat"] = json!(now);
    claims["exp"] = json!(now + 60);
    claims
}

/// What the client needs beside the object (OpenID Connect Core §6.1).
fn outer<'a>(
    request: AuthorizationRequest<'a>,
    name: &str,
    value: &str,
) -> AuthorizationRequest<'a> {
    request.without("nonce").without("state").set(name, value)
}

/// A response whose `state` stands in the object alone: it is no part of these checks.
fn refused(visit: &Visit<'_>, codes: &[&str]) -> Checked {
    match &visit.walked.landed {
        Landed::Client { .. } => {
            let error = visit.response("error")?.unwrap_or_default();
            ensure!(
                codes.contains(&error),
                "the client was told {error:?}, not one of {codes:?}"
            );
            Ok(())
        }
        _ => visit.error_page(),
    }
}

pub(super) async fn unsigned_by_reference(suite: &Suite<'_>) -> Checked {
    // A proper refusal is all that this plan wants.
    match by_reference(&RelyingParty::fixed(suite).await).await {
        Err(Stop::RefusedByDesign(_)) => Ok(()),
        ended => ended,
    }
}

pub(super) async fn unsigned_by_reference_of_registered(suite: &Suite<'_>) -> Checked {
    by_reference(&RelyingParty::registered(suite, &json!({})).await?).await
}

pub(super) async fn signed_by_reference(suite: &Suite<'_>) -> Checked {
    by_reference(&RelyingParty::registered(suite, &json!({})).await?).await
}

async fn by_reference(rp: &RelyingParty<'_>) -> Checked {
    let suite = rp.suite;
    let said = suite.metadata["request_uri_parameter_supported"] == true;
    let reference = format!("{SITE}/request.jwt");
    let visit = rp.request().set("request_uri", &reference).visit().await?;
    ensure!(
        !said,
        "request_uri_parameter_supported is true: the module needs a request object"
    );
    refused(&visit, &["request_uri_not_supported"])?;
    Err(Stop::RefusedByDesign(NO_REFERENCES.to_owned()))
}

pub(super) async fn unsigned_by_value(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let request = rp.request();
    let object = without_signature(&object_of(&request, &rp));
    if suite.lists("request_object_signing_alg_values_supported", "none") {
        let nonce = request.value("nonce").unwrap_or_default().to_owned();
        let visit = outer(request, "request", &object).visit().await?;
        let is_used = visit.response("code")?.is_some();
        ensure!(
            is_used,
            "the request object with the nonce {nonce} did not lead to a code"
        );
        return Ok(());
    }
    let visit = outer(request, "request", &object).visit().await?;
    refused(&visit, &["request_not_supported", "invalid_request_object"])
}

pub(super) async fn with_redirect_uri(suite: &Suite<'_>) -> Checked {
    let (outside, inside) = (format!("{SITE}/callback"), format!("{SITE}/other"));
    let builder = factory::client()
        .confidential()
        .redirect_uri(&outside)
        .redirect_uri(&inside);
    let key = Rc::new(ClientKey::es256("request-objects"));
    let jwks = key.jwks();
    let builder = builder.with(move |client| client.jwks = Some(jwks));
    let rp = RelyingParty::made(suite, without_pkce(builder)).await;
    let request = rp.request();
    let mut claims = object_of(&request, &rp);
    claims["redirect_uri"] = json!(inside);
    let header = json!({ "typ": "oauth-authz-req+jwt" });
    let object = key.sign(&header, &claims);
    let visit = outer(request, "request", &object).visit().await?;
    match &visit.walked.landed {
        // The journey ends at the outer address only by an error.
        Landed::Client { .. } => {
            let codes = [
                "request_not_supported",
                "invalid_request_object",
                "invalid_request",
            ];
            refused(&visit, &codes)
        }
        Landed::Elsewhere(url) => {
            ensure!(url.starts_with(&inside), "the response went to {url}");
            Ok(())
        }
        Landed::Page(_) => visit.error_page(),
    }
}
