//! The scopes of a resource for which nobody wrote `default_scopes` (AZ-23).

use loco_oauth_server::protocol::client::{Client, GrantType};
use serde_json::json;

use super::resources::{agent, agent_tokens, audience, machine};
use crate::app::{
    fixtures, guarded::MCP, oauth_server::oauth_clients, server::TestServer, tokens::text,
};

/// `/mcp` without `default_scopes`; its `mcp:admin` is sensitive.
async fn without_default_scopes() -> TestServer {
    let resources = json!([{
        "prefix": "/mcp",
        "scopes": ["mcp:read", "mcp:write", { "name": "mcp:admin", "sensitive": true }],
    }, { "prefix": "/api", "scopes": ["notes:read", "notes:write"] }]);
    TestServer::guarded_with(json!({ "resources": resources })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn s_c11_a_resource_without_default_scopes_has_all_that_are_not_sensitive() {
    let server = without_default_scopes().await;
    let request = agent("").without("scope").and("resource", MCP);
    let tokens = agent_tokens(&server, &request).await;
    assert_eq!(tokens["scope"], "openid mcp:read mcp:write");
    server
        .call("/mcp", text(&tokens, "access_token"))
        .await
        .ok();
    let body = machine(&server, "robot", &[("resource", MCP)]).await.ok();
    assert_eq!(body["scope"], "mcp:read mcp:write");
    server.call("/mcp", text(&body, "access_token")).await.ok();
    // Cut to what the client may have.
    let scopes = (
        oauth_clients::Column::Scopes,
        json!(["openid", "mcp:write"]),
    );
    server.set_client("robot", scopes.clone()).await;
    let body = machine(&server, "robot", &[("resource", MCP)]).await.ok();
    assert_eq!(body["scope"], "mcp:write");
    server.set_client("agent", scopes).await;
    let tokens = agent_tokens(&server, &request).await;
    assert_eq!(tokens["scope"], "openid mcp:write");
}

/// The same where the resource is the default one.
#[tokio::test(flavor = "multi_thread")]
async fn s_c11_default_scopes_of_the_default_resource() {
    let resources = json!([{ "prefix": "/mcp", "scopes": ["mcp:read", "mcp:write"] }]);
    let settings = json!({ "resources": resources, "default_resource": "/mcp" });
    let server = TestServer::with(settings).await;
    let client = Client {
        grant_types: vec![GrantType::ClientCredentials],
        scopes: Some(vec!["mcp:read".to_owned(), "jobs".to_owned()]),
        ..fixtures::confidential("robot", &[])
    };
    fixtures::insert(&server, &client).await;
    let body = machine(&server, "robot", &[]).await.ok();
    assert_eq!(body["scope"], "mcp:read");
    assert_eq!(audience(&server, "robot", &body).await, MCP);
}

/// The guard of a resource without `default_scopes` names them all, so that clients ask for them, and
/// takes any: a person may have granted a part only.
#[tokio::test(flavor = "multi_thread")]
async fn s_c11_the_guard_of_a_resource_without_default_scopes() {
    let server = without_default_scopes().await;
    let answer = server.get("/mcp").await;
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("scope=\"mcp:read mcp:write\""),
        "{challenge}"
    );
    for scope in ["mcp:read", "mcp:write", "mcp:admin", "openid mcp:read"] {
        let token = server.agent_token(scope, MCP).await;
        server.call("/mcp", &token).await.ok();
    }
    let none = server.agent_token("openid", MCP).await;
    let answer = server.call("/mcp", &none).await;
    answer.assert_error(403, "insufficient_scope");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("scope=\"mcp:read mcp:write\""),
        "{challenge}"
    );
    // What a handler needs beyond it is still asked for.
    let reader = server.agent_token("mcp:read", MCP).await;
    let answer = server.call_post("/mcp/write", &reader).await;
    answer.assert_error(403, "insufficient_scope");
    let writer = server.agent_token("mcp:write", MCP).await;
    server.call_post("/mcp/write", &writer).await.ok();
}
