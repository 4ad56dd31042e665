//! `prompt`, `max_age` and hints over HTTP (NX-01 to NX-10); the table itself is tested at
//! `next_step`.

use serde_json::json;

use super::{alice, claims, refused_here, server};
use crate::app::{
    browser::{Authorize, Form},
    fixtures::{ALICE, BOB, CONF_CB, PASSWORD},
    server::{TestServer, param},
};

fn is_login(body: &str) -> bool {
    body.contains("autocomplete=\"current-password\"")
}

async fn auth_time(server: &TestServer, code: &str) -> i64 {
    let tokens = server.redeem(code).await.ok();
    let claims = claims(tokens["id_token"].as_str().unwrap());
    claims["auth_time"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c017_nx_03_silent_without_session() {
    let server = server().await;
    let before = server.everything().await;
    let request = Authorize::base().with("prompt", "none");
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back(CONF_CB, "login_required");
    assert_eq!(answer.location_param("state").as_deref(), Some("S"));
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c018_az_12_silence_does_not_open_the_redirect() {
    let server = server().await;
    let request = Authorize::of("conf", "https://evil.example/").with("prompt", "none");
    let before = server.everything().await;
    server.browser().get(&request.path()).await.assert_page(400);
    assert_eq!(server.everything().await, before);
    refused_here(&server, &request.path(), 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c019_nx_09_silent_without_consent() {
    let server = server().await;
    let mut browser = alice(&server).await;
    let request = Authorize::base().with("prompt", "none");
    let answer = browser.get(&request.path()).await;
    answer.assert_back(CONF_CB, "consent_required");
    let rows = server.rows().await;
    assert_eq!((rows.interactions, rows.codes, rows.consents), (0, 0, 0));
    browser.code(&Authorize::base()).await;
    let answer = browser.get(&request.path()).await;
    assert!(answer.location_param("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn c021_nx_02_prompt_login_asks_again() {
    let server = server().await;
    let mut browser = alice(&server).await;
    browser.code(&Authorize::base()).await;
    server.advance(600);
    let now = server.now();
    let page = browser
        .authorize(&Authorize::base().with("prompt", "login"))
        .await;
    page.assert_page(200);
    assert!(is_login(&page.body));
    assert_eq!(server.codes().await.len(), 1);
    // No way around the page.
    let id = Form::of(&page).value("interaction").unwrap().to_owned();
    let again = browser
        .get(&format!("/oauth/continue?interaction={id}"))
        .await;
    assert!(again.location().contains("/oauth/login?"));
    let answer = browser.log_in(&page, ALICE, PASSWORD).await;
    let code = answer.location_param("code").unwrap();
    assert!(auth_time(&server, &code).await >= now);
}

#[tokio::test(flavor = "multi_thread")]
async fn c022_nx_05_max_age_asks_when_the_login_is_older() {
    let server = server().await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let first = auth_time(&server, &code).await;
    server.advance(10);
    let sessions = server.sessions().await;
    let young = Authorize::base().with("max_age", "10000");
    let answer = browser.get(&young.path()).await;
    let code = answer.location_param("code").unwrap();
    assert_eq!(auth_time(&server, &code).await, first);
    assert_eq!(server.sessions().await, sessions);
    let old = Authorize::base().with("max_age", "1");
    let silent = old.clone().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "login_required");
    let page = browser.authorize(&old).await;
    assert!(is_login(&page.body));
    let answer = browser.log_in(&page, ALICE, PASSWORD).await;
    let code = answer.location_param("code").unwrap();
    assert!(auth_time(&server, &code).await >= first + 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn c023_nx_04_a_silent_hint_names_somebody_else() {
    let server = server().await.with_bob();
    let server = server.await;
    let mut bob = server.browser();
    let page = bob.authorize(&Authorize::base()).await;
    let page = bob.log_in(&page, BOB, PASSWORD).await;
    let code = bob.allow(&page).await.location_param("code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    let hint = tokens["id_token"].as_str().unwrap();
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    let before = server.rows().await;
    let hinted = Authorize::base().with("id_token_hint", hint);
    let silent = hinted.clone().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "login_required");
    assert_eq!(server.rows().await, before);
    // Bob himself gets his code.
    let answer = bob.get(&silent.path()).await;
    assert!(answer.location_param("code").is_some());
    // Interactive: asked once, then the wrong person is told to the client.
    let page = browser.authorize(&hinted).await;
    assert!(is_login(&page.body));
    let answer = browser.log_in(&page, ALICE, PASSWORD).await;
    answer.assert_back(CONF_CB, "login_required");
    let page = browser.authorize(&hinted).await;
    let answer = browser.log_in(&page, BOB, PASSWORD).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_01_create_leads_to_sign_up_and_on() {
    let server = server().await;
    let mut browser = alice(&server).await;
    let request = Authorize::base().with("prompt", "login create");
    let page = browser.authorize(&request).await;
    page.assert_page(200);
    let form = Form::of(&page);
    assert!(form.action.ends_with("/oauth/signup"));
    let form = form.set("email", BOB).set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    let page = browser.follow(answer).await;
    assert!(page.body.contains(BOB), "the new account is asked");
    let answer = browser.allow(&page).await;
    assert!(answer.location_param("code").is_some());
    let bob = server.user(BOB).await.unwrap();
    assert_eq!(server.codes().await[0].user_id, Some(bob.id));
    // Both accounts stay signed in, the new one in front.
    let page = browser
        .authorize(&Authorize::base().with("prompt", "select_account"))
        .await;
    assert!(page.body.contains(ALICE) && page.body.contains(BOB));
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_01_create_is_closed_by_a_login_on_the_page_it_led_to() {
    let server = server().await;
    let mut browser = server.browser();
    let request = Authorize::base().with("prompt", "create");
    let page = browser.authorize(&request).await;
    let id = Form::of(&page).value("interaction").unwrap().to_owned();
    let login = format!("/oauth/login?interaction={id}");
    assert!(page.body.contains(&login), "the way to the login page");
    let page = browser.get(&login).await;
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_01_without_sign_up_create_leads_to_login() {
    let server = TestServer::with(json!({ "enable_signup": false })).await;
    let mut browser = server.browser();
    let request = Authorize::base().with("prompt", "create");
    let page = browser.authorize(&request).await;
    assert!(is_login(&page.body));
    assert!(!page.body.contains("/oauth/signup"));
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(page.body.contains("name=\"decision\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_07_select_account_without_session_is_a_login() {
    let server = server().await;
    let mut browser = server.browser();
    let request = Authorize::base().with("prompt", "select_account consent login");
    let page = browser.authorize(&request).await;
    assert!(is_login(&page.body));
    // A fresh login counts as the choice: consent is next.
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(page.body.contains("name=\"decision\""));
    let answer = browser.allow(&page).await;
    assert!(answer.location_param("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_09_prompt_consent_asks_although_it_is_remembered() {
    let server = server().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    let request = Authorize::base().with("prompt", "consent");
    let page = browser.authorize(&request).await;
    assert!(page.body.contains("name=\"decision\""));
    let answer = browser.allow(&page).await;
    assert!(answer.location_param("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_03_nx_09_a_silent_request_by_post_stays_silent() {
    let server = server().await;
    let mut browser = server.browser();
    let request = Authorize::base().with("prompt", "none");
    let form: Vec<(&str, &str)> = request
        .0
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let stored = browser.post("/oauth/authorize", &form).await;
    let answer = browser.get(stored.location()).await;
    answer.assert_back(CONF_CB, "login_required");
    // Nor does a login on the way make it interactive.
    let stored = browser.post("/oauth/authorize", &form).await;
    let id = stored.location_param("interaction").unwrap();
    let page = browser.get("/oauth/login").await;
    let token = Form::of(&page);
    let crafted = [
        ("login", ALICE),
        ("password", PASSWORD),
        ("interaction", id.as_str()),
        ("csrf_token", token.value("csrf_token").unwrap()),
    ];
    let answer = browser.post("/oauth/login", &crafted).await;
    answer.assert_page(403);
    let answer = browser.get(stored.location()).await;
    answer.assert_back(CONF_CB, "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn az_18_doubled_spaces_are_no_words() {
    let server = server().await;
    let request = Authorize::base().with("prompt", " consent  login ");
    let page = alice(&server).await.authorize(&request).await;
    assert!(is_login(&page.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_05_the_clients_default_max_age_counts() {
    let server = server().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    server
        .change_client("conf", |client| {
            client.default_max_age = sea_orm::Set(Some(60));
        })
        .await;
    let answer = browser.get(&Authorize::base().path()).await;
    assert!(param(answer.location(), "code").is_some());
    server.advance(61);
    let page = browser.authorize(&Authorize::base()).await;
    assert!(is_login(&page.body));
}
