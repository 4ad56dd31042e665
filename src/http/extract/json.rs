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
    rules::TransportRules,
};
use crate::{
    error::{ApiError, Failure},
    protocol::{
        error::{ErrorCode, OAuthError},
        received::Received,
        refusals::JsonRefusal,
        strict_json,
    },
};

/// Client metadata: the members of the JSON object in the body (RFC 7591 §3.1).
#[derive(Debug)]
pub struct MetadataJson(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for MetadataJson {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Self::Rejection> {
        let rules = TransportRules::REGISTRATION;
        check_target(request.uri(), rules)?;
        if !is_of_type(request.headers(), "application/json") {
            let error = of_metadata(of_type(request.headers(), rules));
            return Err(Failure::transport(StatusCode::UNSUPPORTED_MEDIA_TYPE, error).into());
        }
        let refused = |refusal| of_metadata(rules.refuse(refusal));
        let body = body::read(request.into_body(), refused).await?;
        let members = strict_json::object(&body)
            .map_err(|error| of_metadata(rules.refuse(error.refusal())))?;
        Ok(Self(members))
    }
}

/// Reads the JSON object that a script of the app sends (EX-01).
///
/// # Errors
/// 415 for another content type, 413 over the limit, 408 for what arrives too slowly, 400 for what
/// cannot be read.
pub async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Failure> {
    let rules = TransportRules::SCRIPT;
    check_target(request.uri(), rules)?;
    // Browsers send this content type across origins only after a preflight.
    if !is_of_type(request.headers(), "application/json") {
        let error = of_type(request.headers(), rules);
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Failure::transport(status, error));
    }
    let body = body::read(request.into_body(), |refusal| rules.refuse(refusal)).await?;
    let members = strict_json::object(&body).map_err(|error| rules.refuse(error.refusal()))?;
    serde_json::from_value(Value::Object(members))
        .map_err(|_| rules.refuse(JsonRefusal::MemberWrong).into())
}

/// RFC 7591 §3.2.2: what cannot be read as metadata has the code for wrong metadata.
fn of_metadata(error: OAuthError) -> OAuthError {
    OAuthError {
        code: ErrorCode::InvalidClientMetadata,
        ..error
    }
}

/// The refusal of another content type.
fn of_type(headers: &HeaderMap, rules: TransportRules) -> OAuthError {
    let sent = headers.get(header::CONTENT_TYPE);
    let sent = sent.and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    let error = rules.refuse_type(JsonRefusal::ContentType);
    error.received(Received::Public(sent))
}
