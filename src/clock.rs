//! The one source of time (GE-01): whole Unix seconds, replaceable in tests.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Unix seconds now; the system's, or a fixed time that tests move.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Unix seconds of a fixed clock.
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub const fn system() -> Self {
        Self { fixed: None }
    }

    /// A clock that stands at `at`, Unix seconds.
    pub fn fixed(at: i64) -> Self {
        Self {
            fixed: Some(Arc::new(AtomicI64::new(at))),
        }
    }

    /// Moves a fixed clock; the system's clock does not move.
    pub fn advance(&self, seconds: i64) {
        if let Some(at) = &self.fixed {
            at.fetch_add(seconds, Ordering::SeqCst);
        }
    }

    /// Unix seconds now.
    pub fn now(&self) -> i64 {
        self.fixed.as_ref().map_or_else(
            || chrono::Utc::now().timestamp(),
            |at| at.load(Ordering::SeqCst),
        )
    }
}
