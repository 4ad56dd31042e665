//! JSON bodies of client metadata, read strictly and within limits (RG-01, RG-02).

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use serde_json::{Map, Value};

use super::form::{MAX_BODY, check_target, is_of_type};
use crate::{
    error::{ApiError, Failure},
    protocol::{error::OAuthError, strict_json},
};

/// The members of the JSON object in the body.
#[derive(Debug)]
pub struct MetadataJson(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for MetadataJson {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Self::Rejection> {
        check_target(request.uri(), "RG-02")?;
        if !is_of_type(request.headers(), "application/json") {
            let error = OAuthError::invalid_client_metadata(
                "RG-01",
                "The body must be application/json in UTF-8",
            );
            return Err(Failure::transport(StatusCode::UNSUPPORTED_MEDIA_TYPE, error).into());
        }
        let body = to_bytes(request.into_body(), MAX_BODY)
            .await
            .map_err(|_| too_large())?;
        let members = strict_json::object(&body)
            .map_err(|error| OAuthError::invalid_client_metadata("RG-02", error.description()))?;
        Ok(Self(members))
    }
}

fn too_large() -> Failure {
    let error = OAuthError::invalid_client_metadata("RG-02", "The body is larger than 64 KiB");
    Failure::transport(StatusCode::PAYLOAD_TOO_LARGE, error)
}
