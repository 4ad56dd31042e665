//! Audit events: each has one log line (target `oauth_server::audit`), and is passed to every
//! [`EventSubscriber`] of the app.
//!
//! Code that changes something emits an event once the change is stored:
//! `events.emit(AuditEvent::new(…))`. The request's id and the caller's network and browser are
//! added from the request that is being answered; subscribers run after the answer, and can neither
//! fail nor delay it.

mod emitter;
mod event;
mod line;
mod name;
pub(crate) mod request;
pub(crate) mod user_agent;

use async_trait::async_trait;

pub use crate::protocol::rule::RuleId;
pub(crate) use emitter::{Events, emit};
pub(crate) use event::Describe;
pub use event::{AuditEvent, Outcome, SCHEMA};
pub(crate) use line::SHOWN;
pub use name::EventName;

/// Receives every event, to store it, to send it on, or to alarm somebody.
/// `OAuthServerHooks::subscribers` names the subscribers.
///
/// A subscriber runs after the answer, in the order of the events of one request, and is cut off
/// after 2 seconds per event. Its panics and failures do not affect others.
#[async_trait]
pub trait EventSubscriber: Send + Sync + 'static {
    /// Receives one event.
    async fn on_event(&self, event: &AuditEvent);
}
