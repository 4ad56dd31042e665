//! GET `/.well-known/oauth-protected-resource`, and below it the path of a resource — RFC 9728 §3.

use axum::{
    debug_handler,
    http::{StatusCode, Uri},
    response::Response,
};

use crate::{
    error::{ApiError, Failure},
    http::{answer::public_document, extract::ServerState},
    protocol::{error::OAuthError, received::Received, refusals::PageRefusal, resource_metadata},
};

/// Returns the metadata of the resource at this path, without the database (FA-03).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(server: ServerState, uri: Uri) -> Result<Response, ApiError> {
    let documents = &server.documents.resources;
    let Some(document) = resource_metadata::find(documents, uri.path(), uri.query()) else {
        let path = Received::Public(uri.path());
        let error = OAuthError::of(PageRefusal::ResourceMetadataUnknown).received(path);
        return Err(Failure::transport(StatusCode::NOT_FOUND, error).into());
    };
    Ok(public_document(&document.body))
}
