//! POST `{prefix}/device-authorization` — RFC 8628 §3.1.

use axum::{
    Json, debug_handler,
    http::{HeaderMap, StatusCode},
};
use serde::Serialize;

use super::token::count_failures;
use crate::{
    config::RateLimitEntry,
    error::{ApiError, Failure},
    http::extract::{ApiForm, ServerState, credentials},
    limits::{self, RateLimitKeys},
    protocol::{
        client::GrantType,
        client_auth::{ClientEndpoint, Credentials},
        device_authorization::DeviceAuthorizationRequest,
        error::OAuthError,
        grants::check_allowed,
        params::encode,
        refusals::DeviceRefusal,
        route::Route,
        time::Seconds,
    },
    server::Server,
};

/// The answer (RFC 8628 §3.2). It has no `Debug`: it carries codes.
#[derive(Serialize)]
pub struct DeviceAuthorizationResponse {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: Seconds,
    interval: Seconds,
}

/// Gives a device the code that its person types elsewhere.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
    headers: HeaderMap,
    ApiForm(params): ApiForm,
) -> Result<Json<DeviceAuthorizationResponse>, ApiError> {
    let request = DeviceAuthorizationRequest::read(&params)?;
    let endpoint = ClientEndpoint::DeviceAuthorization;
    let credentials = credentials(&headers, request.client(), endpoint)?;
    let client_id = credentials.client_id.as_str();
    let own = RateLimitKeys::entry(RateLimitEntry::DeviceAuthorization);
    let keys = limits::client_failure_keys(client_id).and(own.client_and_address(client_id));
    server.limits.check(keys).await?;
    let answer = answer(&server, &credentials, &request).await;
    Ok(Json(count_failures(&server, answer, client_id).await?))
}

async fn answer(
    server: &Server,
    credentials: &Credentials,
    request: &DeviceAuthorizationRequest<'_>,
) -> Result<DeviceAuthorizationResponse, Failure> {
    let client = server.clients.authenticate_at_start(credentials).await?;
    check_allowed(&client, GrantType::DeviceCode)?;
    let access = request.access(server.tokens.entitlement(&client))?;
    let codes = server.interactions.open_device(&client, &access).await?;
    let (page, user_code) = (server.urls.of(Route::Device), codes.user_code.shown());
    Ok(DeviceAuthorizationResponse {
        device_code: codes.device_code.expose().to_owned(),
        verification_uri: page.to_owned(),
        verification_uri_complete: format!("{page}?user_code={}", encode(&user_code)),
        user_code,
        expires_in: codes.expires_in,
        interval: codes.interval,
    })
}

/// GE-11: the answer where `grant_types` lacks the grant of devices.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn switched_off() -> ApiError {
    let error = OAuthError::of(DeviceRefusal::Off);
    Failure::transport(StatusCode::NOT_FOUND, error).into()
}
