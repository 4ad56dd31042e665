//! POST token, `grant_type=refresh_token` (C105-C118; TK-19 to TK-27).

use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    fixtures::ALICE,
    oauth_server::oauth_clients,
    server::TestServer,
    tokens::{R1, R2, jwt_part, show, snapshot, text},
    users,
};

#[tokio::test(flavor = "multi_thread")]
async fn c105_a_refresh_supersedes_the_token() {
    let server = TestServer::start().await;
    let first = server.public_tokens().await;
    let answer = server.refresh_public(text(&first, "refresh_token")).await;
    snapshot!("token_refresh", show(&answer));
    let second = answer.ok();
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(server.live_generations().await, [2]);
    let rows = server.generations().await;
    assert_eq!(rows[1].parent_id, Some(rows[0].id));
    assert_eq!(rows[0].absolute_expires_at, rows[1].absolute_expires_at);
    server
        .refresh_public(text(&second, "refresh_token"))
        .await
        .ok();
}

/// TK-19.
#[tokio::test(flavor = "multi_thread")]
async fn c106_a_token_of_another_client() {
    let server = TestServer::start().await;
    let tokens = server.public_tokens().await;
    let refresh = text(&tokens, "refresh_token");
    let before = server.ledger().await;
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", "native"),
    ];
    let answer = server.post("/oauth/token", &form).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(server.ledger().await, before);
    server.refresh_public(refresh).await.ok();
}

/// TK-23; a narrowed scope holds for the access token only (OAuth 2.1 §4.3.2).
#[tokio::test(flavor = "multi_thread")]
async fn c107_scope_of_a_refresh() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let refresh = text(&tokens, "refresh_token");
    let before = server.ledger().await;
    for scope in ["openid read write", "write", "re\"ad"] {
        let answer = server.refresh_with(refresh, &[("scope", scope)]).await;
        answer.assert_error(400, "invalid_scope");
    }
    assert_eq!(server.ledger().await, before);
    let narrow = server
        .refresh_with(refresh, &[("scope", "read")])
        .await
        .ok();
    assert_eq!(narrow["scope"], "read");
    // Nobody asked for an ID token.
    assert!(narrow.get("id_token").is_none(), "{narrow}");
    let wide = server.refresh(text(&narrow, "refresh_token")).await.ok();
    assert_eq!(wide["scope"], "openid read");
    assert!(wide["id_token"].is_string(), "{wide}");
}

/// TK-23: what the client may no longer have is dropped; nothing left is refused.
#[tokio::test(flavor = "multi_thread")]
async fn tk_23_scopes_that_are_no_longer_allowed() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let column = oauth_clients::Column::Scopes;
    server.set_client("conf", column, json!(["read"])).await;
    let tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
    assert_eq!(tokens["scope"], "read");
    server.set_client("conf", column, json!(["write"])).await;
    let refresh = text(&tokens, "refresh_token");
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_scope");
}

/// TK-21, TK-27.
#[tokio::test(flavor = "multi_thread")]
async fn c108_a_replay_after_the_window_kills_the_family() {
    let server = TestServer::start().await;
    server.advance(0);
    let first = server.tokens(&Authorize::base()).await;
    let second = server.refresh(text(&first, "refresh_token")).await.ok();
    server.advance(30);
    server.oauth().events.take();
    let replay = server.refresh(text(&first, "refresh_token")).await;
    replay.assert_error(400, "invalid_grant");
    snapshot!("token_refresh_replay", show(&replay));
    let again = server.refresh(text(&first, "refresh_token")).await;
    again.assert_error(400, "invalid_grant");
    // Once, although it came twice.
    server.event("refresh.replayed");
    assert_eq!(
        server.revocations().await,
        [Some("refresh_replay".to_owned())]
    );
    for token in [&first, &second] {
        assert!(!server.is_live(text(token, "access_token")).await);
    }
    let refresh = text(&second, "refresh_token");
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn c110_without_window_the_second_use_is_a_replay() {
    let server = TestServer::with(json!({ "refresh_token_retry_window_seconds": 0 })).await;
    let first = server.tokens(&Authorize::base()).await;
    let refresh = text(&first, "refresh_token");
    server.refresh(refresh).await.ok();
    assert_eq!(server.generations().await[0].successor_sealed, None);
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(
        server.revocations().await,
        [Some("refresh_replay".to_owned())]
    );
}

/// TK-22, ID-04: neither token outlives the family.
#[tokio::test(flavor = "multi_thread")]
async fn c111_the_familys_absolute_end() {
    let settings = json!({
        "refresh_token_ttl_seconds": 7200,
        "refresh_token_max_ttl_seconds": 10_800,
        "access_token_ttl_seconds": 5400,
    });
    let server = TestServer::with(settings).await;
    server.advance(0);
    let mut tokens = server.tokens(&Authorize::base()).await;
    for expires_in in [5400, 3600] {
        server.advance(3600);
        tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
        assert_eq!(tokens["expires_in"], expires_in);
    }
    let rows = server.generations().await;
    assert_eq!(rows[2].expires_at, rows[2].absolute_expires_at);
    server.advance(3600);
    let refresh = text(&tokens, "refresh_token");
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
    assert!(!server.is_live(refresh).await);
    assert!(!server.is_live(text(&tokens, "access_token")).await);
}

/// TK-22.
#[tokio::test(flavor = "multi_thread")]
async fn tk_22_a_token_that_rests_too_long() {
    let settings = json!({ "refresh_token_ttl_seconds": 3600 });
    let server = TestServer::with(settings).await;
    server.advance(0);
    let tokens = server.tokens(&Authorize::base()).await;
    server.advance(3600);
    let refresh = text(&tokens, "refresh_token");
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
}

/// TK-20: what a user lost is lost for good, whatever becomes of the account later.
#[rstest]
#[case::locked(users::Column::Active, "admin")]
#[case::changed(users::Column::Password, "credential_change")]
#[tokio::test(flavor = "multi_thread")]
async fn c112_users_who_are_locked_or_changed(#[case] column: users::Column, #[case] reason: &str) {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let (access, refresh) = (
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
    );
    let alice = server.user(ALICE).await.unwrap();
    let (bad, good): (sea_orm::Value, sea_orm::Value) = match column {
        users::Column::Active => (false.into(), true.into()),
        _ => ("another hash".into(), alice.password.into()),
    };
    server.oauth().events.take();
    server.set_user(column, bad).await;
    assert!(!server.is_live(access).await);
    let answer = server.refresh(refresh).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(server.revocations().await, [Some(reason.to_owned())]);
    assert_eq!(server.event("token.revoked").details["reason"], reason);

    server.set_user(column, good).await;
    let answer = server.refresh(refresh).await;
    answer.assert_error(400, "invalid_grant");
    assert!(!server.is_live(access).await);
    assert_eq!(server.generations().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn c112_a_user_who_is_gone() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    users::Entity::delete_many()
        .exec(&server.ctx.db)
        .await
        .unwrap();
    let answer = server.refresh(text(&tokens, "refresh_token")).await;
    answer.assert_error(400, "invalid_grant");
    assert!(!server.is_live(text(&tokens, "access_token")).await);
    assert!(server.grants().await.is_empty() && server.generations().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn c112_a_changed_password_where_the_policy_is_off() {
    let server = TestServer::with(json!({ "revoke_on_credential_change": false })).await;
    let tokens = server.tokens(&Authorize::base()).await;
    server
        .set_user(users::Column::Password, "another hash")
        .await;
    server.refresh(text(&tokens, "refresh_token")).await.ok();
}

/// TK-24.
#[tokio::test(flavor = "multi_thread")]
async fn c114_a_resource_outside_the_grant() {
    let server = TestServer::start().await;
    let request = Authorize::base().and("resource", R1);
    let tokens = server.tokens(&request).await;
    let before = server.ledger().await;
    let refresh = text(&tokens, "refresh_token");
    let answer = server.refresh_with(refresh, &[("resource", R2)]).await;
    answer.assert_error(400, "invalid_target");
    assert_eq!(server.ledger().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c115_the_id_token_of_a_refresh() {
    let server = TestServer::start().await;
    server.advance(0);
    let request = Authorize::base().with("nonce", "n");
    let first = server.tokens(&request).await;
    server.advance(100);
    let second = server.refresh(text(&first, "refresh_token")).await.ok();
    let [first, second] = [first, second].map(|body| jwt_part(text(&body, "id_token"), 1));
    for name in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(first[name], second[name], "{name}");
    }
    assert_eq!(second["iat"], first["iat"].as_i64().unwrap() + 100);
    assert_eq!((&first["nonce"], second.get("nonce")), (&json!("n"), None));
    assert_ne!(first["jti"], second["jti"]);
}

/// ID-01: one kind of value is never found as another.
#[tokio::test(flavor = "multi_thread")]
async fn c116_other_values_as_refresh_token() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let unused = browser.code(&Authorize::base()).await;
    let used = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&used).await.ok();
    let mut sessions: Vec<String> = browser.cookies.values().cloned().collect();
    sessions.push(server.sessions().await[0].sid.clone());
    let before = server.everything().await;
    let own = [
        text(&tokens, "access_token"),
        text(&tokens, "id_token"),
        &unused,
        "x",
    ];
    for value in own.into_iter().chain(sessions.iter().map(String::as_str)) {
        server
            .refresh(value)
            .await
            .assert_error(400, "invalid_grant");
    }
    let form = [("grant_type", "refresh_token")];
    server
        .token(&form)
        .await
        .assert_error(400, "invalid_request");
    let code = text(&tokens, "refresh_token");
    server.redeem(code).await.assert_error(400, "invalid_grant");
    assert_eq!(server.everything().await, before);
}

#[rstest]
#[case("disabled")]
#[case("deleted")]
#[tokio::test(flavor = "multi_thread")]
async fn c117_a_client_that_is_not_active(#[case] status: &str) {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let before = server.ledger().await;
    server
        .set_client("conf", oauth_clients::Column::Status, status)
        .await;
    let refresh = text(&tokens, "refresh_token");
    server
        .refresh(refresh)
        .await
        .assert_error(401, "invalid_client");
    assert_eq!(
        server.userinfo(text(&tokens, "access_token")).await.status,
        401
    );
    assert_eq!(server.ledger().await, before);
}

/// A client gets a refresh token by its `grant_types` and, where the setting
/// `refresh_token_policy` says so, by the scope `offline_access`.
#[tokio::test(flavor = "multi_thread")]
async fn c118_when_there_is_no_refresh_token() {
    let server = TestServer::start().await;
    let column = oauth_clients::Column::GrantTypes;
    let grants = json!(["authorization_code"]);
    server.set_client("conf", column, grants).await;
    let tokens = server.tokens(&Authorize::base()).await;
    assert!(tokens.get("refresh_token").is_none());
    assert!(server.generations().await.is_empty());
    let server = TestServer::with(json!({ "refresh_token_policy": "offline_access" })).await;
    let tokens = server.tokens(&Authorize::base()).await;
    assert!(tokens.get("refresh_token").is_none());
    let request = Authorize::base().with("scope", "openid offline_access");
    let tokens = server.tokens(&request).await;
    assert!(tokens.get("refresh_token").is_some());
    assert_eq!(server.generations().await.len(), 1);
}

/// With `rotate_refresh_tokens: public_only` their token is not rotated.
#[tokio::test(flavor = "multi_thread")]
async fn tk_26_confidential_clients_may_keep_their_token() {
    let settings = json!({ "rotate_refresh_tokens": "public_only" });
    let server = TestServer::with(settings).await;
    server.advance(0);
    let tokens = server.tokens(&Authorize::base()).await;
    let refresh = text(&tokens, "refresh_token");
    server.advance(100);
    for _ in 0..2 {
        let body = server.refresh(refresh).await.ok();
        assert!(body.get("refresh_token").is_none());
    }
    let rows = server.generations().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].expires_at, rows[0].issued_at + 100 + 2_592_000);
    assert_eq!(server.revoke(refresh).await.status, 200);
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
    let public = server.public_tokens().await;
    let body = server
        .refresh_public(text(&public, "refresh_token"))
        .await
        .ok();
    assert!(body.get("refresh_token").is_some());
}
