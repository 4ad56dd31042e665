//! Audit events: one log line each (target `oauth_server::audit`), and one call of every
//! [`EventSubscriber`] of the app.
//!
//! Whoever changed something says so once it is stored: `events.emit(AuditEvent::new(…))`. The
//! request's id, the caller's network and browser are added from the request that is being
//! answered; subscribers run when it is answered, and can neither fail nor delay it.

mod emitter;
mod event;
mod line;
mod name;
pub mod request;
pub mod user_agent;

use async_trait::async_trait;

pub(crate) use emitter::{Events, emit};
pub(crate) use event::Describe;
pub use event::{AuditEvent, Outcome, SCHEMA};
pub(crate) use line::SHOWN;
pub use name::EventName;

/// Hears of every event: to store it, to send it on, to alarm somebody. Named by
/// `OAuthServerHooks::subscribers`.
///
/// It runs after the answer, in the order of the events of one request, and is cut off after
/// 2 seconds per event; a panic or a failure of its own is its own.
#[async_trait]
pub trait EventSubscriber: Send + Sync + 'static {
    /// Something happened.
    async fn on_event(&self, event: &AuditEvent);
}
