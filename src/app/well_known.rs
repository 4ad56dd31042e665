//! The JSON 404 at well-known addresses without a document (MD-01, MD-02).
//!
//! Without it the fallback of a single-page app would answer there with its page and 200, which clients
//! take for the end of their search.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;

use crate::{
    app::routes,
    controllers,
    error::{ApiError, Failure},
    http::{
        extract::{ServerState, SharedContext},
        layers::{self, LayerState},
    },
    protocol::{
        error::OAuthError, received::Received, refusals::TransportRefusal, resource_metadata,
        well_known,
    },
};

/// The service that answers at a well-known address without a document.
#[derive(Clone)]
pub struct WellKnownNotFound(Router);

impl WellKnownNotFound {
    /// Answers 404 as JSON, with the headers of the documents: readable from every origin.
    pub fn new(app: SharedContext) -> Self {
        let state = LayerState {
            memory: Arc::default(),
            app: app.clone(),
            allow: HeaderValue::from_static("GET, HEAD"),
        };
        let router = Router::new()
            .fallback(missing)
            .with_state(app)
            .layer(from_fn_with_state(state, layers::discovery))
            .layer(routes::cors(&[Method::GET, Method::HEAD]));
        Self(router)
    }

    async fn answer(self, mut request: Request) -> Response {
        let asks = request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() == Method::OPTIONS && !asks {
            // The CORS layer takes every `OPTIONS` for a preflight; this one gets the 404 of a GET.
            *request.method_mut() = Method::GET;
        }
        match self.0.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

async fn missing(server: ServerState, uri: Uri) -> Result<Response, ApiError> {
    // The address of resource metadata with a slash at its end and nothing after it: Loco removes such a
    // slash from routes, so that no route matches this address.
    if uri.path().strip_suffix('/') == Some(resource_metadata::WELL_KNOWN) {
        let document = controllers::resource_metadata::get(server, uri).await?;
        return Ok(document.into_response());
    }
    let error = OAuthError::of(TransportRefusal::MetadataAddressUnknown)
        .received(Received::Public(uri.path()));
    Err(Failure::transport(StatusCode::NOT_FOUND, error).into())
}

/// Layer around the app's routes and fallback. A route or file of the app at a well-known address is
/// served; every other request for such an address gets the 404.
pub async fn guard(
    State(missing): State<WellKnownNotFound>,
    request: Request,
    next: Next,
) -> Response {
    let pattern = request.extensions().get::<MatchedPath>();
    let is_meant = pattern.is_some_and(|pattern| well_known::is_meant(pattern.as_str()));
    if is_meant || !well_known::is_named(request.uri().path()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let probe = Request::from_parts(parts.clone(), Body::empty());
    if matches!(parts.method, Method::GET | Method::HEAD) {
        let answer = next.run(Request::from_parts(parts, body)).await;
        if is_document(&answer) {
            return answer;
        }
    }
    missing.answer(probe).await
}

/// Whether an answer is a file of the app, and not the page that its fallback sends for unknown addresses.
fn is_document(answer: &Response) -> bool {
    let content = answer.headers().get(header::CONTENT_TYPE);
    let content = content.and_then(|content| content.to_str().ok());
    answer.status().is_success() && content.is_some_and(|content| !content.starts_with("text/"))
}
