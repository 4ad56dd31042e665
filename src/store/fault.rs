//! Errors of the database, and which of them pass by themselves.

use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr};

use super::storable;

/// A statement or transaction that did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is busy, locked, full, read-only or away: the request may succeed later.
    #[error("the database is temporarily unavailable: {0}")]
    Unavailable(#[source] DbErr),
    /// The request's share of time for the database is used up (FA-01).
    #[error("the database did not answer within {0:?}")]
    TimedOut(Duration),
    /// Another request gave up whose work was part of the same statement: nothing was stored, and the others
    /// are run again.
    #[error("a request that shared the statement gave up")]
    GivenUp,
    /// A unique index refused the row.
    #[error("the row exists already: {0}")]
    Duplicate(#[source] DbErr),
    /// A value of the request is one that no column can hold (GE-12).
    #[error("a value cannot be stored: {0}")]
    Unstorable(#[source] DbErr),
    /// Anything else: a bug or a broken schema.
    #[error("the database refused: {0}")]
    Broken(#[source] DbErr),
    /// The app's own model failed.
    #[error("the app's user model failed: {0}")]
    Owner(String),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if matches!(
            error.sql_err(),
            Some(sea_orm::SqlErr::UniqueConstraintViolation(_))
        ) {
            return Self::Duplicate(error);
        }
        if storable::is_refused(&error) {
            Self::Unstorable(error)
        } else if is_passing(&error) {
            Self::Unavailable(error)
        } else {
            Self::Broken(error)
        }
    }
}

impl From<loco_rs::model::ModelError> for StoreError {
    fn from(error: loco_rs::model::ModelError) -> Self {
        match error {
            loco_rs::model::ModelError::DbErr(error) => error.into(),
            other => Self::Owner(other.to_string()),
        }
    }
}

impl StoreError {
    /// Whether the transaction may succeed when it is run again at once: the database made it lose
    /// a race.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(error) => {
                self.is_pool_timeout()
                    || code(error).is_some_and(|code| {
                        matches!(code.as_str(), "40001" | "40P01") || is_sqlite_busy(&code)
                    })
            }
            _ => false,
        }
    }

    /// Whether no connection of the pool was free in time; then no statement was run.
    pub fn is_pool_timeout(&self) -> bool {
        match self {
            Self::Unavailable(DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout)) => true,
            Self::Unavailable(error) => {
                matches!(sqlx(error), Some(sea_orm::SqlxError::PoolTimedOut))
            }
            _ => false,
        }
    }

    /// Whether one request can be the cause, where several shared a statement: a value, a row that exists, a
    /// row that somebody else holds, a request that gave up, the app's model. Otherwise the database is at fault.
    pub fn is_of_one(&self) -> bool {
        match self {
            Self::Unavailable(_) => self.is_lock_timeout(),
            Self::TimedOut(_) => false,
            _ => true,
        }
    }

    /// Whether a row that somebody else held was not free in time.
    pub fn is_lock_timeout(&self) -> bool {
        matches!(self, Self::Unavailable(error) if code(error).as_deref() == Some(LOCK_TIMEOUT))
    }

    /// Whether the storage is at fault and the fault passes by itself.
    pub const fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::TimedOut(_) | Self::GivenUp
        )
    }
}

/// PostgreSQL's code for a lock that was not free in time.
const LOCK_TIMEOUT: &str = "55P03";

/// Primary result code of SQLite (`code & 0xff`).
fn sqlite_primary(code: &str) -> Option<u32> {
    code.parse::<u32>().ok().map(|code| code & 0xff)
}

fn is_sqlite_busy(code: &str) -> bool {
    // SQLITE_BUSY, SQLITE_LOCKED; PostgreSQL's codes have five characters.
    code.len() < 5 && matches!(sqlite_primary(code), Some(5 | 6))
}

/// Whether the error passes by itself: pool exhausted, connection lost, busy, locked, full, I/O,
/// read-only; PostgreSQL classes 08, 53, 57P, and the lost races 40001 and 40P01.
fn is_passing(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    if let Some(code) = code(error) {
        return if code.len() == 5 {
            code.starts_with("08")
                || code.starts_with("53")
                || code.starts_with("57P")
                || matches!(code.as_str(), "40001" | "40P01" | "25006" | LOCK_TIMEOUT)
        } else {
            // BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL
            matches!(sqlite_primary(&code), Some(5 | 6 | 8 | 10 | 13 | 14 | 15))
        };
    }
    is_transport(error) || is_unfit_to_begin(error)
}

fn sqlx(error: &DbErr) -> Option<&sea_orm::SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

fn code(error: &DbErr) -> Option<String> {
    sqlx(error)?
        .as_database_error()?
        .code()
        .map(std::borrow::Cow::into_owned)
}

/// Whether the connection of a statement was closed before or while it ran.
pub fn is_connection_lost(error: &DbErr) -> bool {
    code(error).map_or_else(
        || is_transport(error),
        |code| code.starts_with("08") || code.starts_with("57P"),
    )
}

/// Whether sqlx takes a transaction on the connection for open that is not, or the other way round: no transaction
/// can begin there.
pub fn is_unfit_to_begin(error: &DbErr) -> bool {
    use sea_orm::SqlxError::{BeginFailed, InvalidSavePointStatement};
    matches!(sqlx(error), Some(BeginFailed | InvalidSavePointStatement))
}

fn is_transport(error: &DbErr) -> bool {
    use sea_orm::SqlxError;
    matches!(
        sqlx(error),
        Some(
            SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::Protocol(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed
        )
    )
}
