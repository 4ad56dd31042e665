//! GET `/.well-known/oauth-authorization-server`, `/.well-known/openid-configuration` in all forms
//! — RFC 8414 §3, OpenID Connect Discovery §4.

use axum::{debug_handler, http::header, response::IntoResponse};

use super::jwks::CACHE;
use crate::{error::ApiError, http::extract::ServerState};

/// Returns the server metadata, the same bytes at every address, without the database (FA-03).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(server: ServerState) -> Result<impl IntoResponse, ApiError> {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, CACHE),
    ];
    Ok((headers, server.documents.server.clone()))
}
