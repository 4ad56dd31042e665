//! Bodies of the endpoints for the app's own scripts (§8.7, §8.8).

use axum::{
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};
use serde::de::DeserializeOwned;

use super::form::{MAX_BODY, check_target};
use crate::{error::Failure, protocol::error::OAuthError};

/// Reads a JSON body: one object; a member twice is refused by its deserializer.
///
/// # Errors
/// 415 for another content type, 413 over the limit, 400 for what cannot be read; `rule` is that of
/// the endpoint.
pub async fn read<T: DeserializeOwned>(request: Request, rule: &'static str) -> Result<T, Failure> {
    check_target(request.uri(), rule)?;
    if !is_json(request.headers()) {
        let error = OAuthError::invalid_request(rule, "The body must be application/json");
        return Err(Failure::transport(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            error,
        ));
    }
    let too_large = |_| {
        let error = OAuthError::invalid_request(rule, "The body is larger than 64 KiB");
        Failure::transport(StatusCode::PAYLOAD_TOO_LARGE, error)
    };
    let body = to_bytes(request.into_body(), MAX_BODY)
        .await
        .map_err(too_large)?;
    let unreadable =
        || OAuthError::invalid_request(rule, "The body is not the JSON that is expected here");
    // serde would take a list of values for an object.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(unreadable().into());
    }
    serde_json::from_slice(&body).map_err(|_| unreadable().into())
}

/// One `Content-Type` of JSON. A browser sends it across origins only after a preflight.
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(Ok(value)), None) = (values.next().map(|value| value.to_str()), values.next()) else {
        return false;
    };
    let media_type = value.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}
