//! A clock that jumps (GE-01).

use crate::app::{browser::Authorize, server::TestServer, tokens::text};

/// Expired things are refused while the clock is ahead; what was used or revoked stays so when it
/// goes back.
#[tokio::test(flavor = "multi_thread")]
async fn c237_the_clock_jumps_ahead_and_back() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let used = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&used).await.ok();
    let revoked = browser.code(&Authorize::base()).await;
    let revoked = server.redeem(&revoked).await.ok();
    server.revoke(text(&revoked, "refresh_token")).await;
    let fresh = browser.code(&Authorize::base()).await;

    server.advance(2 * 3600);
    let access = text(&tokens, "access_token");
    assert!(!server.is_live(access).await);
    server
        .redeem(&fresh)
        .await
        .assert_error(400, "invalid_grant");
    let ahead = server.refresh(text(&tokens, "refresh_token")).await.ok();

    server.advance(-2 * 3600);
    assert!(server.is_live(access).await);
    assert!(server.is_live(text(&ahead, "access_token")).await);
    assert!(!server.is_live(text(&revoked, "access_token")).await);
    let answer = server.refresh(text(&revoked, "refresh_token")).await;
    answer.assert_error(400, "invalid_grant");
    server.redeem(&fresh).await.ok();
    server
        .redeem(&used)
        .await
        .assert_error(400, "invalid_grant");
    let replayed = server.refresh(text(&ahead, "refresh_token")).await;
    replayed.assert_error(400, "invalid_grant");
}
