//! Audit events (RFC-independent; fields of schema 1).

use async_trait::async_trait;
use serde::Serialize;

/// One audit event. Fields are only ever added.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AuditEvent {
    /// Schema version, 1.
    pub v: u8,
    /// Name, for example `token.issued`.
    pub event: &'static str,
}

/// Receives audit events after the answer was sent; it cannot fail a request.
#[async_trait]
pub trait EventSubscriber: Send + Sync {
    /// Called once per event; cut off after 2 seconds.
    async fn on_event(&self, event: &AuditEvent);
}
