//! Bare answers: redirects, and failures as status and headers, which the layer around the endpoint
//! group renders.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::error::{ApiError, Failure, PageError, RETRY_AFTER, Refused};

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        marked(Refused::new(self.0))
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        marked(self.into_refused())
    }
}

fn marked(refused: Refused) -> Response {
    let failure = &refused.failure;
    let mut response = failure.status.into_response();
    let headers = response.headers_mut();
    if failure.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    if let Some(after) = failure.retry_after {
        headers.insert(header::RETRY_AFTER, after.get().into());
    }
    response.extensions_mut().insert(refused);
    response
}

/// `Cache-Control` of the key set and of metadata documents: at most 300 seconds.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// A JSON document that everybody may read and keep for a while. Its bytes are shared, not copied.
pub fn public_document(document: &Arc<[u8]>) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (header::CACHE_CONTROL, CACHE),
    ];
    let body = Body::from(Bytes::from_owner(Arc::clone(document)));
    (headers, body).into_response()
}

/// A redirect with the status 303 (GE-08).
///
/// # Errors
/// When the location has a character that no header may have.
pub fn see_other(location: &str) -> Result<Response, Failure> {
    let location = HeaderValue::from_str(location).map_err(Failure::internal)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}
