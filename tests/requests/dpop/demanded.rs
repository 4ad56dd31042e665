//! Binding that settings, a resource or a client demand (DP-06).

use loco_oauth_server::testing::DpopKey;
use serde_json::json;

use crate::app::{
    guarded::{API, MCP},
    oauth_server::oauth_clients,
    server::TestServer,
    tokens::{show, snapshot, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn dp_06_the_server_demands_it() {
    let server = TestServer::with(json!({ "dpop": { "required": true } })).await;
    let key = DpopKey::new();
    let code = server.code_of("pub").await;
    let answer = server.redeem_by("pub", &code, &[]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    let proof = server.token_proof(&key);
    let tokens = server.redeem_by("pub", &code, &[&proof]).await.ok();
    let access = text(&tokens, "access_token");
    server
        .show_bound("/oauth/userinfo", access, &key)
        .await
        .ok();
    for client in ["m2m", "conf"] {
        let form = [("grant_type", "client_credentials")];
        let answer = server.token_with(client, &form, &[]).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    let tokens = server.bound_tokens("conf", &key).await;
    let answer = server.refresh_by("conf", &tokens, &[]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    assert_eq!(server.revocations().await, [None, None]);
    // Tokens from before are of no use any more.
    let before = server.twin(json!({})).await;
    let code = before.code_of("pub").await;
    let tokens = before.redeem_by("pub", &code, &[]).await.ok();
    before.userinfo(text(&tokens, "access_token")).await.ok();
    let answer = server.userinfo(text(&tokens, "access_token")).await;
    answer.assert_error(401, "invalid_token");
    snapshot!("dpop_required", show(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn dp_06_a_client_demands_it() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let column = oauth_clients::Column::DpopBoundAccessTokens;
    server.set_client("pub", column, true).await;
    let code = server.code_of("pub").await;
    let answer = server.redeem_by("pub", &code, &[]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    let proof = server.token_proof(&key);
    server.redeem_by("pub", &code, &[&proof]).await.ok();
    server.set_client("m2m", column, true).await;
    let form = [("grant_type", "client_credentials")];
    let answer = server.token_with("m2m", &form, &[]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    let proof = server.token_proof(&key);
    server.token_with("m2m", &form, &[&proof]).await.ok();
    // A refresh of a confidential client, whose tokens have no key.
    let tokens = server.bound_tokens("conf", &key).await;
    server.set_client("conf", column, true).await;
    let answer = server.refresh_by("conf", &tokens, &[]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    let proof = server.token_proof(&key);
    server.refresh_by("conf", &tokens, &[&proof]).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn dp_06_a_resource_demands_it() {
    let mut settings = crate::app::guarded::settings();
    settings["resources"][0]["dpop_bound_access_tokens"] = json!(true);
    let server = TestServer::guarded_with(settings).await;
    let key = DpopKey::new();
    let form = |resource: &'static str, scope: &'static str| {
        [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("resource", resource),
        ]
    };
    let answer = server
        .token_with("robot", &form(MCP, "mcp:read"), &[])
        .await;
    answer.assert_error(400, "invalid_dpop_proof");
    server
        .token_with("robot", &form(API, "notes:read"), &[])
        .await
        .ok();
    let proof = server.token_proof(&key);
    let tokens = server
        .token_with("robot", &form(MCP, "mcp:read"), &[&proof])
        .await;
    let tokens = tokens.ok();
    server
        .show_bound("/mcp", text(&tokens, "access_token"), &key)
        .await
        .ok();
    let answer = server.get("/mcp").await;
    assert_eq!(answer.status, 401);
    snapshot!("dpop_guard_demands_it", show(&answer));
    let document = "/.well-known/oauth-protected-resource";
    let of_mcp = server.get(&format!("{document}/mcp")).await.ok();
    assert_eq!(of_mcp["dpop_bound_access_tokens_required"], true);
    let of_api = server.get(&format!("{document}/api")).await.ok();
    assert_eq!(of_api.get("dpop_bound_access_tokens_required"), None);
    let algorithms = json!(["ES256", "EdDSA", "RS256", "PS256"]);
    assert_eq!(of_api["dpop_signing_alg_values_supported"], algorithms);
}

/// Metadata of a registration (RFC 9449 §5.2).
#[tokio::test(flavor = "multi_thread")]
async fn dp_06_a_client_registers_with_it() {
    let settings = |dpop: bool| {
        json!({
            "allow_dynamic_client_registration": true,
            "allow_unauthenticated_client_registration": true,
            "dpop": { "enabled": dpop },
        })
    };
    let metadata = json!({
        "redirect_uris": ["https://tool.example/cb"], "dpop_bound_access_tokens": true,
    });
    for dpop in [true, false] {
        let server = TestServer::with(settings(dpop)).await;
        let request = server.http.post(server.url("/oauth/register"));
        let answer = server.send(request.json(&metadata)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        // What is not offered is left out, and the answer says so (RFC 7591 §3.2.1).
        assert_eq!(answer.json()["dpop_bound_access_tokens"], dpop);
        let mut wrong = metadata.clone();
        wrong["dpop_bound_access_tokens"] = json!("true");
        let request = server.http.post(server.url("/oauth/register"));
        let answer = server.send(request.json(&wrong)).await;
        answer.assert_error(400, "invalid_client_metadata");
    }
}
