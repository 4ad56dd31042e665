//! Guessing from many addresses, mails to people who are not verified, and hosts with a dot at the
//! end.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{
    browser::{Browser, Form},
    fixtures::{ALICE, BOB, PASSWORD},
    limits::{a_minute, only_these},
    server::{Answer, TestServer},
};

/// What a person enters on the login page.
#[derive(Clone, Copy)]
struct Entered<'a> {
    login: &'a str,
    password: &'a str,
}

const BY_ALICE: Entered<'_> = Entered {
    login: ALICE,
    password: PASSWORD,
};
const BY_BOB: Entered<'_> = Entered {
    login: BOB,
    password: PASSWORD,
};

/// The app behind a proxy that says where people are.
async fn behind_a_proxy(limits: Value) -> TestServer {
    let mut settings = only_these(&[("login", limits)], "memory");
    settings["middlewares"] = json!({ "remote_ip": { "enable": true } });
    TestServer::with(settings).await.with_bob().await
}

async fn log_in(server: &TestServer, address: &str, entered: Entered<'_>) -> Answer {
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", entered.login)
        .set("password", entered.password);
    let fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let request = server.http.post(server.url(&form.action)).form(&fields);
    browser
        .send(request.header("x-forwarded-for", address))
        .await
}

async fn guess(server: &TestServer, address: &str, number: u32) -> u16 {
    let login = format!("nobody{number}@example.com");
    let wrong = Entered {
        login: &login,
        password: "wrong",
    };
    log_in(server, address, wrong).await.status
}

/// Each from a /64 of its own, which is one address to the other limits.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_failed_logins_of_a_network_have_a_ceiling() {
    let server = behind_a_proxy(a_minute(&[99, 99, 3, 99])).await;
    for (number, status) in [400, 400, 400, 429, 429].into_iter().enumerate() {
        let number = u32::try_from(number).unwrap();
        let address = format!("2001:db8:1:{number:x}::1");
        assert_eq!(guess(&server, &address, number).await, status, "{address}");
    }
    // Right or wrong alike, there; not in another network.
    let inside = log_in(&server, "2001:db8:1:ffff::1", BY_ALICE).await;
    inside.assert_page(429);
    assert!(inside.header("retry-after").is_some());
    let outside = log_in(&server, "2001:db8:2::1", BY_ALICE).await;
    assert_eq!(outside.status, 303);
    server.advance(60);
    let inside = log_in(&server, "2001:db8:1:ffff::1", BY_BOB).await;
    assert_eq!(inside.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b12_an_ipv4_network_is_a_24() {
    let server = behind_a_proxy(a_minute(&[99, 99, 2, 99])).await;
    assert_eq!(guess(&server, "203.0.113.1", 1).await, 400);
    assert_eq!(guess(&server, "203.0.113.200", 2).await, 400);
    assert_eq!(guess(&server, "203.0.113.7", 3).await, 429);
    assert_eq!(guess(&server, "203.0.114.7", 4).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b12_failed_logins_of_the_whole_server_have_a_ceiling() {
    let server = behind_a_proxy(a_minute(&[99, 99, 99, 4])).await;
    for number in 0..6 {
        let address = format!("198.51.{number}.1");
        let status = guess(&server, &address, number).await;
        assert_eq!(status, if number < 4 { 400 } else { 429 }, "{address}");
    }
    server.advance(60);
    assert_eq!(guess(&server, "198.51.9.1", 9).await, 400);
}

/// Successes count for nobody but the login.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_logins_that_succeed_reach_no_ceiling() {
    let server = behind_a_proxy(a_minute(&[99, 2, 2, 2])).await;
    for _ in 0..5 {
        let answer = log_in(&server, "203.0.113.1", BY_ALICE).await;
        assert_eq!(answer.status, 303);
    }
}

/// All nodes count together, whatever `rate_limit_store` says.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_the_ceilings_are_those_of_all_nodes() {
    let server = behind_a_proxy(a_minute(&[99, 99, 2, 3])).await;
    let mut settings = only_these(&[("login", a_minute(&[99, 99, 2, 3]))], "memory");
    settings["middlewares"] = json!({ "remote_ip": { "enable": true } });
    let twin = server.twin(settings).await;
    assert_eq!(guess(&server, "2001:db8:1:1::1", 1).await, 400);
    assert_eq!(guess(&twin, "2001:db8:1:2::1", 2).await, 400);
    assert_eq!(guess(&server, "2001:db8:1:3::1", 3).await, 429);
    assert_eq!(guess(&twin, "2001:db8:2::1", 4).await, 400);
    assert_eq!(guess(&server, "2001:db8:3::1", 5).await, 429);
}

async fn mails_after(server: &TestServer, wait: Duration) -> usize {
    tokio::time::sleep(wait).await;
    server.ctx.mailer.as_ref().unwrap().deliveries().count
}

async fn unverified(browser: &mut Browser<'_>, login: &str) {
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", login)
        .set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    answer.assert_page(200);
    assert!(
        !answer.body.contains("name=\"password\""),
        "no session, no form"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b12_an_account_that_is_not_verified_gets_one_mail_in_five_minutes() {
    let settings = json!({ "require_verified_email": true, "mailer": { "stub": true } });
    let server = TestServer::with(settings.clone()).await.with_bob().await;
    server.advance(0);
    let twin = server.twin(settings).await;
    let short = Duration::from_millis(300);
    for _ in 0..4 {
        unverified(&mut server.browser(), ALICE).await;
    }
    // On another node too.
    unverified(&mut twin.browser(), ALICE).await;
    assert_eq!(mails_after(&server, short).await, 1);
    assert_eq!(mails_after(&twin, Duration::ZERO).await, 0);
    // Another account has its own.
    unverified(&mut server.browser(), BOB).await;
    assert_eq!(mails_after(&server, short).await, 2);
    server.advance(299);
    unverified(&mut server.browser(), ALICE).await;
    assert_eq!(mails_after(&server, short).await, 2);
    server.advance(1);
    unverified(&mut server.browser(), ALICE).await;
    unverified(&mut server.browser(), ALICE).await;
    assert_eq!(mails_after(&server, short).await, 3);
}

/// `session_exchange_origins`, in the setting or in the header.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_an_origin_with_a_dot_at_the_end_is_that_origin() {
    for (named, sent, status) in [
        ("https://spa.example", "https://spa.example.", 200),
        ("https://spa.example.", "https://spa.example", 200),
        ("https://spa.example", "https://spa.example", 200),
        (
            "https://spa.example",
            "https://spa.example.evil.example",
            403,
        ),
        ("https://spa.example", "https://spa.example.:8443", 403),
        ("https://spa.example", "http://spa.example.", 403),
    ] {
        let settings = json!({ "session_exchange_origins": [named] });
        let server = TestServer::with(settings).await;
        let jwt = server.jwt(ALICE, json!({})).await;
        let request = server.http.post(server.url("/oauth/session"));
        let request = request.header("origin", sent).json(&json!({}));
        let answer = server.send(request.bearer_auth(jwt)).await;
        assert_eq!(answer.status, status, "{named} {sent}: {answer:?}");
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!(allowed.is_some(), status == 200, "{named} {sent}");
    }
}
