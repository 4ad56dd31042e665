//! The events of refusals and faults.

use super::{Failure, Refused};
use crate::{
    events::{AuditEvent, EventName, Outcome, emit, request},
    protocol::{
        error::{ErrorCode, OAuthError},
        redirect_difference::Difference,
        refusals::About,
    },
};

/// Longest cause of a fault in an event, characters.
const MAX_SOURCE: usize = 500;

/// Emits the event `request.refused` of a refusal or fault, and the event that some refusals have besides.
/// `of_client` says where it happened: an unknown client at a page is no failed authentication.
pub fn refused(refused: &Refused, of_client: AuditSurface) {
    let Failure { error, status, .. } = &refused.failure;
    if error.code == ErrorCode::AuthorizationPending {
        // A device that waits is told so every few seconds, and nothing was refused.
        return;
    }
    let client_id = refused.client_id.clone().or_else(request::client_id);
    let more = match error.code {
        ErrorCode::InvalidClient if of_client == AuditSurface::Endpoint => {
            Some(EventName::ClientAuthFailed)
        }
        _ => match error.refusal.about {
            About::RedirectUri => Some(EventName::RedirectRefused),
            About::Request => None,
        },
    };
    if let Some(name) = more {
        let event = AuditEvent::new(name).denied(error.rule);
        emit(about(detailed(event, error), client_id.as_deref()));
    }
    let mut event = AuditEvent::new(EventName::RequestRefused)
        .denied(error.rule)
        .detail("code", error.code.as_str())
        .detail("status", status.as_u16())
        .detail("section", error.refusal.standard)
        .detail("message", error.problem())
        .detail("fix", error.fix());
    if let Some(request) = request::current() {
        event = event
            .detail("method", request.method.as_str())
            .detail("endpoint", request.uri.path());
    }
    event = detailed(event, error);
    if let Some(source) = &refused.failure.source {
        let source: String = source.chars().take(MAX_SOURCE).collect();
        event = event.detail("source", source);
    }
    if status.is_server_error() {
        event = event.outcome(Outcome::Error);
    }
    emit(about(event, client_id.as_deref()));
}

/// Adds what would have passed the check, what was received, and how the two differ.
fn detailed(mut event: AuditEvent, error: &OAuthError) -> AuditEvent {
    let difference = error.detail.as_deref();
    let difference = difference.and_then(|detail| detail.difference.as_ref());
    let difference = difference.map(Difference::sentence);
    for (name, text) in [
        ("expected", error.wanted()),
        ("received", error.received_text()),
        ("difference", difference.as_deref().unwrap_or_default()),
    ] {
        if !text.is_empty() {
            event = event.detail(name, text);
        }
    }
    event
}

fn about(event: AuditEvent, client_id: Option<&str>) -> AuditEvent {
    match client_id {
        Some(client_id) => event.client_id(client_id),
        None => event,
    }
}

/// Where an unknown client was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditSurface {
    /// An endpoint at which clients authenticate.
    Endpoint,
    /// A page or the authorization endpoint.
    Page,
}
