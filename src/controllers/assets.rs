//! GET `{prefix}/assets/{file}` — the stylesheet, under a name that changes with its content.

use axum::{
    debug_handler,
    extract::{Path, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    error::{ApiError, Failure},
    http::extract::ServerState,
    protocol::{error::OAuthError, received::Received, refusals::PageRefusal},
};

/// Returns the stylesheet, if `file` is its present name; any other name is a 404 (PG-04).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(
    server: ServerState,
    file: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let stylesheet = server.views.stylesheet().map_err(Failure::internal)?;
    // A name that is not UTF-8 is that of no file.
    let file = file.map_or_else(|_| String::new(), |Path(file)| file);
    if file != stylesheet.file_name() {
        let file = Received::Public(&file);
        let error = OAuthError::of(PageRefusal::StylesheetUnknown).received(file);
        return Err(Failure::transport(StatusCode::NOT_FOUND, error).into());
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, stylesheet.css.clone()).into_response())
}
