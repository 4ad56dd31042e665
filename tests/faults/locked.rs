//! Somebody else holds the tables (FA-01).

use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait, Database, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use crate::app::{browser::Authorize, server::TestServer, tokens::text};

/// Somebody else holds the tables until the transaction ends.
pub(super) async fn lock(server: &TestServer) -> DatabaseTransaction {
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
async fn c226_fa_01_a_locked_database() {
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
    let sets = async || {
        let access = server.access_tokens().await.len();
        (access, server.generations().await.len())
    };
    let (access, refreshes) = sets().await;
    server.redeem(&code).await.ok();
    assert_eq!(sets().await, (access + 1, refreshes + 1));
    server.refresh(refresh).await.ok();
    assert_eq!(sets().await, (access + 2, refreshes + 2));
}

/// RV-04: a revocation that could not be written is no revocation.
#[tokio::test(flavor = "multi_thread")]
async fn c124_rv_04_a_locked_database() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let refresh = text(&tokens, "refresh_token");
    let before = server.everything().await;
    let held = lock(&server).await;
    for token in [refresh, text(&tokens, "access_token")] {
        let answer = server.revoke(token).await;
        answer.assert_error(503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("2"));
    }
    held.rollback().await.unwrap();
    assert_eq!(server.everything().await, before);
    assert!(server.is_live(text(&tokens, "access_token")).await);
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
