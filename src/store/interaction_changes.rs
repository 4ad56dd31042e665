//! Values that are written on the row of an interaction.

use crate::protocol::{client::SecretHash, row_id::InteractionId, time::UnixTime};

/// Value of the column `kind` for authorization requests that a browser came with.
pub const BROWSER: &str = "browser";
/// Value of the column `kind` for pushed requests with which no browser came yet (RFC 9126).
pub const PUSHED: &str = "pushed";

/// A handle, and who comes with it.
#[derive(Clone, Copy, Debug)]
pub struct HandleClaim<'a> {
    /// Hash of the handle.
    pub handle: &'a SecretHash,
    /// The `client_id` beside it.
    pub client_id: &'a str,
    /// Version of the client that the person will be shown.
    pub client_version: i32,
    /// Hash of the binding cookie; `None` after a form POST, which carries no cookie.
    pub browser: Option<&'a SecretHash>,
    /// The present time.
    pub now: UnixTime,
    /// When the interaction expires.
    pub expires_at: UnixTime,
}

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
