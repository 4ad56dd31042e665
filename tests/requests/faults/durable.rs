//! Commits that outlive a power failure (OS-13).

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction, Statement, TransactionTrait};
use serde_json::{Value, json};

use crate::app::server::TestServer;

/// `PRAGMA synchronous` of all connections of the pool: 1 = NORMAL, 2 = FULL.
async fn levels(settings: Value) -> Vec<i32> {
    let server = TestServer::with(settings).await;
    let mut held: Vec<DatabaseTransaction> = Vec::new();
    for _ in 0..server.ctx.config.database.max_connections {
        held.push(server.ctx.db.begin().await.unwrap());
    }
    let mut levels = Vec::new();
    for connection in &held {
        let pragma = Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA synchronous");
        let row = connection.query_one_raw(pragma).await.unwrap().unwrap();
        levels.push(row.try_get_by_index(0).unwrap());
    }
    levels.sort_unstable();
    levels
}

/// Loco's default reaches one connection and would lose its last commits; a code whose tokens
/// were sent would be unused again. Where the app chose, the doctor has a word.
#[tokio::test(flavor = "multi_thread")]
async fn c238_sqlite_syncs_every_commit_unless_the_app_says_otherwise() {
    if TestServer::start().await.database.is_postgres() {
        return;
    }
    assert_eq!(levels(json!({})).await, [2, 2, 2, 2, 2]);
    assert_eq!(levels(json!({ "max_connections": 1 })).await, [2]);
    let chosen = json!({ "run_on_start": "PRAGMA synchronous = NORMAL;" });
    assert_eq!(levels(chosen).await, [1, 2, 2, 2, 2]);
}
