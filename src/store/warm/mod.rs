//! Connections that are used again at once.
//!
//! The pool of sqlx asks a connection whether it still lives when somebody takes it, and again when it comes
//! back: for each statement two more ways to the database (on SQLite, to the thread of the connection). A
//! connection that did its work a moment ago needs neither. A few of them wait some milliseconds for the next
//! statement of this library; then they go back to the pool.
//!
//! The server of a database may close a connection in that moment. Nothing is lost by that: only reads and
//! `BEGIN` are sent on a connection that was not asked, and they are sent again on one of the pool. A write
//! outside of a transaction takes a connection of the pool. A file of SQLite has no server.

mod ask;
mod plans;
mod shelf;

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseConnectionType, DatabaseTransaction, DbBackend,
    DbErr, ExecResult, QueryResult, Statement, TransactionTrait,
    sqlx::{Postgres, Sqlite},
};

pub use ask::Begin;
use ask::{Execute, FirstRow, Rows, Unprepared};
use shelf::{OpenTransaction, Shelf};

/// The app's pool, and the connections of it that wait for the next statement.
#[derive(Clone, Debug)]
pub struct WarmPool {
    db: DatabaseConnection,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Postgres(Shelf<Postgres>),
    Sqlite(Shelf<Sqlite>),
    /// A database without a pool of sqlx, such as a mock.
    Other,
}

/// A transaction. Dropped before [`Self::commit`], it is rolled back.
#[derive(Debug)]
pub struct WarmTransaction(Open);

#[derive(Debug)]
enum Open {
    Postgres(OpenTransaction<Postgres>),
    Sqlite(OpenTransaction<Sqlite>),
    Other(DatabaseTransaction),
}

impl WarmPool {
    /// The connections of `db`.
    pub fn new(db: DatabaseConnection) -> Self {
        use DatabaseConnectionType::{SqlxPostgresPoolConnection, SqlxSqlitePoolConnection};
        let source = if matches!(&db.inner, SqlxPostgresPoolConnection(_)) {
            Source::Postgres(Shelf::new(db.get_postgres_connection_pool()))
        } else if matches!(&db.inner, SqlxSqlitePoolConnection(_)) {
            Source::Sqlite(Shelf::new(db.get_sqlite_connection_pool()))
        } else {
            Source::Other
        };
        Self { db, source }
    }

    /// The app's pool.
    pub const fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(&self, begin: Begin) -> Result<WarmTransaction, DbErr> {
        Ok(WarmTransaction(match &self.source {
            Source::Postgres(warm) => Open::Postgres(warm.begin(begin).await?),
            Source::Sqlite(warm) => Open::Sqlite(warm.begin(begin).await?),
            Source::Other => Open::Other(self.db.begin().await?),
        }))
    }
}

#[async_trait]
impl ConnectionTrait for WarmPool {
    fn get_database_backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.source {
            Source::Postgres(warm) => warm.answer(&Execute(warm.plans.stamp(statement))).await,
            Source::Sqlite(warm) => warm.answer(&Execute(statement)).await,
            Source::Other => self.db.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.source {
            Source::Postgres(warm) => warm.answer(&Unprepared(sql)).await,
            Source::Sqlite(warm) => warm.answer(&Unprepared(sql)).await,
            Source::Other => self.db.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.source {
            Source::Postgres(warm) => warm.answer(&FirstRow(warm.plans.stamp(statement))).await,
            Source::Sqlite(warm) => warm.answer(&FirstRow(statement)).await,
            Source::Other => self.db.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.source {
            Source::Postgres(warm) => warm.answer(&Rows(warm.plans.stamp(statement))).await,
            Source::Sqlite(warm) => warm.answer(&Rows(statement)).await,
            Source::Other => self.db.query_all_raw(statement).await,
        }
    }
}

impl WarmTransaction {
    /// Commits.
    ///
    /// # Errors
    /// When the database fails. The transaction is rolled back then, unless the connection was lost while the
    /// database committed.
    pub async fn commit(self) -> Result<(), DbErr> {
        match self.0 {
            Open::Postgres(open) => open.commit().await,
            Open::Sqlite(open) => open.commit().await,
            Open::Other(open) => open.commit().await,
        }
    }

    /// Rolls back.
    ///
    /// # Errors
    /// When the database fails; the transaction ends with its connection then.
    pub async fn rollback(self) -> Result<(), DbErr> {
        match self.0 {
            Open::Postgres(open) => open.rollback().await,
            Open::Sqlite(open) => open.rollback().await,
            Open::Other(open) => open.rollback().await,
        }
    }
}

#[async_trait]
impl ConnectionTrait for WarmTransaction {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            Open::Postgres(_) => DbBackend::Postgres,
            Open::Sqlite(_) => DbBackend::Sqlite,
            Open::Other(open) => open.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Open::Postgres(open) => open.answer(&Execute(open.stamp(statement))).await,
            Open::Sqlite(open) => open.answer(&Execute(statement)).await,
            Open::Other(open) => open.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Open::Postgres(open) => open.answer(&Unprepared(sql)).await,
            Open::Sqlite(open) => open.answer(&Unprepared(sql)).await,
            Open::Other(open) => open.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Open::Postgres(open) => open.answer(&FirstRow(open.stamp(statement))).await,
            Open::Sqlite(open) => open.answer(&FirstRow(statement)).await,
            Open::Other(open) => open.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Open::Postgres(open) => open.answer(&Rows(open.stamp(statement))).await,
            Open::Sqlite(open) => open.answer(&Rows(statement)).await,
            Open::Other(open) => open.query_all_raw(statement).await,
        }
    }
}
