//! `/oauth/end-session` (RP-Initiated Logout 1.0; ES-01 to ES-08).

mod sign_out;

use loco_oauth_server::Seconds;
use sea_orm::Set;
use serde_json::{Value, json};

use crate::app::{
    assertions::ClientKey,
    browser::{Authorize, Browser, Form},
    fixtures::BOB,
    forgery::{copy, forgeries, resigned},
    server::{Answer, TestServer},
    tokens::text,
};

const END_SESSION: &str = "/oauth/end-session";
const BYE: &str = "https://app.example/bye";
const QUESTION: &str = "value=\"sign_out\"";
const DONE: &str = "You are signed out";

/// The app, where `conf` may send people to [`BYE`] and to an app of its own.
async fn server(settings: Value) -> TestServer {
    let server = TestServer::with(settings).await;
    let uris = json!([BYE, "com.example.app:/bye"]);
    server
        .change_client("conf", |conf| {
            conf.post_logout_redirect_uris = Set(uris);
        })
        .await;
    server
}

fn path(parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{END_SESSION}?{query}")
}

/// Signs alice in through `conf`, and gives the id token of that session.
async fn hint(server: &TestServer, browser: &mut Browser<'_>) -> String {
    let code = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&code).await.ok();
    text(&tokens, "id_token").to_owned()
}

async fn confirm(browser: &mut Browser<'_>, page: &Answer) -> Answer {
    let form = Form::with_button(page, "action", "sign_out");
    browser.submit(&form).await
}

async fn live_sessions(server: &TestServer) -> usize {
    let sessions = server.sessions().await.into_iter();
    sessions
        .filter(|session| session.ended_at.is_none())
        .count()
}

/// ES-07.
#[tokio::test(flavor = "multi_thread")]
async fn c181_without_a_hint_the_person_is_asked() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.get(END_SESSION).await;
    page.assert_page(200);
    assert!(page.body.contains(QUESTION), "{}", page.body);
    assert_eq!(live_sessions(&server).await, 1, "alive until confirmed");
    let done = confirm(&mut browser, &page).await;
    done.assert_page(200);
    assert!(done.body.contains(DONE));
    assert_eq!(live_sessions(&server).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn c182_the_confirmation_needs_its_token() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let asked = [
        ("client_id", "conf"),
        ("post_logout_redirect_uri", BYE),
        ("state", "S"),
    ];
    let mut other = server.browser();
    other.sign_in().await;
    let page = browser.get(&path(&asked)).await;
    assert!(page.body.contains("app.example"), "where it leads");
    let form = Form::with_button(&page, "action", "sign_out");
    let forged = browser.submit(&form.clone().set("csrf_token", "x")).await;
    forged.assert_page(403);
    // A good one, of another browser and of another page.
    let others = Form::with_button(&other.get(&path(&asked)).await, "action", "sign_out");
    let logout = Form::with_button(&browser.get("/oauth/logout").await, "action", "sign_out");
    for (place, foreign) in [others, logout].iter().enumerate() {
        let token = foreign.value("csrf_token").unwrap();
        let answer = browser.submit(&form.clone().set("csrf_token", token)).await;
        assert_eq!(answer.status, 403, "{place}: {answer:?}");
    }
    let mut bare = form.clone();
    bare.fields.retain(|(name, _)| name != "csrf_token");
    assert!(bare.fields.len() < form.fields.len());
    browser.submit(&bare).await.assert_page(403);
    assert_eq!(live_sessions(&server).await, 2);
    // The page shown again still knows where it leads.
    let done = confirm(&mut browser, &forged).await;
    assert_eq!(done.location(), format!("{BYE}?state=S"));
    assert_eq!(live_sessions(&server).await, 1, "the other browser's");
    // A double click ends the same way, and signs nobody else out.
    browser.sign_in_as(crate::app::fixtures::ALICE).await;
    let again = browser.submit(&form).await;
    assert_eq!(again.location(), format!("{BYE}?state=S"));
    assert_eq!(live_sessions(&server).await, 2);
}

/// ES-04, after a hint and after a question.
#[tokio::test(flavor = "multi_thread")]
async fn c183_an_unregistered_redirect_is_dropped() {
    let server = server(json!({ "after_logout_url": "/bye" })).await;
    for uri in [
        "https://evil.example/",
        "https://app.example/bye/",
        "https://app.example/bye?x=1",
        "HTTPS://app.example/bye",
    ] {
        let mut browser = server.browser();
        let hint = hint(&server, &mut browser).await;
        let asked = [
            ("id_token_hint", hint.as_str()),
            ("post_logout_redirect_uri", uri),
            ("state", "S"),
        ];
        let done = browser.get(&path(&asked)).await;
        done.assert_page(200);
        assert!(done.body.contains(DONE));
        assert!(done.body.contains("has not registered"), "{}", done.body);
        assert!(!done.body.contains("evil.example"));
        assert_eq!(live_sessions(&server).await, 0);
    }
    let mut browser = server.browser();
    browser.sign_in().await;
    let asked = [("post_logout_redirect_uri", BYE)];
    let page = browser.get(&path(&asked)).await;
    let done = confirm(&mut browser, &page).await;
    done.assert_page(200);
    assert!(done.body.contains("has not registered"), "no client named");
}

/// ES-02.
#[tokio::test(flavor = "multi_thread")]
async fn c184_an_expired_hint_is_accepted() {
    let server = server(json!({ "session_idle_ttl_seconds": 90_000 })).await;
    server.advance(0);
    let mut browser = server.browser();
    let hint = hint(&server, &mut browser).await;
    server.advance(80_000);
    let done = browser.get(&path(&[("id_token_hint", &hint)])).await;
    done.assert_page(200);
    assert!(done.body.contains(DONE), "{}", done.body);
    assert_eq!(live_sessions(&server).await, 0);
}

/// ES-02: C217, C218, C219, C220 for hints at this endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn c185_a_hint_that_is_not_ours_ends_nothing() {
    let key = ClientKey::new("");
    let server = server(json!({ "keys": key.as_keys() })).await;
    let key = key.named_by(&server).await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&code).await.ok();
    let good = text(&tokens, "id_token");
    let mut forged = forgeries(&key, good);
    forged.push(("an access token", text(&tokens, "access_token").to_owned()));
    let typed = |typ: &str| resigned(&key, good, |header, _| header["typ"] = json!(typ));
    forged.push(("typ of access tokens", typed("at+jwt")));
    forged.push(("long", "x".repeat(8000)));
    let before = server.everything().await;
    for (what, hint) in &forged {
        let page = browser.get(&path(&[("id_token_hint", hint)])).await;
        assert_eq!(page.status, 400, "{what}");
        page.assert_page(400);
        if *what != "kid long" {
            assert!(page.body.contains("Nobody was signed out"), "{}", page.body);
        }
        let page = server.post(END_SESSION, &[("id_token_hint", hint)]).await;
        page.assert_page(400);
    }
    assert_eq!(live_sessions(&server).await, 1);
    assert_eq!(server.everything().await, before);
    let good = copy(&key, good);
    let done = browser.get(&path(&[("id_token_hint", &good)])).await;
    assert!(done.body.contains(DONE), "the good one: {}", done.body);
}

/// ES-06, ES-08.
#[tokio::test(flavor = "multi_thread")]
async fn c186_a_registered_redirect_with_its_state_once() {
    let server = server(json!({ "after_logout_url": "/bye" })).await;
    let mut browser = server.browser();
    let hint = hint(&server, &mut browser).await;
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("client_id", "conf"),
        ("post_logout_redirect_uri", BYE),
        ("state", "S"),
    ];
    let done = browser.get(&path(&asked)).await;
    assert_eq!(done.location(), format!("{BYE}?state=S"));
    assert_eq!(done.header("cache-control"), Some("no-store"));
    assert_eq!(live_sessions(&server).await, 0);
    // ES-05: nobody is signed in any more.
    let again = browser.get(&path(&asked)).await;
    assert_eq!(again.location(), format!("{BYE}?state=S"));
    let without = browser.get(&path(&asked[..1])).await;
    assert_eq!(without.location(), "https://as.example/bye");
}

/// BS-05.
#[tokio::test(flavor = "multi_thread")]
async fn c187_the_old_cookie_is_dead() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    let hint = hint(&server, &mut browser).await;
    let unredeemed = browser.code(&Authorize::base()).await;
    let old = browser.cookies.clone();
    browser.get(&path(&[("id_token_hint", &hint)])).await;
    browser.cookies = old;
    let silent = Authorize::base().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(crate::app::fixtures::CONF_CB, "login_required");
    let session = &server.sessions().await[0];
    assert_eq!(session.end_reason.as_deref(), Some("sign_out"));
    assert!(session.ended_at.is_some());
    server
        .redeem(&unredeemed)
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(
        server.revocations().await,
        [Some("logout".to_owned()), Some("logout".to_owned())],
        "online grants and unredeemed codes"
    );
}

/// ES-01: AZ-01 to AZ-04.
#[tokio::test(flavor = "multi_thread")]
async fn es_01_what_cannot_be_read_is_refused() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    for query in [
        "state=a&state=b",
        "id_token_hint[]=x",
        "client_id=conf&client_id=conf",
        "state=%FF",
        "state=%00",
        "id_token_hint=%C0%AF",
        "client_id=conf%00",
        "post_logout_redirect_uri=https://app.example/%FF%FE",
        "logout_hint=%00",
    ] {
        let page = browser.get(&format!("{END_SESSION}?{query}")).await;
        page.assert_page(400);
    }
    let request = server.http.post(server.url(END_SESSION)).json(&json!({}));
    server.send(request).await.assert_page(415);
    let request = server.http.put(server.url(END_SESSION));
    let answer = server.send(request).await;
    answer.assert_page(405);
    assert_eq!(answer.header("allow"), Some("GET, POST"));
    assert_eq!(live_sessions(&server).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn es_03_the_client_is_the_hints() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    let hint = hint(&server, &mut browser).await;
    for client in ["other", "nope"] {
        let asked = [("id_token_hint", hint.as_str()), ("client_id", client)];
        browser.get(&path(&asked)).await.assert_page(400);
    }
    browser
        .get(&path(&[("client_id", "nope")]))
        .await
        .assert_page(400);
    server.set_client_status("conf", "deleted").await;
    browser
        .get(&path(&[("client_id", "conf")]))
        .await
        .assert_page(400);
    assert_eq!(live_sessions(&server).await, 1);
    // Its id tokens still say who is meant; nobody is sent to it.
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
    ];
    let done = browser.get(&path(&asked)).await;
    assert!(done.body.contains("has not registered"));
    assert_eq!(live_sessions(&server).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn es_06_a_hint_ends_the_session_it_names_and_no_other() {
    let server = server(json!({})).await.with_bob().await;
    let mut browser = server.browser();
    let hint = hint(&server, &mut browser).await;
    browser.sign_in_as(BOB).await;
    let done = browser.get(&path(&[("id_token_hint", &hint)])).await;
    assert!(done.body.contains(DONE));
    let sessions = server.sessions().await;
    let ended: Vec<bool> = sessions.iter().map(|it| it.ended_at.is_some()).collect();
    assert_eq!(ended, [true, false], "alice's, not bob's");
    // Bob goes on in the same browser; alice's hint means nobody here now.
    let page = browser.get(&path(&[("id_token_hint", &hint)])).await;
    assert!(page.body.contains(QUESTION), "ES-07: another user's");
    assert!(page.body.contains(BOB));
    // Alice signs in anew: that is another session than the hint's (ES-06).
    browser.sign_in().await;
    let page = browser.get(&path(&[("id_token_hint", &hint)])).await;
    assert!(page.body.contains(QUESTION), "{}", page.body);
    assert_eq!(live_sessions(&server).await, 2);
    let done = confirm(&mut browser, &page).await;
    assert!(done.body.contains(DONE));
    assert_eq!(live_sessions(&server).await, 1);
}

/// A cross-site POST carries no cookie.
#[tokio::test(flavor = "multi_thread")]
async fn es_08_a_post_goes_on_in_the_browser_that_follows() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    let hint = hint(&server, &mut browser).await;
    let form = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
        ("state", "S"),
    ];
    let stored = server.post(END_SESSION, &form).await;
    let next = stored.location().to_owned();
    assert!(next.starts_with("https://as.example/oauth/end-session?interaction="));
    assert!(!next.contains("S&") && !next.contains("hint"), "{next}");
    let row = server.interactions().await.pop().unwrap();
    assert_eq!(row.kind, "logout");
    // IX-03: bound to the first browser, within a minute.
    let done = browser.get(&next).await;
    assert_eq!(done.location(), format!("{BYE}?state=S"));
    assert_eq!(live_sessions(&server).await, 0);
    let foreign = server.browser().get(&next).await;
    foreign.assert_page(400);
    // Used once: a later visit leads on, and signs nobody out.
    browser.sign_in().await;
    let again = browser.get(&next).await;
    assert_eq!(again.location(), format!("{BYE}?state=S"));
    assert_eq!(live_sessions(&server).await, 1);
    // Nor is it an authorization request.
    let id = row.state;
    for page in ["continue", "login", "consent"] {
        let page = browser
            .get(&format!("/oauth/{page}?interaction={id}"))
            .await;
        page.assert_page(400);
    }
}

/// C255 for `post_logout_redirect_uri` and `state`.
#[tokio::test(flavor = "multi_thread")]
async fn c255_line_breaks_reach_no_header() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    let hint = hint(&server, &mut browser).await;
    let asked = [
        ("id_token_hint", hint.as_str()),
        (
            "post_logout_redirect_uri",
            "https://app.example/bye\r\nSet-Cookie:x=1",
        ),
    ];
    let done = browser.get(&path(&asked)).await;
    done.assert_page(200);
    assert!(!format!("{:?}", done.headers).contains("x=1"), "{done:?}");
    let asked = [
        ("client_id", "conf"),
        ("post_logout_redirect_uri", BYE),
        ("state", "a\r\nSet-Cookie:x=1"),
    ];
    let done = browser.get(&path(&asked)).await;
    assert_eq!(
        done.location(),
        "https://app.example/bye?state=a%0D%0ASet-Cookie%3Ax%3D1"
    );
}

/// AR-05: Chromium applies `form-action` to the redirect after a form.
#[tokio::test(flavor = "multi_thread")]
async fn ar_05_the_confirmation_hands_off() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    browser.navigates = true;
    browser.sign_in().await;
    let asked = [("client_id", "conf"), ("post_logout_redirect_uri", BYE)];
    let page = browser.get(&path(&asked)).await;
    let handoff = confirm(&mut browser, &page).await;
    handoff.assert_page(200);
    assert!(handoff.body.contains(&format!("0;url={BYE}")));
    // A scheme of an app's own is allowed as target of the form.
    browser.sign_in().await;
    let asked = [
        ("client_id", "conf"),
        ("post_logout_redirect_uri", "com.example.app:/bye"),
    ];
    let page = browser.get(&path(&asked)).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("form-action 'self' com.example.app:;"),
        "{policy}"
    );
    let done = confirm(&mut browser, &page).await;
    assert_eq!(done.location(), "com.example.app:/bye");
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_06_the_clients_languages_hold_to_the_end() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.get(&path(&[("ui_locales", "xx de")])).await;
    assert_eq!(page.header("content-language"), Some("de"));
    let done = confirm(&mut browser, &page).await;
    assert_eq!(done.header("content-language"), Some("de"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ge_11_switched_off() {
    let server = server(json!({ "enable_end_session": false })).await;
    let page = server.get(END_SESSION).await;
    page.assert_page(404);
    server.post(END_SESSION, &[]).await.assert_page(404);
    let document = server
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    assert_eq!(document.get("end_session_endpoint"), None);
}

/// ES-02: a key that retired a while ago still vouches for who is meant.
#[tokio::test(flavor = "multi_thread")]
async fn es_02_a_retired_key_still_verifies_hints() {
    use loco_oauth_server::internals::{
        keys::{KeyDescription, create_key},
        protocol::jwk::SigningAlg,
    };
    let directory = tempfile::tempdir().unwrap();
    let server = server(json!({
        "keys": { "directory": directory.path(), "id_token_alg": "ES256" },
        "session_idle_ttl_seconds": 900_000,
    }))
    .await;
    server.advance(0);
    let oauth = server.oauth();
    let mut browser = server.browser();
    let hint = hint(&server, &mut browser).await;
    let next = KeyDescription::new(
        SigningAlg::ES256,
        oauth.clock.now(),
        oauth.clock.now() + Seconds::new(1),
    );
    create_key(&oauth.settings.keys, &next).unwrap().unwrap();
    // Retiring first, retired after a week.
    for seconds in [60, 7 * 86_400] {
        server.advance(seconds);
        let (keys, now) = (oauth.keys.clone(), oauth.clock.now());
        let reread = tokio::task::spawn_blocking(move || keys.reread(now));
        reread.await.unwrap().unwrap();
        let anyone = server
            .browser()
            .get(&path(&[("id_token_hint", &hint)]))
            .await;
        anyone.assert_page(200);
    }
    let done = browser.get(&path(&[("id_token_hint", &hint)])).await;
    done.assert_page(200);
    assert_eq!(live_sessions(&server).await, 0);
}
