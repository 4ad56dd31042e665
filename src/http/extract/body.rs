//! Bodies of requests, read within bounds of size and time.

use std::{error::Error, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::StatusCode,
};
use http_body_util::LengthLimitError;
use tokio::time::timeout;

use crate::{
    error::Failure,
    protocol::{error::OAuthError, refusals::TransportRefusal},
};

/// Longest body, bytes.
const MOST: usize = 64 * 1024;
/// Longest time that a body may take to arrive. Whoever sends it byte by byte holds a connection
/// and a task of the server (ASVS 15.2.2).
const LONGEST: Duration = Duration::from_secs(10);

/// Reads a body; `refused` turns a refusal into the error of the endpoint.
///
/// # Errors
/// 413 for a body over 64 KiB, 408 for one that does not arrive within 10 seconds, 400 for a broken one
/// (RFC 9112 §7.1).
pub(super) async fn read(
    body: Body,
    refused: impl Fn(TransportRefusal) -> OAuthError,
) -> Result<Bytes, Failure> {
    match timeout(LONGEST, to_bytes(body, MOST)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_too_long(&error) => {
            let error = refused(TransportRefusal::BodyTooLong);
            Err(Failure::transport(StatusCode::PAYLOAD_TOO_LARGE, error))
        }
        Ok(Err(_)) => {
            let error = refused(TransportRefusal::BodyBroken);
            Err(Failure::transport(StatusCode::BAD_REQUEST, error))
        }
        Err(_) => {
            let error = refused(TransportRefusal::BodyTooSlow);
            Err(Failure::transport(StatusCode::REQUEST_TIMEOUT, error))
        }
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    error
        .source()
        .is_some_and(<dyn Error>::is::<LengthLimitError>)
}
