//! What is written on the row of a session.

use super::sessions::EndReason;

/// A session in use.
#[derive(Clone, Copy, Debug)]
pub struct SessionUse {
    /// The row.
    pub id: i64,
    /// Unix seconds.
    pub now: i64,
    /// Its new idle end, Unix seconds.
    pub idle_expires_at: i64,
}

/// Why sessions end, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// Why.
    pub reason: EndReason,
    /// Unix seconds.
    pub at: i64,
}
