//! Storage faults and disconnecting clients (FA-01 to FA-03, CC-02 to CC-04).

use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait, Database, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use crate::app::{
    browser::{Authorize, encoded},
    fixtures::SECRET,
    server::TestServer,
    tokens::{redemption, text},
};

/// Somebody else holds the tables until the transaction ends.
async fn lock(server: &TestServer) -> DatabaseTransaction {
    let db = Database::connect(&server.database.uri).await.unwrap();
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let txn = db.begin_with_options(options).await.unwrap();
    if server.database.is_postgres() {
        for table in ["authorization_codes", "refresh_tokens", "access_tokens"] {
            let lock = format!("LOCK TABLE oauth_{table} IN ACCESS EXCLUSIVE MODE");
            txn.execute_unprepared(&lock).await.unwrap();
        }
    }
    txn
}

/// FA-01: an answer within 6 s, and nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn fa_01_a_locked_database() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let other = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&other).await.ok();
    let refresh = text(&tokens, "refresh_token");
    let before = server.ledger().await;
    let held = lock(&server).await;
    let started = Instant::now();
    let answers = tokio::join!(server.redeem(&code), server.refresh(refresh));
    assert!(
        started.elapsed() < Duration::from_secs(6),
        "{:?}",
        started.elapsed()
    );
    for answer in <[_; 2]>::from(answers) {
        answer.assert_error(503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("2"));
    }
    held.rollback().await.unwrap();
    assert_eq!(server.ledger().await, before);
    server.redeem(&code).await.ok();
    let tokens = server.refresh(refresh).await.ok();
    assert_eq!(
        server.revoke(text(&tokens, "refresh_token")).await.status,
        200
    );
}

/// RV-04: a revocation that could not be written is no revocation.
#[tokio::test(flavor = "multi_thread")]
async fn c124_rv_04_a_locked_database() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let refresh = text(&tokens, "refresh_token");
    let held = lock(&server).await;
    let answer = server.revoke(refresh).await;
    answer.assert_error(503, "temporarily_unavailable");
    held.rollback().await.unwrap();
    assert_eq!(server.revoke(refresh).await.status, 200);
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
}

/// FA-01: who waits for a lock that is given back soon is served.
#[tokio::test(flavor = "multi_thread")]
async fn fa_01_a_short_lock_is_waited_for() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let held = lock(&server).await;
    let free = async {
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        held.rollback().await.unwrap();
    };
    let (answer, ()) = tokio::join!(server.redeem(&code), free);
    answer.ok();
}

/// FA-02, CC-04: a client that disconnects leaves all or nothing.
#[tokio::test(flavor = "multi_thread")]
async fn fa_02_cc_04_clients_that_disconnect() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let mut unfinished = 0;
    for round in 0..30_u64 {
        let code = browser.code(&Authorize::base()).await;
        let request = server
            .http
            .post(server.url("/oauth/token"))
            .basic_auth("conf", Some(encoded(SECRET)))
            .form(&redemption(&code, &[]));
        let wait = Duration::from_micros(300 * round);
        unfinished += usize::from(tokio::time::timeout(wait, request.send()).await.is_err());
    }
    assert!(unfinished > 0, "nobody disconnected in time");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (access, refresh) = (server.access_tokens().await, server.generations().await);
    for grant in server.grants().await {
        let count = usize::from(grant.redeemed_at.is_some());
        let of_grant = access
            .iter()
            .filter(|token| token.grant_id == Some(grant.id));
        assert_eq!(of_grant.count(), count);
        assert_eq!(
            refresh
                .iter()
                .filter(|token| token.grant_id == grant.id)
                .count(),
            count
        );
        assert_eq!(grant.revoked_at, None);
    }
}

/// §29.3: a fault is never the client's error.
#[tokio::test(flavor = "multi_thread")]
async fn fa_01_a_database_that_is_away() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let other = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&other).await.ok();
    server.ctx.db.clone().close().await.unwrap();
    let machine = [("grant_type", "client_credentials")];
    let answers = [
        server.redeem(&code).await,
        server.refresh(text(&tokens, "refresh_token")).await,
        server.userinfo(text(&tokens, "access_token")).await,
        server.as_client("m2m", "/oauth/token", &machine).await,
    ];
    for answer in answers {
        answer.assert_error(503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("2"));
    }
}
