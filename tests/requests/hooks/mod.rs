//! The app's own decisions. What the hooks do by client stands in `tests/app/hooks.rs`.

mod claims;
mod once;
mod post_login;

use crate::app::{
    browser::{Authorize, Form},
    fixtures::{self, CONF_CB},
    server::TestServer,
};

/// A server with one more client: confidential, with refresh tokens and `client_credentials`.
pub async fn with_client(client: &str) -> TestServer {
    with_client_and(client, serde_json::json!({})).await
}

pub async fn with_client_and(client: &str, settings: serde_json::Value) -> TestServer {
    let server = TestServer::with(settings).await;
    fixtures::insert(&server, &fixtures::confidential(client, &[CONF_CB])).await;
    server
}

/// Hooks of the authorization endpoint: the client is told, and nothing is stored.
#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_before_the_code_stores_nothing() {
    for hook in ["select_account", "authorize_scopes", "post_login"] {
        let client = format!("broken-{hook}");
        let server = with_client(&client).await;
        let mut browser = server.browser();
        browser.sign_in().await;
        let before = server.rows().await;
        let answer = browser.get(&Authorize::of(&client, CONF_CB).path()).await;
        answer.assert_back(CONF_CB, "server_error");
        assert_eq!(server.rows().await, before, "{hook}");
    }
}

/// 5 seconds. The hook would take a minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_takes_too_long_is_ended() {
    let server = with_client("slow").await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let answer = browser.get(&Authorize::of("slow", CONF_CB).path()).await;
    answer.assert_back(CONF_CB, "server_error");
    assert_eq!(server.rows().await.codes, 0);
}

/// A hook on a page ends with the error page.
#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_on_a_page_is_a_fault() {
    let server = with_client("broken-external_logins").await;
    let mut browser = server.browser();
    let request = Authorize::of("broken-external_logins", CONF_CB);
    browser.authorize(&request).await.assert_page(500);
}

#[tokio::test(flavor = "multi_thread")]
async fn external_logins_are_links_on_the_login_page() {
    let server = with_client("external").await;
    let page = server
        .browser()
        .authorize(&Authorize::of("external", CONF_CB))
        .await;
    let state = server.interactions().await[0].state.clone();
    let link = format!("href=\"/auth/example?state={state}\"");
    assert!(page.body.contains(&link), "{}", page.body);
    assert!(page.body.contains("Example ID"));
    let other = server.browser().authorize(&Authorize::base()).await;
    assert!(!other.body.contains("Example ID"));
}

/// `authorize_scopes`: a subset; what was not asked for is not granted.
#[tokio::test(flavor = "multi_thread")]
async fn scopes_that_the_app_forbids_are_neither_shown_nor_granted() {
    let server = with_client("narrow").await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let request = Authorize::of("narrow", CONF_CB).with("scope", "openid read write");
    let page = browser.authorize(&request).await;
    assert!(page.body.contains("value=\"read\""), "{page:?}");
    assert!(!page.body.contains("value=\"write\""));
    assert!(!page.body.contains("value=\"admin\""));
    // Ticked by hand: no effect.
    let mut form = Form::of_consent(&page).set("decision", "allow");
    for scope in ["write", "admin"] {
        form.fields.push(("scope".to_owned(), scope.to_owned()));
    }
    let code = browser.submit(&form).await.location_param("code").unwrap();
    let grant = &server.codes().await[0];
    assert_eq!(grant.scopes, serde_json::json!(["openid", "read"]));
    assert_eq!(
        server.consents().await[0].scopes,
        serde_json::json!(["openid", "read"])
    );
    assert!(!code.is_empty());
    // The stored consent covers what may be granted: the next request needs no page.
    let answer = browser.get(&request.path()).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    assert_eq!(
        server.codes().await[1].scopes,
        serde_json::json!(["openid", "read"])
    );
}

/// CO-04: nothing left is a refusal.
#[tokio::test(flavor = "multi_thread")]
async fn co_04_an_app_that_forbids_everything_refuses() {
    let server = with_client("nothing").await;
    let mut browser = server.browser();
    let request = Authorize::of("nothing", CONF_CB);
    let page = browser.authorize(&request).await;
    let form = Form::of(&page)
        .set("login", fixtures::ALICE)
        .set("password", fixtures::PASSWORD);
    let answer = browser.submit(&form).await;
    answer.assert_back(CONF_CB, "access_denied");
    let silent = browser.get(&request.with("prompt", "none").path()).await;
    silent.assert_back(CONF_CB, "access_denied");
    assert_eq!(server.rows().await.codes, 0);
}

/// CO-02: row of (user, client, reference).
#[tokio::test(flavor = "multi_thread")]
async fn co_02_each_reference_has_consents_of_its_own() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    let name = |name: &str| sea_orm::Set(name.to_owned());
    server
        .change_user(fixtures::ALICE, |user| user.name = name("acme/alice"))
        .await;
    let page = browser.authorize(&Authorize::base()).await;
    assert!(page.body.contains("name=\"decision\""), "asked for acme");
    browser.allow(&page).await;
    let references = server.consents().await.into_iter();
    let references: Vec<_> = references.map(|consent| consent.reference).collect();
    assert_eq!(references, ["", "acme"]);
    for as_whom in ["acme/alice", "alice", "acme/alice"] {
        server
            .change_user(fixtures::ALICE, |user| user.name = name(as_whom))
            .await;
        let answer = browser.get(&Authorize::base().path()).await;
        assert!(answer.location_param("code").is_some(), "{as_whom}");
    }
    server
        .change_user(fixtures::ALICE, |user| user.name = name("other/alice"))
        .await;
    let silent = Authorize::base().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "consent_required");
}

/// The hook `select_account` asks for a choice, once per request.
#[tokio::test(flavor = "multi_thread")]
async fn nx_07_the_hook_can_want_an_account_to_be_chosen() {
    let server = with_client("chooser").await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&Authorize::of("chooser", CONF_CB)).await;
    let sid = Form::of(&page);
    assert!(page.body.contains("name=\"sid\""), "{page:?}");
    let html = scraper::Html::parse_document(&page.body);
    let button = scraper::Selector::parse("button[name=sid]").unwrap();
    let account = html
        .select(&button)
        .next()
        .unwrap()
        .value()
        .attr("value")
        .unwrap();
    let answer = browser.submit(&sid.set("sid", account)).await;
    let page = browser.follow(answer).await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");

    let silent = Authorize::of("chooser", CONF_CB).with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "account_selection_required");
}
