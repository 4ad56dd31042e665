//! GET `/.well-known/oauth-authorization-server`, `/.well-known/openid-configuration` in all forms
//! — RFC 8414 §3, OpenID Connect Discovery §4.

use axum::{debug_handler, http::header, response::IntoResponse};

use super::jwks::CACHE;
use crate::{
    error::ApiError,
    http::extract::{ServerState, SharedContext},
};

/// The same bytes at every address; no statement is needed.
#[debug_handler(state = SharedContext)]
pub async fn get(server: ServerState) -> Result<impl IntoResponse, ApiError> {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, CACHE),
    ];
    Ok((headers, server.documents.server.clone()))
}
