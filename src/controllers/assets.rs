//! GET `{prefix}/assets/{file}` — the stylesheet, under a name that changes with its content.

use axum::{
    debug_handler,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use loco_rs::app::AppContext;

use crate::{
    error::{ApiError, Failure},
    extract::TheServer,
    protocol::{error::OAuthError, received::Received, refusals},
};

/// The file with this name.
#[debug_handler]
pub async fn get(
    State(_ctx): State<AppContext>,
    server: TheServer,
    Path(file): Path<String>,
) -> Result<Response, ApiError> {
    let stylesheet = server.views.stylesheet().map_err(Failure::internal)?;
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
