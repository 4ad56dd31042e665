//! GET `{prefix}/jwks` — the public keys (RFC 7517 §5).

use axum::{debug_handler, response::Response};

use crate::{
    error::ApiError,
    http::{answer::public_document, extract::ServerState},
};

/// Returns the key set, without the database (FA-03).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(server: ServerState) -> Result<Response, ApiError> {
    Ok(public_document(&server.keys.jwks_document()))
}
