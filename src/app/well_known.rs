//! Well-known addresses at which nothing is (MD-01, MD-02). They are the server's, not the app's:
//! the fallback of a single-page app would answer them with its page and 200, which clients take
//! for the end of their search.

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
    protocol::{error::OAuthError, received::Received, refusals, resource_metadata, well_known},
};

/// The answer where nothing is.
#[derive(Clone)]
pub struct WellKnownNotFound(Router);

impl WellKnownNotFound {
    /// JSON(404) with the headers of the documents: readable from every origin.
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
            // No preflight: CORS has nothing to say to it.
            *request.method_mut() = Method::GET;
        }
        match self.0.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

async fn missing(server: ServerState, uri: Uri) -> Result<Response, ApiError> {
    // Routes have no slash at their end (Loco takes it away), and the one of the resources begins
    // behind it: the address between them is here.
    if uri.path().strip_suffix('/') == Some(resource_metadata::WELL_KNOWN) {
        let document = controllers::resource_metadata::get(server, uri).await?;
        return Ok(document.into_response());
    }
    let error =
        OAuthError::of(&refusals::METADATA_ADDRESS_UNKNOWN).received(Received::Public(uri.path()));
    Err(Failure::transport(StatusCode::NOT_FOUND, error).into())
}

/// Around the routes of the app and its fallback: what the app itself has at such an address is
/// served, and everything else is missing.
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

/// Whether an answer is a file of the app rather than its page for whatever it does not know.
fn is_document(answer: &Response) -> bool {
    let content = answer.headers().get(header::CONTENT_TYPE);
    let content = content.and_then(|content| content.to_str().ok());
    answer.status().is_success() && content.is_some_and(|content| !content.starts_with("text/"))
}
