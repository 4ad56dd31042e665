//! `OAuthInteraction`: the app's own pages take part in an authorization.

mod settings;

use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Browser},
    fixtures::{self, ALICE, BOB, CONF_CB, DYN_CB, PASSWORD},
    server::{Answer, TestServer, param},
};

async fn with_own_pages() -> TestServer {
    TestServer::with(json!({ "login_url": "/own/login", "consent_url": "/own/consent" })).await
}

/// Posts a form to an own page, with the query the server redirected with.
async fn post(browser: &mut Browser<'_>, page: &str, form: &[(&str, &str)]) -> Answer {
    browser.post(page, form).await
}

/// Opens a request up to the own login page; the page's URL and what it shows.
async fn at_login(browser: &mut Browser<'_>, request: &Authorize) -> (String, Value) {
    let answer = browser.get(&request.path()).await;
    let page = answer.location().to_owned();
    let shown = browser.get(&page).await.ok();
    (page, shown)
}

#[tokio::test(flavor = "multi_thread")]
async fn own_pages_get_the_interaction_and_lead_to_a_code() {
    let server = with_own_pages().await;
    let mut browser = server.browser();
    let request = Authorize::base()
        .with("login_hint", "alice")
        .with("tenant", "acme");

    let (page, shown) = at_login(&mut browser, &request).await;
    assert!(page.starts_with("https://as.example/own/login?interaction="));
    assert_eq!(param(&page, "intent").as_deref(), Some("login"));
    assert_eq!(
        param(&page, "return_to").as_deref(),
        shown["return_to"].as_str()
    );
    assert_eq!(shown["client"]["name"], "The conf app");
    assert_eq!(shown["login_hint"], "alice");
    assert_eq!(shown["params"], json!([["tenant", "acme"]]));
    assert_eq!(shown["user"], Value::Null);

    let answer = post(
        &mut browser,
        &page,
        &[("email", ALICE), ("password", PASSWORD)],
    )
    .await;
    assert_eq!(answer.location(), shown["return_to"].as_str().unwrap());
    let answer = browser.get(answer.location().to_owned().as_str()).await;
    let page = answer.location().to_owned();
    assert!(page.starts_with("https://as.example/own/consent?interaction="));
    let shown = browser.get(&page).await.ok();
    assert_eq!(shown["intent"], "consent");
    assert_eq!(shown["user"], ALICE);
    assert_eq!(shown["scopes"], json!(["openid", "read"]));

    let token = shown["csrf_token"].as_str().unwrap();
    let form = [
        ("csrf_token", token),
        ("decision", "allow"),
        ("scope", "openid"),
    ];
    let answer = post(&mut browser, &page, &form).await;
    let code = answer.location_param("code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    assert_eq!(tokens["scope"], "openid", "read was not accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn deny_and_cancel_of_an_own_page_tell_the_client() {
    let server = with_own_pages().await;
    for decision in ["deny", "cancel"] {
        let mut browser = server.browser();
        let (page, _) = at_login(&mut browser, &Authorize::base()).await;
        post(
            &mut browser,
            &page,
            &[("email", ALICE), ("password", PASSWORD)],
        )
        .await;
        let page = page.replace("/own/login", "/own/consent");
        let shown = browser.get(&page).await.ok();
        let token = shown["csrf_token"].as_str().unwrap();
        let form = [("csrf_token", token), ("decision", decision)];
        let answer = post(&mut browser, &page, &form).await;
        answer.assert_back(CONF_CB, "access_denied");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_without_the_token_has_no_effect() {
    let server = with_own_pages().await;
    let mut browser = server.browser();
    let (page, _) = at_login(&mut browser, &Authorize::base()).await;
    post(
        &mut browser,
        &page,
        &[("email", ALICE), ("password", PASSWORD)],
    )
    .await;
    let page = page.replace("/own/login", "/own/consent");
    let answer = post(
        &mut browser,
        &page,
        &[("csrf_token", "-.x"), ("decision", "allow")],
    )
    .await;
    assert_eq!(answer.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_an_interaction_is_the_apps_own_matter() {
    let server = with_own_pages().await;
    let shown = server.get("/own/login").await.ok();
    assert_eq!(shown, json!({ "interaction": null }));
    let answer = server
        .post("/own/login", &[("email", "x"), ("password", "y")])
        .await;
    answer.assert_page(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_03_an_own_page_shows_nothing_of_a_foreign_interaction() {
    let server = with_own_pages().await;
    let (page, shown) = at_login(&mut server.browser(), &Authorize::base()).await;
    let answer = server.get(&page).await;
    answer.assert_page(400);
    assert!(!answer.body.contains("The conf app"));
    let by_return_to = format!(
        "/own/login?return_to={}",
        shown["return_to"].as_str().unwrap()
    );
    server.get(&by_return_to).await.assert_page(400);
    for query in [
        "interaction=",
        "interaction=unknown",
        "interaction=a&interaction=b",
    ] {
        server
            .get(&format!("/own/login?{query}"))
            .await
            .assert_page(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interaction_is_found_in_return_to() {
    let server = with_own_pages().await;
    let mut browser = server.browser();
    let (_, shown) = at_login(&mut browser, &Authorize::base()).await;
    let return_to = shown["return_to"].as_str().unwrap();
    let again = browser
        .get(&format!("/own/login?return_to={return_to}"))
        .await
        .ok();
    assert_eq!(again["interaction"], shown["interaction"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apps_own_login_makes_the_session_that_authorize_uses() {
    let server = with_own_pages().await;
    let mut browser = server.browser();
    let answer = post(
        &mut browser,
        "/own/session",
        &[("email", ALICE), ("password", PASSWORD)],
    )
    .await;
    assert_eq!(answer.status, 303);
    let answer = browser.get(&Authorize::base().path()).await;
    assert!(answer.location().contains("/own/consent?"), "{answer:?}");

    let request = server.http.delete(server.url("/own/session"));
    browser.send(request).await;
    let silent = Authorize::base().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "login_required");
}

/// What an own page needs to say, before anybody is signed in.
#[tokio::test(flavor = "multi_thread")]
async fn an_own_page_has_words_and_hints() {
    let server = with_own_pages().await;
    let mut browser = server.browser();
    let request = Authorize::of("dyn", DYN_CB)
        .with("ui_locales", "xx de")
        .with("display", "popup")
        .with("acr_values", "a b")
        .with("max_age", "60");
    let (_, shown) = at_login(&mut browser, &request).await;
    assert_eq!(shown["lang"], "de");
    assert_eq!(shown["display"], "popup");
    assert_eq!(shown["acr_values"], json!(["a", "b"]));
    assert_eq!(shown["max_age"], 60);
    assert_eq!(shown["warnings"], json!(["unverified"]));
    assert_eq!(shown["scopes"], json!(["openid", "read"]));
    assert_eq!(shown["words"][1], "Read your notes");
    assert_ne!(shown["words"][0], "openid", "in words");
    assert_ne!(shown["access_until"], "");
    assert_eq!(shown["accounts"], json!([]));
}

/// An account chooser of the app.
#[tokio::test(flavor = "multi_thread")]
async fn an_own_page_lets_people_choose_an_account() {
    let settings = json!({ "select_account_url": "/own/who", "login_url": "/own/login" });
    let server = TestServer::with(settings).await.with_bob().await;
    let mut browser = server.browser();
    for login in [BOB, ALICE] {
        let form = [("email", login), ("password", PASSWORD)];
        post(&mut browser, "/own/session", &form).await;
    }
    let request = Authorize::base().with("prompt", "select_account");
    let answer = browser.get(&request.path()).await;
    let page = answer.location().to_owned();
    assert!(page.starts_with("https://as.example/own/who?"), "{page}");
    let shown = browser.get(&page).await.ok();
    let token = shown["csrf_token"].as_str().unwrap();
    let logins = |index: usize| shown["accounts"][index]["login"].as_str().unwrap();
    assert_eq!([logins(0), logins(1)], [ALICE, BOB]);

    let gone = [
        ("csrf_token", token),
        ("decision", "select"),
        ("sid", "unknown"),
    ];
    post(&mut browser, &page, &gone).await.assert_page(400);
    let sid = shown["accounts"][1]["sid"].as_str().unwrap();
    let bob = [("csrf_token", token), ("decision", "select"), ("sid", sid)];
    let answer = post(&mut browser, &page, &bob).await;
    let consent = browser.follow(answer).await;
    assert!(consent.body.contains(BOB), "{consent:?}");

    let answer = browser.get(&request.path()).await;
    let page = answer.location().to_owned();
    let shown = browser.get(&page).await.ok();
    let token = shown["csrf_token"].as_str().unwrap();
    let another = [("csrf_token", token), ("decision", "use_another")];
    let answer = post(&mut browser, &page, &another).await;
    assert!(answer.location().contains("/own/login?"), "{answer:?}");
}

/// CO-02: the client changed since the page was shown; the person looks again.
#[tokio::test(flavor = "multi_thread")]
async fn an_allow_for_a_client_that_changed_does_not_count() {
    let server = with_own_pages().await;
    let mut browser = server.browser();
    let (page, _) = at_login(&mut browser, &Authorize::base()).await;
    let form = [("email", ALICE), ("password", PASSWORD)];
    post(&mut browser, &page, &form).await;
    let page = page.replace("/own/login", "/own/consent");
    let shown = browser.get(&page).await.ok();
    server
        .change_client("conf", |client| client.version = sea_orm::Set(2))
        .await;
    let token = shown["csrf_token"].as_str().unwrap();
    let form = [
        ("csrf_token", token),
        ("decision", "allow"),
        ("scope", "openid read"),
    ];
    let answer = post(&mut browser, &page, &form).await;
    assert_eq!(answer.location(), shown["return_to"].as_str().unwrap());
    assert_eq!(server.rows().await.codes, 0);
    let answer = post(&mut browser, &page, &form).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
}

/// The person joins an organisation on the consent page itself: what it may have, and in whose name they
/// consent, is decided after that, and not by what was true when the request came.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_counts_for_what_the_apps_handler_changed() {
    const CLIENT: &str = "by-organisation";
    let server = with_own_pages().await;
    fixtures::insert(&server, &fixtures::confidential(CLIENT, &[CONF_CB])).await;
    let mut browser = server.browser();
    let request = Authorize::of(CLIENT, CONF_CB).with("scope", "openid read write");
    let (page, _) = at_login(&mut browser, &request).await;
    let login = [("email", ALICE), ("password", PASSWORD)];
    post(&mut browser, &page, &login).await;
    let page = page.replace("/own/login", "/own/consent");
    let shown = browser.get(&page).await.ok();
    assert_eq!(shown["scopes"], json!(["openid", "read", "write"]));
    let form = [
        ("csrf_token", shown["csrf_token"].as_str().unwrap()),
        ("decision", "allow"),
        ("scope", "openid read write"),
        ("name", "acme/alice"),
    ];
    let answer = post(&mut browser, &page, &form).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    assert_eq!(server.codes().await[0].scopes, json!(["openid", "read"]));
    let consents = server.consents().await;
    assert_eq!(consents[0].reference, "acme");
    assert_eq!(consents[0].scopes, json!(["openid", "read"]));
}
