//! Nobody learns from the time of an answer which logins there are, whatever the app's model does
//! (ASVS 6.3.8).

use std::time::{Duration, Instant};

use serde_json::json;

use crate::app::{
    browser::Form,
    fixtures::{ALICE, BOB, PASSWORD},
    oauth_server::Hasty,
    server::{Answer, TestServer},
};

/// What a hash costs beyond the real one, so that the difference is no chance.
const HASH: Duration = Duration::from_millis(400);

async fn server() -> TestServer {
    server_that_hashes_for(HASH).await
}

async fn server_that_hashes_for(hash: Duration) -> TestServer {
    let server = TestServer::with(json!({ "require_verified_email": true })).await;
    server.ctx.shared_store.insert(Hasty(hash));
    server
}

/// Posts a form of a fresh browser, and how long the answer took.
async fn timed(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> (Answer, Duration) {
    let mut browser = server.browser();
    let page = browser.get(path).await;
    let form = fields
        .iter()
        .fold(Form::of(&page), |form, (name, value)| form.set(name, value));
    let start = Instant::now();
    let answer = browser.submit(&form).await;
    (answer, start.elapsed())
}

async fn sign_up(server: &TestServer, email: &str) -> Duration {
    let fields = [("email", email), ("password", PASSWORD)];
    let (page, took) = timed(server, "/oauth/signup", &fields).await;
    page.assert_page(200);
    assert!(page.body.contains("Check your mail"), "{page:?}");
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b11_a_taken_address_takes_as_long_as_a_free_one() {
    let server = server().await;
    let free = sign_up(&server, "anna@example.com").await;
    assert!(free >= HASH, "{free:?}");
    for email in [ALICE, "anna@example.com", " Alice@Example.com "] {
        let taken = sign_up(&server, email).await;
        assert!(taken >= HASH, "{email}: {taken:?}, free: {free:?}");
    }
    let rows = server.rows().await;
    assert_eq!((rows.users, rows.sessions), (2, 0));
}

/// What the page says anyway need not wait.
#[tokio::test(flavor = "multi_thread")]
async fn s_b11_a_form_with_errors_is_answered_at_once() {
    // So long that a busy machine does not look like a hash.
    let hash = Duration::from_secs(4);
    let server = server_that_hashes_for(hash).await;
    sign_up(&server, "anna@example.com").await;
    for email in [ALICE, BOB] {
        let fields = [("email", email), ("password", "short")];
        let (page, took) = timed(&server, "/oauth/signup", &fields).await;
        page.assert_page(400);
        assert!(took < hash, "{took:?}");
    }
}

async fn log_in(server: &TestServer, login: &str, password: &str) -> Duration {
    let fields = [("login", login), ("password", password)];
    let (page, took) = timed(server, "/oauth/login", &fields).await;
    page.assert_page(400);
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b11_an_unknown_login_takes_as_long_as_a_known_one() {
    let server = server().await.with_bob().await;
    let now = chrono::Utc::now().fixed_offset();
    server
        .change_user(ALICE, |alice| {
            alice.email_verified_at = sea_orm::Set(Some(now));
        })
        .await;
    server
        .change_user(BOB, |bob| bob.active = sea_orm::Set(false))
        .await;
    let fields = [("login", ALICE), ("password", PASSWORD)];
    let (answer, right) = timed(&server, "/oauth/login", &fields).await;
    assert_eq!(answer.status, 303);
    assert!(right >= HASH, "{right:?}");
    for (what, login, password) in [
        ("wrong", ALICE, "wrong"),
        ("inactive", BOB, PASSWORD),
        ("inactive and wrong", BOB, "wrong"),
        ("unknown", "nobody@example.com", PASSWORD),
        ("no address", "nobody", PASSWORD),
        ("a long one", &"x".repeat(1000), PASSWORD),
    ] {
        let took = log_in(&server, login, password).await;
        assert!(took >= HASH, "{what}: {took:?}");
    }
}

/// Before the first login of a process has shown how long one takes, it hashes at least: no unknown
/// login is answered in the time of a statement.
#[tokio::test(flavor = "multi_thread")]
async fn s_b11_the_first_unknown_login_hashes() {
    let server = TestServer::start().await;
    server.ctx.shared_store.insert(Hasty(Duration::ZERO));
    let hash = (0..5).map(|_| {
        let start = Instant::now();
        loco_rs::hash::hash_password("nobody").unwrap();
        start.elapsed()
    });
    let hash = hash.min().unwrap();
    let took = log_in(&server, "nobody@example.com", PASSWORD).await;
    assert!(took >= hash / 2, "{took:?}, a hash: {hash:?}");
}

/// A forgotten password is answered before anybody is looked for.
#[tokio::test(flavor = "multi_thread")]
async fn s_b11_a_forgotten_password_is_answered_before_the_lookup() {
    let server = TestServer::with(json!({ "mailer": { "stub": true } })).await;
    for login in [ALICE, "nobody@example.com"] {
        let mut browser = server.browser();
        let page = browser.get("/oauth/forgot-password").await;
        server.database.recorder.take();
        let answer = browser.submit(&Form::of(&page).set("login", login)).await;
        assert_eq!(answer.status, 303);
        assert!(answer.location().ends_with("?sent=1"));
    }
}
