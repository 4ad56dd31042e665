//! A clock that jumps (GE-01).

use loco_oauth_server::internals::operations::cleanup::Cleanup;
use serde_json::json;

use crate::app::{
    assertions::{ClientKey, signer},
    browser::{Authorize, Form},
    fixtures,
    server::TestServer,
    tokens::text,
};

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
    let mut gone = server.browser();
    gone.sign_in().await;
    let cookies = gone.cookies.clone();
    let page = gone.get("/oauth/logout").await;
    gone.submit(&Form::with_button(&page, "action", "sign_out"))
        .await;
    assert!(server.oauth().registrar.delete("other").await.unwrap());

    server.advance(2 * 3600);
    let oauth = server.oauth();
    Cleanup(&oauth).run_as_configured().await.unwrap();
    let access = text(&tokens, "access_token");
    assert!(!server.is_live(access).await);
    server
        .redeem(&fresh)
        .await
        .assert_error(400, "invalid_grant");
    let ahead = server.refresh(text(&tokens, "refresh_token")).await.ok();

    server.advance(-2 * 3600);
    assert!(server.is_live(access).await);
    // What was rotated ahead gives no other tokens than those it gave then.
    let again = server.refresh(text(&tokens, "refresh_token")).await.ok();
    assert_eq!(again, ahead);
    assert_eq!(server.generations().await.len(), 3);
    assert!(server.is_live(text(&ahead, "access_token")).await);
    assert!(!server.is_live(text(&revoked, "access_token")).await);
    let answer = server.refresh(text(&revoked, "refresh_token")).await;
    answer.assert_error(400, "invalid_grant");
    gone.cookies = cookies;
    let silent = Authorize::base().with("prompt", "none");
    let answer = gone.authorize(&silent).await;
    answer.assert_back(fixtures::CONF_CB, "login_required");
    let form = [("token", access)];
    let answer = server.as_client("other", "/oauth/introspect", &form).await;
    answer.assert_error(401, "invalid_client");
    server.redeem(&fresh).await.ok();
    server
        .redeem(&used)
        .await
        .assert_error(400, "invalid_grant");
    let replayed = server.refresh(text(&ahead, "refresh_token")).await;
    replayed.assert_error(400, "invalid_grant");
}

/// CA-05: the cleanup that runs while the clock is ahead does not forget a used assertion.
#[tokio::test(flavor = "multi_thread")]
async fn c237_a_used_assertion_stays_used() {
    let server = TestServer::start().await;
    let key = ClientKey::new("k1");
    fixtures::insert(&server, &signer(Some(key.jwks()))).await;
    let assertion = key.assertion(&server, "signer", &json!({}));
    server.assert_by(&assertion).await.ok();

    server.advance(2 * 3600);
    let oauth = server.oauth();
    Cleanup(&oauth).run_as_configured().await.unwrap();
    let late = server.assert_by(&assertion).await;
    late.assert_error(401, "invalid_client");

    server.advance(-2 * 3600);
    let again = server.assert_by(&assertion).await;
    again.assert_error(401, "invalid_client");
    assert_eq!(server.used().await, 1);
}
