//! JSON bodies, read strictly and within limits (RG-01, RG-02, EX-01).

use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    body,
    form::{check_target, is_of_type},
};
use crate::{
    error::{ApiError, Failure},
    protocol::{
        error::{ErrorCode, OAuthError},
        received::Received,
        refusals::{JsonRefusal, Refusal},
        strict_json,
    },
};

/// Client metadata: the members of the JSON object in the body (RFC 7591 §3.1).
#[derive(Debug)]
pub struct MetadataJson(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for MetadataJson {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Self::Rejection> {
        check_target(request.uri(), "RG-02")?;
        if !is_of_type(request.headers(), "application/json") {
            let error = OAuthError {
                code: ErrorCode::InvalidClientMetadata,
                ..of_type(request.headers(), "RG-01")
            };
            return Err(Failure::transport(StatusCode::UNSUPPORTED_MEDIA_TYPE, error).into());
        }
        let refused = |refusal: &'static Refusal| OAuthError {
            code: ErrorCode::InvalidClientMetadata,
            ..OAuthError::of(refusal).with_rule("RG-02")
        };
        let body = body::read(request.into_body(), |refusal| refused(refusal.row())).await?;
        let members = strict_json::object(&body).map_err(|error| refused(error.refusal().row()))?;
        Ok(Self(members))
    }
}

/// Reads the JSON object that a script of the app sends (EX-01).
///
/// # Errors
/// 415 for another content type, 413 over the limit, 408 for what arrives too slowly, 400 for what
/// cannot be read; `rule` is that of the endpoint.
pub async fn read<T: DeserializeOwned>(request: Request, rule: &'static str) -> Result<T, Failure> {
    check_target(request.uri(), rule)?;
    // Browsers send this content type across origins only after a preflight.
    if !is_of_type(request.headers(), "application/json") {
        let error = of_type(request.headers(), rule);
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Failure::transport(status, error));
    }
    let refused = |refusal: &'static Refusal| OAuthError::of(refusal).with_rule(rule);
    let body = body::read(request.into_body(), |refusal| refused(refusal.row())).await?;
    let members = strict_json::object(&body).map_err(|error| refused(error.refusal().row()))?;
    serde_json::from_value(Value::Object(members))
        .map_err(|_| refused(JsonRefusal::MemberWrong.row()).into())
}

/// The refusal of another content type.
fn of_type(headers: &HeaderMap, rule: &'static str) -> OAuthError {
    let sent = headers.get(header::CONTENT_TYPE);
    let sent = sent.and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    let error = OAuthError::of(JsonRefusal::ContentType).with_rule(rule);
    error.received(Received::Public(sent))
}
