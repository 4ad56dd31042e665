//! The app's password work: off the request threads, on as many cores as there are (FA-04).

use std::{future::Future, sync::Arc};

use tokio::{
    runtime::Handle,
    sync::Semaphore,
    task::spawn_blocking,
    time::{Duration, timeout},
};

use crate::{error::Failure, protocol::error::OAuthError};

/// Longest wait for a free core, seconds.
const WAIT: u64 = 2;

/// Bounds password hashing.
#[derive(Clone, Debug)]
pub struct Hashing(Arc<Semaphore>);

impl Default for Hashing {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self(Arc::new(Semaphore::new(cores)))
    }
}

impl Hashing {
    /// The permits, one per core.
    #[cfg(feature = "testing")]
    pub fn permits(&self) -> &Semaphore {
        &self.0
    }

    /// Runs `work` on the blocking pool: a model that hashes in place would otherwise stop every
    /// other request, and those that hold a connection with it.
    ///
    /// # Errors
    /// `temporarily_unavailable` when no core gets free in time.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let permit = Arc::clone(&self.0).acquire_owned();
        let Ok(Ok(permit)) = timeout(Duration::from_secs(WAIT), permit).await else {
            return Err(OAuthError::temporarily_unavailable("FA-04", "Please try again").into());
        };
        let runtime = Handle::current();
        // The permit moves along: a client that leaves does not free the core.
        let done = spawn_blocking(move || {
            let result = runtime.block_on(work);
            drop(permit);
            result
        });
        done.await.map_err(Failure::internal)
    }
}
