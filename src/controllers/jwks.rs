//! GET `{prefix}/jwks` — the public keys (RFC 7517 §5).

use axum::{Json, debug_handler, http::header, response::IntoResponse};

use crate::{error::ApiError, http::extract::ServerState};

/// `Cache-Control` of the key set and of metadata documents: at most 300 seconds.
pub const CACHE: &str = "public, max-age=300";

/// Returns the key set, without the database (FA-03).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(server: ServerState) -> Result<impl IntoResponse, ApiError> {
    Ok(([(header::CACHE_CONTROL, CACHE)], Json(server.keys.jwks())))
}
