//! What a connection is asked.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sea_orm::{
    DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{self, AssertSqlSafe, Database, Executor, Postgres, Sqlite},
};
use sea_query_sqlx::SqlxValues;
use sqlx_core::transaction::TransactionManager;

use crate::store::storable;

/// What a connection is asked.
pub trait Ask<DB: Database>: Sync {
    /// The answer.
    type Reply: Send;

    /// Whether it may be sent twice.
    fn changes_nothing(&self) -> bool;

    /// Asks it.
    fn on<'c>(
        &'c self,
        connection: &'c mut DB::Connection,
    ) -> BoxFuture<'c, Result<Self::Reply, DbErr>>;
}

/// A statement, for its rows.
pub struct Rows(pub Statement);

/// A statement, for its first row.
pub struct FirstRow(pub Statement);

/// A statement, for the number of rows that it changes.
pub struct Execute(pub Statement);

/// Statements without values.
pub struct Unprepared<'s>(pub &'s str);

/// The beginning of a transaction.
#[derive(Clone, Copy, Debug)]
pub enum Begin {
    /// A transaction that waits for locks as long as it takes. On SQLite it takes the one lock for writing at
    /// once, because a transaction that turns to writing later gets "busy" at once (CC-02).
    Plain,
    /// On PostgreSQL it waits for a row that another transaction holds for a moment only, shorter than the second
    /// after which PostgreSQL looks for a deadlock.
    ShortLocks,
}

impl Begin {
    const fn on_postgres(self) -> &'static str {
        match self {
            Self::Plain => "BEGIN",
            Self::ShortLocks => "BEGIN; SET LOCAL lock_timeout = '300ms'",
        }
    }

    /// SQLite has no locks of rows.
    const fn on_sqlite(self) -> &'static str {
        match self {
            Self::Plain | Self::ShortLocks => "BEGIN IMMEDIATE",
        }
    }
}

/// Asks as each driver of sqlx wants to be asked; its traits cannot be named for all drivers at once.
macro_rules! asks_of {
    ($driver:ty, $begin:ident) => {
        impl Ask<$driver> for Rows {
            type Reply = Vec<QueryResult>;

            fn changes_nothing(&self) -> bool {
                storable::only_reads(&self.0.sql)
            }

            fn on<'c>(
                &'c self,
                connection: &'c mut <$driver as Database>::Connection,
            ) -> BoxFuture<'c, Result<Self::Reply, DbErr>> {
                Box::pin(async move {
                    let rows = connection.fetch_all(query(&self.0)).await;
                    let rows = rows.map_err(query_error)?;
                    Ok(rows.into_iter().map(QueryResult::from).collect())
                })
            }
        }

        impl Ask<$driver> for FirstRow {
            type Reply = Option<QueryResult>;

            fn changes_nothing(&self) -> bool {
                storable::only_reads(&self.0.sql)
            }

            fn on<'c>(
                &'c self,
                connection: &'c mut <$driver as Database>::Connection,
            ) -> BoxFuture<'c, Result<Self::Reply, DbErr>> {
                Box::pin(async move {
                    if storable::only_reads(&self.0.sql) {
                        let row = connection.fetch_optional(query(&self.0)).await;
                        return Ok(row.map_err(query_error)?.map(QueryResult::from));
                    }
                    // SQLite commits a write with its last step, which for one row sqlx would not wait for.
                    let rows = connection.fetch_all(query(&self.0)).await;
                    let first = rows.map_err(query_error)?.into_iter().next();
                    Ok(first.map(QueryResult::from))
                })
            }
        }

        impl Ask<$driver> for Execute {
            type Reply = ExecResult;

            fn changes_nothing(&self) -> bool {
                storable::only_reads(&self.0.sql)
            }

            fn on<'c>(
                &'c self,
                connection: &'c mut <$driver as Database>::Connection,
            ) -> BoxFuture<'c, Result<Self::Reply, DbErr>> {
                Box::pin(async move {
                    let done = connection.execute(query(&self.0)).await;
                    Ok(done.map_err(execution_error)?.into())
                })
            }
        }

        impl Ask<$driver> for Unprepared<'_> {
            type Reply = ExecResult;

            fn changes_nothing(&self) -> bool {
                storable::only_reads(self.0)
            }

            fn on<'c>(
                &'c self,
                connection: &'c mut <$driver as Database>::Connection,
            ) -> BoxFuture<'c, Result<Self::Reply, DbErr>> {
                Box::pin(async move {
                    let done = connection.execute(AssertSqlSafe(self.0)).await;
                    Ok(done.map_err(execution_error)?.into())
                })
            }
        }

        impl Ask<$driver> for Begin {
            type Reply = ();

            fn changes_nothing(&self) -> bool {
                true
            }

            fn on<'c>(
                &'c self,
                connection: &'c mut <$driver as Database>::Connection,
            ) -> BoxFuture<'c, Result<Self::Reply, DbErr>> {
                Box::pin(async move {
                    let begin = Some(sqlx::SqlSafeStr::into_sql_str(self.$begin()));
                    let begun = <$driver as Database>::TransactionManager::begin(connection, begin);
                    begun.await.map_err(query_error)
                })
            }
        }
    };
}

asks_of!(Postgres, on_postgres);
asks_of!(Sqlite, on_sqlite);

fn query<DB: Database>(statement: &Statement) -> sqlx::query::Query<'_, DB, SqlxValues>
where
    SqlxValues: sqlx::IntoArguments<DB>,
{
    let values = statement.values.clone();
    let values = values.unwrap_or_else(|| Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

/// The error of a statement that returns rows.
pub fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

fn execution_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error)))
}
