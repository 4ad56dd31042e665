//! Tells clients that a session ended (OpenID Connect Back-Channel Logout 1.0, BL-01 to BL-03).
//!
//! Who is to be told stands in the table from the moment in which the session ends (`store/logouts.rs`). Everything
//! here works on these rows, so that a node may stop at any time: the next start, or `oauth:cleanup`, goes on. Each
//! attempt is taken by one statement, so that several nodes and repeated jobs make it once.

mod delivery;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use futures_util::{StreamExt, future::BoxFuture, stream};
use tokio::sync::Semaphore;

pub use self::delivery::Delivery;
use crate::{
    clients::ClientRegistry,
    clock::Clock,
    config::urls::Urls,
    events::Events,
    fetch::Fetcher,
    keys::Keys,
    protocol::{row_id::EphemeralId, time::Seconds},
    store::{
        Store, StoreResult,
        logouts::{self, LogoutJob, PendingKind, PendingLogout, PendingSelection},
    },
};

/// Most clients that one process tells at the same time: one that does not answer holds a connection for 5 seconds.
const AT_ONCE: usize = 64;

/// What waits longer than this is told by whoever looks: the process that was to tell it is gone.
const OVERDUE: Seconds = Seconds::minutes(1);

/// When an attempt is made that the database kept from being made.
const AFTER_A_FAULT: Seconds = Seconds::new(5);

/// Most clients that one call of [`LogoutService::tell_overdue`] tells at the same time.
const OVERDUE_AT_ONCE: usize = 8;

/// The app's queue of background jobs.
pub trait JobQueue: Send + Sync {
    /// Puts a job into the queue; a worker calls [`LogoutService::deliver`] with it.
    fn put(&self, job: LogoutJob) -> BoxFuture<'_, Result<(), String>>;
}

/// Tells clients that sessions ended.
pub struct LogoutService {
    urls: Arc<Urls>,
    store: Store,
    clock: Clock,
    events: Events,
    keys: Arc<Keys>,
    fetcher: Arc<Fetcher>,
    clients: Arc<ClientRegistry>,
    queue: Option<Arc<dyn JobQueue>>,
    turns: Semaphore,
}

/// What a [`LogoutService`] is made of.
pub struct LogoutServiceParts {
    /// The URLs, among them the issuer.
    pub urls: Arc<Urls>,
    /// The tables.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Where audit events go.
    pub events: Events,
    /// The signing keys.
    pub keys: Arc<Keys>,
    /// Sends the tokens.
    pub fetcher: Arc<Fetcher>,
    /// The clients, which say where they want to be told.
    pub clients: Arc<ClientRegistry>,
    /// The app's queue; `None` = this process does the work itself.
    pub queue: Option<Arc<dyn JobQueue>>,
}

impl LogoutService {
    /// Creates the service.
    pub fn new(parts: LogoutServiceParts) -> Self {
        let LogoutServiceParts {
            urls,
            store,
            clock,
            events,
            keys,
            fetcher,
            clients,
            queue,
        } = parts;
        Self {
            urls,
            store,
            clock,
            events,
            keys,
            fetcher,
            clients,
            queue,
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// Tells clients in the background: by the app's queue, or by a task of this process where the app has none or the
    /// queue does not take the job. The caller never waits.
    pub fn send(self: &Arc<Self>, jobs: Vec<LogoutJob>) {
        for job in jobs {
            let service = Arc::clone(self);
            tokio::spawn(async move { service.hand_on(job).await });
        }
    }

    /// Goes on with what another process left: what is due at once, the rest when it is due.
    ///
    /// # Errors
    /// [`crate::store::StoreError`] when the database fails.
    pub async fn resume(self: &Arc<Self>) -> StoreResult<()> {
        for pending in self.pending(PendingKind::ToldAgain).await? {
            self.again(&pending);
        }
        Ok(())
    }

    /// Returns clients that did not hear yet, those that wait longest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`] when the database fails.
    pub async fn pending(&self, kind: PendingKind) -> StoreResult<Vec<PendingLogout>> {
        let tables = self.store.tables();
        let mut pending = Vec::new();
        let mut wanted = PendingSelection {
            kind,
            after: EphemeralId::UNSAVED,
            now: self.clock.now(),
        };
        loop {
            let read = |db| logouts::pending(db, tables, wanted);
            let page = self.store.run(read).await?;
            pending.extend(page.clients);
            match page.last {
                Some(last) => wanted.after = last,
                None => return Ok(pending),
            }
        }
    }

    /// Tells the clients whose attempt is a minute late, and waits for it: for processes that end afterwards. Returns
    /// how many heard.
    ///
    /// # Errors
    /// [`crate::store::StoreError`] when the database fails.
    pub async fn tell_overdue(self: &Arc<Self>) -> StoreResult<usize> {
        let late = self.clock.now() - OVERDUE;
        let is_late = |pending: &PendingLogout| pending.notice.next_at.is_some_and(|at| at < late);
        let pending = self.pending(PendingKind::ToldAgain).await?;
        let pending = pending.into_iter().filter(is_late);
        let attempts = stream::iter(pending.map(|pending| self.deliver(pending.job)));
        let outcomes: Vec<_> = attempts.buffer_unordered(OVERDUE_AT_ONCE).collect().await;
        let mut heard = 0;
        for outcome in outcomes {
            heard += usize::from(outcome?.is_success());
        }
        Ok(heard)
    }

    async fn hand_on(self: &Arc<Self>, job: LogoutJob) {
        if let Some(queue) = &self.queue {
            match queue.put(job).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(rule = "BL-01", %error, "the queue takes no job; this process does the work");
                }
            }
        }
        if let Err(error) = self.deliver(job).await {
            tracing::warn!(rule = "BL-01", %error, "the database does not say whom to tell of a logout");
            self.later(job, AFTER_A_FAULT);
        }
    }

    /// Makes the next attempt when it is due, if this process still runs then.
    fn again(self: &Arc<Self>, pending: &PendingLogout) {
        let Some(at) = pending.notice.next_at else {
            return;
        };
        self.later(pending.job, at - self.clock.now());
    }

    fn later(self: &Arc<Self>, job: LogoutJob, pause: Seconds) {
        let pause = Duration::from_secs(pause.get().try_into().unwrap_or(0));
        // A server that is gone meanwhile leaves the job to the next one.
        let service: Weak<Self> = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            if let Some(service) = service.upgrade() {
                service.hand_on(job).await;
            }
        });
    }
}
