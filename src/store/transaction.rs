//! How statements reach the database: with a time budget, retries of races that the database lets a
//! statement lose, and transactions that a disconnecting client cannot interrupt.

use std::{cell::Cell, future::Future, pin::Pin, sync::Arc, time::Duration};

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::time::{Instant, sleep, timeout_at};

use super::{StoreError, StoreResult, connection::CheckedConnection};
use crate::{
    events::{self, AuditEvent, EventName, Outcome},
    store::schema::TableNames,
};

/// Time that one request may spend on the database, waiting included (FA-01).
const BUDGET: Duration = Duration::from_secs(5);
/// Pause before a unit of work that lost a race is run again.
const PAUSE: Duration = Duration::from_millis(15);

tokio::task_local! {
    /// Time of [`BUDGET`] that the units of work of this request have spent.
    static SPENT: Cell<Duration>;
}

/// Runs a request whose units of work share one budget.
///
/// Several slow units in a row must not add up to more than the client was promised to wait
/// (FA-01). Time outside of them does not count: a body that arrives slowly is not the database's
/// fault.
pub async fn budgeted<T>(request: impl Future<Output = T>) -> T {
    SPENT.scope(Cell::default(), request).await
}

/// Runs one unit of work until what is left of the request's budget is used up.
async fn spend<T>(work: impl AsyncFnOnce(Instant) -> T) -> T {
    let (start, spent) = (
        Instant::now(),
        SPENT.try_with(Cell::get).unwrap_or_default(),
    );
    let value = work(start + BUDGET.saturating_sub(spent)).await;
    // Outside of a request, in tasks and after the answer, each unit has the whole budget.
    let _ = SPENT.try_with(|total| total.set(spent.saturating_add(start.elapsed())));
    value
}

/// The pool, as reads and single writes see it.
pub type Pool = CheckedConnection<DatabaseConnection>;

/// A transaction, as its body sees it.
pub type Transaction = CheckedConnection<DatabaseTransaction>;

/// The future of one transaction body.
pub type Work<'c, T> = Pin<Box<dyn Future<Output = StoreResult<T>> + Send + 'c>>;

/// The database and the names of the plugin's tables in it.
#[derive(Clone, Debug)]
pub struct Store {
    db: Pool,
    tables: TableNames,
}

impl Store {
    /// The tables named `tables` in `db`.
    pub fn new(db: DatabaseConnection, tables: TableNames) -> Self {
        Self {
            db: CheckedConnection::new(db),
            tables,
        }
    }

    /// The pool, for the app's own models. Never inside [`Self::write`].
    pub const fn db(&self) -> &DatabaseConnection {
        self.db.inner()
    }

    /// Lets statements of this server fail or wait, for tests.
    #[cfg(feature = "testing")]
    pub const fn faults(&self) -> &super::connection::Faults {
        self.db.faults()
    }

    /// The table names.
    pub const fn tables(&self) -> &TableNames {
        &self.tables
    }

    /// Runs reads, or one single write, on the pool.
    ///
    /// # Errors
    /// [`StoreError`]; a busy pool is waited for within the budget.
    pub async fn run<'a, T, F>(
        &'a self,
        work: impl Fn(&'a Pool) -> F + Send + Sync,
    ) -> StoreResult<T>
    where
        T: Send,
        F: Future<Output = StoreResult<T>> + Send + 'a,
    {
        retry(|| work(&self.db)).await
    }

    /// Runs a transaction in a task of its own: a client that disconnects leaves all or nothing
    /// (CC-04). SQLite begins `IMMEDIATE`, because a deferred transaction that turns to writing
    /// gets "busy" at once (CC-02).
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the transaction is stored then.
    pub async fn write<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c Transaction, &'c TableNames) -> Work<'c, T> + Send + Sync + 'static,
    {
        let store = self.clone();
        let work = Arc::new(work);
        let attempt = move || {
            let (store, work) = (store.clone(), Arc::clone(&work));
            async move { store.attempt(&*work).await }
        };
        let task = async |deadline| tokio::spawn(retry_until(deadline, attempt)).await;
        noted(spend(task).await.unwrap_or_else(|error| {
            // The task was cancelled by a shutdown, or panicked: nothing was committed.
            tracing::error!(%error, "a transaction task ended early");
            Err(StoreError::TimedOut(BUDGET))
        }))
    }

    async fn attempt<T, F>(&self, work: &F) -> StoreResult<T>
    where
        F: for<'c> Fn(&'c Transaction, &'c TableNames) -> Work<'c, T> + Send + Sync,
    {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        #[cfg(feature = "testing")]
        self.db.faults().before_transaction().await;
        let txn = self.db.inner().begin_with_options(options).await?;
        let txn = self.db.with(txn);
        let outcome = work(&txn, &self.tables).await;
        let outcome = match (outcome, txn.pass().await) {
            (Ok(_), Err(error)) => Err(error.into()),
            (outcome, _) => outcome,
        };
        match outcome {
            Ok(value) => {
                txn.into_inner().commit().await?;
                Ok(value)
            }
            Err(error) => {
                // The answer is the first error; a failed rollback ends with the connection.
                if let Err(rollback) = txn.into_inner().rollback().await {
                    tracing::warn!(error = %rollback, "rollback failed");
                }
                Err(error)
            }
        }
    }
}

/// Runs `work` until it succeeds, fails for good, or the budget is used up. Lost races and busy
/// locks are tried three times; a busy pool is waited for.
///
/// # Errors
/// The last [`StoreError`].
pub async fn retry<T, F>(work: impl Fn() -> F + Send + Sync) -> StoreResult<T>
where
    T: Send,
    F: Future<Output = StoreResult<T>> + Send,
{
    noted(spend(async |deadline| retry_until(deadline, work).await).await)
}

/// Tells of a fault that the retries did not mend. A row that exists already and a value that no
/// row can hold are answers.
fn noted<T>(outcome: StoreResult<T>) -> StoreResult<T> {
    if let Err(error) = &outcome
        && !matches!(error, StoreError::Duplicate(_) | StoreError::Unstorable(_))
    {
        let event = AuditEvent::new(EventName::StorageFailed).outcome(Outcome::Error);
        events::emit(event.detail("error", error.to_string()));
    }
    outcome
}

async fn retry_until<T, F>(deadline: Instant, work: impl Fn() -> F) -> StoreResult<T>
where
    F: Future<Output = StoreResult<T>>,
{
    let mut races = 0;
    loop {
        let outcome = timeout_at(deadline, work())
            .await
            .unwrap_or(Err(StoreError::TimedOut(BUDGET)));
        let Err(error) = &outcome else { return outcome };
        if !error.is_retryable() || Instant::now() + PAUSE >= deadline {
            return outcome;
        }
        if !error.is_pool_timeout() {
            races += 1;
            if races == 3 {
                return outcome;
            }
        }
        sleep(PAUSE).await;
    }
}
