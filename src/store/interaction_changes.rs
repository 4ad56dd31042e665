//! Values that are written on the row of an interaction.

use crate::protocol::{client::SecretHash, row_id::InteractionId, time::UnixTime};

/// An interaction and the browser that it is to be bound to.
#[derive(Clone, Copy, Debug)]
pub struct BrowserBinding<'a> {
    /// Id of the interaction's row.
    pub id: InteractionId,
    /// Hash of the binding cookie.
    pub browser: &'a SecretHash,
    /// Interactions that began at this time or before are too old to be bound.
    pub started_after: UnixTime,
}

/// How an interaction is finished.
#[derive(Clone)]
pub struct Completion {
    /// Id of the interaction's row.
    pub id: InteractionId,
    /// The present time.
    pub now: UnixTime,
    /// Location of the final redirect, sealed under the binding cookie; `None` = it cannot be
    /// fetched again.
    pub sealed_result: Option<Vec<u8>>,
    /// What the operator sees in place of a next step.
    pub intent: &'static str,
}
