//! What a request says about the person: `login_hint`, `id_token_hint`, `acr_values` (NX-04, NX-06).

use serde_json::json;

use crate::app::{
    browser::{Authorize, Form},
    fixtures::{ALICE, BOB, CONF_CB, PASSWORD},
    server::{Answer, TestServer},
    tokens::text,
};

/// The login that the page insists on.
fn locked(page: &Answer) -> Option<String> {
    let html = scraper::Html::parse_document(&page.body);
    let input = scraper::Selector::parse("input[name=login][readonly]").unwrap();
    let input = html.select(&input).next()?;
    input.value().attr("value").map(str::to_owned)
}

/// NX-04: once the login page, with the account that will do; then `login_required`.
#[tokio::test(flavor = "multi_thread")]
async fn nx_04_the_page_names_the_account_of_the_hint() {
    let server = TestServer::start().await.with_bob().await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&code).await.ok();
    let request = Authorize::base().with("id_token_hint", text(&tokens, "id_token"));

    // Alice is here, but bob is the current account.
    browser.sign_in_as(BOB).await;
    let page = browser.authorize(&request).await;
    assert_eq!(locked(&page).as_deref(), Some(ALICE));
    let form = Form::of(&page).set("password", PASSWORD);
    assert_eq!(form.value("login"), Some(ALICE));
    let answer = browser.submit(&form).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");

    browser.sign_in_as(BOB).await;
    let page = browser.authorize(&request).await;
    let form = Form::of(&page).set("login", BOB).set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    answer.assert_back(CONF_CB, "login_required");
}

/// Whoever holds an ID token learns nothing of an account that is not signed in here.
#[tokio::test(flavor = "multi_thread")]
async fn nx_04_another_browser_is_not_told_whose_the_hint_is() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let request = Authorize::base().with("id_token_hint", text(&tokens, "id_token"));
    let page = server.browser().authorize(&request).await;
    assert_eq!(locked(&page), None);
    assert!(!page.body.contains("alice"), "{}", page.body);
}

/// OpenID Connect Core §3.1.2.1.
#[tokio::test(flavor = "multi_thread")]
async fn login_hint_fills_the_form_in() {
    let server = TestServer::start().await;
    let request = Authorize::base().with("login_hint", BOB);
    let page = server.browser().authorize(&request).await;
    assert_eq!(Form::of(&page).value("login"), Some(BOB));
    assert_eq!(locked(&page), None, "a hint is no order");
}

/// NX-06: classes of the settings, weakest first; a password yields the first.
#[tokio::test(flavor = "multi_thread")]
async fn nx_06_a_stronger_class_is_asked_for_once() {
    let server = TestServer::with(json!({ "acr_values": ["bronze", "silver"] })).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    for (wanted, again) in [("bronze", false), ("gold", false), ("silver", true)] {
        let request = Authorize::base().with("acr_values", wanted);
        let page = browser.authorize(&request).await;
        assert_eq!(page.body.contains("name=\"password\""), again, "{wanted}");
        let silent = browser.get(&request.with("prompt", "none").path()).await;
        let error = if again {
            "login_required"
        } else {
            "consent_required"
        };
        silent.assert_back(CONF_CB, error);
    }
    // A wish: after one login the request goes on.
    let page = browser
        .authorize(&Authorize::base().with("acr_values", "silver"))
        .await;
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");
}

/// The client's registration says it when the request does not.
#[tokio::test(flavor = "multi_thread")]
async fn nx_06_default_acr_values_of_the_client() {
    let server = TestServer::with(json!({ "acr_values": ["bronze", "silver"] })).await;
    let wanted = sea_orm::Set(Some(json!(["silver"])));
    server
        .change_client("conf", |client| client.default_acr_values = wanted)
        .await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&Authorize::base()).await;
    assert!(page.body.contains("name=\"password\""), "{page:?}");
    let page = browser
        .authorize(&Authorize::base().with("acr_values", "bronze"))
        .await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");
}
