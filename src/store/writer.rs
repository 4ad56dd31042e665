//! The one writer of SQLite. A file has one writer at a time, and each commit waits for the disk: units of
//! work that wait for their turn share one transaction, and so one wait for the disk (group commit).
//!
//! Each unit is still all or nothing. If one of them fails, the shared transaction is rolled back, and the
//! others are run again without it. Nobody is answered before the commit.

use std::{
    collections::VecDeque,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use futures_util::FutureExt;
use sea_orm::DbErr;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use super::{
    StoreError, StoreResult,
    batches::Waiters,
    tables::Tables,
    transaction::{BUDGET, Pool, Transaction, Work},
    warm::Begin,
};

/// Most units of work in one transaction, so that readers beside a pool of one connection have their turn.
const MOST: usize = 64;

/// The queue of one database file.
#[derive(Clone, Default)]
pub struct Writer(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Box<dyn Unit>>,
    /// Whether a task is at work on the queue.
    busy: bool,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let waiting = self.queue().waiting.len();
        f.debug_struct("Writer")
            .field("waiting", &waiting)
            .finish_non_exhaustive()
    }
}

/// Where units of work are run.
#[derive(Clone, Debug)]
pub struct Workplace {
    /// The pool.
    pub db: Pool,
    /// The tables.
    pub tables: Arc<Tables>,
}

/// How a unit of work ended, before the commit.
enum UnitEnd {
    /// It may be committed.
    Done,
    /// It failed: the transaction must be rolled back.
    Failed,
}

#[async_trait]
trait Unit: Send {
    /// Runs the work in the transaction, and keeps its value.
    async fn run(&mut self, txn: &Transaction, tables: &Tables) -> UnitEnd;

    /// Whether nobody waits for the answer any more: what is not stored yet must not be stored.
    fn is_given_up(&self) -> bool;

    /// Answers with the value that [`Self::run`] kept, or with its error.
    fn answer(self: Box<Self>);

    /// Answers that the database failed.
    fn fail(self: Box<Self>, error: StoreError);
}

/// How long a unit of work is wanted.
#[derive(Debug)]
pub struct UnitLife {
    /// When it is too late.
    pub deadline: Instant,
    /// Those for whom others ask; the unit is wanted while each of them waits.
    pub waiters: Waiters,
}

/// A unit of work, and who waits for it.
struct Job<F, T> {
    work: Arc<F>,
    life: UnitLife,
    outcome: Option<StoreResult<T>>,
    reply: oneshot::Sender<StoreResult<T>>,
}

#[async_trait]
impl<F, T> Unit for Job<F, T>
where
    T: Send + 'static,
    F: for<'c> Fn(&'c Transaction, &'c Tables) -> Work<'c, T> + Send + Sync + 'static,
{
    async fn run(&mut self, txn: &Transaction, tables: &Tables) -> UnitEnd {
        let work = async {
            let value = (self.work)(txn, tables).await?;
            txn.pass().await?;
            Ok(value)
        };
        let work = timeout_at(self.life.deadline, AssertUnwindSafe(work).catch_unwind());
        let outcome = match work.await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => {
                tracing::error!("a transaction panicked");
                Err(StoreError::TimedOut(BUDGET))
            }
            Err(_) => Err(StoreError::TimedOut(BUDGET)),
        };
        let end = match &outcome {
            Ok(_) => UnitEnd::Done,
            Err(_) => UnitEnd::Failed,
        };
        self.outcome = Some(outcome);
        end
    }

    fn is_given_up(&self) -> bool {
        self.reply.is_closed() || !self.life.waiters.all_wait()
    }

    fn answer(self: Box<Self>) {
        let outcome = self.outcome.unwrap_or(Err(StoreError::TimedOut(BUDGET)));
        // Whoever asked may have gone.
        let _ = self.reply.send(outcome);
    }

    fn fail(self: Box<Self>, error: StoreError) {
        // Whoever asked may have gone.
        let _ = self.reply.send(Err(error));
    }
}

impl Writer {
    /// Runs `work` in a transaction, alone or with others, and returns when it is on the disk.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the work is stored then.
    pub async fn write<T, F>(
        &self,
        workplace: &Workplace,
        work: &Arc<F>,
        life: UnitLife,
    ) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c Transaction, &'c Tables) -> Work<'c, T> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Job {
            work: Arc::clone(work),
            life,
            outcome: None,
            reply,
        });
        let is_first = {
            let mut queue = self.queue();
            queue.waiting.push_back(job);
            !std::mem::replace(&mut queue.busy, true)
        };
        if is_first {
            tokio::spawn(self.clone().work_off(workplace.clone()));
        }
        // The writer ends without an answer only with the runtime.
        answer.await.unwrap_or(Err(StoreError::TimedOut(BUDGET)))
    }

    async fn work_off(self, workplace: Workplace) {
        let mut turn = AtWork {
            writer: &self,
            is_over: false,
        };
        while let Some(mut units) = turn.next() {
            // Each pass takes at least one of them away: the one that failed, or that was given up.
            while !units.is_empty() {
                units = workplace.commit_together(units).await;
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of the task that works off the queue. It ends with the task, however that ends.
struct AtWork<'w> {
    writer: &'w Writer,
    is_over: bool,
}

impl AtWork<'_> {
    /// Takes the units of the next transaction; without any, the turn is over.
    fn next(&mut self) -> Option<Vec<Box<dyn Unit>>> {
        let mut queue = self.writer.queue();
        let most = queue.waiting.len().min(MOST);
        queue.busy = most > 0;
        self.is_over = most == 0;
        (most > 0).then(|| queue.waiting.drain(..most).collect())
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.writer.queue().busy = false;
        }
    }
}

impl Workplace {
    /// Runs the units in one transaction and answers them. Returns those that have to be run again, because
    /// another one failed or was given up.
    async fn commit_together(&self, units: Vec<Box<dyn Unit>>) -> Vec<Box<dyn Unit>> {
        let (given_up, mut units): (Vec<_>, Vec<_>) =
            units.into_iter().partition(|unit| unit.is_given_up());
        for unit in given_up {
            // For a unit of several, one of whom gave up: the others are run again.
            unit.fail(StoreError::GivenUp);
        }
        if units.is_empty() {
            return units;
        }
        let _turn = match self.db.turn() {
            Some(turn) => Some(Arc::clone(turn).lock_owned().await),
            None => None,
        };
        let txn = match self.db.inner().begin(Begin::Plain).await {
            Ok(txn) => self.db.with(txn),
            Err(error) => {
                fail_all(units, &error);
                return Vec::new();
            }
        };
        let mut failed = None;
        for (place, unit) in units.iter_mut().enumerate() {
            if matches!(unit.run(&txn, &self.tables).await, UnitEnd::Failed) {
                failed = Some(place);
                break;
            }
        }
        if let Some(place) = failed {
            roll_back(txn).await;
            units.remove(place).answer();
            return units;
        }
        if units.iter().any(|unit| unit.is_given_up()) {
            roll_back(txn).await;
            return units;
        }
        match txn.into_inner().commit().await {
            Ok(()) => {
                for unit in units {
                    unit.answer();
                }
            }
            Err(error) => fail_all(units, &error),
        }
        Vec::new()
    }
}

/// Answers each unit that the database failed.
fn fail_all(units: Vec<Box<dyn Unit>>, error: &DbErr) {
    for unit in units {
        unit.fail(error.clone().into());
    }
}

/// Rolls a transaction back.
pub async fn roll_back(txn: Transaction) {
    // The answer is the error before; a failed rollback ends with the connection.
    if let Err(error) = txn.into_inner().rollback().await {
        tracing::warn!(%error, "rollback failed");
    }
}
