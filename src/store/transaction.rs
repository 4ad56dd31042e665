//! How statements reach the database: with a time budget, retries of races that the database lets a
//! statement lose, and transactions that a disconnecting client cannot interrupt.

use std::{cell::Cell, future::Future, pin::Pin, sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    StoreError, StoreResult,
    batches::{Batches, Waiters},
    connection::{CheckedConnection, Turn},
    issuing::IssueBatches,
    tables::Tables,
    warm::{Begin, WarmPool, WarmTransaction},
    writer::{self, UnitLife, Workplace, Writer},
};
use crate::{
    events::{self, AuditEvent, EventName, Outcome},
    store::schema::TableNames,
};

/// Time that one request may spend on the database, waiting included (FA-01).
pub(super) const BUDGET: Duration = Duration::from_secs(5);
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
pub type Pool = CheckedConnection<WarmPool>;

/// A transaction, as its body sees it.
pub type Transaction = CheckedConnection<WarmTransaction>;

/// The future of one transaction body.
pub type Work<'c, T> = Pin<Box<dyn Future<Output = StoreResult<T>> + Send + 'c>>;

/// The database and the names of the plugin's tables in it.
#[derive(Clone, Debug)]
pub struct Store {
    workplace: Workplace,
    /// Where transactions wait for their turn; `None` on PostgreSQL, which has many writers.
    writer: Option<Writer>,
    /// Token requests that wait at the same time, on PostgreSQL.
    issues: IssueBatches,
}

impl Store {
    /// The tables named `tables` in `db`.
    pub fn new(db: DatabaseConnection, tables: TableNames) -> Self {
        let one_writer = db.get_database_backend() == DbBackend::Sqlite;
        let writer = one_writer.then(Writer::default);
        let workplace = Workplace {
            db: CheckedConnection::new(WarmPool::new(db), one_writer.then(Turn::default)),
            tables: Arc::new(Tables::new(tables)),
        };
        Self {
            workplace,
            writer,
            issues: IssueBatches::default(),
        }
    }

    /// The kind of the database.
    pub fn backend(&self) -> DbBackend {
        self.db().get_database_backend()
    }

    /// The pool, for the app's own models. Never inside [`Self::write`].
    pub const fn db(&self) -> &DatabaseConnection {
        self.workplace.db.inner().db()
    }

    /// Token requests that wait at the same time.
    pub(super) const fn issues(&self) -> &IssueBatches {
        &self.issues
    }

    /// The pool, for statements of this library.
    pub const fn pool(&self) -> &Pool {
        &self.workplace.db
    }

    /// Lets statements of this server fail or wait, for tests.
    #[cfg(feature = "testing")]
    pub const fn faults(&self) -> &super::connection::Faults {
        self.workplace.db.faults()
    }

    /// The tables.
    pub fn tables(&self) -> &Tables {
        &self.workplace.tables
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
        retry(|| work(&self.workplace.db)).await
    }

    /// Asks for `key` by a statement that requests at the same time share ([`Batches`]).
    ///
    /// # Errors
    /// [`StoreError`]; a busy pool is waited for within the budget.
    pub async fn ask<K, V, F>(
        &self,
        batches: &Batches<K, V>,
        key: K,
        run: impl Fn(Vec<K>, Waiters) -> F + Clone + Send + Sync + 'static,
    ) -> StoreResult<V>
    where
        K: Clone + Send + Sync + 'static,
        V: Send + 'static,
        F: Future<Output = StoreResult<Vec<V>>> + Send + 'static,
    {
        retry(|| batches.ask(key.clone(), run.clone())).await
    }

    /// Runs a transaction in a task of its own: a client that disconnects leaves all or nothing (CC-04).
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the transaction is stored then.
    pub async fn write<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c Transaction, &'c Tables) -> Work<'c, T> + Send + Sync + 'static,
    {
        let (store, work) = (self.clone(), Arc::new(work));
        let attempt = move |deadline| {
            let (store, work) = (store.clone(), Arc::clone(&work));
            async move { store.attempt(&work, deadline).await }
        };
        in_a_task(attempt).await
    }

    /// Runs one statement that writes, in a transaction, and returns its rows; on SQLite it may be several
    /// statements with a semicolon between them.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the statement is stored then.
    pub async fn write_at_once(&self, statement: Statement) -> StoreResult<Vec<QueryResult>> {
        self.write(move |txn, _| {
            let statement = statement.clone();
            Box::pin(async move { Ok(txn.query_all_raw(statement).await?) })
        })
        .await
    }

    /// Runs one statement that writes, once, for requests that share it. What one of them has given up is not
    /// stored.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the statement is stored then.
    pub(super) async fn write_for(
        &self,
        waiters: Waiters,
        statement: Statement,
    ) -> StoreResult<Vec<QueryResult>> {
        let wanted = waiters.clone();
        let work = work(move |txn, _| {
            let (statement, waiters) = (statement.clone(), waiters.clone());
            Box::pin(async move {
                let rows = txn.query_all_raw(statement).await?;
                if waiters.all_wait() {
                    Ok(rows)
                } else {
                    Err(StoreError::GivenUp)
                }
            })
        });
        let deadline = Instant::now() + BUDGET;
        self.attempt_for(wanted, &Arc::new(work), deadline).await
    }

    async fn attempt<T, F>(&self, work: &Arc<F>, deadline: Instant) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c Transaction, &'c Tables) -> Work<'c, T> + Send + Sync + 'static,
    {
        self.attempt_for(Waiters::default(), work, deadline).await
    }

    /// Runs a transaction once. `waiters` are those for whom others ask.
    async fn attempt_for<T, F>(
        &self,
        waiters: Waiters,
        work: &Arc<F>,
        deadline: Instant,
    ) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c Transaction, &'c Tables) -> Work<'c, T> + Send + Sync + 'static,
    {
        let workplace = &self.workplace;
        #[cfg(feature = "testing")]
        workplace.db.faults().before_transaction().await;
        if let Some(writer) = &self.writer {
            return writer
                .write(workplace, work, UnitLife { deadline, waiters })
                .await;
        }
        // A row that somebody else holds must not hold up those who share a statement or wait behind it: then each
        // waits for itself.
        let begin = if waiters.hold_others_up() {
            Begin::ShortLocks
        } else {
            Begin::Plain
        };
        let txn = workplace.db.inner().begin(begin).await?;
        let txn = workplace.db.with(txn);
        let outcome = work(&txn, &workplace.tables).await;
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
                writer::roll_back(txn).await;
                Err(error)
            }
        }
    }
}

/// Tells the compiler that a closure works for any life of its transaction.
const fn work<T, F>(work: F) -> F
where
    F: for<'c> Fn(&'c Transaction, &'c Tables) -> Work<'c, T>,
{
    work
}

/// Runs a unit of work in a task of its own, until what is left of the request's budget is used up.
async fn in_a_task<T, F>(attempt: impl Fn(Instant) -> F + Send + Sync + 'static) -> StoreResult<T>
where
    T: Send + 'static,
    F: Future<Output = StoreResult<T>> + Send + 'static,
{
    let task = async |deadline| {
        let attempts = retry_until(deadline, move || attempt(deadline));
        tokio::spawn(attempts).await
    };
    noted(spend(task).await.unwrap_or_else(|error| {
        // The task was cancelled by a shutdown, or panicked: nothing was committed.
        tracing::error!(%error, "a transaction task ended early");
        Err(StoreError::TimedOut(BUDGET))
    }))
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
