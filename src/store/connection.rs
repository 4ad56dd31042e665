//! The one way of statements to the database: their values are checked, and tests can make them
//! fail or wait.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::OwnedMutexGuard;

use super::storable;

/// A pool or a transaction that passes on only what a database can hold ([`storable::admit`]). With
/// the feature `testing`, a plan of faults (`Faults`) comes first.
#[derive(Clone, Debug)]
pub struct CheckedConnection<C> {
    inner: C,
    /// The turn to write, where there is one writer at a time and this is no transaction, which has it.
    turn: Option<Turn>,
    #[cfg(feature = "testing")]
    faults: Faults,
}

/// The turn to write to a file of SQLite. Who waits for it is served in the order of asking; SQLite itself lets
/// the lucky one through.
pub type Turn = Arc<tokio::sync::Mutex<()>>;

impl<C> CheckedConnection<C> {
    /// Checks the statements that go to `inner`. Those that write wait for `turn`.
    pub fn new(inner: C, turn: Option<Turn>) -> Self {
        Self {
            inner,
            turn,
            #[cfg(feature = "testing")]
            faults: Faults::default(),
        }
    }

    /// Checks the statements of another connection, such as a transaction of this pool, under the
    /// same plan of faults.
    pub fn with<D>(&self, inner: D) -> CheckedConnection<D> {
        CheckedConnection {
            inner,
            turn: None,
            #[cfg(feature = "testing")]
            faults: self.faults.clone(),
        }
    }

    /// The turn to write, if there is one.
    pub const fn turn(&self) -> Option<&Turn> {
        self.turn.as_ref()
    }

    /// The unchecked connection underneath.
    pub const fn inner(&self) -> &C {
        &self.inner
    }

    /// Returns the unchecked connection underneath.
    pub fn into_inner(self) -> C {
        self.inner
    }

    /// The plan of faults.
    #[cfg(feature = "testing")]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }
}

/// Waits for the turn to run this statement, where it needs one.
async fn turn_for(turn: Option<&Turn>, sql: &str) -> Option<OwnedMutexGuard<()>> {
    let turn = turn.filter(|_| !storable::only_reads(sql))?;
    Some(Arc::clone(turn).lock_owned().await)
}

impl<C: Sync> CheckedConnection<C> {
    /// Applies the plan of faults. Called before every statement and every commit.
    ///
    /// # Errors
    /// Returns the error of the plan; without the feature `testing` it never fails.
    #[cfg_attr(
        not(feature = "testing"),
        expect(clippy::unused_async, reason = "awaits with the feature `testing`")
    )]
    pub async fn pass(&self) -> Result<(), DbErr> {
        #[cfg(feature = "testing")]
        self.faults.pass().await?;
        Ok(())
    }
}

#[async_trait]
impl<C: ConnectionTrait + Send> ConnectionTrait for CheckedConnection<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let statement = storable::admit(statement)?;
        #[cfg(feature = "testing")]
        self.faults.show(&statement);
        self.pass().await?;
        let _turn = turn_for(self.turn(), &statement.sql).await;
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.pass().await?;
        let _turn = turn_for(self.turn(), sql).await;
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let statement = storable::admit(statement)?;
        #[cfg(feature = "testing")]
        self.faults.show(&statement);
        self.pass().await?;
        let _turn = turn_for(self.turn(), &statement.sql).await;
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let statement = storable::admit(statement)?;
        #[cfg(feature = "testing")]
        self.faults.show(&statement);
        self.pass().await?;
        let _turn = turn_for(self.turn(), &statement.sql).await;
        self.inner.query_all_raw(statement).await
    }
}

#[cfg(feature = "testing")]
pub use plan::{Faults, Held};

#[cfg(feature = "testing")]
mod plan {
    use std::{
        sync::{
            Arc, Mutex, PoisonError,
            atomic::{AtomicU64, Ordering},
        },
        time::Duration,
    };

    use sea_orm::{DbErr, RuntimeErr, Statement};
    use tokio::sync::Notify;

    /// Which statements of a server fail or wait. Clones share one plan.
    #[derive(Clone, Debug, Default)]
    pub struct Faults(Arc<Plan>);

    #[derive(Debug, Default)]
    struct Plan {
        /// Statements since the plan was made.
        seen: AtomicU64,
        /// First statement number that fails, and the number after the last one.
        from: AtomicU64,
        to: AtomicU64,
        /// Milliseconds that every statement waits.
        wait: AtomicU64,
        /// The gate at which the next transaction waits.
        hold: Mutex<Option<Held>>,
        /// Who is told of every statement.
        watcher: Mutex<Option<Watcher>>,
    }

    /// Who is told of every statement.
    struct Watcher(Box<dyn Fn(&Statement) + Send>);

    impl std::fmt::Debug for Watcher {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Watcher")
        }
    }

    /// A transaction that does not begin before it is released.
    #[derive(Clone, Debug, Default)]
    pub struct Held(Arc<Gate>);

    #[derive(Debug, Default)]
    struct Gate {
        reached: Notify,
        released: Notify,
    }

    impl Held {
        /// Waits until a transaction is about to begin.
        pub async fn reached(&self) {
            self.0.reached.notified().await;
        }

        /// Lets the transaction begin.
        pub fn release(&self) {
            self.0.released.notify_one();
        }
    }

    impl Faults {
        /// Makes every statement fail from now on.
        pub fn stop(&self) {
            let seen = self.0.seen.load(Ordering::SeqCst);
            self.fail(seen, u64::MAX);
        }

        /// Makes one statement fail, after `passed` more that succeed.
        pub fn fail_once(&self, passed: u64) {
            let from = self.0.seen.load(Ordering::SeqCst) + passed;
            self.fail(from, from + 1);
        }

        /// Makes every statement wait.
        pub fn delay(&self, wait: Duration) {
            let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            self.0.wait.store(wait, Ordering::SeqCst);
        }

        /// Tells `watcher` of every statement of this library from now on. `BEGIN` and `COMMIT` are none.
        pub fn watch(&self, watcher: impl Fn(&Statement) + Send + 'static) {
            *self.watcher() = Some(Watcher(Box::new(watcher)));
        }

        pub(super) fn show(&self, statement: &Statement) {
            if let Some(Watcher(watcher)) = self.watcher().as_ref() {
                watcher(statement);
            }
        }

        fn watcher(&self) -> std::sync::MutexGuard<'_, Option<Watcher>> {
            let watcher = self.0.watcher.lock();
            watcher.unwrap_or_else(PoisonError::into_inner)
        }

        /// Makes the next transaction wait at its beginning, before it holds any lock.
        pub fn hold_next_transaction(&self) -> Held {
            let held = Held::default();
            *self.held() = Some(held.clone());
            held
        }

        pub(in crate::store) async fn before_transaction(&self) {
            let held = self.held().take();
            if let Some(Held(gate)) = held {
                gate.reached.notify_one();
                gate.released.notified().await;
            }
        }

        fn held(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
            self.0.hold.lock().unwrap_or_else(PoisonError::into_inner)
        }

        /// Ends every fault of the plan.
        pub fn mend(&self) {
            self.fail(0, 0);
            self.delay(Duration::ZERO);
        }

        fn fail(&self, from: u64, to: u64) {
            self.0.from.store(from, Ordering::SeqCst);
            self.0.to.store(to, Ordering::SeqCst);
        }

        pub(super) async fn pass(&self) -> Result<(), DbErr> {
            let number = self.0.seen.fetch_add(1, Ordering::SeqCst);
            let wait = self.0.wait.load(Ordering::SeqCst);
            if wait > 0 {
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            let from = self.0.from.load(Ordering::SeqCst);
            if (from..self.0.to.load(Ordering::SeqCst)).contains(&number) {
                let error = "a fault of the plan".to_owned();
                return Err(DbErr::Conn(RuntimeErr::Internal(error)));
            }
            Ok(())
        }
    }
}
