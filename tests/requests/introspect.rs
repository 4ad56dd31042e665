//! POST introspect (C125-C131; IN-01 to IN-05).

use sea_orm::EntityTrait;
use serde_json::json;

use crate::app::{
    browser::{Authorize, Form, encoded},
    fixtures::SECRET,
    server::{Basic, TestServer},
    tokens::{R1, R2, show, snapshot, text},
    users,
};

/// IN-01, CA-02.
#[tokio::test(flavor = "multi_thread")]
async fn c125_c127_only_confidential_clients_ask() {
    let server = TestServer::start().await;
    let tokens = server.public_tokens().await;
    let access = text(&tokens, "access_token");
    let form = [("token", access)];
    let of_public = [("token", access), ("client_id", "pub")];
    let before = server.everything().await;
    let nobody = server.post("/oauth/introspect", &form).await;
    let wrong = server
        .post_as(Basic::of("conf", "wrong"), "/oauth/introspect", &form)
        .await;
    snapshot!("introspect_invalid_client", show(&wrong));
    // The same but for the scheme of the challenge: nobody used no header (CA-02).
    let without_header = show(&wrong).replace("Basic realm", "OAuth realm");
    assert_eq!(show(&nobody), without_header);
    let public = server.post("/oauth/introspect", &of_public).await;
    for answer in [nobody, wrong, public] {
        answer.assert_error(401, "invalid_client");
        assert!(answer.header("www-authenticate").is_some());
        assert!(!answer.body.contains("active"));
    }
    assert_eq!(server.everything().await, before);
}

/// IN-03: exactly this, whatever the reason.
#[tokio::test(flavor = "multi_thread")]
async fn c126_tokens_that_are_not_live() {
    let server = TestServer::start().await;
    server.advance(0);
    let tokens = server.tokens(&Authorize::base()).await;
    let foreign = server.public_tokens().await;
    let inactive = json!({ "active": false });
    let superseded = text(&tokens, "refresh_token");
    let second = server.refresh(superseded).await.ok();
    let before = server.everything().await;
    let dead = [
        superseded,
        text(&tokens, "id_token"),
        text(&foreign, "access_token"),
        text(&foreign, "refresh_token"),
        "loco_at_unknown",
        "loco_rt_unknown",
        "not a token",
        "a.b.c",
    ];
    for token in dead {
        assert_eq!(server.introspect(token).await, inactive, "{token}");
    }
    let (access, refresh) = (
        text(&second, "access_token"),
        text(&second, "refresh_token"),
    );
    assert!(server.is_live(access).await && server.is_live(refresh).await);
    server.advance(3600);
    assert_eq!(server.introspect(access).await, inactive);
    assert!(server.is_live(refresh).await);
    server.advance(2_592_000 - 3600);
    assert_eq!(server.introspect(refresh).await, inactive);
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c126_revoked_tokens() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let inactive = json!({ "active": false });
    let [access, refresh] = ["access_token", "refresh_token"].map(|name| text(&tokens, name));
    server.revoke(access).await;
    assert_eq!(server.introspect(access).await, inactive);
    assert!(server.is_live(refresh).await);
    server.revoke(refresh).await;
    let before = server.everything().await;
    for token in [access, refresh] {
        assert_eq!(server.introspect(token).await, inactive);
    }
    assert_eq!(server.everything().await, before);
}

/// IN-02, IN-04.
#[tokio::test(flavor = "multi_thread")]
async fn c128_a_live_token() {
    let server = TestServer::start().await;
    let request = Authorize::base().and("resource", R1);
    let tokens = server.tokens(&request).await;
    let before = server.everything().await;
    let form = [
        ("token", text(&tokens, "access_token")),
        ("token_type_hint", "foo"),
    ];
    let answer = server.as_client("conf", "/oauth/introspect", &form).await;
    snapshot!("introspect_access_token", show(&answer));
    let live = answer.ok();
    assert_eq!(
        live["exp"].as_i64(),
        live["iat"].as_i64().map(|iat| iat + 3600)
    );
    let form = [
        ("token", text(&tokens, "refresh_token")),
        ("token_type_hint", "access_token"),
    ];
    let answer = server.as_client("conf", "/oauth/introspect", &form).await;
    snapshot!("introspect_refresh_token", show(&answer));
    let missing = server.as_client("conf", "/oauth/introspect", &[]).await;
    missing.assert_error(400, "invalid_request");
    let inactive = server
        .as_client("conf", "/oauth/introspect", &[("token", "x")])
        .await;
    snapshot!("introspect_inactive", show(&inactive));
    assert_eq!(server.everything().await, before);
}

/// IN-03: a resource server sees tokens for its resource, and no refresh tokens.
#[tokio::test(flavor = "multi_thread")]
async fn in_03_a_resource_server_sees_its_tokens() {
    let settings = json!({ "resources": [
        { "uri": R1, "introspection_clients": ["m2m"] },
        { "uri": R2 },
    ] });
    let server = TestServer::with(settings).await;
    let ask = async |token: &str| {
        let form = [("token", token)];
        server
            .as_client("m2m", "/oauth/introspect", &form)
            .await
            .ok()["active"]
            .clone()
    };
    let tokens = server.tokens(&Authorize::base().and("resource", R1)).await;
    assert_eq!(ask(text(&tokens, "access_token")).await, true);
    assert_eq!(ask(text(&tokens, "refresh_token")).await, false);
    let tokens = server.tokens(&Authorize::base().and("resource", R2)).await;
    assert_eq!(ask(text(&tokens, "access_token")).await, false);
}

/// IN-01.
#[tokio::test(flavor = "multi_thread")]
async fn c129_get_is_not_allowed() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let before = server.everything().await;
    let path = format!("/oauth/introspect?token={}", text(&tokens, "access_token"));
    let request = server
        .http
        .get(server.url(&path))
        .basic_auth("conf", Some(encoded(SECRET)));
    let answer = server.send(request).await;
    answer.assert_error(405, "invalid_request");
    assert_eq!(answer.header("allow"), Some("POST"));
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c130_tokens_of_users_who_are_disabled_or_deleted() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let inactive = json!({ "active": false });
    server.set_user(users::Column::Active, false).await;
    let before = server.everything().await;
    for name in ["access_token", "refresh_token"] {
        assert_eq!(server.introspect(text(&tokens, name)).await, inactive);
    }
    assert_eq!(server.everything().await, before);
    server.set_user(users::Column::Active, true).await;
    assert!(server.is_live(text(&tokens, "access_token")).await);
    users::Entity::delete_many()
        .exec(&server.ctx.db)
        .await
        .unwrap();
    let before = server.everything().await;
    for name in ["access_token", "refresh_token"] {
        assert_eq!(server.introspect(text(&tokens, name)).await, inactive);
    }
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c131_the_signed_form_is_not_offered() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let before = server.everything().await;
    let request = server
        .http
        .post(server.url("/oauth/introspect"))
        .basic_auth("conf", Some(encoded(SECRET)))
        .header("accept", "application/token-introspection+jwt")
        .form(&[("token", text(&tokens, "access_token"))]);
    let answer = server.send(request).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.ok()["active"], true);
    assert_eq!(server.everything().await, before);
}

/// IN-05: a fault is never "inactive".
#[tokio::test(flavor = "multi_thread")]
async fn in_05_a_database_that_is_away() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    server.ctx.db.clone().close().await.unwrap();
    let form = [("token", text(&tokens, "access_token"))];
    let answer = server.as_client("conf", "/oauth/introspect", &form).await;
    answer.assert_error(503, "temporarily_unavailable");
    snapshot!("introspect_unavailable", show(&answer));
}

/// IN-04: `sid` while the session lives.
#[tokio::test(flavor = "multi_thread")]
async fn in_04_sid_goes_with_the_session() {
    let server = TestServer::with(json!({ "logout_revokes": "session" })).await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&code).await.ok();
    let access = text(&tokens, "access_token");
    assert!(server.introspect(access).await.get("sid").is_some());
    let page = browser.get("/oauth/logout").await;
    browser
        .submit(&Form::with_button(&page, "action", "sign_out"))
        .await;
    let live = server.introspect(access).await;
    assert_eq!((&live["active"], live.get("sid")), (&json!(true), None));
}

/// IN-01: a public client has nothing to prove itself with.
#[tokio::test(flavor = "multi_thread")]
async fn c127_a_public_client() {
    let server = TestServer::start().await;
    let tokens = server.public_tokens().await;
    let form = [
        ("token", text(&tokens, "access_token")),
        ("client_id", "pub"),
    ];
    let answer = server.post("/oauth/introspect", &form).await;
    answer.assert_error(401, "invalid_client");
}
