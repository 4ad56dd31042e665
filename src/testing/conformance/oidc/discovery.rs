//! The metadata document (OpenID Connect Discovery §3, RFC 8414 §2).

use serde_json::Value;
use url::Url;

use crate::testing::conformance::{
    report::{Checked, Stop, ensure},
    suite::Suite,
};

/// Members whose value is the URL of an endpoint or document of the server.
const URLS: [&str; 13] = [
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "registration_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "end_session_endpoint",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "service_documentation",
    "op_policy_uri",
    "op_tos_uri",
];
/// Members that are lists of texts.
const LISTS: [&str; 16] = [
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "acr_values_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "request_object_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "claims_supported",
    "claims_locales_supported",
    "ui_locales_supported",
    "code_challenge_methods_supported",
    "prompt_values_supported",
];
/// Members that are booleans.
const BOOLEANS: [&str; 9] = [
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "require_pushed_authorization_requests",
    "authorization_response_iss_parameter_supported",
    "client_id_metadata_document_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
];
/// Further members that the suite's schema knows.
const OTHERS: [&str; 12] = [
    "issuer",
    "revocation_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "protected_resources",
    "dpop_signing_alg_values_supported",
    "require_signed_request_object",
    "display_values_supported",
    "authorization_details_types_supported",
    "authorization_grant_profiles_supported",
    "claim_types_supported",
];

pub(super) async fn verification(suite: &Suite<'_>) -> Checked {
    let url = format!("{}/.well-known/openid-configuration", suite.issuer());
    let document = suite.document(&url).await?;
    check_issuer(&document, suite.issuer())?;
    check_members(suite, &document)?;
    check_values(&document)?;
    suite.jwks().await.map(drop)
}

pub(super) async fn verification_with_registration(suite: &Suite<'_>) -> Checked {
    verification(suite).await?;
    suite.optional_endpoint("registration_endpoint")?;
    let document = &suite.metadata;
    ensure!(
        !words(document, "claims_supported").is_empty(),
        "claims_supported is missing"
    );
    let grants = words(document, "grant_types_supported");
    let is_right = grants.is_empty() || grants.contains(&"authorization_code");
    ensure!(is_right, "grant_types_supported has no authorization_code");
    if !suite.lists("request_object_signing_alg_values_supported", "RS256") {
        suite.warn("request_object_signing_alg_values_supported has no RS256");
    }
    Ok(())
}

fn check_issuer(document: &Value, known: &str) -> Checked {
    let issuer = document["issuer"].as_str().unwrap_or_default();
    ensure!(issuer == known, "issuer is {issuer:?}, asked was {known:?}");
    let url = safe_url("issuer", issuer)?;
    let is_plain = url.query().is_none() && url.fragment().is_none();
    ensure!(is_plain, "issuer has a query or fragment: {issuer}");
    Ok(())
}

fn check_members(suite: &Suite<'_>, document: &Value) -> Checked {
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
    ] {
        ensure!(document[name].is_string(), "{name} is missing");
    }
    let members = document.as_object();
    let members = members.ok_or_else(|| Stop::failed("the document is no JSON object"))?;
    for (name, value) in members {
        let name = name.as_str();
        if URLS.contains(&name) {
            safe_url(name, value.as_str().unwrap_or_default())?;
        } else if LISTS.contains(&name) {
            let texts = value
                .as_array()
                .is_some_and(|list| list.iter().all(Value::is_string));
            ensure!(texts, "{name} is no list of texts: {value}");
        } else if BOOLEANS.contains(&name) {
            ensure!(value.is_boolean(), "{name} is no boolean: {value}");
        } else if !OTHERS.contains(&name) {
            suite.warn(format!("the member {name} is not known"));
        }
        ensure!(!value.is_null(), "{name} is null");
    }
    Ok(())
}

fn check_values(document: &Value) -> Checked {
    let types = words(document, "response_types_supported");
    ensure!(!types.is_empty(), "response_types_supported is empty");
    let subjects = words(document, "subject_types_supported");
    let known = |word: &&str| ["public", "pairwise"].contains(word);
    let are_known = !subjects.is_empty() && subjects.iter().all(known);
    ensure!(are_known, "subject_types_supported is {subjects:?}");
    let algorithms = words(document, "id_token_signing_alg_values_supported");
    ensure!(
        algorithms.contains(&"RS256"),
        "id_token_signing_alg_values_supported has no RS256: {algorithms:?}"
    );
    ensure!(
        !algorithms.contains(&"none"),
        "id_token_signing_alg_values_supported has none"
    );
    let scopes = words(document, "scopes_supported");
    ensure!(scopes.contains(&"openid"), "scopes_supported has no openid");
    // RFC 6749 §3.3.
    let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    let broken = scopes
        .iter()
        .find(|scope| scope.is_empty() || !scope.bytes().all(allowed));
    ensure!(broken.is_none(), "scopes_supported has {broken:?}");
    for name in ["ui_locales_supported", "claims_locales_supported"] {
        let broken = words(document, name)
            .into_iter()
            .find(|tag| !is_language_tag(tag));
        ensure!(broken.is_none(), "{name} has {broken:?}");
    }
    Ok(())
}

fn words<'a>(document: &'a Value, name: &str) -> Vec<&'a str> {
    let list = document[name].as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

/// An absolute https URL; in tests the app may be on this machine by http.
pub(in crate::testing::conformance) fn safe_url(name: &str, text: &str) -> Checked<Url> {
    let url =
        Url::parse(text).map_err(|error| Stop::failed(format!("{name} {text:?}: {error}")))?;
    let host = url.host_str().unwrap_or_default();
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    ensure!(is_safe, "{name} is no https URL: {text}");
    Ok(url)
}

/// A tag in the usual case: `pt-BR`, `zh-Hans` (RFC 5646 §2.1.1).
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    let is_lower = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let is_part = |part: &str| match part.len() {
        2 => part.bytes().all(|byte| byte.is_ascii_uppercase()),
        4 => part.starts_with(|first: char| first.is_ascii_uppercase()),
        3..=8 => is_lower(part),
        _ => false,
    };
    (2..=3).contains(&first.len()) && is_lower(first) && parts.all(is_part)
}
