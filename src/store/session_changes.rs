//! Values that are written on the row of a session.

use super::sessions::EndReason;

/// A use of a session.
#[derive(Clone, Copy, Debug)]
pub struct SessionUse {
    /// Id of the session's row.
    pub id: i64,
    /// The time of the use, Unix seconds.
    pub now: i64,
    /// When the session now expires without use, Unix seconds.
    pub idle_expires_at: i64,
}

/// Why sessions end, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// Why the sessions end.
    pub reason: EndReason,
    /// When they end, Unix seconds.
    pub at: i64,
}
