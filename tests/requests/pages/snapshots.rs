//! How the pages answer over HTTP: status, headers, main text.

use super::at_consent;
use crate::{
    app::{
        browser::{Authorize, Form},
        fixtures::{ALICE, PASSWORD},
        server::TestServer,
    },
    assert_answer,
};

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_the_pages() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let login = browser.authorize(&Authorize::base()).await;
    assert_answer!("http_login", &login);
    let wrong = Form::of(&login)
        .set("login", ALICE)
        .set("password", "wrong");
    let wrong = browser.submit(&wrong).await;
    assert_answer!("http_login_wrong", &wrong);
    let right = Form::of(&login)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let forged = browser.submit(&right.clone().set("csrf_token", "x")).await;
    assert_answer!("http_login_forged", &forged);
    let right = browser.submit(&right).await;
    assert_answer!("http_login_right", &right);
    let consent = browser.follow(right).await;
    assert_answer!("http_consent", &consent);
    let denied = Form::of_consent(&consent).set("decision", "deny");
    let denied = browser.submit(&denied).await;
    assert_answer!("http_consent_denied", &denied);
    server.advance(30);
    let completed = browser.allow(&consent).await;
    assert_answer!("http_completed", &completed);
    let choose = Authorize::base().with("prompt", "select_account");
    let choose = browser.authorize(&choose).await;
    assert_answer!("http_select_account", &choose);
    let signup = browser.get("/oauth/signup").await;
    assert_answer!("http_signup", &signup);
    let logout = browser.get("/oauth/logout").await;
    assert_answer!("http_logout", &logout);
    let out = Form::with_button(&logout, "action", "sign_out");
    let out = browser.submit(&out).await;
    assert_answer!("http_logged_out", &out);
    let lost = browser.get("/oauth/continue?interaction=lost").await;
    assert_answer!("http_continue_unknown", &lost);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_hop() {
    let server = TestServer::start().await;
    let (mut browser, consent) = at_consent(&server, &Authorize::base()).await;
    browser.navigates = true;
    let handoff = browser.allow(&consent).await;
    assert_answer!("http_handoff", &handoff);
}
