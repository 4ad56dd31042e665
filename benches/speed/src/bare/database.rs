//! Statements of either kind of database, sent to the pool that the demo opened, each request for itself.

use sea_orm::sqlx::{
    self, Decode, PgPool, Postgres, Row as _, Sqlite, SqlitePool, Transaction,
    postgres::PgRow,
    query::Query,
    sqlite::SqliteRow,
    types::{
        Json, Uuid,
        chrono::{DateTime, Utc},
    },
};

use super::sql::Statements;
use crate::Fault;

/// The pool and the statements of its kind.
#[derive(Clone, Debug)]
pub struct Database {
    /// The pool.
    pub pool: Pool,
    /// The statements.
    pub sql: Statements,
}

/// A pool.
#[derive(Clone, Debug)]
pub enum Pool {
    /// SQLite.
    Sqlite(SqlitePool),
    /// PostgreSQL.
    Postgres(PgPool),
}

/// A transaction.
#[derive(Debug)]
pub enum Writing {
    /// SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// A row.
#[derive(Debug)]
pub enum Row {
    /// SQLite.
    Sqlite(SqliteRow),
    /// PostgreSQL.
    Postgres(PgRow),
}

/// A parameter of a statement.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A number of 32 bits.
    Int(i32),
    /// A number of 64 bits: a key, or a time.
    Long(i64),
    /// A number of 64 bits or null.
    MaybeLong(Option<i64>),
    /// A text.
    Text(&'a str),
    /// A text or null.
    MaybeText(Option<&'a str>),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Bytes or null.
    MaybeBytes(Option<&'a [u8]>),
    /// True or false.
    Flag(bool),
    /// A list of texts as JSON.
    Words(&'a [String]),
}

impl Database {
    /// Returns the first row of a statement.
    pub async fn row(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Row, Fault> {
        Ok(match &self.pool {
            Pool::Sqlite(pool) => Row::Sqlite(sqlite(sql, values).fetch_one(pool).await?),
            Pool::Postgres(pool) => Row::Postgres(postgres(sql, values).fetch_one(pool).await?),
        })
    }

    /// Runs one statement that inserts.
    pub async fn insert(&self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        match &self.pool {
            Pool::Sqlite(pool) => {
                sqlite(sql, values).execute(pool).await?;
            }
            Pool::Postgres(pool) => {
                postgres(sql, values).execute(pool).await?;
            }
        }
        Ok(())
    }

    /// Uses up a code or token, and stores the tokens that follow; fails if another request was first. On
    /// SQLite that is several statements in a transaction, and reading all rows runs them all.
    pub async fn issue(&self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        let issued = match &self.pool {
            Pool::Sqlite(pool) => {
                let mut writing = pool.begin_with("BEGIN IMMEDIATE").await?;
                let rows = sqlite(sql, values).fetch_all(&mut *writing).await?;
                writing.commit().await?;
                rows.len()
            }
            Pool::Postgres(pool) => postgres(sql, values).fetch_all(pool).await?.len(),
        };
        if issued == 1 {
            Ok(())
        } else {
            Err("another request was first".into())
        }
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> Result<Writing, Fault> {
        Ok(match &self.pool {
            Pool::Sqlite(pool) => Writing::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Pool::Postgres(pool) => Writing::Postgres(pool.begin().await?),
        })
    }
}

impl Writing {
    /// Returns the first row of a statement.
    pub async fn row(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Row, Fault> {
        Ok(match self {
            Self::Sqlite(on) => Row::Sqlite(sqlite(sql, values).fetch_one(&mut **on).await?),
            Self::Postgres(on) => Row::Postgres(postgres(sql, values).fetch_one(&mut **on).await?),
        })
    }

    /// Commits.
    pub async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(on) => on.commit().await?,
            Self::Postgres(on) => on.commit().await?,
        }
        Ok(())
    }
}

impl Row {
    /// A value of a type that both kinds of database have. The column's declared type is not checked:
    /// SQLite's are names of SeaORM's own.
    fn get<'r, T>(&'r self, column: &str) -> Result<T, Fault>
    where
        T: Decode<'r, Sqlite> + Decode<'r, Postgres>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.try_get_unchecked(column)?,
            Self::Postgres(row) => row.try_get_unchecked(column)?,
        })
    }

    /// A number.
    pub fn long(&self, column: &str) -> Result<i64, Fault> {
        self.get(column)
    }

    /// A number of 32 bits.
    pub fn int(&self, column: &str) -> Result<i32, Fault> {
        self.get(column)
    }

    /// A text or null.
    pub fn text(&self, column: &str) -> Result<Option<&str>, Fault> {
        self.get(column)
    }

    /// Bytes.
    pub fn bytes(&self, column: &str) -> Result<&[u8], Fault> {
        self.get(column)
    }

    /// A list of texts.
    pub fn words(&self, column: &str) -> Result<Vec<String>, Fault> {
        self.get(column).map(|Json(words)| words)
    }

    /// The public id of a user.
    pub fn public_id(&self, column: &str) -> Result<Uuid, Fault> {
        self.get(column)
    }

    /// Seconds since 1970.
    pub fn seconds(&self, column: &str) -> Result<i64, Fault> {
        let time: DateTime<Utc> = self.get(column)?;
        Ok(time.timestamp())
    }
}

type Bound<DB> = Query<'static, DB, <DB as sqlx::Database>::Arguments>;

fn sqlite(sql: &'static str, values: &[Value<'_>]) -> Bound<Sqlite> {
    let mut query = sqlx::query(sql);
    for value in values {
        query = match *value {
            Value::Int(value) => query.bind(value),
            Value::Long(value) => query.bind(value),
            Value::MaybeLong(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::MaybeText(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
            Value::MaybeBytes(value) => query.bind(value),
            Value::Flag(value) => query.bind(value),
            Value::Words(value) => query.bind(Json(value)),
        };
    }
    query
}

fn postgres(sql: &'static str, values: &[Value<'_>]) -> Bound<Postgres> {
    let mut query = sqlx::query(sql);
    for value in values {
        query = match *value {
            Value::Int(value) => query.bind(value),
            Value::Long(value) => query.bind(value),
            Value::MaybeLong(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::MaybeText(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
            Value::MaybeBytes(value) => query.bind(value),
            Value::Flag(value) => query.bind(value),
            Value::Words(value) => query.bind(Json(value)),
        };
    }
    query
}
