//! What MCP clients of the field send, from registration to a refreshed token.

use rstest::rstest;
use serde_json::{Value, json};

use super::shown;
use crate::app::{
    browser::{Authorize, VERIFIER},
    registration::open_and,
    server::{TestServer, param},
    tokens::{R1, snapshot, text},
};

/// Claude Code: a loopback port that changes from run to run, no scope.
fn claude_code() -> Value {
    json!({
        "client_name": "Claude Code (notes)",
        "redirect_uris": ["http://localhost:54212/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    })
}

/// Claude on the web.
fn claude() -> Value {
    json!({
        "client_name": "Claude",
        "client_uri": "https://claude.ai",
        "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "mcp:read offline_access",
    })
}

/// The MCP TypeScript SDK, as in the MCP Inspector.
fn typescript_sdk() -> Value {
    json!({
        "redirect_uris": ["http://localhost:6274/oauth/callback"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "client_name": "MCP Inspector",
        "client_uri": "https://github.com/modelcontextprotocol/inspector",
        "scope": "mcp:read",
    })
}

/// Visual Studio Code: pages of its own and loopback ones, `native` in so many words.
fn vs_code() -> Value {
    json!({
        "client_name": "Visual Studio Code",
        "client_uri": "https://code.visualstudio.com",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [
            "https://insiders.vscode.dev/redirect",
            "https://vscode.dev/redirect",
            "http://127.0.0.1/",
            "http://127.0.0.1:33418/",
        ],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
        "scope": "mcp:read",
    })
}

/// `ChatGPT`.
fn chatgpt() -> Value {
    json!({
        "client_name": "ChatGPT",
        "redirect_uris": ["https://chatgpt.com/connector_platform_oauth_redirect"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    })
}

/// `redirect_uri` is what the client then listens on.
#[rstest]
#[case::claude_code(claude_code(), "http://localhost:54212/callback")]
#[case::claude_code_on_another_port(claude_code(), "http://localhost:61003/callback")]
#[case::claude(claude(), "https://claude.ai/api/mcp/auth_callback")]
#[case::typescript_sdk(typescript_sdk(), "http://localhost:6274/oauth/callback")]
#[case::vs_code_in_the_browser(vs_code(), "https://vscode.dev/redirect")]
#[case::vs_code_on_loopback(vs_code(), "http://127.0.0.1:33418/")]
#[case::vs_code_on_another_port(vs_code(), "http://127.0.0.1:49152/")]
#[case::chatgpt(chatgpt(), "https://chatgpt.com/connector_platform_oauth_redirect")]
#[tokio::test(flavor = "multi_thread")]
async fn an_mcp_client_registers_signs_in_and_refreshes(
    #[case] metadata: Value,
    #[case] redirect_uri: &str,
) {
    let server = TestServer::with(open_and(&json!({}))).await;
    let document = server
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    let endpoint = document["registration_endpoint"].as_str().unwrap();
    let request = server.http.post(server.url(endpoint)).json(&metadata);
    let answer = server
        .send(request.header("mcp-protocol-version", "2025-06-18"))
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let client = answer.json();
    let id = text(&client, "client_id");
    let request = Authorize::of(id, redirect_uri)
        .with("scope", "mcp:read")
        .with("resource", R1);
    let location = server.browser().complete(&request).await;
    assert!(location.starts_with(redirect_uri), "{location}");
    let code = param(&location, "code").unwrap();
    let redemption = [
        ("grant_type", "authorization_code"),
        ("client_id", id),
        ("code", &code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
        ("resource", R1),
    ];
    let tokens = server.post("/oauth/token", &redemption).await.ok();
    assert_eq!(tokens["scope"], "mcp:read");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", id),
        ("refresh_token", text(&tokens, "refresh_token")),
        ("resource", R1),
    ];
    let refreshed = server.post("/oauth/token", &refresh).await.ok();
    assert_eq!(refreshed["scope"], "mcp:read");
    assert_ne!(refreshed["access_token"], tokens["access_token"]);
    // A registered client is in use from its first code on.
    for _ in 0..100 {
        if server.client_row(&client).await.last_used_at.is_some() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the use was not noted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mcp_client_is_told_what_it_is() {
    let server = TestServer::with(open_and(&json!({}))).await;
    let answer = server.register(&claude_code()).await;
    snapshot!("register_claude_code", shown(&answer));
    let answer = server.register(&vs_code()).await;
    snapshot!("register_vs_code", shown(&answer));
}
