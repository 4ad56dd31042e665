//! The request that a guard checks, on a route of the app.

use std::{fmt, sync::Arc};

use axum::{
    extract::{OriginalUri, Request},
    http::{Method, Uri, request::Parts},
};

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
    http::extract::scheme_of,
    protocol::dpop::TokenScheme,
};

/// The facts of a request, and where the events of its refusal go.
#[derive(Clone)]
pub struct RequestContext {
    facts: Arc<RequestInfo>,
    events: Option<Events>,
    /// The URL as it was sent, also inside of nested routers.
    uri: Uri,
    /// The scheme in which the client would send a token.
    scheme: TokenScheme,
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
        let uri = parts.extensions.get::<OriginalUri>();
        Self {
            uri: uri.map_or(&parts.uri, |OriginalUri(uri)| uri).clone(),
            scheme: scheme_of(&parts.headers),
            events: extension.map(|extension| extension.server.events.clone()),
            facts: crate::http::request::info(parts),
        }
    }

    /// Id of the request, in the log and in the answer.
    pub fn reference(&self) -> &str {
        &self.facts.reference
    }

    /// The method of the request.
    pub fn method(&self) -> &Method {
        &self.facts.method
    }

    /// The path of the request below the app's `/`.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The scheme of the header `Authorization`; without one, that of most clients.
    pub const fn scheme(&self) -> TokenScheme {
        self.scheme
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
