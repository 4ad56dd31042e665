//! The way of a person and a client through all endpoints.

use crate::app::{
    browser::{Authorize, VERIFIER},
    fixtures::{ALICE, PASSWORD, SECRET},
    server::{TestServer, param},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_consents_and_the_client_gets_tokens() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    page.assert_page(200);
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    page.assert_page(200);
    let answer = browser.allow(&page).await;
    let code = param(answer.location(), "code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    let access = tokens["access_token"].as_str().unwrap();
    let request = server
        .http
        .get(server.url("/oauth/userinfo"))
        .bearer_auth(access);
    let userinfo = server.send(request).await.ok();
    assert!(userinfo["sub"].is_string());
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let refreshed = server.as_client("conf", "/oauth/token", &form).await.ok();
    let access = refreshed["access_token"].as_str().unwrap();
    let form = [("token", access)];
    let live = server
        .as_client("conf", "/oauth/introspect", &form)
        .await
        .ok();
    assert_eq!(live["active"], true);
    let revoked = server.as_client("conf", "/oauth/revoke", &form).await;
    assert_eq!((revoked.status, revoked.body.as_str()), (200, ""));
    let dead = server
        .as_client("conf", "/oauth/introspect", &form)
        .await
        .ok();
    assert_eq!(dead, serde_json::json!({ "active": false }));
    let _ = (VERIFIER, SECRET);
}
