//! The row of a new or renewed session (BS-02).

use serde_json::json;

use super::{Browser, SessionService, SignIn};
use crate::{
    error::Failure,
    events::request::ip_prefix,
    people::Owner,
    protocol::{
        client::SecretHash,
        row_id::SessionId,
        secret::{Purpose, Secret},
        time::{Seconds, UnixTime},
    },
    random,
    store::{
        session_clients,
        sessions::{self, Renewal, SessionRow, SessionUse},
    },
};

/// Seconds between two updates of a session's last use.
const SEEN_EVERY: Seconds = Seconds::minutes(5);

impl SessionService {
    /// Marks a session as used, which moves its idle end. A failure is logged and changes nothing else.
    pub(super) async fn seen(&self, session: &SessionRow) {
        let now = self.clock.now();
        if now - session.last_seen_at < SEEN_EVERY {
            return;
        }
        let idle_expires_at = self.idle_end(session, now);
        let tables = self.store.tables();
        let used = SessionUse {
            id: session.id,
            now,
            idle_expires_at,
        };
        let touch = |db| sessions::touch(db, tables, &used);
        if let Err(error) = self.store.run(touch).await {
            tracing::warn!(%error, "a session could not be marked as used");
        }
    }

    /// When a session that is used now ends if nobody uses it again.
    fn idle_end(&self, session: &SessionRow, now: UnixTime) -> UnixTime {
        let idle = if session.remembered {
            self.settings.session_ttl_seconds
        } else {
            self.settings.session_idle_ttl_seconds
        };
        (now + idle).min(session.expires_at)
    }

    pub(super) fn session_row(
        &self,
        browser: &Browser,
        owner: &Owner,
        secret: &Secret,
        sign_in: &SignIn,
    ) -> Result<SessionRow, Failure> {
        let now = self.clock.now();
        let expires_at = now + self.settings.session_ttl_seconds;
        let acr = sign_in
            .acr
            .clone()
            .or_else(|| self.settings.acr_values.first().cloned());
        let mut session = SessionRow {
            id: SessionId::UNSAVED,
            token_hash: secret.hash(Purpose::Session).0.to_vec(),
            sid: random::identifier()?,
            user_id: owner.key(),
            auth_time: sign_in.auth_time.unwrap_or(now).min(now),
            acr,
            amr: Some(json!(sign_in.amr)),
            remembered: sign_in.remember,
            credential_stamp: owner.credential_stamp().map(|stamp| stamp.0.to_vec()),
            user_agent: browser.headers.user_agent.clone(),
            ip_prefix: browser.headers.address.map(ip_prefix),
            last_seen_at: now,
            idle_expires_at: expires_at,
            expires_at,
            ended_at: None,
            end_reason: None,
        };
        session.idle_expires_at = self.idle_end(&session, now);
        Ok(session)
    }

    pub(super) async fn insert_session(&self, row: SessionRow) -> Result<SessionRow, Failure> {
        let tables = self.store.tables();
        let id = self
            .store
            .run(|db| sessions::insert(db, tables, &row))
            .await?;
        Ok(SessionRow { id, ..row })
    }

    pub(super) async fn renew(
        &self,
        own: &SessionRow,
        new: &SessionRow,
    ) -> Result<SessionRow, Failure> {
        let hash = |of: &SessionRow| {
            let bytes = <[u8; 32]>::try_from(of.token_hash.as_slice());
            bytes.map(SecretHash)
        };
        let (Ok(previous), Ok(token_hash)) = (hash(own), hash(new)) else {
            return Err(Failure::internal("a session hash is not 32 bytes"));
        };
        let renewal = Renewal {
            id: own.id,
            previous,
            token_hash,
            auth_time: new.auth_time,
            acr: new.acr.clone(),
            amr: new.amr.clone(),
            remembered: new.remembered,
            credential_stamp: new.credential_stamp.clone(),
            now: new.last_seen_at,
            idle_expires_at: new.idle_expires_at,
            expires_at: new.expires_at,
        };
        let tables = self.store.tables();
        if self
            .store
            .run(|db| sessions::renew(db, tables, &renewal))
            .await?
        {
            let sid = own.sid.clone();
            let prolong = |db| session_clients::prolong(db, tables, &own.sid, new.expires_at);
            self.store.run(prolong).await?;
            return Ok(SessionRow {
                id: own.id,
                sid,
                ..new.clone()
            });
        }
        // The session ended or was renewed a moment ago in another tab: this login gets one of its own.
        self.insert_session(new.clone()).await
    }
}
