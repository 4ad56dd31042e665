//! Guessing passwords.

use futures_util::future::join_all;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::app::{
    browser::{Browser, Form},
    fixtures::{ALICE, BOB, PASSWORD},
    limits::only,
    oauth_server::oauth_ephemerals,
    server::{Answer, TestServer, all_threads},
};

pub async fn try_password(browser: &mut Browser<'_>, login: &str, password: &str) -> Answer {
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", login)
        .set("password", password);
    browser.submit(&form).await
}

/// What somebody reads who has to wait, without the token and the login of the form.
#[track_caller]
fn told_to_wait(page: &Answer, login: &str) -> String {
    page.assert_page(429);
    let wait: i64 = page.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=300).contains(&wait), "{wait}");
    let token = Form::of(page).value("csrf_token").unwrap().to_owned();
    page.body.replace(&token, "").replace(login, "")
}

/// The defaults: 10 attempts in 5 minutes for one login, whoever tries.
#[tokio::test(flavor = "multi_thread")]
async fn c045_guessing_ends_for_right_and_wrong_alike_and_for_nobody_else() {
    let settings = only("login", &json!([]), "memory");
    let server = TestServer::with(settings).await.with_bob().await;
    let mut browser = server.browser();
    let mut told = Vec::new();
    for attempt in 0..20 {
        // However it is written, it is the same person.
        let login = if attempt % 2 == 0 {
            ALICE
        } else {
            " Alice@EXAMPLE.com "
        };
        let answer = try_password(&mut browser, login, "wrong").await;
        if attempt < 10 {
            answer.assert_page(400);
        } else {
            told.push(told_to_wait(&answer, login));
        }
    }
    let answer = try_password(&mut browser, ALICE, PASSWORD).await;
    let right = told_to_wait(&answer, ALICE);
    assert!(told.iter().all(|wrong| *wrong == right));
    // The entered login stays, the password does not.
    let form = Form::of(&answer);
    assert_eq!(form.value("login"), Some(ALICE));
    assert_eq!(form.value("password").unwrap_or_default(), "");
    let events = server.oauth().events.take();
    assert!(
        events
            .iter()
            .any(|event| event.event.as_str() == "login.throttled")
    );

    let bob = try_password(&mut server.browser(), BOB, PASSWORD).await;
    assert_eq!(bob.status, 303);
    server.advance(300);
    let answer = try_password(&mut browser, ALICE, PASSWORD).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn c248_at_most_the_limit_is_evaluated_of_attempts_at_once() {
    let limits = json!([{ "limit": 5, "seconds": 300 }]);
    let server = TestServer::with(only("login", &limits, "memory")).await;
    let attempts = (0..30).map(|_| async {
        let mut browser = server.browser();
        try_password(&mut browser, ALICE, "wrong").await.status
    });
    let statuses = join_all(attempts).await;
    let of = |status: u16| statuses.iter().filter(|each| **each == status).count();
    assert_eq!((of(400), of(429)), (5, 25), "{statuses:?}");
    let events = server.oauth().events.take();
    let failed = events
        .iter()
        .filter(|event| event.event.as_str() == "login.failed");
    assert_eq!(failed.count(), 5);
    // Always in the database, whatever the store of the others: the counter is right. What comes
    // when the limit is known to be reached is not counted any more.
    let rows = oauth_ephemerals::Entity::find().all(&server.ctx.db).await;
    let mut counters: Vec<i64> = rows.unwrap().iter().map(|row| row.counter).collect();
    counters.sort_unstable();
    // The failures of the address, of its network and of the server; then the login.
    assert_eq!(counters[..3], [5, 5, 5]);
    assert!((6..=30).contains(&counters[3]), "{counters:?}");
    assert_eq!(counters.len(), 4);
}

/// Many accounts, one address: failures count, successes do not.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_fails_for_many_accounts_is_stopped() {
    let limits = json!([{ "limit": 99, "seconds": 300 }, { "limit": 3, "seconds": 300 }]);
    let server = TestServer::with(only("login", &limits, "memory")).await;
    let mut browser = server.browser();
    for _ in 0..5 {
        let answer = try_password(&mut browser, ALICE, PASSWORD).await;
        assert_eq!(answer.status, 303);
    }
    for number in 0..5 {
        let login = format!("nobody{number}@example.com");
        let answer = try_password(&mut browser, &login, "wrong").await;
        answer.assert_page(if number < 3 { 400 } else { 429 });
    }
}

/// C264's meaning: what is too much is told to wait, by the limit or by the busy threads.
#[tokio::test(flavor = "multi_thread")]
async fn c264_what_is_too_much_is_told_to_wait() {
    let settings = only("login", &json!([{ "limit": 2, "seconds": 300 }]), "memory");
    let server = TestServer::with(settings).await;
    let oauth = server.oauth();
    let held = all_threads(&oauth).await;
    let busy = try_password(&mut server.browser(), ALICE, PASSWORD).await;
    busy.assert_page(503);
    assert!(busy.header("retry-after").is_some());
    drop(held);
    let good = try_password(&mut server.browser(), ALICE, PASSWORD).await;
    assert_eq!(good.status, 303);
    let limited = try_password(&mut server.browser(), ALICE, PASSWORD).await;
    limited.assert_page(429);
    assert!(limited.header("retry-after").is_some());
}
