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
    events::request,
    http::extract::{ApiForm, SharedContext, TheServer, credentials},
    limits::{self, Of},
    protocol::{
        client::GrantType,
        client_auth::{ClientEndpoint, Credentials},
        error::{ErrorCode, OAuthError},
        grants::one,
        params::Params,
        received::Received,
        refusals,
    },
    server::Server,
};

/// Parameters with a meaning here: never twice, never as a list (TK-02).
const KNOWN: [&str; 11] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "resource",
];

/// Issues tokens.
#[debug_handler(state = SharedContext)]
pub async fn post(
    server: TheServer,
    headers: HeaderMap,
    ApiForm(params): ApiForm,
) -> Result<Response, ApiError> {
    check_repetition(&params, &KNOWN)?;
    // Refused after TK-05; the limit needs the name before that.
    let credentials = credentials(&headers, &params, ClientEndpoint::Token);
    let client_id = request::client_id().unwrap_or_default();
    let keys = limits::of_client(&client_id)
        .and(Of::entry(RateLimitEntry::Token).client_and_address(&client_id));
    server.limits.check(keys).await?;
    let answer = match grant_type(&server, &params) {
        Ok(grant) => answer(&server, grant, credentials, &params).await,
        Err(error) => Err(error.into()),
    };
    Ok(json(authenticated(&server, answer, &client_id).await?))
}

/// Counts what is refused (`token_failure`): a failed authentication for the client and the
/// address, anything else for the address alone.
///
/// # Errors
/// Those of `answer`, and a fault of the counters.
pub async fn authenticated<T>(
    server: &Server,
    answer: Result<T, Failure>,
    client_id: &str,
) -> Result<T, Failure> {
    if let Err(failure) = &answer {
        if failure.error.code == ErrorCode::InvalidClient {
            server
                .limits
                .record_failure(limits::of_client(client_id))
                .await?;
        } else if failure.status.is_client_error() {
            server.limits.record_failure(limits::of_refused()).await?;
        }
    }
    answer
}

async fn answer(
    server: &Server,
    grant: GrantType,
    credentials: Result<Credentials, Failure>,
    params: &Params,
) -> Result<Vec<u8>, Failure> {
    let credentials = credentials?;
    match grant {
        GrantType::AuthorizationCode => {
            grants::authorization_code::answer(server, &credentials, params).await
        }
        GrantType::RefreshToken => {
            grants::refresh_token::answer(server, &credentials, params).await
        }
        GrantType::ClientCredentials => {
            grants::client_credentials::answer(server, &credentials, params).await
        }
    }
}

/// TK-05.
fn grant_type(server: &Server, params: &Params) -> Result<GrantType, OAuthError> {
    let sent =
        one(params, "grant_type")?.ok_or_else(|| OAuthError::of(&refusals::GRANT_TYPE_MISSING))?;
    let known = serde_json::from_value::<GrantType>(sent.into()).ok();
    known
        .filter(|grant| server.policy.grant_types.contains(grant))
        .ok_or_else(|| {
            let offered = server.policy.grant_types.iter().map(|grant| grant.as_str());
            OAuthError::of(&refusals::GRANT_TYPE_NOT_OFFERED)
                .offering(offered)
                .received(Received::Public(sent))
        })
}

/// TK-02, GE-03, GE-04: nothing twice but `resource`, no known name with a bracket.
///
/// # Errors
/// `invalid_request`.
pub fn check_repetition(params: &Params, known: &[&str]) -> Result<(), Failure> {
    let sent = params.iter().map(|(name, _)| name);
    for name in sent.chain(known.iter().copied()) {
        if name == "resource" {
            crate::protocol::grants::resources(params)?;
        } else {
            one(params, name)?;
        }
    }
    Ok(())
}

/// A JSON body that is ready to be sent.
fn json(body: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::OK, headers, Body::from(body)).into_response()
}
