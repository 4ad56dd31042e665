//! GET `{prefix}/jwks` — the public keys (RFC 7517 §5).

use axum::{Json, debug_handler, http::header, response::IntoResponse};

use crate::{
    error::ApiError,
    http::extract::{ServerState, SharedContext},
};

/// How long documents may be cached, for metadata too.
pub const CACHE: &str = "public, max-age=300";

/// The key set; no statement is needed.
#[debug_handler(state = SharedContext)]
pub async fn get(server: ServerState) -> Result<impl IntoResponse, ApiError> {
    Ok(([(header::CACHE_CONTROL, CACHE)], Json(server.keys.jwks())))
}
