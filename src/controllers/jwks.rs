//! GET `{prefix}/jwks` — the public keys (RFC 7517 §5).

use axum::{Json, debug_handler, extract::State, http::header, response::IntoResponse};
use loco_rs::app::AppContext;

use crate::{error::ApiError, extract::TheServer};

/// How long documents may be cached, for metadata too.
pub const CACHE: &str = "public, max-age=300";

/// The key set; no statement is needed.
#[debug_handler]
pub async fn get(
    State(_ctx): State<AppContext>,
    server: TheServer,
) -> Result<impl IntoResponse, ApiError> {
    Ok(([(header::CACHE_CONTROL, CACHE)], Json(server.keys.jwks())))
}
