//! The scopes of a resource for which nobody wrote `default_scopes` (AZ-23).

use loco_oauth_server::internals::protocol::client::{Client, GrantType};
use rstest::rstest;
use serde_json::json;

use super::resources::{agent, agent_tokens, audience, machine};
use crate::app::{
    browser::{Authorize, VERIFIER},
    fixtures,
    guarded::MCP,
    oauth_server::oauth_clients,
    registration::open_and,
    server::TestServer,
    tokens::text,
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
    let column = oauth_clients::Column::Scopes;
    let scopes = json!(["openid", "mcp:write"]);
    server.set_client("robot", column, scopes.clone()).await;
    let body = machine(&server, "robot", &[("resource", MCP)]).await.ok();
    assert_eq!(body["scope"], "mcp:write");
    server.set_client("agent", column, scopes).await;
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

/// A client as mcp-remote registers itself, with the scopes of a person alone: the `resource` that it
/// names afterwards says what for.
#[rstest]
#[case::none(None)]
#[case::those_of_the_challenge(Some("mcp:read mcp:write"))]
#[case::and_one_that_nobody_knows(Some("mcp:read mcp:write zzz"))]
#[tokio::test(flavor = "multi_thread")]
async fn s_c11_a_client_that_registered_without_scopes_of_apis(#[case] scope: Option<&str>) {
    const CALLBACK: &str = "http://127.0.0.1:3334/oauth/callback";
    let resources = json!([{
        "prefix": "/mcp",
        "scopes": ["mcp:read", "mcp:write", { "name": "mcp:admin", "sensitive": true }],
    }, { "prefix": "/api", "scopes": ["notes:read"] }]);
    let server = TestServer::guarded_with(open_and(&json!({ "resources": resources }))).await;
    let client = server
        .registered(&json!({
            "client_name": "mcp-remote",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
            "scope": "openid email profile",
        }))
        .await;
    assert_eq!(client["scope"], "openid email profile");
    let id = text(&client, "client_id");
    let request = Authorize::of(id, CALLBACK)
        .without("scope")
        .and("resource", MCP);
    let request = match scope {
        Some(scope) => request.with("scope", scope),
        None => request,
    };
    let code = server.browser().code(&request).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", id),
    ];
    let mut tokens = server.post("/oauth/token", &form).await.ok();
    for _ in 0..2 {
        let granted = text(&tokens, "scope");
        assert!(granted.contains("mcp:read mcp:write"), "{granted}");
        assert!(
            !granted.contains("mcp:admin") && !granted.contains("notes"),
            "{granted}"
        );
        let access = text(&tokens, "access_token");
        server.call("/mcp", access).await.ok();
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&tokens, "refresh_token")),
            ("client_id", id),
        ];
        tokens = server.post("/oauth/token", &form).await.ok();
    }
    // Of a resource that it does not name it gets nothing.
    for (scope, resource) in [
        ("mcp:read", None),
        ("notes:read", Some(MCP)),
        ("mcp:admin", Some(MCP)),
    ] {
        let mut request = Authorize::of(id, CALLBACK).with("scope", scope);
        if let Some(resource) = resource {
            request = request.and("resource", resource);
        }
        let answer = server.browser().authorize(&request).await;
        answer.assert_page(400);
        assert!(answer.body.contains("invalid_scope"), "{answer:?}");
    }
}
