//! What a client finds before it asks for anything (RFC 8414 §3, RFC 9728 §3).

use serde_json::Value;
use url::Url;

use super::resource::ProtectedResource;
use crate::testing::conformance::{
    report::{Checked, Stop, ensure},
    suite::Suite,
};

/// Where the metadata of an issuer is, in the order in which MCP clients look.
fn places(issuer: &str) -> Checked<Vec<String>> {
    let url = Url::parse(issuer).map_err(|error| Stop::failed(format!("{issuer}: {error}")))?;
    let (origin, path) = (
        url.origin().ascii_serialization(),
        url.path().trim_end_matches('/'),
    );
    let mut places = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        places.push(format!("{issuer}/.well-known/openid-configuration"));
    }
    Ok(places)
}

pub(super) async fn server_metadata(suite: &Suite<'_>) -> Checked {
    for place in places(suite.issuer())? {
        let document = suite.document(&place).await?;
        let issuer = &document["issuer"];
        ensure!(issuer == suite.issuer(), "{place}: issuer is {issuer}");
        for name in ["authorization_endpoint", "token_endpoint"] {
            ensure!(document[name].is_string(), "{place}: {name} is missing");
        }
        let said = &document["authorization_response_iss_parameter_supported"];
        ensure!(
            *said == true,
            "{place}: authorization_response_iss_parameter_supported is {said}"
        );
    }
    Ok(())
}

pub(super) async fn offers_pkce(suite: &Suite<'_>) -> Checked {
    let name = "code_challenge_methods_supported";
    ensure!(
        suite.lists(name, "S256"),
        "{name} has no S256: MCP clients then refuse to go on"
    );
    ensure!(!suite.lists(name, "plain"), "{name} has plain");
    Ok(())
}

pub(super) async fn resource_metadata(suite: &Suite<'_>) -> Checked {
    let resource = ProtectedResource::find(suite).await?;
    let document = &resource.document;
    let named = &document["resource"];
    ensure!(
        *named == resource.uri,
        "resource is {named}, asked was {}",
        resource.uri
    );
    let servers = document["authorization_servers"]
        .as_array()
        .into_iter()
        .flatten();
    let names_us = servers.into_iter().any(|server| server == suite.issuer());
    ensure!(
        names_us,
        "authorization_servers does not name {}: {document}",
        suite.issuer()
    );
    let scopes = document["scopes_supported"].as_array();
    let are_texts = scopes.is_none_or(|scopes| scopes.iter().all(Value::is_string));
    ensure!(
        are_texts,
        "scopes_supported is no list of texts: {document}"
    );
    let methods = &document["bearer_methods_supported"];
    let is_header = methods.is_null() || *methods == serde_json::json!(["header"]);
    ensure!(is_header, "bearer_methods_supported is {methods}");
    Ok(())
}
