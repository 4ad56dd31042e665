//! What handlers behind a guard learn and do.

use loco_oauth_server::internals::protocol::client::{Client, ClientKind};
use serde_json::json;

use crate::app::{
    browser::Authorize,
    fixtures,
    guarded::{AGENT_CB, API, MCP},
    server::{TestServer, param},
};

#[tokio::test(flavor = "multi_thread")]
async fn s19_3_what_a_handler_learns() {
    let server = TestServer::guarded().await;
    let user = server.user("alice@example.com").await.unwrap();
    let token = server.agent_token("mcp:write", MCP).await;
    let shown = server.call("/mcp", &token).await.ok();
    assert_eq!(shown["sub"], user.pid.to_string());
    assert_eq!(shown["user_id"], user.id.to_string());
    assert_eq!(shown["client_id"], "agent");
    assert_eq!(shown["scopes"], json!(["mcp:write", "mcp:read"]));
    assert_eq!(shown["audience"], json!([MCP]));
    assert_eq!(
        (&shown["jti"], &shown["is_machine"]),
        (&json!(null), &json!(false))
    );
    assert!(shown["acr"].is_string() && shown["auth_time"].is_i64());
    let now = server.now();
    let life = shown["expires_at"].as_i64().unwrap() - now;
    assert!((3500..=3600).contains(&life), "{life}");
    let me = server.call("/mcp/me", &token).await.ok();
    assert_eq!(me["email"], "alice@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn s19_3_extractors() {
    let server = TestServer::guarded().await;
    let token = server.agent_token("notes:read", API).await;
    let shown = server.call("/api/notes", &token).await.ok();
    assert_eq!(shown["scopes"], json!(["notes:read"]));
    assert!(shown["jti"].is_string());
    assert_eq!(server.call("/api/layered", &token).await.ok(), shown);
}

/// GU-01: anonymous requests are fine, a bad token is still refused.
#[tokio::test(flavor = "multi_thread")]
async fn s19_3_an_optional_token() {
    let server = TestServer::guarded().await;
    let token = server.agent_token("notes:read", API).await;
    assert_eq!(server.get("/api/public").await.ok(), json!({ "sub": null }));
    assert!(server.call("/api/public", &token).await.ok()["sub"].is_string());
    let bad = server.call("/api/public", "loco_at_unknown").await;
    bad.assert_error(401, "invalid_token");
    let other = server.agent_token("notes:write", API).await;
    let answer = server.call("/api/public", &other).await;
    answer.assert_error(403, "insufficient_scope");
}

/// GU-04: machines are told apart from people.
#[tokio::test(flavor = "multi_thread")]
async fn gu_04_a_machine_where_a_person_is_wanted() {
    let server = TestServer::guarded().await;
    let token = server.robot_token("mcp:read", MCP).await;
    let shown = server.call("/mcp", &token).await.ok();
    assert_eq!(
        (&shown["sub"], &shown["is_machine"]),
        (&json!("robot"), &json!(true))
    );
    assert_eq!(shown["user_id"], json!(null));
    let answer = server.call("/mcp/me", &token).await;
    answer.assert_error(403, "insufficient_scope");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains("resource_metadata="), "{challenge}");
}

/// MCP step-up: a client that registered itself with the scopes of its first challenge may come back
/// for the others of that resource; a client of the operator keeps to its list (AZ-21).
#[tokio::test(flavor = "multi_thread")]
async fn s36_3_growing_scope_sets() {
    let server = TestServer::guarded().await;
    for (id, kind, grows) in [
        ("self-registered", ClientKind::Dynamic, true),
        ("of-the-operator", ClientKind::Operator, false),
    ] {
        let client = Client {
            kind,
            scopes: Some(vec!["mcp:read".to_owned()]),
            ..fixtures::client(id, &[AGENT_CB])
        };
        fixtures::insert(&server, &client).await;
        let mut browser = server.browser();
        browser.sign_in().await;
        let asks = |scope: &str| {
            let request = Authorize::of(id, AGENT_CB).with("scope", scope);
            request.and("resource", MCP)
        };
        let first = browser.complete(&asks("mcp:read")).await;
        assert!(param(&first, "code").is_some(), "{first}");
        let more = browser.complete(&asks("mcp:read mcp:write")).await;
        assert_eq!(param(&more, "code").is_some(), grows, "{id}: {more}");
        // Those of another resource are none of its business.
        let other = browser.complete(&asks("mcp:read notes:read")).await;
        assert_eq!(param(&other, "error").as_deref(), Some("invalid_scope"));
    }
}
