//! POST `{prefix}/par` — RFC 9126: the client sends its authorization request beforehand, over a connection of
//! its own, and the browser comes with the handle that it gets.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Json, debug_handler,
    http::{HeaderMap, StatusCode},
};
use serde::Serialize;

use super::{
    authorize::{Requester, validate},
    token::count_failures,
};
use crate::{
    config::RateLimitEntry,
    error::{ApiError, Failure},
    http::extract::{ApiForm, ServerState, credentials, sent_proof},
    limits::{self, RateLimitKeys},
    protocol::{
        authorize::{self, AuthorizationRequest, RequestSource},
        callback::Callback,
        client::{AuthMethod, Client},
        client_auth::{ClientEndpoint, Credentials},
        error::OAuthError,
        params::Params,
        policy::Entitlement,
        pushed_request::{PushedParameters, bound_to},
        refusals::PushedRefusal,
        route::Route,
        time::Seconds,
    },
    server::Server,
};

/// The answer (RFC 9126 §2.2).
#[derive(Serialize)]
pub struct PushedResponse {
    request_uri: String,
    expires_in: Seconds,
}

/// Stores an authorization request under a handle.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
    headers: HeaderMap,
    ApiForm(params): ApiForm,
) -> Result<(StatusCode, Json<PushedResponse>), ApiError> {
    let pushed = PushedParameters::read(&params)?;
    let credentials = credentials(&headers, pushed.client, ClientEndpoint::PushedRequest)?;
    let client = authenticated(&server, &credentials).await?;
    let params = pushed
        .params()
        .map_err(|error| OAuthError::of(error.refusal()))?;
    let proof = server
        .tokens
        .proof_at(Route::PushedRequest, &sent_proof(&headers))?;
    let mut request = requested(&server, &client, &params).await?;
    if let Some(proof) = proof {
        request = bound_to(request, &proof.key)?;
        server.tokens.use_up(&proof).await?;
    }
    let handle = server.interactions.push(client, request).await?;
    let answer = PushedResponse {
        request_uri: handle.request_uri.expose().to_owned(),
        expires_in: handle.expires_in,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// GE-11: the answer while `par.enabled` is off.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn switched_off() -> ApiError {
    let error = OAuthError::of(PushedRefusal::Off);
    Failure::transport(StatusCode::NOT_FOUND, error).into()
}

/// PR-01: the client, authenticated by its registered method and within its limit.
async fn authenticated(server: &Server, credentials: &Credentials) -> Result<Arc<Client>, Failure> {
    let client_id = credentials.client_id.as_str();
    let own = RateLimitKeys::entry(RateLimitEntry::Par);
    let own = match credentials.method {
        // Everybody can send the id of a public client: what one sends in its name counts for that one alone.
        AuthMethod::None => own.client_and_address(client_id),
        _ => own.client(client_id).authenticated(),
    };
    let keys = limits::client_failure_keys(client_id).and(own);
    server.limits.check(keys.clone()).await?;
    let client = server.clients.authenticate_at_start(credentials).await;
    let client = count_failures(server, client, client_id).await?;
    server.limits.record_authenticated(keys).await?;
    Ok(client)
}

/// PR-03: the request passes the checks of the authorization endpoint (AZ-10 to AZ-27).
async fn requested(
    server: &Server,
    client: &Arc<Client>,
    sent: &Params,
) -> Result<AuthorizationRequest, Failure> {
    let entitlement = Entitlement {
        client,
        policy: &server.policy,
    };
    let params = match authorize::pushed_source(sent, entitlement)? {
        RequestSource::Signed(object) => {
            Cow::Owned(server.clients.signed_request(client, object).await?)
        }
        RequestSource::Parameters | RequestSource::Pushed(_) => Cow::Borrowed(sent),
    };
    let requester = Requester {
        client: Arc::clone(client),
        callback: Callback::find(&params, client, &server.urls.issuer)?,
    };
    Ok(validate(server, &params, &requester)?)
}
