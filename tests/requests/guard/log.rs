//! At a guarded route the log tells apart what the answer does not.

use std::collections::BTreeMap;

use loco_oauth_server::events::RuleId;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    guarded::{API, MCP},
    oauth_server::{oauth_access_tokens, oauth_clients},
    server::TestServer,
    tokens::{show, text},
    users,
};

/// What the log has of one refusal at `path`; the answer is always the same.
async fn received(server: &TestServer, path: &str, token: &str) -> (String, String) {
    server.oauth().events.take();
    let answer = server.call(path, token).await;
    answer.assert_error(401, "invalid_token");
    let event = server.event("request.refused");
    assert_eq!(event.rule, Some(RuleId::new("GU-02")));
    let detail = |name: &str| event.details[name].as_str().unwrap().to_owned();
    let line = format!("{} / {}", detail("expected"), detail("received"));
    assert!(!line.contains(token), "{line}");
    (line, show(&answer))
}

#[tokio::test(flavor = "multi_thread")]
async fn s_d9_the_log_says_why_a_token_is_not_taken() {
    let server = TestServer::guarded().await;
    server.advance(0);
    let mut lines = BTreeMap::new();
    let mut answers = Vec::new();
    let mut note = |what: &'static str, (line, answer): (String, String)| {
        lines.insert(what, line);
        answers.push(answer);
    };
    note(
        "garbage",
        received(&server, "/mcp", "loco_at_unknown").await,
    );
    note("dots", received(&server, "/mcp", "not.a.jwt").await);
    let tokens = server.agent_tokens("openid mcp:read", MCP).await;
    let access = text(&tokens, "access_token").to_owned();
    note(
        "refresh",
        received(&server, "/mcp", text(&tokens, "refresh_token")).await,
    );
    note(
        "id token",
        received(&server, "/mcp", text(&tokens, "id_token")).await,
    );
    note("audience", received(&server, "/api/notes", &access).await);
    let of_issuer = server
        .tokens(&Authorize::base().with("scope", "read"))
        .await;
    note(
        "issuer",
        received(&server, "/mcp", text(&of_issuer, "access_token")).await,
    );
    let jwt = server.agent_token("notes:read", API).await;
    note("jwt audience", received(&server, "/mcp", &jwt).await);

    server.set_user(users::Column::Active, false).await;
    note("locked", received(&server, "/mcp", &access).await);
    server.set_user(users::Column::Active, true).await;
    let alice = server.user("alice@example.com").await.unwrap();
    server.set_user(users::Column::Password, "another").await;
    note("credentials", received(&server, "/mcp", &access).await);
    server
        .set_user(users::Column::Password, alice.password)
        .await;
    server.set_client_status("agent", "disabled").await;
    note("disabled", received(&server, "/mcp", &access).await);
    server.set_client_status("agent", "active").await;
    server.call("/mcp", &access).await.ok();

    let revoked = server.agent_token("mcp:read", MCP).await;
    let form = [("token", revoked.as_str()), ("client_id", "agent")];
    assert_eq!(server.post("/oauth/revoke", &form).await.status, 200);
    note("revoked", received(&server, "/mcp", &revoked).await);
    let family = [
        ("token", text(&tokens, "refresh_token")),
        ("client_id", "agent"),
    ];
    let kept = server.agent_token("mcp:read", MCP).await;
    assert_eq!(server.post("/oauth/revoke", &family).await.status, 200);
    note("grant", received(&server, "/mcp", &access).await);
    server.advance(3600);
    note("expired", received(&server, "/mcp", &kept).await);
    note("expired jwt", received(&server, "/api/notes", &jwt).await);

    for (what, words) in [
        ("garbage", "no access token of this server"),
        ("dots", "not a compact JWS"),
        ("refresh", "no access token of this server"),
        ("id token", "token of another type"),
        ("audience", "for the audience https://as.example/mcp"),
        (
            "issuer",
            "of the client conf for the audience https://as.example",
        ),
        ("jwt audience", "for the audience https://as.example/api"),
        ("locked", "whose user is not active"),
        ("credentials", "changed the credentials"),
        ("disabled", "whose status is disabled"),
        ("revoked", "that was revoked at"),
        ("grant", "whose authorization was revoked at"),
        ("expired", "that expired at"),
        ("expired jwt", "expired"),
    ] {
        assert!(lines[what].contains(words), "{what}: {}", lines[what]);
    }
    for is_jwt in [true, false] {
        let of_kind = answers
            .iter()
            .filter(|it| it.contains("notes:read") == is_jwt);
        let same: Vec<_> = of_kind.collect();
        assert!(same.iter().all(|one| *one == same[0]), "{same:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s_d9_clients_and_users_that_are_gone() {
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let server = TestServer::guarded().await;
    let robot = server.robot_token("mcp:read", MCP).await;
    oauth_clients::Entity::delete_many()
        .filter(oauth_clients::Column::ClientId.eq("robot"))
        .exec(&server.ctx.db)
        .await
        .unwrap();
    let (line, _) = received(&server, "/mcp", &robot).await;
    assert!(
        line.contains("the client robot, which is not known any more"),
        "{line}"
    );
    oauth_access_tokens::Entity::delete_many()
        .exec(&server.ctx.db)
        .await
        .unwrap();
    let (line, _) = received(&server, "/mcp", &robot).await;
    assert!(
        line.contains("or of one that is deleted since its end"),
        "{line}"
    );
}

/// No token, another scheme, a scope too few: their lines say what is missing.
#[tokio::test(flavor = "multi_thread")]
async fn s_d9_other_refusals_of_a_guard() {
    let server = TestServer::guarded().await;
    server.oauth().events.take();
    assert_eq!(server.get("/mcp").await.status, 401);
    let told = server.event("request.refused").details;
    assert_eq!(told["received"], "no bearer token");
    let token = server.agent_token("mcp:read", MCP).await;
    server.oauth().events.take();
    let answer = server.call_post("/mcp/write", &token).await;
    answer.assert_error(403, "insufficient_scope");
    let told = server.event("request.refused").details;
    assert_eq!(told["expected"], "the scopes mcp:read mcp:write");
    assert_eq!(told["received"], "mcp:read");
}

/// `UserInfo` is guarded alike.
#[tokio::test(flavor = "multi_thread")]
async fn s_d9_the_same_at_userinfo() {
    let server = TestServer::guarded().await;
    server.advance(0);
    let tokens = server.tokens(&Authorize::base()).await;
    let (access, other) = (
        text(&tokens, "access_token"),
        server.agent_token("mcp:read", MCP).await,
    );
    let line = async |token: &str| {
        server.oauth().events.take();
        let answer = server.userinfo(token).await;
        answer.assert_error(401, "invalid_token");
        let event = server.event("request.refused");
        assert_eq!(event.rule, Some(RuleId::new("UI-02")));
        (
            event.details["received"].as_str().unwrap().to_owned(),
            answer.body,
        )
    };
    let (garbage, first) = line("loco_at_unknown").await;
    let (audience, second) = line(&other).await;
    server.advance(3600);
    let (expired, third) = line(access).await;
    assert!(
        garbage.contains("no access token of this server"),
        "{garbage}"
    );
    assert!(
        audience.contains("for the audience https://as.example/mcp"),
        "{audience}"
    );
    assert!(
        expired.contains("of the client conf that expired at"),
        "{expired}"
    );
    assert_eq!(json!([first, second]), json!([second, third]));
}
