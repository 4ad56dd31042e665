//! Password hashing of the app: off the request threads, on all cores but one (FA-04).

use std::{
    future::Future,
    io,
    sync::{Arc, LazyLock},
};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Duration, timeout},
};

use super::equal_time::TimingEqualizer;
use crate::{
    error::Failure,
    protocol::{error::OAuthError, refusals::ServerRefusal},
};

/// Longest wait for a free thread. On a small machine, and in a debug build, a check takes a
/// good part of a second: people who sign in at the same moment wait for each other rather than be
/// sent away.
const WAIT: u64 = 10;
/// Largest number of attempts that wait, for each thread. More would not have their turn in time (a
/// check takes some 20 ms), and each holds a request's memory meanwhile.
const QUEUE: usize = 64;
/// An idle thread ends after this.
const IDLE: Duration = Duration::from_secs(10);

/// Runs password hashing on a few threads, and bounds how many attempts wait for one.
#[derive(Clone, Debug)]
pub struct Hashing {
    /// One permit for each thread.
    threads: Arc<Semaphore>,
    /// One permit for each place in the queue.
    queue: Arc<Semaphore>,
    /// How long a login takes.
    pub logins: TimingEqualizer,
    /// How long a sign-up takes.
    pub sign_ups: TimingEqualizer,
}

/// A place in the queue for a thread.
#[derive(Debug)]
pub struct QueuePermit(
    #[expect(dead_code, reason = "given back when dropped")] OwnedSemaphorePermit,
);

fn busy() -> Failure {
    OAuthError::of(ServerRefusal::HashingBusy).into()
}

/// Returns the number of threads that hash. One core is left to other requests: with all cores busy
/// hashing, a token takes more than twice as long. A machine with a single core has to share it.
fn threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cores.saturating_sub(1).max(1)
}

/// Runs `work` on a thread that only hashes. These threads are few and always the same, so that the
/// memory of a check (19 MiB for Argon2id) is taken from the allocator once per thread, and not once
/// for each of the hundreds of threads that tokio's own pool may have.
async fn on_own_thread<T, F>(work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    /// One runtime for the process, as the cores are shared too. Only its blocking pool is used.
    static THREADS: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
        Builder::new_current_thread()
            .max_blocking_threads(threads())
            .thread_name("oauth-hashing")
            .thread_keep_alive(IDLE)
            .build()
    });
    let pool = THREADS.as_ref().map_err(Failure::internal)?;
    let done = pool.spawn_blocking(work);
    done.await.map_err(Failure::internal)
}

impl Default for Hashing {
    fn default() -> Self {
        let threads = threads();
        Self {
            threads: Arc::new(Semaphore::new(threads)),
            queue: Arc::new(Semaphore::new(threads.saturating_mul(QUEUE))),
            logins: TimingEqualizer::default(),
            sign_ups: TimingEqualizer::default(),
        }
    }
}

impl Hashing {
    /// Returns the permits, one for each thread.
    #[cfg(feature = "testing")]
    pub fn permits(&self) -> &Semaphore {
        &self.threads
    }

    /// Takes a place in the queue for a thread.
    ///
    /// # Errors
    /// `temporarily_unavailable` when the queue is full.
    pub fn queue_permit(&self) -> Result<QueuePermit, Failure> {
        let queue_permit = Arc::clone(&self.queue).try_acquire_owned();
        queue_permit.map(QueuePermit).map_err(|_| busy())
    }

    /// Runs `work` when a thread is free.
    ///
    /// # Errors
    /// `temporarily_unavailable` when no thread gets free in time, or too many wait for one.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.run_from(self.queue_permit()?, work).await
    }

    /// Runs `work` on a thread of its own: a model that hashes in place would otherwise stop every
    /// other request, and those that hold a connection with it.
    ///
    /// # Errors
    /// `temporarily_unavailable` when no thread gets free in time.
    pub async fn run_from<T, F>(&self, queue_permit: QueuePermit, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let permit = Arc::clone(&self.threads).acquire_owned();
        let Ok(Ok(permit)) = timeout(Duration::from_secs(WAIT), permit).await else {
            return Err(busy());
        };
        drop(queue_permit);
        let runtime = Handle::current();
        // The permit moves along: a client that leaves does not free the thread.
        on_own_thread(move || {
            let result = runtime.block_on(work);
            drop(permit);
            result
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use futures_util::future::{FutureExt, join_all};

    use super::{Hashing, QUEUE};

    /// A few threads do all hashing.
    #[tokio::test]
    async fn few_threads_hash() {
        let hashing = Hashing::default();
        let seen = || async {
            std::thread::sleep(std::time::Duration::from_millis(2));
            let thread = std::thread::current();
            assert_eq!(thread.name(), Some("oauth-hashing"));
            thread.id()
        };
        let seen = join_all((0..super::threads() * QUEUE).map(|_| hashing.run(seen()))).await;
        let threads: HashSet<_> = seen.into_iter().map(Result::unwrap).collect();
        assert!(threads.len() <= super::threads(), "{threads:?}");
    }

    /// An attempt that finds the queue full fails at once, and does not wait.
    #[tokio::test]
    async fn only_so_many_wait_for_a_thread() {
        let hashing = Hashing::default();
        let threads = hashing.threads.available_permits();
        let busy = hashing
            .threads
            .acquire_many(u32::try_from(threads).unwrap());
        let busy = busy.await.unwrap();
        let mut waiting = join_all((0..threads * QUEUE).map(|_| hashing.run(async {})));
        assert!((&mut waiting).now_or_never().is_none());
        let refused = hashing.run(async {}).now_or_never();
        let refused = refused.unwrap().unwrap_err();
        assert_eq!(refused.error.rule.as_str(), "FA-04");
        drop(busy);
        assert!(waiting.await.iter().all(Result::is_ok));
        hashing.run(async {}).await.unwrap();
    }
}
