//! POST `{prefix}/revoke` — RFC 7009.

use axum::{
    debug_handler,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use loco_rs::app::AppContext;

use super::token::check_repetition;
use crate::{
    error::{ApiError, Failure},
    extract::{ApiForm, TheServer, authorization_headers},
    presented::{Presented, Token},
    protocol::{client::Client, client_auth::Credentials, error::OAuthError, grants::one},
    server::Server,
    store::{
        access_tokens,
        authorization_codes::{self, RevokeReason},
    },
};

const KNOWN: [&str; 6] = [
    "token",
    "token_type_hint",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// Revokes a token of the client. What it does not know or own is answered alike (RV-02).
#[debug_handler]
pub async fn post(
    State(_ctx): State<AppContext>,
    server: TheServer,
    headers: HeaderMap,
    ApiForm(params): ApiForm,
) -> Result<StatusCode, ApiError> {
    check_repetition(&params, &KNOWN)?;
    let credentials = Credentials::read(&authorization_headers(&headers)?, &params)?;
    let token = one(&params, "token")?;
    let Presented {
        client,
        token: found,
    } = server
        .presented(&credentials, token.unwrap_or_default())
        .await?;
    if token.is_none() {
        return Err(OAuthError::invalid_request("RV-01", "token is missing").into());
    }
    match found {
        Some(found) if found.client_id() == client.client_id => {
            revoke(&server, &client, &found).await?;
        }
        Some(_) => {
            tracing::info!(
                target: "oauth_server::audit", event = "request.refused", rule = "RV-02",
                client_id = client.client_id, "a token of another client was presented",
            );
        }
        None => {}
    }
    Ok(StatusCode::OK)
}

/// RV-03: a refresh token takes its whole family with it, an access token only itself.
async fn revoke(server: &Server, client: &Client, token: &Token) -> Result<(), Failure> {
    let (now, tables) = (server.now(), server.store.tables());
    match token {
        Token::Refresh(found) => {
            let family = (found.grant.id, RevokeReason::Client, now);
            server
                .store
                .run(|db| authorization_codes::revoke(db, tables, family))
                .await?;
        }
        Token::Access(found) => {
            let token = (found.token.id, now);
            server
                .store
                .run(|db| access_tokens::revoke(db, tables, token))
                .await?;
        }
    }
    tracing::info!(
        target: "oauth_server::audit", event = "token.revoked", client_id = client.client_id,
    );
    Ok(())
}
