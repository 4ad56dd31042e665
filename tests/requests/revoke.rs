//! POST revoke (C119-C124; RV-01 to RV-04).

use rstest::rstest;

use crate::app::{
    browser::{Authorize, encoded},
    fixtures::SECRET,
    server::{Basic, TestServer},
    tokens::{show, snapshot, text},
};

/// RV-03: a refresh token takes the family with it.
#[tokio::test(flavor = "multi_thread")]
async fn c119_a_revoked_refresh_token() {
    let server = TestServer::start().await;
    let first = server.tokens(&Authorize::base()).await;
    let second = server.refresh(text(&first, "refresh_token")).await.ok();
    let answer = server.revoke(text(&second, "refresh_token")).await;
    snapshot!("revoke", show(&answer));
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(server.revocations().await, [Some("client".to_owned())]);
    for tokens in [&first, &second] {
        assert!(!server.is_live(text(tokens, "access_token")).await);
        assert_eq!(
            server.userinfo(text(tokens, "access_token")).await.status,
            401
        );
    }
    let refresh = text(&second, "refresh_token");
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
}

/// RV-03: a superseded refresh token still names its family.
#[tokio::test(flavor = "multi_thread")]
async fn rv_03_a_superseded_refresh_token() {
    let server = TestServer::start().await;
    let first = server.tokens(&Authorize::base()).await;
    let second = server.refresh(text(&first, "refresh_token")).await.ok();
    assert_eq!(
        server.revoke(text(&first, "refresh_token")).await.status,
        200
    );
    assert!(!server.is_live(text(&second, "access_token")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn rv_03_a_revoked_access_token_dies_alone() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let access = text(&tokens, "access_token");
    assert_eq!(server.revoke(access).await.status, 200);
    assert!(!server.is_live(access).await);
    assert_eq!(server.revocations().await, [None]);
    server.refresh(text(&tokens, "refresh_token")).await.ok();
}

/// RV-02: all alike, nothing changes, and nobody is told of a revocation.
#[tokio::test(flavor = "multi_thread")]
async fn c120_unknown_expired_and_revoked_tokens() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = server.browser();
    let mut family = async || {
        server
            .redeem(&browser.code(&Authorize::base()).await)
            .await
            .ok()
    };
    let (dead, alone, late) = (family().await, family().await, family().await);
    let refresh = |tokens| text(tokens, "refresh_token");
    let access = |tokens| text(tokens, "access_token");
    let good = show(&server.revoke(refresh(&dead)).await);
    server.revoke(access(&alone)).await;

    let all_alike = async |tokens: &[&str]| {
        let before = server.everything().await;
        server.oauth().events.take();
        for token in tokens {
            assert_eq!(show(&server.revoke(token).await), good, "{token}");
        }
        let events = server.oauth().events.take();
        let mut names = events.iter().map(|event| event.event.as_str());
        assert!(names.all(|name| name != "token.revoked"), "{events:?}");
        assert_eq!(server.everything().await, before);
    };
    let unknown = ["loco_rt_unknown", "loco_at_unknown", "x", "a.b.c"];
    all_alike(&unknown).await;
    all_alike(&[refresh(&dead), access(&dead), access(&alone)]).await;
    server.advance(3600);
    all_alike(&[access(&late)]).await;
    assert!(server.is_live(refresh(&late)).await);
    server.advance(30 * 24 * 3600);
    all_alike(&[refresh(&late)]).await;
}

/// RV-02.
#[tokio::test(flavor = "multi_thread")]
async fn c121_tokens_of_another_client() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let before = server.ledger().await;
    let unknown = show(&server.revoke("loco_at_unknown").await);
    for name in ["access_token", "refresh_token"] {
        let form = [("token", text(&tokens, name))];
        let answer = server.as_client("other", "/oauth/revoke", &form).await;
        assert_eq!(show(&answer), unknown);
        let form = [("token", text(&tokens, name)), ("client_id", "pub")];
        assert_eq!(show(&server.post("/oauth/revoke", &form).await), unknown);
    }
    assert_eq!(server.ledger().await, before);
    assert!(server.is_live(text(&tokens, "access_token")).await);
}

#[rstest]
#[case("access_token", "refresh_token")]
#[case("refresh_token", "access_token")]
#[case("access_token", "foo")]
#[case("refresh_token", "foo")]
#[tokio::test(flavor = "multi_thread")]
async fn c122_hints_only_order_the_search(#[case] kind: &str, #[case] hint: &str) {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let form = [("token", text(&tokens, kind)), ("token_type_hint", hint)];
    let answer = server.as_client("conf", "/oauth/revoke", &form).await;
    assert_eq!(answer.status, 200);
    assert!(!server.is_live(text(&tokens, "access_token")).await);
    let answer = server.refresh(text(&tokens, "refresh_token")).await;
    if kind == "access_token" {
        assert_eq!(server.revocations().await, [None]);
        answer.ok();
    } else {
        assert_eq!(server.revocations().await, [Some("client".to_owned())]);
        answer.assert_error(400, "invalid_grant");
    }
}

/// RV-01.
#[tokio::test(flavor = "multi_thread")]
async fn c123_get_and_missing_token() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let access = text(&tokens, "access_token");
    let before = server.everything().await;
    let url = server.url(&format!("/oauth/revoke?token={access}"));
    let request = server.http.get(url);
    let answer = server
        .send(request.basic_auth("conf", Some(encoded(SECRET))))
        .await;
    answer.assert_error(405, "invalid_request");
    assert_eq!(answer.header("allow"), Some("POST"));
    let answer = server.as_client("conf", "/oauth/revoke", &[]).await;
    answer.assert_error(400, "invalid_request");
    snapshot!("revoke_without_token", show(&answer));
    let form = [("token", access)];
    let answer = server
        .post_as(Basic::of("conf", "wrong"), "/oauth/revoke", &form)
        .await;
    answer.assert_error(401, "invalid_client");
    snapshot!("revoke_invalid_client", show(&answer));
    assert_eq!(server.everything().await, before);
}

/// RV-01: public clients revoke too (RFC 7009 §2.1).
#[tokio::test(flavor = "multi_thread")]
async fn rv_01_a_public_client_revokes_its_token() {
    let server = TestServer::start().await;
    let tokens = server.public_tokens().await;
    let refresh = text(&tokens, "refresh_token");
    let form = [("token", refresh), ("client_id", "pub")];
    assert_eq!(server.post("/oauth/revoke", &form).await.status, 200);
    server
        .refresh_public(refresh)
        .await
        .assert_error(400, "invalid_grant");
}

/// RV-04: never 200 where nothing could be written (RFC 7009 §2.2.1).
#[tokio::test(flavor = "multi_thread")]
async fn c124_a_database_that_is_away() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    server.ctx.db.clone().close().await.unwrap();
    for name in ["access_token", "refresh_token"] {
        let answer = server.revoke(text(&tokens, name)).await;
        answer.assert_error(503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("2"));
        snapshot!("revoke_unavailable", show(&answer));
    }
}
