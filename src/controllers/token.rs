//! POST `{prefix}/token` — RFC 6749 §3.2, OAuth 2.1 §3.2.

use axum::{
    body::Body,
    debug_handler,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::grants;
use crate::{
    config::RateLimitEntry,
    error::{ApiError, Failure},
    http::extract::{ApiForm, ServerState, credentials, sent_proof},
    limits::{self, RateLimitKeys},
    protocol::{
        client::GrantType,
        client_auth::{ClientEndpoint, Credentials},
        error::{ErrorCode, OAuthError},
        grants::TokenRequest,
        received::Received,
        refusals::TokenRefusal,
    },
    server::Server,
};

/// Issues tokens.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
    headers: HeaderMap,
    ApiForm(params): ApiForm,
) -> Result<Response, ApiError> {
    let request = TokenRequest::read(&params)?.with_proof(sent_proof(&headers));
    // Unreadable credentials are refused after TK-05, but the rate limit needs the client id before that.
    let credentials = credentials(&headers, request.client(), ClientEndpoint::Token);
    let client_id = credentials.as_ref().map(|it| it.client_id.clone());
    let client_id = client_id.unwrap_or_default();
    let keys = limits::client_failure_keys(&client_id)
        .and(RateLimitKeys::entry(RateLimitEntry::Token).client_and_address(&client_id));
    server.limits.check(keys).await?;
    let answer = match grant_type(&server, &request) {
        Ok(grant) => answer(&server, grant, credentials, &request).await,
        Err(error) => Err(error.into()),
    };
    Ok(json(count_failures(&server, answer, &client_id).await?))
}

/// Counts a refusal for the limit `token_failure`: a failed authentication for the client and the address,
/// anything else for the address alone.
///
/// # Errors
/// Those of `answer`, and a fault of the counters.
pub async fn count_failures<T>(
    server: &Server,
    answer: Result<T, Failure>,
    client_id: &str,
) -> Result<T, Failure> {
    if let Err(failure) = &answer {
        if failure.error.code == ErrorCode::InvalidClient {
            server
                .limits
                .record_failure(limits::client_failure_keys(client_id))
                .await?;
        } else if failure.status.is_client_error()
            // A device that waits does what it should.
            && failure.error.code != ErrorCode::AuthorizationPending
        {
            server.limits.record_failure(limits::refusal_keys()).await?;
        }
    }
    answer
}

async fn answer(
    server: &Server,
    grant: GrantType,
    credentials: Result<Credentials, Failure>,
    request: &TokenRequest<'_>,
) -> Result<Vec<u8>, Failure> {
    let credentials = credentials?;
    match grant {
        GrantType::AuthorizationCode => {
            grants::authorization_code::answer(server, &credentials, request).await
        }
        GrantType::RefreshToken => {
            grants::refresh_token::answer(server, &credentials, request).await
        }
        GrantType::ClientCredentials => {
            grants::client_credentials::answer(server, &credentials, request).await
        }
        GrantType::DeviceCode => grants::device_code::answer(server, &credentials, request).await,
        GrantType::TokenExchange => {
            grants::token_exchange::answer(server, &credentials, request).await
        }
        GrantType::JwtBearer => grants::jwt_bearer::answer(server, &credentials, request).await,
    }
}

/// TK-05: the grant type of the request, if this server has it.
fn grant_type(server: &Server, request: &TokenRequest<'_>) -> Result<GrantType, OAuthError> {
    let sent = request
        .grant_type
        .ok_or_else(|| OAuthError::of(TokenRefusal::GrantTypeMissing))?;
    let known = serde_json::from_value::<GrantType>(sent.into()).ok();
    known
        .filter(|grant| server.policy.grant_types.contains(grant))
        .ok_or_else(|| {
            let offered = server.policy.grant_types.iter().map(|grant| grant.as_str());
            OAuthError::of(TokenRefusal::GrantTypeNotOffered)
                .offering(offered)
                .received(Received::Public(sent))
        })
}

/// A JSON body that is ready to be sent.
fn json(body: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::OK, headers, Body::from(body)).into_response()
}
