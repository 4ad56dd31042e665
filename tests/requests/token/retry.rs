//! Retry-safe rotation (RF-01 to RF-05; C109).

use loco_oauth_server::internals::operations::cleanup::Cleanup;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    server::{Basic, TestServer},
    tokens::{R1, show, text},
};

/// RF-02.
#[tokio::test(flavor = "multi_thread")]
async fn c109_a_retry_gets_the_same_bytes() {
    let server = TestServer::start().await;
    server.advance(0);
    let first = server.tokens(&Authorize::base()).await;
    let refresh = text(&first, "refresh_token");
    let answer = server.refresh(refresh).await;
    server.advance(29);
    let again = server.refresh(refresh).await;
    assert_eq!((again.status, &again.body), (200, &answer.body));
    assert_eq!(show(&again), show(&answer));
    assert_eq!(server.live_generations().await, [2]);
    assert_eq!(server.access_tokens().await.len(), 2);
    // A client that is not authenticated gets nothing, even with the token.
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let stranger = server
        .post_as(Basic::of("conf", "wrong"), "/oauth/token", &form)
        .await;
    stranger.assert_error(401, "invalid_client");
    let other = server.as_client("other", "/oauth/token", &form).await;
    other.assert_error(400, "invalid_grant");
    server
        .refresh(text(&answer.ok(), "refresh_token"))
        .await
        .ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn rf_01_the_stored_answer_is_sealed() {
    let server = TestServer::start().await;
    let first = server.tokens(&Authorize::base()).await;
    let answer = server.refresh(text(&first, "refresh_token")).await;
    let sealed = server.generations().await[0]
        .successor_sealed
        .clone()
        .unwrap();
    assert!(sealed.len() > answer.body.len());
    let body = answer.ok();
    for name in ["access_token", "refresh_token", "id_token", "token_type"] {
        let plain = text(&body, name).as_bytes();
        assert!(
            !sealed.windows(plain.len()).any(|window| window == plain),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rf_03_another_request_in_the_window_is_a_replay() {
    for more in [[("scope", "read")], [("resource", R1)]] {
        let server = TestServer::start().await;
        let first = server.tokens(&Authorize::base().and("resource", R1)).await;
        let refresh = text(&first, "refresh_token");
        let second = server.refresh(refresh).await.ok();
        let answer = server.refresh_with(refresh, &more).await;
        answer.assert_error(400, "invalid_grant");
        assert_eq!(
            server.revocations().await,
            [Some("refresh_replay".to_owned())]
        );
        let answer = server.refresh(text(&second, "refresh_token")).await;
        answer.assert_error(400, "invalid_grant");
    }
}

/// RF-04: the successor was used, so its holder has it; who still has the parent is another.
#[tokio::test(flavor = "multi_thread")]
async fn rf_04_a_retry_after_the_successor_was_used_is_a_replay() {
    let server = TestServer::start().await;
    let first = server.tokens(&Authorize::base()).await;
    let second = server.refresh(text(&first, "refresh_token")).await.ok();
    server.refresh(text(&second, "refresh_token")).await.ok();
    let answer = server.refresh(text(&first, "refresh_token")).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(
        server.revocations().await,
        [Some("refresh_replay".to_owned())]
    );
}

/// RF-02: the grant must live.
#[tokio::test(flavor = "multi_thread")]
async fn rf_02_no_retry_after_a_revocation() {
    let server = TestServer::start().await;
    let first = server.tokens(&Authorize::base()).await;
    let refresh = text(&first, "refresh_token");
    let second = server.refresh(refresh).await.ok();
    assert_eq!(
        server.revoke(text(&second, "refresh_token")).await.status,
        200
    );
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(server.revocations().await, [Some("client".to_owned())]);
}

/// RF-05: every answer of the family whose window is over, not the parent's alone.
#[tokio::test(flavor = "multi_thread")]
async fn rf_05_answers_are_erased_after_the_window() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut tokens = server.tokens(&Authorize::base()).await;
    let sealed = async || {
        let rows = server.generations().await.into_iter();
        rows.map(|row| row.successor_sealed.is_some())
            .collect::<Vec<_>>()
    };
    for _ in 0..2 {
        tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
    }
    assert_eq!(sealed().await, [true, true, false]);
    server.advance(30);
    server.refresh(text(&tokens, "refresh_token")).await.ok();
    assert_eq!(sealed().await, [false, false, true, false]);
}

/// RF-05: also in a family that is not rotated any more.
#[tokio::test(flavor = "multi_thread")]
async fn rf_05_the_cleanup_erases_answers_after_the_window() {
    let server = TestServer::start().await;
    server.advance(0);
    let tokens = server.tokens(&Authorize::base()).await;
    server.refresh(text(&tokens, "refresh_token")).await.ok();
    let sealed = async || {
        let rows = server.generations().await.into_iter();
        rows.map(|row| row.successor_sealed.is_some())
            .collect::<Vec<_>>()
    };
    let oauth = server.oauth();
    Cleanup(&oauth).run_as_configured().await.unwrap();
    assert_eq!(sealed().await, [true, false]);
    server.advance(30);
    Cleanup(&oauth).run_as_configured().await.unwrap();
    assert_eq!(sealed().await, [false, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rf_04_the_window_is_a_setting() {
    let settings = json!({ "refresh_token_retry_window_seconds": 5 });
    let server = TestServer::with(settings).await;
    server.advance(0);
    let first = server.tokens(&Authorize::base()).await;
    let refresh = text(&first, "refresh_token");
    server.refresh(refresh).await.ok();
    server.advance(4);
    server.refresh(refresh).await.ok();
    server.advance(1);
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
}
