//! POST `{prefix}/revoke` — RFC 7009.

use axum::{
    debug_handler,
    http::{HeaderMap, StatusCode},
};

use super::token::count_failures;
use crate::{
    config::RateLimitEntry,
    error::{ApiError, Failure},
    events::{AuditEvent, EventName},
    http::extract::{ApiForm, ServerState, credentials},
    limits::{self, RateLimitKeys},
    protocol::{
        client::Client, client_auth::ClientEndpoint, error::OAuthError, grants::LookupRequest,
        refusals::LookupRefusal, rule::rule,
    },
    server::Server,
    store::{
        access_tokens,
        authorization_codes::{self, Revocation, RevokeReason},
    },
    tokens::lookup::{ClientAndToken, Token},
};

/// Revokes a token of the client. A token that is unknown or another client's gets the same answer (RV-02).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
    headers: HeaderMap,
    ApiForm(params): ApiForm,
) -> Result<StatusCode, ApiError> {
    let request = LookupRequest::read(&params)?;
    let credentials = credentials(&headers, request.client(), ClientEndpoint::Revocation)?;
    let client_id = credentials.client_id.as_str();
    // Only requests that revoke nothing count, because all users of a hosted client come from one address
    // and may sign out at the same time.
    let idle = RateLimitKeys::entry(RateLimitEntry::Revoke)
        .client_and_address(client_id)
        .failures();
    server
        .limits
        .check(limits::client_failure_keys(client_id).and(idle.clone()))
        .await?;
    let token = request.token;
    let lookup = server
        .tokens
        .authenticate_and_find(&credentials, token.unwrap_or_default())
        .await;
    let ClientAndToken {
        client,
        token: found,
        ..
    } = count_failures(&server, lookup, client_id).await?;
    let is_own = |found: &Token| found.client_id() == client.client_id;
    let can_end = |found: &Token| is_own(found) && found.can_be_revoked(server.clock.now());
    if !found.as_ref().is_some_and(can_end) {
        server.limits.record_failure(idle).await?;
    }
    if token.is_none() {
        return Err(OAuthError::of(LookupRefusal::RevokedTokenMissing).into());
    }
    match found {
        Some(found) if is_own(&found) => {
            revoke(&server, &client, &found).await?;
        }
        Some(found) => {
            // Another client's token is answered like an unknown one, but the operator is told.
            let event = AuditEvent::new(EventName::RequestRefused).denied(rule!("RV-02"));
            server
                .events
                .emit(event.client(&client).detail("owner", found.client_id()));
        }
        None => {}
    }
    Ok(StatusCode::OK)
}

/// RV-02, RV-03: revokes a refresh token with its whole grant, or an access token alone; a token that is
/// over stays as it is. Of two requests at once only the one that changed something emits an event.
async fn revoke(server: &Server, client: &Client, token: &Token) -> Result<(), Failure> {
    let now = server.clock.now();
    if !token.can_be_revoked(now) {
        return Ok(());
    }
    // The one statement runs in a transaction, so that it is rolled back when the time is up: 503 means that
    // nothing was revoked (RV-04).
    let won = match token {
        Token::Refresh(found) => {
            let family = found.grant.id;
            let revocation = Revocation {
                reason: RevokeReason::Client,
                at: now,
            };
            server
                .store
                .write(move |txn, tables| {
                    Box::pin(authorization_codes::revoke(txn, tables, family, revocation))
                })
                .await?
        }
        Token::Access(found) => {
            let id = found.token.id;
            server
                .store
                .write(move |txn, tables| Box::pin(access_tokens::revoke(txn, tables, id, now)))
                .await?
        }
    };
    if !won {
        return Ok(());
    }
    let event = AuditEvent::new(EventName::TokenRevoked).client(client);
    server.events.emit(match token {
        Token::Refresh(found) => event
            .about(&found.grant)
            .token_hash(&found.token.token_hash),
        Token::Access(found) => event.about(&found.token),
    });
    Ok(())
}
