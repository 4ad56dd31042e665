//! Forged JWTs at a guard (C217-C225); the forgeries are those of the plugin's own endpoints.

use serde_json::json;

use crate::app::{
    assertions::ClientKey,
    forgery::{copy, forgeries},
    guarded::{API, MCP},
    server::TestServer,
    tokens::{jwt_part, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn c217_to_c225_forged_access_tokens_at_a_guard() {
    let key = ClientKey::new("");
    let server = TestServer::guarded_with(json!({ "keys": key.as_keys() })).await;
    let key = key.named_by(&server).await;
    let access = server.agent_token("notes:read", API).await;
    server.call("/api/notes", &access).await.ok();
    let forgeries = forgeries(&key, &access);
    let before = server.everything().await;
    for (what, forged) in &forgeries {
        let answer = server.call("/api/notes", forged).await;
        assert_eq!(answer.status, 401, "{what}");
        answer.assert_error(401, "invalid_token");
    }
    assert_eq!(server.everything().await, before);
    for (what, forged) in &forgeries {
        // Nor if the table knew it.
        server.pretend_issued(forged).await;
        let answer = server.call("/api/notes", forged).await;
        assert_eq!(answer.status, 401, "{what}");
    }
    for good in [&access, &copy(&key, &access)] {
        server.pretend_issued(good).await;
        server.call("/api/notes", good).await.ok();
    }
}

/// C219: an id token of the same client and user.
#[tokio::test(flavor = "multi_thread")]
async fn c219_an_id_token_at_a_guard() {
    let server = TestServer::guarded().await;
    let tokens = server.agent_tokens("openid notes:read", API).await;
    let answer = server.call("/api/notes", text(&tokens, "id_token")).await;
    answer.assert_error(401, "invalid_token");
}

/// C223: nothing is decoded, no statement is run.
#[tokio::test(flavor = "multi_thread")]
async fn c223_a_long_token_at_a_guard() {
    let server = TestServer::guarded().await;
    server.database.recorder.take();
    let long = format!(
        "{}.{}.{}",
        "e".repeat(9_000),
        "e".repeat(9_000),
        "e".repeat(9_000)
    );
    let answer = server.call("/api/notes", &long).await;
    answer.assert_error(401, "invalid_token");
    assert_eq!(server.database.recorder.take(), Vec::<String>::new());
}

/// C224, GU-02: a JWT is good no longer than its row; a revocation works at once.
#[tokio::test(flavor = "multi_thread")]
async fn c224_gu_02_a_revoked_jwt() {
    let server = TestServer::guarded().await;
    let access = server.agent_token("notes:read", API).await;
    let claims = jwt_part(&access, 1);
    assert_eq!(jwt_part(&access, 0)["typ"], "at+jwt");
    assert_eq!(claims["aud"], json!(API));
    let shown = server.call("/api/notes", &access).await.ok();
    assert_eq!(
        (&shown["jti"], &shown["sub"]),
        (&claims["jti"], &claims["sub"])
    );
    let form = [("token", access.as_str()), ("client_id", "agent")];
    assert_eq!(server.post("/oauth/revoke", &form).await.status, 200);
    server
        .call("/api/notes", &access)
        .await
        .assert_error(401, "invalid_token");
}

/// C225 through the whole request, for some bytes; every byte is tested beside the verifier.
#[tokio::test(flavor = "multi_thread")]
async fn c225_changed_bytes_at_a_guard() {
    let server = TestServer::guarded().await;
    let access = server.agent_token("notes:read", API).await;
    for position in (0..access.len()).step_by(37) {
        let mut changed = access.clone().into_bytes();
        changed[position] = if changed[position] == b'A' {
            b'B'
        } else {
            b'A'
        };
        let changed = String::from_utf8(changed).unwrap();
        let answer = server.call("/api/notes", &changed).await;
        assert_eq!(answer.status, 401, "{position}: {changed}");
    }
    // An opaque token of another resource is no way around.
    let opaque = server.agent_token("mcp:read", MCP).await;
    server
        .call("/api/notes", &opaque)
        .await
        .assert_error(401, "invalid_token");
}
