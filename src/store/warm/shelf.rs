//! Where connections wait for the next statement.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use sea_orm::{
    ConnAcquireErr, DbErr, RuntimeErr, Statement,
    sqlx::{self, Database, Pool, Sqlite, pool::PoolConnection},
};
use sqlx_core::transaction::TransactionManager;
use tokio::{
    runtime::Handle,
    sync::Mutex as AsyncMutex,
    time::{Instant, sleep_until},
};

use super::{
    ask::{Ask, Begin, query_error},
    plans::PlanAge,
};
use crate::store::fault;

/// How long a connection waits for the next statement.
const REST: Duration = Duration::from_millis(20);

/// A pool, and the connections of it that wait for the next statement.
#[derive(Debug)]
pub struct Shelf<DB: Database> {
    pool: Pool<DB>,
    kept: Arc<Mutex<Kept<DB>>>,
    /// The age of plans on PostgreSQL.
    pub plans: PlanAge,
}

#[derive(Debug)]
struct Kept<DB: Database> {
    /// The one that waits longest comes first.
    connections: Vec<Resting<DB>>,
    /// Whether a task takes those away that have waited long enough.
    is_watched: bool,
}

#[derive(Debug)]
struct Resting<DB: Database> {
    connection: PoolConnection<DB>,
    until: Instant,
}

/// A connection with what it answered.
struct Answered<DB: Database, T> {
    connection: PoolConnection<DB>,
    reply: T,
}

impl<DB: Database> Clone for Shelf<DB> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            kept: Arc::clone(&self.kept),
            plans: self.plans.clone(),
        }
    }
}

impl<DB: Database> Shelf<DB> {
    /// The connections of this pool.
    pub fn new(pool: &Pool<DB>) -> Self {
        let kept = Kept {
            connections: Vec::new(),
            is_watched: false,
        };
        Self {
            pool: pool.clone(),
            kept: Arc::new(Mutex::new(kept)),
            plans: PlanAge::default(),
        }
    }

    /// Asks a connection, a warm one where that is safe.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer<A: Ask<DB>>(&self, ask: &A) -> Result<A::Reply, DbErr> {
        let answered = self.ask(ask).await?;
        if !ask.changes_nothing() {
            self.plans.wrote();
        }
        self.keep(answered.connection);
        Ok(answered.reply)
    }

    /// Begins a transaction. A connection on which that fails is not used again, and the next one is asked: as
    /// long as no `BEGIN` was answered, nothing has begun.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(&self, begin: Begin) -> Result<OpenTransaction<DB>, DbErr>
    where
        Begin: Ask<DB>,
    {
        let mut left = self.pool.options().get_max_connections();
        loop {
            let mut beginning = Beginning::on(self.take(&begin).await?);
            let connection = beginning.connection.as_mut().ok_or_else(over)?;
            let Err(error) = begin.on(connection).await else {
                return Ok(OpenTransaction {
                    shelf: self.clone(),
                    connection: AsyncMutex::new(beginning.connection.take()),
                });
            };
            let is_unfit = fault::is_unfit_to_begin(&error);
            beginning.is_closed_at_end |= is_unfit;
            if left == 0 || !(is_unfit || fault::is_connection_lost(&error)) {
                return Err(error);
            }
            tracing::debug!(%error, "a connection could not begin a transaction");
            left -= 1;
        }
    }

    /// Takes a connection, a warm one where that is safe.
    async fn take<A: Ask<DB>>(&self, ask: &A) -> Result<PoolConnection<DB>, DbErr> {
        match self.take_warm(ask) {
            Some(connection) => Ok(connection),
            None => self.pool.acquire().await.map_err(acquire_error),
        }
    }

    fn take_warm<A: Ask<DB>>(&self, ask: &A) -> Option<PoolConnection<DB>> {
        // Nobody closes a connection to a file.
        if !ask.changes_nothing() && DB::NAME != Sqlite::NAME {
            return None;
        }
        let warm = lock(&self.kept).connections.pop();
        warm.map(|resting| resting.connection)
    }

    async fn ask<A: Ask<DB>>(&self, ask: &A) -> Result<Answered<DB, A::Reply>, DbErr> {
        if let Some(mut connection) = self.take_warm(ask) {
            match ask.on(&mut connection).await {
                Ok(reply) => return Ok(Answered { connection, reply }),
                Err(error) if ask.changes_nothing() && fault::is_connection_lost(&error) => {
                    tracing::debug!(%error, "a connection was closed while it waited");
                }
                Err(error) => return Err(error),
            }
        }
        let mut connection = self.pool.acquire().await.map_err(acquire_error)?;
        let reply = ask.on(&mut connection).await?;
        Ok(Answered { connection, reply })
    }

    /// Keeps a connection for the next statement, where the pool can spare it: at most half of them wait, and
    /// none while somebody may be waiting for one.
    fn keep(&self, connection: PoolConnection<DB>) {
        let most = self.pool.options().get_max_connections();
        let is_spare = self.pool.num_idle() > 0 || self.pool.size() < most;
        let half = usize::try_from(most / 2).unwrap_or_default();
        let mut kept = lock(&self.kept);
        if !is_spare || self.pool.is_closed() || kept.connections.len() >= half {
            return;
        }
        let until = Instant::now() + REST;
        kept.connections.push(Resting { connection, until });
        if !std::mem::replace(&mut kept.is_watched, true) {
            tokio::spawn(watch(Arc::downgrade(&self.kept), until));
        }
    }
}

/// The connection of a transaction that is about to begin.
struct Beginning<DB: Database> {
    /// `None` once the transaction has begun.
    connection: Option<PoolConnection<DB>>,
    is_closed_at_end: bool,
}

impl<DB: Database> Beginning<DB> {
    /// Where the beginning fails or is cancelled, PostgreSQL may have begun the transaction, or begin it yet, and
    /// sqlx does not know of it: the connection must not be used again. On SQLite its thread ends what nobody
    /// waits for.
    fn on(connection: PoolConnection<DB>) -> Self {
        Self {
            connection: Some(connection),
            is_closed_at_end: DB::NAME != Sqlite::NAME,
        }
    }
}

impl<DB: Database> Drop for Beginning<DB> {
    fn drop(&mut self) {
        if self.is_closed_at_end {
            drop(self.connection.take().map(PoolConnection::detach));
        }
    }
}

/// Gives connections back to the pool when they have waited long enough, until none waits.
async fn watch<DB: Database>(kept: Weak<Mutex<Kept<DB>>>, first: Instant) {
    let mut next = first;
    loop {
        sleep_until(next).await;
        let Some(kept) = kept.upgrade() else { return };
        let mut kept = lock(&kept);
        let now = Instant::now();
        kept.connections.retain(|resting| resting.until > now);
        let Some(resting) = kept.connections.first() else {
            kept.is_watched = false;
            return;
        };
        next = resting.until;
    }
}

fn lock<DB: Database>(kept: &Mutex<Kept<DB>>) -> MutexGuard<'_, Kept<DB>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<DB: Database> Drop for Kept<DB> {
    fn drop(&mut self) {
        // The way back to the pool is a task, which needs a runtime.
        if Handle::try_current().is_err() {
            for resting in self.connections.drain(..) {
                std::mem::forget(resting);
            }
        }
    }
}

/// The connection of a transaction that is under way.
#[derive(Debug)]
pub struct OpenTransaction<DB: Database> {
    shelf: Shelf<DB>,
    /// `None` once the transaction is over.
    connection: AsyncMutex<Option<PoolConnection<DB>>>,
}

impl<DB: Database> OpenTransaction<DB> {
    /// Asks the connection of the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer<A: Ask<DB>>(&self, ask: &A) -> Result<A::Reply, DbErr> {
        let mut connection = self.connection.lock().await;
        ask.on(connection.as_mut().ok_or_else(over)?).await
    }

    /// The statement as it is to be sent now.
    pub fn stamp(&self, statement: Statement) -> Statement {
        self.shelf.plans.stamp(statement)
    }

    /// Commits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn commit(mut self) -> Result<(), DbErr> {
        let connection = self.connection.get_mut().as_mut().ok_or_else(over)?;
        let committed = DB::TransactionManager::commit(connection).await;
        self.shelf.plans.wrote();
        self.end(committed)
    }

    /// Rolls back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rollback(mut self) -> Result<(), DbErr> {
        let connection = self.connection.get_mut().as_mut().ok_or_else(over)?;
        let rolled_back = DB::TransactionManager::rollback(connection).await;
        self.end(rolled_back)
    }

    /// Keeps the connection of a transaction that is over, and closes one whose end failed: sqlx takes the
    /// transaction for open then, although SQLite has ended it by itself, as it does on a full disk.
    fn end(&mut self, outcome: Result<(), sqlx::Error>) -> Result<(), DbErr> {
        let connection = self.connection.get_mut().take();
        match (&outcome, connection) {
            (Ok(()), Some(connection)) => self.shelf.keep(connection),
            (Err(_), Some(connection)) => drop(connection.detach()),
            (_, None) => {}
        }
        outcome.map_err(query_error)
    }
}

fn over() -> DbErr {
    DbErr::Custom("the transaction is over".to_owned())
}

impl<DB: Database> Drop for OpenTransaction<DB> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.get_mut() {
            DB::TransactionManager::start_rollback(connection);
        }
    }
}

fn acquire_error(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))),
    }
}
