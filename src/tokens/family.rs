//! Token families that end at a refresh (TK-20, TK-21, RF-03). The revocation is committed before the
//! response is sent (TK-27), and only the request that ended the family emits the event.

use super::TokenService;
use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    protocol::{
        client::Client,
        error::OAuthError,
        grants::refresh_token::{Loss, MOST_MISUSES, Replay},
        refusals::RefreshRefusal,
        secret::SecretHash,
    },
    store::{
        authorization_codes::{self, Revocation, RevokeReason},
        ephemerals::{self, NewEphemeral},
        lookups::RefreshWithGrant,
    },
};

impl TokenService {
    /// Revokes the family of a refresh token that counts as stolen (TK-21).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replayed(
        &self,
        client: &Client,
        found: &RefreshWithGrant,
        replay: Replay,
    ) -> Result<(), Failure> {
        if self
            .revoke_family(found, RevokeReason::RefreshReplay)
            .await?
        {
            let rule = replay.refusal().row().rule;
            let event = AuditEvent::new(EventName::RefreshReplayed).denied(rule);
            self.events.emit(event.client(client).about(found));
        }
        Ok(())
    }

    /// Handles an active refresh token with which something was requested that its grant does not have
    /// (RF-03). The misuse is counted for the token, in the table that all nodes share. A rotation starts a
    /// new count, because the next use of the rotated token is a replay. Returns the error for the client.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn misused(
        &self,
        client: &Client,
        found: &RefreshWithGrant,
        error: OAuthError,
    ) -> Result<OAuthError, Failure> {
        let hash = found.token.token_hash.clone();
        let hash = SecretHash(
            hash.try_into()
                .map_err(|_| Failure::internal("token hash length"))?,
        );
        let tables = self.store.tables();
        let misuse = NewEphemeral {
            kind: ephemerals::REFRESH_MISUSE,
            hash: &hash,
            expires_at: found.token.absolute_expires_at,
        };
        let count = |db| ephemerals::count(db, tables, &misuse);
        if self.store.run(count).await? <= MOST_MISUSES {
            return Ok(error);
        }
        let replay = Replay::TooManyMisuses;
        self.replayed(client, found, replay).await?;
        Ok(OAuthError::of(replay.refusal()))
    }

    /// Revokes the family of a user who may no longer use the grant (TK-20). It stays revoked, whatever
    /// becomes of the account later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lost(
        &self,
        client: &Client,
        found: &RefreshWithGrant,
        loss: Loss,
    ) -> Result<(), Failure> {
        let reason = match loss {
            Loss::Account => RevokeReason::Admin,
            Loss::Credentials => RevokeReason::CredentialChange,
        };
        if self.revoke_family(found, reason).await? {
            let rule = RefreshRefusal::OfLostAccount.row().rule;
            let event = AuditEvent::new(EventName::TokenRevoked).denied(rule);
            let event = event.client(client).about(found);
            self.events.emit(event.detail("reason", reason.as_str()));
        }
        Ok(())
    }

    async fn revoke_family(
        &self,
        found: &RefreshWithGrant,
        reason: RevokeReason,
    ) -> Result<bool, Failure> {
        let tables = self.store.tables();
        let (family, at) = (found.grant.id, self.clock.now());
        let revocation = Revocation { reason, at };
        let revoke = |db| authorization_codes::revoke(db, tables, family, revocation);
        Ok(self.store.run(revoke).await?)
    }
}
