//! `/oauth/logout` (BS-05).

use serde_json::json;

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::BOB,
    server::{Answer, TestServer},
};

const SESSION: &str = "__Host-oauth_session";

async fn sign_out(browser: &mut Browser<'_>, action: &str) -> Answer {
    let page = browser.get("/oauth/logout").await;
    browser
        .submit(&Form::with_button(&page, "action", action))
        .await
}

async fn is_signed_in(browser: &mut Browser<'_>) -> bool {
    let silent = Authorize::base().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.location_param("error").as_deref() != Some("login_required")
}

#[tokio::test(flavor = "multi_thread")]
async fn c067_bs_05_after_signing_out_nothing_is_left_to_go_back_to() {
    let server = TestServer::start().await;
    let (mut browser, consent) = super::at_consent(&server, &Authorize::base()).await;
    assert_eq!(consent.header("cache-control"), Some("no-store"));
    let id = Form::of_consent(&consent)
        .value("interaction")
        .unwrap()
        .to_owned();
    let old = browser.cookies[SESSION].clone();
    let page = sign_out(&mut browser, "sign_out").await;
    page.assert_page(200);
    assert!(page.body.contains("You are signed out"));
    assert!(!browser.cookies.contains_key(SESSION));
    let session = &server.sessions().await[0];
    assert_eq!(session.end_reason.as_deref(), Some("sign_out"));
    // Back: the page is fetched anew and is not there any more.
    let back = browser
        .get(&format!("/oauth/consent?interaction={id}"))
        .await;
    assert!(back.location().contains("/oauth/continue?"));
    let page = browser.follow(back).await;
    assert!(page.body.contains("autocomplete=\"current-password\""));
    let account = browser.get("/oauth/apps").await;
    assert_eq!(
        account.location(),
        "https://as.example/oauth/login?next=apps"
    );
    // The old value is dead on the server, not only forgotten.
    browser.cookies.insert(SESSION.to_owned(), old);
    assert!(!is_signed_in(&mut browser).await);
    let page = browser.get("/oauth/logout").await;
    assert!(page.body.contains("You are signed out"), "nothing to ask");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_or_all() {
    let server = TestServer::start().await.with_bob().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    browser.sign_in_as(BOB).await;
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    // Alice is current now.
    let page = browser.authorize(&Authorize::base()).await;
    assert!(page.body.contains(crate::app::fixtures::ALICE));
    browser.sign_in_as(BOB).await;
    sign_out(&mut browser, "sign_out_all")
        .await
        .assert_page(200);
    assert!(!browser.cookies.contains_key(SESSION));
    let sessions = server.sessions().await;
    assert!(sessions.iter().all(|session| session.ended_at.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn cs_03_signing_out_needs_the_token_and_a_decision() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.get("/oauth/logout").await;
    let form = Form::with_button(&page, "action", "sign_out");
    let bad = form.clone().set("csrf_token", "x");
    browser.submit(&bad).await.assert_page(403);
    let odd = form.clone().set("action", "other");
    browser.submit(&odd).await.assert_page(400);
    browser
        .get("/oauth/logout?action=sign_out")
        .await
        .assert_page(200);
    assert!(is_signed_in(&mut browser).await);
    browser.submit(&form).await.assert_page(200);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_logout_url_is_where_it_leads() {
    let server = TestServer::with(json!({ "after_logout_url": "/bye" })).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let answer = sign_out(&mut browser, "sign_out").await;
    assert_eq!(answer.location(), "https://as.example/bye");
}

/// For each setting: grants that are revoked of one without and one with `offline_access`, both
/// redeemed, and one that nobody redeemed.
#[tokio::test(flavor = "multi_thread")]
async fn bs_05_logout_revokes_what_the_setting_says() {
    for (setting, revoked) in [
        ("session", [false, false, true]),
        ("online", [true, false, true]),
        ("all", [true, true, true]),
    ] {
        let server = TestServer::with(json!({ "logout_revokes": setting })).await;
        let mut browser = server.browser();
        let offline = Authorize::base().with("scope", "openid read offline_access");
        for request in [&Authorize::base(), &offline] {
            let code = browser.code(request).await;
            server.redeem(&code).await.ok();
        }
        let late = browser.code(&offline).await;
        sign_out(&mut browser, "sign_out").await.assert_page(200);
        let grants = server.codes().await;
        let found: Vec<bool> = grants.iter().map(|it| it.revoked_at.is_some()).collect();
        assert_eq!(found, revoked, "{setting}");
        for grant in grants.iter().filter(|grant| grant.revoked_at.is_some()) {
            assert_eq!(grant.revoke_reason.as_deref(), Some("logout"));
        }
        server
            .redeem(&late)
            .await
            .assert_error(400, "invalid_grant");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_05_expiry_revokes_nothing() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&code).await.ok();
    server.advance(1_209_600);
    assert!(!is_signed_in(&mut browser).await);
    assert_eq!(server.codes().await[0].revoked_at, None);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    server.as_client("conf", "/oauth/token", &form).await.ok();
}
