//! The MCP server as a protected resource (RFC 6750 §3, RFC 9728 §5.1).

use axum::http::Method;
use axum_test::TestResponse;
use serde_json::{Value, json};
use url::Url;

use crate::testing::{
    assertions::header_of,
    conformance::{
        relying_party::RelyingParty,
        report::{Checked, Stop, ensure},
        suite::Suite,
        tokens::TokenSet,
    },
    factory,
};

/// A resource of the app that wants tokens.
pub(super) struct ProtectedResource<'a> {
    suite: &'a Suite<'a>,
    pub uri: String,
    pub document: Value,
    /// The challenge to who brings no token.
    challenge: String,
}

impl<'a> ProtectedResource<'a> {
    /// Finds the resource to which a client with its address alone would come: it answers 401, and
    /// the answer names the document. An MCP server is preferred.
    pub async fn find(suite: &'a Suite<'a>) -> Checked<Self> {
        let own = &suite.server.settings.base_url;
        let listed = suite.metadata["protected_resources"]
            .as_array()
            .into_iter()
            .flatten();
        let mut listed: Vec<&str> = listed
            .filter_map(Value::as_str)
            .filter(|uri| uri.starts_with(own.as_str()))
            .collect();
        listed.sort_by_key(|uri| !uri.contains("mcp"));
        for uri in listed {
            let answer = ask(suite, uri, None).await;
            if answer.status_code() == 401 {
                let challenge = header_of(&answer, "www-authenticate");
                let document = suite.document(&document_of(uri)?).await?;
                let uri = uri.to_owned();
                return Ok(Self {
                    suite,
                    uri,
                    document,
                    challenge,
                });
            }
        }
        Err(Stop::skipped(
            "no path of the app that `resources` names answers 401 without a token",
        ))
    }

    /// The scopes that the challenge asks for, or one that the document names.
    pub fn scope(&self) -> String {
        if let Some(scope) = parameter(&self.challenge, "scope") {
            return scope;
        }
        let first = self.document["scopes_supported"][0].as_str();
        first.unwrap_or_default().to_owned()
    }

    /// Tokens of a client that asked for these scopes and, if it did, for this resource.
    pub async fn tokens(&self, scope: &str, resource: Option<&str>) -> Checked<TokenSet> {
        let rp = RelyingParty::made(self.suite, factory::client()).await;
        let mut request = rp.request().without("nonce").set("scope", scope);
        if let Some(resource) = resource {
            request = request.set("resource", resource);
        }
        let answer = request.code().await?.try_redeem().await?;
        rp.read_tokens(&answer)
    }

    async fn with_token(&self, token: &str) -> TestResponse {
        ask(self.suite, &self.uri, Some(token)).await
    }
}

/// Where the metadata of a resource is (RFC 9728 §3.1).
fn document_of(uri: &str) -> Checked<String> {
    let url = Url::parse(uri).map_err(|error| Stop::failed(format!("{uri}: {error}")))?;
    let (origin, path) = (
        url.origin().ascii_serialization(),
        url.path().trim_end_matches('/'),
    );
    let query = url
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    Ok(format!(
        "{origin}/.well-known/oauth-protected-resource{path}{query}"
    ))
}

/// The first message of an MCP client, which any other API refuses in its own way.
async fn ask(suite: &Suite<'_>, uri: &str, token: Option<&str>) -> TestResponse {
    let hello = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "conformance", "version": "1" },
        },
    });
    let mut post = suite.to(Method::POST, uri).json(&hello);
    post = post.add_header("accept", "application/json, text/event-stream");
    if let Some(token) = token {
        post = post.add_header("authorization", format!("Bearer {token}"));
    }
    post.await
}

/// A parameter of a challenge (RFC 9110 §11.2).
fn parameter(challenge: &str, name: &str) -> Option<String> {
    let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
    rest.split('"').next().map(str::to_owned)
}

/// A challenge that leads a client on: 401, the document, and the error if there is one.
fn leads_on(
    resource: &ProtectedResource<'_>,
    answer: &TestResponse,
    error: Option<&str>,
) -> Checked {
    let status = answer.status_code().as_u16();
    ensure!(status == 401, "the resource answers {status}");
    let challenge = header_of(answer, "www-authenticate");
    let is_bearer = challenge.to_ascii_lowercase().starts_with("bearer");
    ensure!(is_bearer, "no Bearer challenge: {challenge:?}");
    let wanted = document_of(&resource.uri)?;
    let document = parameter(&challenge, "resource_metadata");
    ensure!(
        document.as_ref() == Some(&wanted),
        "resource_metadata is {document:?}, not {wanted}"
    );
    let told = parameter(&challenge, "error");
    ensure!(
        told.as_deref() == error,
        "error of the challenge is {told:?}, not {error:?}"
    );
    Ok(())
}

pub(super) async fn challenge_without_token(suite: &Suite<'_>) -> Checked {
    let resource = ProtectedResource::find(suite).await?;
    let answer = ask(suite, &resource.uri, None).await;
    leads_on(&resource, &answer, None)?;
    if parameter(&resource.challenge, "scope").is_none() {
        suite.warn("the challenge names no scope: clients then ask for all of them");
    }
    Ok(())
}

pub(super) async fn challenge_invalid_token(suite: &Suite<'_>) -> Checked {
    let resource = ProtectedResource::find(suite).await?;
    let answer = resource.with_token("not-a-token").await;
    leads_on(&resource, &answer, Some("invalid_token"))
}

pub(super) async fn token_in_query(suite: &Suite<'_>) -> Checked {
    let resource = ProtectedResource::find(suite).await?;
    let tokens = resource
        .tokens(&resource.scope(), Some(&resource.uri))
        .await?;
    let uri = format!("{}?access_token={}", resource.uri, tokens.access_token);
    let status = ask(suite, &uri, None).await.status_code().as_u16();
    ensure!(
        [400, 401].contains(&status),
        "a token in the query is answered {status}"
    );
    Ok(())
}

fn is_let_in(answer: &TestResponse) -> Checked {
    let status = answer.status_code();
    let challenge = header_of(answer, "www-authenticate");
    let is_in = status != 401 && status != 403 && !status.is_server_error();
    ensure!(is_in, "a good token is answered {status}: {challenge}");
    Ok(())
}

pub(super) async fn token_for_resource(suite: &Suite<'_>) -> Checked {
    let resource = ProtectedResource::find(suite).await?;
    let tokens = resource
        .tokens(&resource.scope(), Some(&resource.uri))
        .await?;
    is_let_in(&resource.with_token(&tokens.access_token).await)
}

pub(super) async fn token_for_other_audience(suite: &Suite<'_>) -> Checked {
    let resource = ProtectedResource::find(suite).await?;
    // A token for userinfo alone.
    let tokens = resource.tokens("openid", None).await?;
    let answer = resource.with_token(&tokens.access_token).await;
    leads_on(&resource, &answer, Some("invalid_token"))
}

pub(super) async fn expired_token(suite: &Suite<'_>) -> Checked {
    let resource = ProtectedResource::find(suite).await?;
    let tokens = resource
        .tokens(&resource.scope(), Some(&resource.uri))
        .await?;
    is_let_in(&resource.with_token(&tokens.access_token).await)?;
    suite.wait(24 * 3600);
    let answer = resource.with_token(&tokens.access_token).await;
    leads_on(&resource, &answer, Some("invalid_token"))
}

pub(super) async fn insufficient_scope(suite: &Suite<'_>) -> Checked {
    let resource = ProtectedResource::find(suite).await?;
    let tokens = resource.tokens("openid", Some(&resource.uri)).await?;
    let answer = resource.with_token(&tokens.access_token).await;
    let status = answer.status_code().as_u16();
    if ![401, 403].contains(&status) {
        return Err(Stop::skipped("the resource takes tokens of any scope"));
    }
    let challenge = header_of(&answer, "www-authenticate");
    ensure!(
        status == 403,
        "a token without the scope is answered {status}: {challenge}"
    );
    let error = parameter(&challenge, "error").unwrap_or_default();
    ensure!(
        error == "insufficient_scope",
        "error is {error:?}: {challenge}"
    );
    let scope = parameter(&challenge, "scope").unwrap_or_default();
    ensure!(
        !scope.is_empty(),
        "the challenge names no scope to ask for: {challenge}"
    );
    let document = parameter(&challenge, "resource_metadata");
    ensure!(
        document.is_some(),
        "the challenge names no resource_metadata: {challenge}"
    );
    Ok(())
}
