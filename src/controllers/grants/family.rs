//! Families that a refresh brings to an end (TK-20, TK-21). What is found is committed before it is
//! answered (TK-27), and told by the request that ended the family, once.

use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    protocol::{
        client::Client,
        grants::refresh_token::{LOST, Loss, REPLAY},
    },
    server::Server,
    store::{
        authorization_codes::{self, RevokeReason},
        joined::RefreshWithGrant,
    },
};

/// A superseded token came back.
///
/// # Errors
/// A fault.
pub async fn replayed(
    server: &Server,
    (client, found): (&Client, &RefreshWithGrant),
) -> Result<(), Failure> {
    if revoke(server, found, RevokeReason::RefreshReplay).await? {
        let event = AuditEvent::new(EventName::RefreshReplayed).denied(REPLAY.rule);
        server.audit(event.client(client).refresh_token(found));
    }
    Ok(())
}

/// The user may no longer use the grant; it stays lost, whatever becomes of the account later.
///
/// # Errors
/// A fault.
pub async fn lost(
    server: &Server,
    (client, found): (&Client, &RefreshWithGrant),
    loss: Loss,
) -> Result<(), Failure> {
    let reason = match loss {
        Loss::Account => RevokeReason::Admin,
        Loss::Credentials => RevokeReason::CredentialChange,
    };
    if revoke(server, found, reason).await? {
        let event = AuditEvent::new(EventName::TokenRevoked).denied(LOST.rule);
        let event = event.client(client).refresh_token(found);
        server.audit(event.detail("reason", reason.as_str()));
    }
    Ok(())
}

async fn revoke(
    server: &Server,
    found: &RefreshWithGrant,
    reason: RevokeReason,
) -> Result<bool, Failure> {
    let tables = server.store.tables();
    let family = (found.grant.id, reason, server.now());
    let revoke = |db| authorization_codes::revoke(db, tables, family);
    Ok(server.store.run(revoke).await?)
}
