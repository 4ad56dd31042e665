//! The request that a guard checks, on a route of the app.

use std::{fmt, sync::Arc};

use axum::{extract::Request, http::request::Parts};

use super::answer::GuardExtension;
use crate::{
    error::{
        Refused,
        audit::{self, AuditSurface},
    },
    events::{
        Events,
        request::{self, RequestInfo},
    },
};

/// The facts of a request, and where the events of its refusal go.
#[derive(Clone)]
pub struct RequestContext {
    facts: Arc<RequestInfo>,
    events: Option<Events>,
}

impl RequestContext {
    /// The facts of a request. Loco's extractor of the caller's address takes the head of a request, so that
    /// the request is taken apart for a moment.
    pub fn take(request: &mut Request) -> Self {
        let (mut parts, body) = std::mem::take(request).into_parts();
        let context = Self::of(&mut parts);
        *request = Request::from_parts(parts, body);
        context
    }

    /// The facts of the request with this head.
    pub fn of(parts: &mut Parts) -> Self {
        let extension = parts.extensions.get::<GuardExtension>();
        Self {
            events: extension.map(|extension| extension.server.events.clone()),
            facts: crate::http::request::info(parts),
        }
    }

    /// Id of the request, in the log and in the answer.
    pub fn reference(&self) -> &str {
        &self.facts.reference
    }

    /// Emits the events of a refusal.
    pub fn tell(&self, refused: &Refused) {
        let (facts, events) = (Arc::clone(&self.facts), self.events.clone());
        request::scoped_now(facts, events, || {
            audit::refused(refused, AuditSurface::Page);
        });
    }
}

impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.facts.fmt(f)
    }
}
