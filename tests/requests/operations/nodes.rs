//! Two nodes of one app on one database.

use serde_json::json;

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, PASSWORD},
    server::{TestServer, no_limits},
    tokens::text,
};

/// The same browser, sent to the other node.
fn moved<'a>(browser: &Browser<'_>, node: &'a TestServer) -> Browser<'a> {
    let mut moved = node.browser();
    moved.cookies.clone_from(&browser.cookies);
    moved
}

/// Every request of a flow goes to the node that did not answer the one before.
#[tokio::test(flavor = "multi_thread")]
async fn a_flow_wanders_between_nodes() {
    let one = TestServer::start().await;
    let two = one.twin(json!({})).await;
    let mut browser = one.browser();
    let to_login = browser.get(&Authorize::base().path()).await;
    let mut browser = moved(&browser, &two);
    let page = browser.get(to_login.location()).await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let mut browser = moved(&browser, &one);
    let signed_in = browser.submit(&form).await;
    let mut browser = moved(&browser, &two);
    let page = browser.follow(signed_in).await;
    let mut browser = moved(&browser, &one);
    let answer = browser.allow(&page).await;
    let code = answer.location_param("code").unwrap();

    let tokens = two.redeem(&code).await.ok();
    let access = text(&tokens, "access_token");
    assert!(one.is_live(access).await);
    let tokens = one.refresh(text(&tokens, "refresh_token")).await.ok();
    let access = text(&tokens, "access_token");
    two.userinfo(access).await.ok();
    // The code again, at the other node: the family is dead everywhere.
    one.redeem(&code).await.assert_error(400, "invalid_grant");
    assert!(!two.is_live(access).await);
    let mut browser = moved(&browser, &two);
    let again = browser.authorize(&Authorize::base()).await;
    assert!(again.location_param("code").is_some(), "signed in at both");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_across_nodes() {
    let mut limits = no_limits();
    limits["token"] = json!([{ "limit": 5, "seconds": 60 }]);
    limits["login"] = json!([{ "limit": 3, "seconds": 60 }]);
    let settings = json!({ "rate_limits": limits, "rate_limit_store": "database" });
    let one = TestServer::with(settings.clone()).await;
    let two = one.twin(settings).await;
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    for round in 0..4 {
        for (place, node) in [&one, &two].into_iter().enumerate() {
            let answer = node.as_client("m2m", "/oauth/token", &form).await;
            let used = round * 2 + place;
            assert_eq!(answer.status, if used < 5 { 200 } else { 429 }, "{used}");
        }
    }
    for (attempt, node) in [&one, &two, &one, &two].into_iter().enumerate() {
        let mut browser = node.browser();
        let page = browser.get("/oauth/login").await;
        let form = Form::of(&page).set("login", ALICE).set("password", "wrong");
        let answer = browser.submit(&form).await;
        answer.assert_page(if attempt < 3 { 400 } else { 429 });
    }
}
