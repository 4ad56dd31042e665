//! GET `{prefix}/assets/{file}` — the stylesheet, under a name that changes with its content.

use axum::{
    debug_handler,
    extract::{Path, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    error::{ApiError, Failure},
    http::extract::{ServerState, SharedContext},
    protocol::{error::OAuthError, received::Received, refusals},
};

/// The file with this name.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: ServerState,
    file: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let stylesheet = server.views.stylesheet().map_err(Failure::internal)?;
    // A part of the path that is no text names no file.
    let file = file.map_or_else(|_| String::new(), |Path(file)| file);
    if file != stylesheet.file_name() {
        let file = Received::Public(&file);
        let error = OAuthError::of(&refusals::STYLESHEET_UNKNOWN).received(file);
        return Err(Failure::transport(StatusCode::NOT_FOUND, error).into());
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, stylesheet.css.clone()).into_response())
}
