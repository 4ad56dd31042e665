//! Which tokens a guard accepts (GU-02), and what that costs.

use sea_orm::EntityTrait;
use serde_json::json;

use crate::app::{
    guarded::{API, MCP},
    oauth_server::oauth_clients,
    server::{Basic, TestServer},
    tokens::{show, snapshot, text},
    users,
};

/// C133's twin: revoked, foreign, refresh and unknown tokens, and those of inactive users.
#[tokio::test(flavor = "multi_thread")]
async fn c133_gu_02_tokens_that_are_not_live() {
    let server = TestServer::guarded().await;
    server.advance(0);
    let tokens = server.agent_tokens("openid mcp:read", MCP).await;
    let revoked = server.agent_token("mcp:read", MCP).await;
    let form = [("token", revoked.as_str()), ("client_id", "agent")];
    server.call("/mcp", &revoked).await.ok();
    assert_eq!(server.post("/oauth/revoke", &form).await.status, 200);
    let dead = [
        revoked.as_str(),
        text(&tokens, "refresh_token"),
        text(&tokens, "id_token"),
        "loco_at_unknown",
        "not.a.jwt",
        "..",
    ];
    for token in dead {
        let answer = server.call("/mcp", token).await;
        answer.assert_error(401, "invalid_token");
        snapshot!("guard_invalid_token", show(&answer));
    }
    let access = text(&tokens, "access_token");
    server.call("/mcp", access).await.ok();
    server.set_user(users::Column::Active, false).await;
    let answer = server.call("/mcp", access).await;
    answer.assert_error(401, "invalid_token");
    snapshot!("guard_invalid_token", show(&answer));
    server.set_user(users::Column::Active, true).await;
    server.call("/mcp", access).await.ok();
    server.advance(3600);
    let answer = server.call("/mcp", access).await;
    answer.assert_error(401, "invalid_token");
    snapshot!("guard_invalid_token", show(&answer));
}

/// GU-02: a revoked grant, a disabled or deleted client, a changed password, a deleted user.
#[tokio::test(flavor = "multi_thread")]
async fn gu_02_grant_client_and_user_are_looked_at() {
    let server = TestServer::guarded().await;
    let tokens = server.agent_tokens("mcp:read", MCP).await;
    let access = text(&tokens, "access_token");
    server.call("/mcp", access).await.ok();
    server.set_client_status("agent", "disabled").await;
    server
        .call("/mcp", access)
        .await
        .assert_error(401, "invalid_token");
    server.set_client_status("agent", "active").await;
    server.call("/mcp", access).await.ok();
    let before = server.user("alice@example.com").await.unwrap().password;
    server.set_user(users::Column::Password, "another").await;
    server
        .call("/mcp", access)
        .await
        .assert_error(401, "invalid_token");
    server.set_user(users::Column::Password, before).await;
    server.call("/mcp", access).await.ok();
    let form = [
        ("token", text(&tokens, "refresh_token")),
        ("client_id", "agent"),
    ];
    assert_eq!(server.post("/oauth/revoke", &form).await.status, 200);
    server
        .call("/mcp", access)
        .await
        .assert_error(401, "invalid_token");
    let access = server.agent_token("mcp:read", MCP).await;
    users::Entity::delete_many()
        .exec(&server.ctx.db)
        .await
        .unwrap();
    server
        .call("/mcp", &access)
        .await
        .assert_error(401, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn gu_02_tokens_of_a_deleted_client() {
    let server = TestServer::guarded().await;
    let access = server.agent_token("mcp:read", MCP).await;
    oauth_clients::Entity::delete_many()
        .exec(&server.ctx.db)
        .await
        .unwrap();
    server
        .call("/mcp", &access)
        .await
        .assert_error(401, "invalid_token");
}

/// GU-02, RFC 8707 §2: a token for one resource is none for another, nor is one for none.
#[tokio::test(flavor = "multi_thread")]
async fn c138_a_token_for_another_resource() {
    let server = TestServer::guarded().await;
    let mcp = server.agent_token("mcp:read", MCP).await;
    let api = server.agent_token("notes:read", API).await;
    server.call("/mcp", &mcp).await.ok();
    server.call("/api/notes", &api).await.ok();
    let none = server.tokens(&crate::app::browser::Authorize::base()).await;
    let none = text(&none, "access_token");
    let before = server.everything().await;
    for (path, token) in [
        ("/api/notes", mcp.as_str()),
        ("/mcp", &api),
        ("/mcp", none),
        ("/api/notes", none),
    ] {
        let answer = server.call(path, token).await;
        answer.assert_error(401, "invalid_token");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
    assert_eq!(server.everything().await, before);
}

/// RFC 8707 §2: the client may write the resource differently; the audience is the configured one.
#[tokio::test(flavor = "multi_thread")]
async fn s19_1_another_spelling_of_the_resource() {
    let server = TestServer::guarded().await;
    let token = server
        .agent_token("mcp:read", "HTTPS://AS.example:443/mcp/")
        .await;
    let shown = server.call("/mcp", &token).await.ok();
    assert_eq!(shown["audience"], json!([MCP]));
}

/// IN-03: resource servers elsewhere ask; a guard here needs no client.
#[tokio::test(flavor = "multi_thread")]
async fn gu_02_static_clients_have_no_row() {
    let clients = json!([{
        "client_id": "agent-static", "redirect_uris": ["https://agent.example/cb"],
        "scopes": ["mcp:read"], "client_secret": "0123456789abcdef0123456789abcdef",
        "grant_types": ["client_credentials"], "response_types": [],
    }]);
    let server = TestServer::guarded_with(json!({ "clients": clients })).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "mcp:read"),
        ("resource", MCP),
    ];
    let basic = Basic::of("agent-static", "0123456789abcdef0123456789abcdef");
    let tokens = server.post_as(basic, "/oauth/token", &form).await.ok();
    server.database.recorder.take();
    server
        .call("/mcp", text(&tokens, "access_token"))
        .await
        .ok();
    assert_eq!(server.database.recorder.take().len(), 1);
}

/// One statement per guarded request, whatever the token; none without a token or for a forgery.
#[tokio::test(flavor = "multi_thread")]
async fn statements_of_a_guarded_request() {
    let server = TestServer::guarded().await;
    let mcp = server.agent_token("mcp:read", MCP).await;
    let api = server.agent_token("notes:read", API).await;
    let robot = server.robot_token("mcp:read", MCP).await;
    for (path, token, status, statements) in [
        ("/mcp", mcp.as_str(), 200, 1),
        ("/mcp", &robot, 200, 1),
        ("/mcp/me", &mcp, 200, 1),
        ("/mcp", "loco_at_unknown", 401, 1),
        ("/api/notes", &api, 200, 1),
        // The layer's answer is the extractor's.
        ("/api/layered", &api, 200, 1),
        ("/api/notes", "a.b.c", 401, 0),
    ] {
        server.database.recorder.take();
        assert_eq!(server.call(path, token).await.status, status, "{path}");
        let taken = server.database.recorder.take();
        assert_eq!(taken.len(), statements, "{path}: {}", taken.join("\n"));
    }
    assert_eq!(server.get("/mcp").await.status, 401);
    assert_eq!(server.database.recorder.take(), Vec::<String>::new());
}
