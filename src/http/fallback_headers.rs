//! Addresses below ours that nobody knows. The app answers them, as everything that is not ours
//!; what is missing of the headers that every answer of ours has is added.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::server::Server;

/// Around the routes of the app and its fallback.
pub async fn guard(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let ours = server.urls.local_root();
    // Without a prefix every address would be one of ours.
    let is_below = ours.len() > 1 && request.uri().path().starts_with(&ours);
    let is_unknown = is_below && request.extensions().get::<MatchedPath>().is_none();
    let mut response = next.run(request).await;
    if is_unknown && response.status() == StatusCode::NOT_FOUND {
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::REFERRER_POLICY, "no-referrer"),
        ] {
            let headers = response.headers_mut();
            headers
                .entry(name)
                .or_insert(HeaderValue::from_static(value));
        }
    }
    response
}
