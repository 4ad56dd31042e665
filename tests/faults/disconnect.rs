//! Clients that hang up (CC-04).

use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::TransactionTrait;
use serde_json::json;

use crate::{
    app::{
        browser::{Authorize, encoded},
        fixtures::SECRET,
        server::TestServer,
        tokens::redemption,
    },
    load::concurrency::ROUNDS,
};

/// FA-02, CC-04: a client that disconnects leaves all or nothing.
#[tokio::test(flavor = "multi_thread")]
async fn c235_fa_02_cc_04_clients_that_disconnect() {
    let server = TestServer::with(json!({ "max_connections": 2 })).await;
    // Codes end in a minute, and a long run takes longer.
    server.advance(0);
    let mut browser = server.browser();
    let mut unfinished = 0;
    let mut codes = Vec::new();
    for round in 0..u64::try_from(*ROUNDS).unwrap() * 3 {
        let code = browser.code(&Authorize::base()).await;
        let request = server
            .http
            .post(server.url("/oauth/token"))
            .basic_auth("conf", Some(encoded(SECRET)))
            .form(&redemption(&code, &[]));
        let wait = Duration::from_micros(150 * (round % 60));
        codes.push(code.clone());
        unfinished += usize::from(tokio::time::timeout(wait, request.send()).await.is_err());
    }
    assert!(unfinished > 0, "nobody disconnected in time");
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.assert_whole().await;
    // A code that was not used is still good, once.
    let unused = server.grants().await;
    let unused = unused.iter().filter(|grant| grant.redeemed_at.is_none());
    let mut good = 0;
    for code in &codes {
        good += usize::from(server.redeem(code).await.status == 200);
    }
    assert_eq!(good, unused.count());
    // Both connections came back to the pool.
    let db = &server.ctx.db;
    let (one, two) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    one.rollback().await.unwrap();
    two.rollback().await.unwrap();
    let machine = [("grant_type", "client_credentials")];
    let machines = (0..50).map(|_| server.as_client("m2m", "/oauth/token", &machine));
    for answer in join_all(machines).await {
        answer.ok();
    }
}
