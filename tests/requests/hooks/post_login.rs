//! The app's own step between login and consent (NX-08).

use serde_json::{Value, json};

use super::{with_client, with_client_and};
use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, BOB, CONF_CB, PASSWORD},
    server::{Answer, TestServer, param},
};

async fn server_for(client: &str) -> TestServer {
    with_client_and(client, json!({ "post_login_url": "/own/step" })).await
}

/// Alice signs in for a request of `client`; where she is sent.
async fn at_step(browser: &mut Browser<'_>, client: &str) -> String {
    browser.sign_in().await;
    let answer = browser.get(&Authorize::of(client, CONF_CB).path()).await;
    let page = answer.location().to_owned();
    assert!(page.starts_with("https://as.example/own/step?"), "{page}");
    page
}

async fn done(browser: &mut Browser<'_>, page: &str) -> Answer {
    let return_to = param(page, "return_to").unwrap();
    let answer = browser.get(&format!("{return_to}&done=post_login")).await;
    browser.follow(answer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_08_the_step_comes_after_the_login_and_before_consent() {
    let server = server_for("stepping").await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::of("stepping", CONF_CB)).await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let page = browser.submit(&form).await.location().to_owned();
    assert!(page.starts_with("https://as.example/own/step?interaction="));
    assert_eq!(param(&page, "intent").as_deref(), Some("post_login"));
    assert_eq!(server.interactions().await[0].intent, "post_login");
    let shown: Value = browser.get(&page).await.ok();
    assert_eq!(shown["intent"], "post_login");
    assert_eq!(shown["post_login"], "team");
    assert_eq!(shown["user"], ALICE);
    // Without the word nothing is done (IX-04).
    let return_to = param(&page, "return_to").unwrap();
    assert_eq!(browser.get(&return_to).await.location(), page);
    let answer = browser.get(&format!("{return_to}&done=other")).await;
    assert_eq!(answer.location(), page);
    let consent = done(&mut browser, &page).await;
    let answer = browser.allow(&consent).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
}

/// In the other states the word means nothing.
#[tokio::test(flavor = "multi_thread")]
async fn nx_08_done_counts_only_while_the_step_is_open() {
    let server = server_for("stepping").await;
    let mut browser = server.browser();
    browser.authorize(&Authorize::of("stepping", CONF_CB)).await;
    let id = server.interactions().await[0].state.clone();
    let early = format!("/oauth/continue?interaction={id}&done=post_login");
    let page = browser.get(&early).await;
    let page = browser.follow(page).await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    assert!(answer.location().contains("/own/step?"), "{answer:?}");
    // Another browser learns nothing and does nothing (IX-03).
    server.get(&early).await.assert_page(400);
    assert_eq!(server.interactions().await[0].intent, "post_login");
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_08_prompt_none() {
    let server = server_for("stepping").await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let request = Authorize::of("stepping", CONF_CB).with("prompt", "none");
    let answer = browser.get(&request.path()).await;
    answer.assert_back(CONF_CB, "interaction_required");
}

/// The hook names another step once the app knows of the first: nothing is skipped.
#[tokio::test(flavor = "multi_thread")]
async fn nx_08_one_step_after_the_other() {
    let server = server_for("two-steps").await;
    let mut browser = server.browser();
    let page = at_step(&mut browser, "two-steps").await;
    assert_eq!(browser.get(&page).await.ok()["post_login"], "team");
    let now = chrono::Utc::now().fixed_offset();
    server
        .change_user(ALICE, |user| {
            user.email_verified_at = sea_orm::Set(Some(now));
        })
        .await;
    let shown = done(&mut browser, &page).await;
    assert_eq!(shown.ok()["post_login"], "terms");
    let consent = done(&mut browser, &page).await;
    assert!(consent.body.contains("name=\"decision\""), "{consent:?}");
}

/// The own page can say so itself.
#[tokio::test(flavor = "multi_thread")]
async fn nx_08_the_own_page_ends_the_step() {
    let server = server_for("stepping").await;
    let mut browser = server.browser();
    let page = at_step(&mut browser, "stepping").await;
    let answer = browser.post(&page, &[]).await;
    assert_eq!(answer.location(), param(&page, "return_to").unwrap());
    let consent = browser.follow(answer).await;
    assert!(consent.body.contains("name=\"decision\""), "{consent:?}");
}

/// What alice did is not what bob did.
#[tokio::test(flavor = "multi_thread")]
async fn nx_08_another_person_does_the_step_again() {
    let server = server_for("stepping").await.with_bob().await;
    let mut browser = server.browser();
    let page = at_step(&mut browser, "stepping").await;
    let consent = done(&mut browser, &page).await;
    let form = Form::with_button(&consent, "action", "use_another");
    let answer = browser.submit(&form).await;
    let page = browser.follow(answer).await;
    let form = Form::of(&page).set("login", BOB).set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    assert!(answer.location().contains("/own/step?"), "{answer:?}");
}

/// The hook without the setting: a fault that names both.
#[tokio::test(flavor = "multi_thread")]
async fn nx_08_a_step_without_a_page_is_a_fault() {
    let server = with_client("stepping").await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let answer = browser
        .get(&Authorize::of("stepping", CONF_CB).path())
        .await;
    answer.assert_back(CONF_CB, "server_error");
    assert_eq!(server.rows().await.interactions, 0);
}
