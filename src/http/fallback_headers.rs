//! Security headers at unknown addresses below the prefix of this server. The app answers there; headers that
//! every answer of this server has are added where they are missing.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::server::Server;

/// Layer around the app's routes and fallback.
pub async fn guard(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let ours = server.urls.local_root();
    // Without a prefix every address of the app would be below it.
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
