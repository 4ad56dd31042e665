//! Every statement takes long (FA-01).

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::app::{browser::Authorize, server::TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn c234_every_statement_waits_three_seconds() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let mut codes = Vec::new();
    for _ in 0..10 {
        codes.push(browser.code(&Authorize::base()).await);
    }
    server.oauth().store.faults().delay(Duration::from_secs(3));
    let started = Instant::now();
    let answers = join_all(codes.iter().map(|code| server.redeem(code))).await;
    let took = started.elapsed();
    let range = Duration::from_secs(3)..Duration::from_secs(7);
    assert!(range.contains(&took), "{took:?}");
    let slow = answers.iter().filter(|answer| answer.status == 503);
    assert!(slow.count() > 0, "more than one statement was in time");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.assert_error(503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("2"));
    }
    server.oauth().store.faults().mend();
    server.assert_whole().await;
    for (code, answer) in codes.iter().zip(&answers) {
        if answer.status == 503 {
            server.redeem(code).await.ok();
        }
    }
}
