//! Commits of SQLite that outlive a power failure.
//!
//! Loco sets `synchronous = NORMAL` through the pool, which reaches one connection; all others have
//! SQLite's own FULL. With a write-ahead log the last commits on that one are not on the disk yet
//! when they are answered: after a power failure a code that was exchanged would be unused again
//! (RFC 6749 §4.1.2).

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait};

/// `PRAGMA synchronous`: every commit waits for the disk.
pub const FULL: i32 = 2;

/// `PRAGMA synchronous` of a connection; `None` where the database is another one.
///
/// # Errors
/// When the database fails.
pub async fn level(db: &impl ConnectionTrait) -> Result<Option<i32>, DbErr> {
    if db.get_database_backend() != DbBackend::Sqlite {
        return Ok(None);
    }
    let pragma = Statement::from_string(DbBackend::Sqlite, "PRAGMA synchronous");
    let row = db.query_one_raw(pragma).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}

/// Raises all `connections` of a pool of SQLite to FULL. Those that are opened later have it.
///
/// # Errors
/// When the database fails; connections that were seen before are raised.
pub async fn sync_commits(db: &DatabaseConnection, connections: u32) -> Result<(), DbErr> {
    if db.get_database_backend() != DbBackend::Sqlite {
        return Ok(());
    }
    // Transactions hold their connections, so that each is seen; deferred, they lock nothing.
    let mut held = Vec::new();
    for _ in 0..connections {
        held.push(db.begin().await?);
    }
    for txn in held {
        if level(&txn).await?.is_some_and(|level| level < FULL) {
            // SQLite refuses the change within a transaction.
            txn.execute_unprepared("ROLLBACK; PRAGMA synchronous = FULL; BEGIN")
                .await?;
        }
        txn.rollback().await?;
    }
    Ok(())
}
