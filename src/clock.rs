//! The one source of time (GE-01): whole seconds, replaceable in tests.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeZone, Utc};

#[cfg(feature = "testing")]
use crate::protocol::time::Seconds;
use crate::protocol::time::UnixTime;

/// Stands for "the system's time".
const SYSTEM: i64 = i64::MIN;

/// Tells the present time; the system's, or one that tests fix and move. Clones share it.
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

    /// Returns the present time.
    pub fn now(&self) -> UnixTime {
        match self.0.load(Ordering::SeqCst) {
            SYSTEM => Utc::now().into(),
            fixed => UnixTime::from_seconds(fixed),
        }
    }

    /// Stops the clock at `at`.
    #[cfg(feature = "testing")]
    pub fn fix(&self, at: UnixTime) {
        self.0.store(at.as_seconds(), Ordering::SeqCst);
    }

    /// Stops the clock so long after now; a negative length goes back.
    #[cfg(feature = "testing")]
    pub fn advance(&self, length: Seconds) {
        self.fix(self.now() + length);
    }
}

/// Fractions of a second are left out.
impl<Tz: TimeZone> From<DateTime<Tz>> for UnixTime {
    fn from(time: DateTime<Tz>) -> Self {
        Self::from_seconds(time.timestamp())
    }
}
