//! GET `/.well-known/oauth-authorization-server`, `/.well-known/openid-configuration` in all forms
//! — RFC 8414 §3, OpenID Connect Discovery §4.

use axum::{debug_handler, response::Response};

use crate::{
    error::ApiError,
    http::{answer::public_document, extract::ServerState},
};

/// Returns the server metadata, the same bytes at every address, without the database (FA-03).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(server: ServerState) -> Result<Response, ApiError> {
    Ok(public_document(&server.documents.server))
}
