//! `grant_type=client_credentials` — RFC 6749 §4.4.

use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    people::hooks::TokenInfo,
    protocol::{
        client::GrantType,
        client_auth::Credentials,
        grants::{
            TokenRequest, check_allowed,
            client_credentials::{Request, decide, narrow},
        },
        route::Route,
    },
    server::Server,
    tokens::TokenResponse,
};

/// Issues a machine token, without user, refresh token and ID token; returns the JSON body of the answer.
///
/// # Errors
/// The refusals of TK-28 to TK-30, or a fault.
pub async fn answer(
    server: &Server,
    credentials: &Credentials,
    sent: &TokenRequest<'_>,
) -> Result<Vec<u8>, Failure> {
    let row = server.clients.find(&credentials.client_id).await?;
    let client = &server.clients.authenticate(credentials, row).await?;
    check_allowed(client, GrantType::ClientCredentials)?;
    let proof = server.tokens.proof_at(Route::Token, &sent.proof)?;
    let key = proof.as_ref().map(|proof| &proof.key);
    let granted = decide(client, &server.policy, &Request::of(sent).by(key))?;
    if let Some(proof) = &proof {
        server.tokens.use_up(proof).await?;
    }
    let facts = TokenInfo::of(client, &granted);
    let permitted = server.people.app.machine_scopes(&facts).await?;
    let granted = narrow(granted, &permitted)?;
    let access = server.tokens.access_token(client, &granted, None, key);
    let access = access.await?;
    let body = TokenResponse::bytes(&access, None, None)?;
    server
        .tokens
        .store_machine_token(access.row.clone())
        .await?;
    server.clients.touch_last_used(client);
    let event = AuditEvent::new(EventName::TokenIssued).client(client);
    server.events.emit(event.about(&access.row));
    Ok(body)
}
