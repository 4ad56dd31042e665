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
    /// The facts of a request.
    pub fn of(request: &Request) -> Self {
        let (mut parts, ()) = Request::new(()).into_parts();
        parts.method.clone_from(request.method());
        parts.uri.clone_from(request.uri());
        parts.headers.clone_from(request.headers());
        parts.extensions.clone_from(request.extensions());
        Self::read(parts)
    }

    /// The facts of the request with this head.
    pub fn of_parts(parts: &Parts) -> Self {
        Self::read(parts.clone())
    }

    fn read(mut parts: Parts) -> Self {
        let extension = parts.extensions.get::<GuardExtension>();
        Self {
            events: extension.map(|extension| extension.server.events.clone()),
            facts: crate::http::request::info(&mut parts),
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
