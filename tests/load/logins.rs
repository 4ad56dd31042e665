//! More logins than can be hashed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::{join, join_all};

use crate::app::{
    browser::Form,
    fixtures::{ALICE, PASSWORD},
    oauth_server::PasswordGauge,
    server::{TestServer, all_threads},
};

/// Each check takes half a second here, and nobody waits longer than 10 s: of 30 per thread about 10
/// are too many. Meanwhile those that need no password are answered.
#[tokio::test(flavor = "multi_thread")]
async fn c264_a_burst_of_logins_is_hashed_by_few_threads() {
    let server = TestServer::start().await;
    let gauge = PasswordGauge::taking(Duration::from_millis(500));
    server.ctx.shared_store.insert(Arc::clone(&gauge));
    let threads = server.oauth().people.hashing.permits().available_permits();
    let mut attempts = Vec::new();
    for _ in 0..30 * threads {
        let mut browser = server.browser();
        let page = browser.get("/oauth/login").await;
        let form = Form::of(&page)
            .set("login", ALICE)
            .set("password", PASSWORD);
        attempts.push((browser, form));
    }
    let over = AtomicBool::new(false);
    let burst = async {
        let logins = attempts
            .iter_mut()
            .map(|(browser, form)| browser.submit(form));
        let answers = join_all(logins).await;
        over.store(true, Ordering::SeqCst);
        answers
    };
    let others = async {
        let mut answered = 0;
        while gauge.most() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        while !over.load(Ordering::SeqCst) && answered < 50 {
            for path in ["/.well-known/openid-configuration", "/oauth/jwks"] {
                server.get(path).await.ok();
            }
            let machine = [("grant_type", "client_credentials")];
            server.as_client("m2m", "/oauth/token", &machine).await.ok();
            answered += 1;
        }
        (answered, over.load(Ordering::SeqCst))
    };
    let (answers, (answered, too_late)) = join(burst, others).await;
    assert!(answered == 50 && !too_late, "{answered} while it was busy");
    assert_eq!(gauge.most(), threads);
    let of = |status: u16| answers.iter().filter(move |answer| answer.status == status);
    assert!(of(303).count() >= threads, "somebody came in");
    assert!(of(503).count() > 0, "nobody was refused");
    assert_eq!(of(303).count() + of(503).count(), answers.len());
    for busy in of(503) {
        busy.assert_page(503);
        assert_eq!(busy.header("retry-after"), Some("2"));
    }
}

/// Four people who sign in at the same moment all come in, in a debug build, too. Each has to
/// wait for the others; nobody is sent away before 10 seconds.
#[tokio::test(flavor = "multi_thread")]
async fn s_a2_four_logins_at_once_all_succeed() {
    let server = TestServer::start().await;
    let gauge = PasswordGauge::taking(Duration::from_millis(1500));
    server.ctx.shared_store.insert(Arc::clone(&gauge));
    let mut attempts = Vec::new();
    for _ in 0..4 {
        let mut browser = server.browser();
        let page = browser.get("/oauth/login").await;
        let form = Form::of(&page)
            .set("login", ALICE)
            .set("password", PASSWORD);
        attempts.push((browser, form));
    }
    let logins = attempts
        .iter_mut()
        .map(|(browser, form)| browser.submit(form));
    for answer in join_all(logins).await {
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fa_04_hashing_waits_for_a_core_and_then_says_that_it_is_busy() {
    let server = TestServer::start().await;
    let oauth = server.oauth();
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let busy = all_threads(&oauth).await;
    let answer = browser.submit(&form).await;
    answer.assert_page(503);
    assert_eq!(answer.header("retry-after"), Some("2"));
    drop(busy);
    assert_eq!(
        browser.submit(&form).await.status,
        303,
        "the same form works later"
    );
}
