//! The one way of statements to the database: their values are looked at, and tests let them fail
//! or wait.

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::storable;

/// A pool or a transaction. Passes on what a database can hold ([`storable::admit`]); with the
/// feature `testing` a plan of [`Faults`] comes first.
#[derive(Clone, Debug)]
pub struct CheckedConnection<C> {
    inner: C,
    #[cfg(feature = "testing")]
    faults: Faults,
}

impl<C> CheckedConnection<C> {
    /// Statements on `inner`.
    pub fn new(inner: C) -> Self {
        Self {
            inner,
            #[cfg(feature = "testing")]
            faults: Faults::default(),
        }
    }

    /// The same way for another connection, such as a transaction of this pool.
    pub fn with<D>(&self, inner: D) -> CheckedConnection<D> {
        CheckedConnection {
            inner,
            #[cfg(feature = "testing")]
            faults: self.faults.clone(),
        }
    }

    /// What lies underneath.
    pub const fn inner(&self) -> &C {
        &self.inner
    }

    /// What lies underneath.
    pub fn into_inner(self) -> C {
        self.inner
    }

    /// The plan of faults.
    #[cfg(feature = "testing")]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }
}

impl<C: Sync> CheckedConnection<C> {
    /// Called before every statement and every commit.
    ///
    /// # Errors
    /// Those of the plan; without the feature `testing` never.
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
        self.pass().await?;
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.pass().await?;
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let statement = storable::admit(statement)?;
        self.pass().await?;
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let statement = storable::admit(statement)?;
        self.pass().await?;
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

    use sea_orm::{DbErr, RuntimeErr};
    use tokio::sync::Notify;

    /// Which statements of a server fail or wait. Shared by its clones.
    #[derive(Clone, Debug, Default)]
    pub struct Faults(Arc<Plan>);

    #[derive(Debug, Default)]
    struct Plan {
        /// Statements since the plan was made.
        seen: AtomicU64,
        /// Statements of these numbers fail: from, up to.
        from: AtomicU64,
        to: AtomicU64,
        /// Milliseconds that every statement waits.
        wait: AtomicU64,
        /// What holds the next transaction.
        hold: Mutex<Option<Held>>,
    }

    /// A transaction that does not begin before it is let go.
    #[derive(Clone, Debug, Default)]
    pub struct Held(Arc<Gate>);

    #[derive(Debug, Default)]
    struct Gate {
        reached: Notify,
        released: Notify,
    }

    impl Held {
        /// Returns when a transaction is about to begin, and waits.
        pub async fn reached(&self) {
            self.0.reached.notified().await;
        }

        /// Lets it begin.
        pub fn release(&self) {
            self.0.released.notify_one();
        }
    }

    impl Faults {
        /// The database is away from now on.
        pub fn stop(&self) {
            let seen = self.0.seen.load(Ordering::SeqCst);
            self.fail(seen, u64::MAX);
        }

        /// One statement fails, after `passed` more that do not.
        pub fn fail_once(&self, passed: u64) {
            let from = self.0.seen.load(Ordering::SeqCst) + passed;
            self.fail(from, from + 1);
        }

        /// Every statement waits.
        pub fn delay(&self, wait: Duration) {
            let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            self.0.wait.store(wait, Ordering::SeqCst);
        }

        /// The next transaction waits at its beginning, before it holds any lock.
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

        /// All is well again.
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
