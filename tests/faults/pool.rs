//! Every connection of the pool is taken (FA-01).

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::TransactionTrait;
use serde_json::json;

use crate::app::{browser::Authorize, server::TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn c233_a_pool_that_is_used_up() {
    let server = TestServer::with(json!({ "max_connections": 3 })).await;
    let mut browser = server.browser();
    let mut codes = Vec::new();
    for _ in 0..20 {
        codes.push(browser.code(&Authorize::base()).await);
    }
    let before = server.everything().await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(server.ctx.db.begin().await.unwrap());
    }
    let started = Instant::now();
    let machine = [("grant_type", "client_credentials")];
    let machines = (0..180).map(|_| server.as_client("m2m", "/oauth/token", &machine));
    let (answers, redeemed) = tokio::join!(
        join_all(machines),
        join_all(codes.iter().map(|code| server.redeem(code)))
    );
    assert!(started.elapsed() < Duration::from_secs(7));
    for answer in answers.iter().chain(&redeemed) {
        answer.assert_error(503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("2"));
    }
    for txn in held {
        txn.rollback().await.unwrap();
    }
    assert_eq!(server.everything().await, before);
    for code in &codes {
        server.redeem(code).await.ok();
    }
    server.as_client("m2m", "/oauth/token", &machine).await.ok();
}
