//! The one source of time (GE-01): whole Unix seconds, replaceable in tests.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Stands for "the system's time".
const SYSTEM: i64 = i64::MIN;

/// Unix seconds now; the system's, or a time that tests fix and move. Clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Arc<AtomicI64>);

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(AtomicI64::new(SYSTEM)))
    }

    /// Unix seconds now.
    pub fn now(&self) -> i64 {
        match self.0.load(Ordering::SeqCst) {
            SYSTEM => chrono::Utc::now().timestamp(),
            fixed => fixed,
        }
    }

    /// Stops the clock at `at`, Unix seconds.
    #[cfg(feature = "testing")]
    pub fn fix(&self, at: i64) {
        self.0.store(at, Ordering::SeqCst);
    }

    /// Stops the clock `seconds` from now; negative goes back.
    #[cfg(feature = "testing")]
    pub fn advance(&self, seconds: i64) {
        self.fix(self.now().saturating_add(seconds));
    }
}
