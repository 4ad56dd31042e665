//! `/oauth/apps` and what is posted from there (AP-01).

use serde_json::json;

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, BOB, CONF_CB, PASSWORD, SECRET},
    oauth_server::OAuth,
    server::{Answer, TestServer},
    tokens::{assert_shows_none, text},
};

const APPS: &str = "/oauth/apps";

async fn connected(server: &TestServer) -> (Browser<'_>, serde_json::Value) {
    let mut browser = server.browser();
    let offline = Authorize::base().with("scope", "openid read offline_access");
    let code = browser.code(&offline).await;
    let tokens = server.redeem(&code).await.ok();
    (browser, tokens)
}

/// The form that posts to `path`.
#[track_caller]
fn form_to(page: &Answer, path: &str) -> Form {
    let form = Form::all(page)
        .into_iter()
        .find(|form| form.action.ends_with(path));
    form.unwrap_or_else(|| panic!("no form to {path}: {page:?}"))
}

async fn alices_app(server: &TestServer) -> String {
    format!("/apps/{}/revoke", server.consents().await[0].id)
}

#[tokio::test(flavor = "multi_thread")]
async fn c068_only_the_own_apps_and_only_with_the_token() {
    let server = TestServer::start().await.with_bob().await;
    let (mut alice, tokens) = connected(&server).await;
    let path = alices_app(&server).await;
    let consents = server.consents().await;
    let mut bob = server.browser();
    bob.sign_in_as(BOB).await;
    let page = bob.get(APPS).await;
    assert!(!page.body.contains("The conf app"));
    let token = Form::all(&page)[0].value("csrf_token").unwrap().to_owned();
    let url = format!("/oauth{path}");
    let foreign = bob.post(&url, &[("csrf_token", &token)]).await;
    foreign.assert_page(404);
    for id in [
        "0",
        "g1",
        "x",
        "-1",
        "99999999999999999999",
        "%FF",
        "1%20or%201",
    ] {
        let url = format!("/oauth/apps/{id}/revoke");
        bob.post(&url, &[("csrf_token", &token)])
            .await
            .assert_page(404);
    }
    alice.post(&url, &[]).await.assert_page(403);
    let forged = alice.post(&url, &[("csrf_token", &token)]).await;
    forged.assert_page(403);
    assert!(forged.body.contains("The conf app"), "the page anew");
    alice.get(&url).await.assert_page(405);
    assert_eq!(server.consents().await, consents);
    assert!(server.is_live(text(&tokens, "access_token")).await);
    // The session of somebody else, too.
    let sid = server.sessions().await[0].sid.clone();
    let url = format!("/oauth/sessions/{sid}/end");
    bob.post(&url, &[("csrf_token", &token)])
        .await
        .assert_page(404);
    assert!(server.sessions().await[0].ended_at.is_none());
}

/// Through the account page, the app's scripts and the app's own code: no secret, no hash.
#[tokio::test(flavor = "multi_thread")]
async fn c069_no_secret_is_shown() {
    let server = TestServer::start().await;
    let (mut browser, tokens) = connected(&server).await;
    let mut secrets = server.hashes().await;
    secrets.push(SECRET.to_owned());
    for name in ["access_token", "refresh_token", "id_token"] {
        secrets.push(text(&tokens, name).to_owned());
    }
    secrets.extend(browser.cookies.values().cloned());

    let page = browser.get(APPS).await;
    page.assert_page(200);
    assert!(page.body.contains("The conf app"));
    assert_shows_none(&page.body, &secrets);
    let asked = Authorize::base().with("prompt", "consent");
    let id = browser.open(&server, &asked).await;
    for answer in [browser.see(&server, &id).await, browser.who(&server).await] {
        answer.ok();
        assert_shows_none(&answer.body, &secrets);
    }
    let alice = server.user(ALICE).await.unwrap();
    let grants = OAuth::grants(&server.ctx, &alice).await.unwrap();
    let sessions = OAuth::sessions(&server.ctx, &alice).await.unwrap();
    assert_eq!((grants.len(), sessions.len()), (1, 1));
    assert_shows_none(&format!("{grants:?} {sessions:?}"), &secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn c113_a_disconnected_app_has_nothing_left() {
    let server = TestServer::start().await;
    let (mut browser, tokens) = connected(&server).await;
    // A code that nobody used, and a login under way.
    let unredeemed = browser.code(&Authorize::base()).await;
    let again = Authorize::base().with("prompt", "consent");
    let under_way = browser.authorize(&again).await;
    let choose = Authorize::base().with("prompt", "select_account consent");
    let page = browser.authorize(&choose).await;
    let sid = server.sessions().await[0].sid.clone();
    let chosen = browser.submit(&Form::with_button(&page, "sid", &sid)).await;
    let chosen = browser.follow(chosen).await;
    assert!(chosen.body.contains("name=\"decision\""));

    let page = browser.get(APPS).await;
    let form = form_to(&page, &alices_app(&server).await);
    let done = browser.submit(&form).await;
    assert_eq!(
        done.location(),
        "https://as.example/oauth/apps?done=disconnected"
    );
    let page = browser.follow(done).await;
    assert!(page.body.contains("Access was taken away."));
    assert!(page.body.contains("No app has access"));

    let refresh = server.refresh(text(&tokens, "refresh_token")).await;
    refresh.assert_error(400, "invalid_grant");
    for name in ["access_token", "refresh_token"] {
        let answer = server.introspect(text(&tokens, name)).await;
        assert_eq!(answer, json!({ "active": false }), "{name}");
    }
    server
        .redeem(&unredeemed)
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(server.consents().await.len(), 0);
    let reasons = server.revocations().await;
    assert!(
        reasons.iter().all(|it| it.as_deref() == Some("user")),
        "{reasons:?}"
    );
    // The login under way got no code by its page, and the next one asks anew.
    let late = browser.allow(&chosen).await;
    assert_eq!(late.status, 400, "{late:?}");
    assert!(under_way.body.contains("name=\"decision\""));
    let page = browser.authorize(&Authorize::base()).await;
    assert!(page.body.contains("name=\"decision\""), "asked again");
    // A second click finds nothing.
    browser.submit(&form).await.assert_page(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_4_apps_that_nobody_is_asked_about_are_listed_too() {
    let settings = json!({ "clients": [{
        "client_id": "own",
        "client_name": "The own app",
        "client_secret": crate::app::fixtures::SECRET,
        "redirect_uris": ["https://own.example/cb"],
        "scopes": ["openid", "read"],
        "skip_consent": true,
    }] });
    let server = TestServer::with(settings).await;
    let mut browser = server.browser();
    let request = Authorize::of("own", "https://own.example/cb");
    let code = browser.code(&request).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://own.example/cb"),
        ("code_verifier", crate::app::browser::VERIFIER),
    ];
    let tokens = server.as_client("own", "/oauth/token", &form).await.ok();
    let page = browser.get(APPS).await;
    assert!(page.body.contains("The own app"), "{}", page.body);
    let form = form_to(&page, "/revoke");
    assert!(form.action.contains("/apps/g"), "{}", form.action);
    browser.submit(&form).await;
    let userinfo = server.userinfo(text(&tokens, "access_token")).await;
    userinfo.assert_error(401, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_4_all_apps_at_once() {
    let server = TestServer::start().await.with_bob().await;
    let (mut browser, tokens) = connected(&server).await;
    let pub_ = Authorize::of("pub", crate::app::fixtures::PUB_CB);
    browser.code(&pub_).await;
    let mut bob = server.browser();
    let page = bob.authorize(&Authorize::base()).await;
    let page = bob.log_in(&page, BOB, PASSWORD).await;
    bob.allow(&page).await;
    let page = browser.get(APPS).await;
    assert!(page.body.contains("The pub app"));
    browser.submit(&form_to(&page, "/apps/revoke-all")).await;
    assert!(!server.is_live(text(&tokens, "access_token")).await);
    let left = server.consents().await;
    assert_eq!(left.len(), 1, "bob's");
    assert_eq!(left[0].user_id, server.user(BOB).await.unwrap().id);
}

/// How often a sign-out was told since the last look.
fn logouts(server: &TestServer) -> usize {
    let events = server.oauth().events.take();
    let logouts = events
        .iter()
        .filter(|event| event.event.as_str() == "logout");
    logouts.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_4_a_session_ends_with_its_online_grants() {
    for setting in ["session", "online", "all"] {
        let server = TestServer::with(json!({ "logout_revokes": setting })).await;
        let (mut here, offline) = connected(&server).await;
        let mut there = server.browser();
        let code = there.code(&Authorize::base()).await;
        let online = server.redeem(&code).await.ok();
        let page = here.get(APPS).await;
        assert_eq!(page.body.matches("This browser").count(), 1);
        let sid = server.sessions().await[1].sid.clone();
        let done = here
            .submit(&form_to(&page, &format!("/sessions/{sid}/end")))
            .await;
        assert!(done.location().ends_with("/apps?done=ended"));
        let silent = Authorize::base().with("prompt", "none");
        let answer = there.get(&silent.path()).await;
        answer.assert_back(CONF_CB, "login_required");
        assert!(
            !server.is_live(text(&online, "access_token")).await,
            "{setting}"
        );
        assert!(server.is_live(text(&offline, "access_token")).await);
        // Again, as by a second click: nothing ends, and nothing is told twice.
        assert_eq!(logouts(&server), 1);
        let again = form_to(&page, &format!("/sessions/{sid}/end"));
        here.submit(&again).await;
        assert_eq!(logouts(&server), 0);
        // The own one: signed out here.
        let sid = server.sessions().await[0].sid.clone();
        let done = here
            .submit(&form_to(&page, &format!("/sessions/{sid}/end")))
            .await;
        assert_eq!(logouts(&server), 1);
        let page = here.follow(done).await;
        assert!(page.body.contains("autocomplete=\"current-password\""));
        assert!(!here.cookies.contains_key("__Host-oauth_session"));
    }
}

/// `login?next=apps`, whatever `after_login_url` says.
#[tokio::test(flavor = "multi_thread")]
async fn s9_4_without_a_session_the_login_comes_first() {
    let server = TestServer::with(json!({ "after_login_url": "/home" })).await;
    let mut browser = server.browser();
    let answer = browser.get(APPS).await;
    assert_eq!(
        answer.location(),
        "https://as.example/oauth/login?next=apps"
    );
    let page = browser.follow(answer).await;
    let form = Form::of(&page)
        .set("login", crate::app::fixtures::ALICE)
        .set("password", "wrong");
    let page = browser.submit(&form).await;
    page.assert_page(400);
    let form = Form::of(&page)
        .set("login", crate::app::fixtures::ALICE)
        .set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    assert_eq!(answer.location(), "https://as.example/oauth/apps");
    browser.follow(answer).await.assert_page(200);
    let posted = server.post("/oauth/apps/revoke-all", &[]).await;
    assert_eq!(
        posted.location(),
        "https://as.example/oauth/login?next=apps"
    );

    let own = TestServer::with(json!({ "login_url": "/signin" })).await;
    assert_eq!(
        own.get(APPS).await.location(),
        "https://as.example/signin?return_to=https%3A%2F%2Fas.example%2Foauth%2Fapps"
    );
}

/// Statements do not grow with the list.
#[tokio::test(flavor = "multi_thread")]
async fn s9_4_few_statements_however_many_apps() {
    let server = TestServer::start().await;
    let (mut browser, _) = connected(&server).await;
    for (client, uri) in [("other", "https://other.example/cb"), ("multi", CONF_CB)] {
        let code = browser.code(&Authorize::of(client, uri)).await;
        let form = crate::app::tokens::redemption(&code, &[("redirect_uri", Some(uri))]);
        server.as_client(client, "/oauth/token", &form).await.ok();
    }
    server.database.recorder.take();
    let page = browser.get(APPS).await;
    assert_eq!(page.body.matches("/revoke\"").count(), 3);
    let statements = server.database.recorder.take();
    assert!(statements.len() <= 7, "{}", statements.join("\n"));
}

/// The same for the app's own code.
#[tokio::test(flavor = "multi_thread")]
async fn s34_1_the_app_sees_and_ends_the_same() {
    let server = TestServer::start().await.with_bob().await;
    let (_browser, tokens) = connected(&server).await;
    let alice = server.user(crate::app::fixtures::ALICE).await.unwrap();
    let bob = server.user(BOB).await.unwrap();
    let ctx = &server.ctx;
    let grants = OAuth::grants(ctx, &alice).await.unwrap();
    assert_eq!(grants.len(), 1);
    let app = &grants[0];
    assert_eq!(app.client_id, "conf");
    assert_eq!(app.client_name.as_deref(), Some("The conf app"));
    assert_eq!(app.scopes, ["openid", "read", "offline_access"]);
    assert_eq!(app.devices.len(), 1);
    assert!(app.last_used_at.is_some());
    assert_eq!(OAuth::sessions(ctx, &alice).await.unwrap().len(), 1);
    assert_eq!(OAuth::grants(ctx, &bob).await.unwrap(), []);
    assert_eq!(OAuth::sessions(ctx, &bob).await.unwrap(), []);
    assert!(!OAuth::revoke_grant(ctx, &bob, &app.id).await.unwrap());
    assert!(server.is_live(text(&tokens, "access_token")).await);
    assert!(OAuth::revoke_grant(ctx, &alice, &app.id).await.unwrap());
    assert!(!server.is_live(text(&tokens, "access_token")).await);
    assert_eq!(OAuth::grants(ctx, &alice).await.unwrap(), []);
}
