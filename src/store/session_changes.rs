//! Values that are written on the row of a session.

use super::sessions::EndReason;
use crate::protocol::{row_id::SessionId, time::UnixTime};

/// A use of a session.
#[derive(Clone, Copy, Debug)]
pub struct SessionUse {
    /// Id of the session's row.
    pub id: SessionId,
    /// The time of the use.
    pub now: UnixTime,
    /// When the session now expires without use.
    pub idle_expires_at: UnixTime,
}

/// Why sessions end, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// Why the sessions end.
    pub reason: EndReason,
    /// When they end.
    pub at: UnixTime,
}
