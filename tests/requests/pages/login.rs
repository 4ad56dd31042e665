//! `/oauth/login`.

use std::time::{Duration, Instant};

use chrono::Utc;
use sea_orm::Set;
use serde_json::json;

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, BOB, PASSWORD},
    server::{Answer, TestServer, all_threads, no_limits},
};

const SESSION: &str = "__Host-oauth_session";

async fn try_login(browser: &mut Browser<'_>, login: &str, password: &str) -> Answer {
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", login)
        .set("password", password);
    browser.submit(&form).await
}

/// A body without its token and reference.
fn without_token(page: &Answer) -> String {
    let token = Form::of(page).value("csrf_token").unwrap().to_owned();
    page.body.replace(&token, "")
}

/// Headers and their values, in order; of a cookie, its name and attributes. Without those that are of
/// the moment or follow from the body.
fn headers(page: &Answer) -> Vec<(&str, String)> {
    const OF_THE_MOMENT: [&str; 3] = ["content-length", "date", "x-request-id"];
    let headers = page.headers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap();
        let shown = match name.as_str() {
            "set-cookie" => without_value(value),
            _ => value.to_owned(),
        };
        (name.as_str(), shown)
    });
    let mut headers: Vec<_> = headers
        .filter(|(name, _)| !OF_THE_MOMENT.contains(name))
        .collect();
    headers.sort();
    headers
}

fn without_value(cookie: &str) -> String {
    let (name, rest) = cookie.split_once('=').unwrap();
    let (_, attributes) = rest.split_once(';').unwrap();
    format!("{name};{attributes}")
}

#[tokio::test(flavor = "multi_thread")]
async fn c041_cs_03_login_needs_the_token_of_its_form() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let good = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let token = good.value("csrf_token").unwrap().to_owned();
    let mut other = server.browser();
    let page = other.get("/oauth/login").await;
    let foreign = Form::of(&page).value("csrf_token").unwrap().to_owned();
    for wrong in ["", "x", "-.x", &foreign, &token[..token.len() - 1]] {
        let page = browser.submit(&good.clone().set("csrf_token", wrong)).await;
        page.assert_page(403);
        let form = Form::of(&page);
        assert_eq!(form.value("login"), Some(ALICE), "kept");
        assert_eq!(form.value("password"), Some(""), "never shown again");
        assert_eq!(server.rows().await.sessions, 0);
    }
    let page = browser
        .submit(&good.clone().without("csrf_token", &token))
        .await;
    page.assert_page(403);
    // The fresh token of the refused page works.
    let form = Form::of(&page).set("password", PASSWORD);
    assert_eq!(browser.submit(&form).await.status, 303);
    assert_eq!(server.rows().await.sessions, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn c042_bs_02_a_login_changes_the_secret() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = server.browser();
    browser.sign_in().await;
    let old = browser.cookies[SESSION].clone();
    let before = server.sessions().await.remove(0);
    server.advance(10);
    browser.sign_in().await;
    assert_ne!(browser.cookies[SESSION], old);
    let after = server.sessions().await;
    assert_eq!(after.len(), 1, "the same row");
    assert_eq!(after[0].sid, before.sid);
    assert_ne!(after[0].token_hash, before.token_hash);
    assert_eq!(after[0].auth_time, before.auth_time + 10);
    let silent = Authorize::base().with("prompt", "none").path();
    let answer = browser.get(&silent).await;
    assert_eq!(answer.location_param("error").unwrap(), "consent_required");
    browser.cookies.insert(SESSION.to_owned(), old);
    let answer = browser.get(&silent).await;
    assert_eq!(answer.location_param("error").unwrap(), "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn c042_a_cookie_set_from_outside_is_not_adopted() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let planted = "A".repeat(43);
    browser.cookies.insert(SESSION.to_owned(), planted.clone());
    browser.sign_in().await;
    assert!(!browser.cookies[SESSION].contains(&planted));
}

#[tokio::test(flavor = "multi_thread")]
async fn c043_unknown_wrong_and_inactive_look_alike() {
    // The defaults of the login's limits: failures are counted.
    let mut limits = no_limits();
    limits["login"] = json!([]);
    let settings = json!({ "rate_limits": limits });
    let server = TestServer::with(settings).await.with_bob().await;
    server.change_user(BOB, |bob| bob.active = Set(false)).await;
    let before = server.everything().await;
    let mut pages = Vec::new();
    for (login, password) in [
        ("nobody@example.com", PASSWORD),
        (ALICE, "wrong"),
        (BOB, PASSWORD),
        (BOB, "wrong"),
    ] {
        let mut browser = server.browser();
        let page = try_login(&mut browser, login, password).await;
        page.assert_page(400);
        assert!(!browser.cookies.contains_key(SESSION));
        pages.push((login, page));
    }
    let shown = |(login, page): &(&str, Answer)| without_token(page).replace(*login, "");
    let (first, others) = pages.split_first().unwrap();
    for other in others {
        assert_eq!(headers(&other.1), headers(&first.1));
        assert_eq!(shown(other), shown(first));
    }
    assert_eq!(server.rows().await.sessions, 0);
    // Failures are counted; nothing else is written.
    assert_eq!(server.everything().await, before);
}

/// Coarse on purpose: a missing hash would be some hundred times faster, a loaded machine is not.
#[tokio::test(flavor = "multi_thread")]
async fn c044_an_unknown_login_costs_a_hash_too() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page).set("password", "wrong");
    let mut times = [Vec::new(), Vec::new()];
    // Once before counting: the dummy hash is made at first use.
    for _ in 0..7 {
        for (times, login) in times.iter_mut().zip([ALICE, "nobody@example.com"]) {
            let start = Instant::now();
            browser.submit(&form.clone().set("login", login)).await;
            times.push(start.elapsed());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.remove(0);
        times.sort();
        times[times.len() / 2]
    });
    assert!(unknown * 5 > known, "{unknown:?} {known:?}");
    assert!(known * 5 > unknown, "{unknown:?} {known:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c046_a_login_leads_to_an_own_page() {
    for (settings, target) in [
        (json!({}), "https://as.example/oauth/apps"),
        (
            json!({ "after_login_url": "/home" }),
            "https://as.example/home",
        ),
        (
            json!({ "after_login_url": "https://www.example/in" }),
            "https://www.example/in",
        ),
    ] {
        let server = TestServer::with(settings).await;
        for evil in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "%2f%2fevil.example",
        ] {
            let mut browser = server.browser();
            let query: String = ["return_to", "next", "redirect_uri"]
                .map(|name| format!("{name}={}", encode(evil)))
                .join("&");
            let page = browser.get(&format!("/oauth/login?{query}")).await;
            let form = Form::of(&page)
                .set("login", ALICE)
                .set("password", PASSWORD)
                .set("return_to", evil)
                .set("next", evil);
            let answer = browser.submit(&form).await;
            assert_eq!(answer.location(), target);
        }
    }
}

fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn c048_long_passwords_are_refused_and_long_ones_differ() {
    let server = TestServer::start().await;
    let long = "p".repeat(72);
    let stored = format!("{long}-one");
    crate::app::users::Model::create(&server.ctx.db, BOB, &stored)
        .await
        .unwrap();
    let mut browser = server.browser();
    // Announced is a megabyte, sent a little more than the limit: the answer does not wait.
    let part = format!("login={ALICE}&password={}", "x".repeat(66 * 1024));
    let head = "POST /oauth/login HTTP/1.1\r\nHost: as.example\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1048576\r\n\r\n";
    let answer = server.raw(&format!("{head}{part}")).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let page = try_login(&mut browser, ALICE, &"x".repeat(1025)).await;
    page.assert_page(400);
    let page = try_login(&mut browser, BOB, &format!("{long}-two")).await;
    page.assert_page(400);
    let answer = try_login(&mut browser, BOB, &stored).await;
    assert_eq!(answer.status, 303);
}

/// All threads are taken: what needs a hash waits for one, and is told so in the end (FA-04).
#[tokio::test(flavor = "multi_thread")]
async fn c048_a_password_that_is_too_long_is_not_hashed() {
    let server = TestServer::start().await;
    let oauth = server.oauth();
    let permits = all_threads(&oauth).await;
    let (longest, too_long) = ("x".repeat(1024), "x".repeat(1025));
    for login in [ALICE, "nobody@example.com"] {
        let begun = Instant::now();
        let page = try_login(&mut server.browser(), login, &too_long).await;
        page.assert_page(400);
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
    let (mut browser, mut other) = (server.browser(), server.browser());
    let (short, long) = tokio::join!(
        try_login(&mut browser, ALICE, "wrong"),
        try_login(&mut other, ALICE, &longest),
    );
    short.assert_page(503);
    long.assert_page(503);
    drop(permits);
}

#[tokio::test(flavor = "multi_thread")]
async fn c049_control_bytes_in_credentials_are_never_a_fault() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let token = Form::of(&page).value("csrf_token").unwrap().to_owned();
    let before = server.everything().await;
    for (login, password) in [
        ("a%00", "x"),
        ("a%FF", "x"),
        (ALICE, "%00"),
        (ALICE, "%FF"),
        ("%0d%0a", "%01"),
    ] {
        let body = format!("login={login}&password={password}&csrf_token={token}");
        let request = server.http.post(server.url("/oauth/login")).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let page = browser.send(request).await;
        page.assert_page(400);
    }
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_08_a_field_sent_twice_is_refused() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let mut form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    form.fields.push(("login".to_owned(), BOB.to_owned()));
    browser.submit(&form).await.assert_page(400);
    let mut list = Form::of(&page).set("password", PASSWORD);
    list.fields.push(("login[]".to_owned(), ALICE.to_owned()));
    browser.submit(&list).await.assert_page(400);
    assert_eq!(server.rows().await.sessions, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_08_wrong_credentials_keep_what_was_entered() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of(&page)
        .set("login", "al<i>ce")
        .set("password", "s3cret-wrong")
        .set("remember", "on");
    let page = browser.submit(&form).await;
    page.assert_page(400);
    assert!(!page.body.contains("s3cret-wrong"));
    assert!(!page.body.contains("al<i>ce"));
    let form = Form::of(&page);
    assert_eq!(form.value("login"), Some("al<i>ce"));
    assert_eq!(form.value("remember"), Some("on"));
    // The interaction goes on from here.
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(page.body.contains("name=\"decision\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn unverified_addresses_end_at_check_your_mail() {
    let server = TestServer::with(json!({ "require_verified_email": true })).await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let mail = browser.submit(&form).await;
    mail.assert_page(200);
    assert!(mail.body.contains("a…@example.com"), "{}", mail.body);
    assert!(!mail.body.contains(ALICE));
    assert_eq!(server.rows().await.sessions, 0);
    assert!(!browser.cookies.contains_key(SESSION));
    // A wrong password does not tell that the address exists.
    browser
        .submit(&form.clone().set("password", "wrong"))
        .await
        .assert_page(400);
    let now = Some(Utc::now().fixed_offset());
    server
        .change_user(ALICE, |alice| alice.email_verified_at = Set(now))
        .await;
    let answer = browser.submit(&form).await;
    let page = browser.follow(answer).await;
    assert!(page.body.contains("name=\"decision\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn c071_an_unverified_address_is_not_claimed_to_be_verified() {
    let server = TestServer::start().await;
    let request = Authorize::base().with("scope", "openid email");
    let tokens = server.tokens(&request).await;
    let access = tokens["access_token"].as_str().unwrap();
    let userinfo = server.http.get(server.url("/oauth/userinfo"));
    let userinfo = server.send(userinfo.bearer_auth(access)).await.ok();
    let id_token = tokens["id_token"].as_str().unwrap();
    let claims = crate::requests::authorize::claims(id_token);
    for claims in [userinfo, claims] {
        assert_eq!(claims["email"], ALICE);
        assert_eq!(claims["email_verified"], false);
    }
}
