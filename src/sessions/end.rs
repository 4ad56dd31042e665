//! How a session ends, and what ends with it (BS-05).

use super::{Browser, SessionService, cookies::CookieLifetime};
use crate::{
    config::LogoutRevokes,
    error::Failure,
    events::{AuditEvent, EventName},
    protocol::secret::Purpose,
    store::{
        authorization_codes::{self, GrantSelection, Revocation, RevokeReason, SessionGrants},
        logouts,
        sessions::{self, EndReason, SessionEnd, SessionRow},
    },
};

impl SessionService {
    /// Ends the given sessions of a browser, and revokes the grants that end with them by the settings
    /// (BS-05).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(
        &self,
        browser: &mut Browser,
        ended: &[SessionRow],
    ) -> Result<(), Failure> {
        for session in ended {
            self.end_session(session, EndReason::SignOut).await?;
        }
        browser.sessions.retain(|secret| {
            let hash = secret.hash(Purpose::Session).0;
            !ended.iter().any(|session| session.token_hash == hash)
        });
        // The account that is the current one now decides how long the cookie stays.
        let front = self.live_sessions(browser, "").await?;
        let front = front.first().map(|front| &front.session);
        browser.sessions_changed =
            Some(front.map_or(CookieLifetime::Browser, |front| self.cookie_life(front)));
        Ok(())
    }

    /// Ends one session, and revokes its grants as far as the reason and the settings demand.
    pub(super) async fn end_session(
        &self,
        session: &SessionRow,
        reason: EndReason,
    ) -> Result<(), Failure> {
        let (which, why) = match (reason, self.settings.logout_revokes) {
            // Grants of other sessions have the credential stamp themselves and fail at their next use.
            (EndReason::CredentialChange, _) if self.settings.revoke_on_credential_change => {
                (GrantSelection::All, RevokeReason::CredentialChange)
            }
            (EndReason::CredentialChange, _) => {
                (GrantSelection::Unredeemed, RevokeReason::CredentialChange)
            }
            (_, LogoutRevokes::Session) => (GrantSelection::Unredeemed, RevokeReason::Logout),
            (_, LogoutRevokes::Online) => (GrantSelection::Online, RevokeReason::Logout),
            (_, LogoutRevokes::All) => (GrantSelection::All, RevokeReason::Logout),
        };
        self.end_with(session, reason, which, why).await
    }

    /// Ends one session for `reason`, and revokes those of its grants that `which` selects for `why`. A
    /// session that has ended before causes no event.
    ///
    /// # Errors
    /// When the database fails; nothing has ended then.
    pub async fn end_with(
        &self,
        session: &SessionRow,
        reason: EndReason,
        which: GrantSelection,
        why: RevokeReason,
    ) -> Result<(), Failure> {
        let (id, at) = (session.id, self.clock.now());
        let end = SessionEnd { reason, at };
        let sids = if reason.is_told() {
            vec![session.sid.clone()]
        } else {
            Vec::new()
        };
        let (ended, jobs) = self
            .store
            .write(move |txn, tables| {
                let sids = sids.clone();
                Box::pin(async move {
                    let ended = sessions::end(txn, tables, id, end).await?;
                    let of = SessionGrants {
                        session_id: id,
                        which,
                    };
                    let revocation = Revocation { reason: why, at };
                    authorization_codes::revoke_of_session(txn, tables, of, revocation).await?;
                    let jobs = if ended {
                        logouts::hand_over(txn, tables, &sids, at).await?
                    } else {
                        Vec::new()
                    };
                    Ok((ended, jobs))
                })
            })
            .await?;
        self.logouts.send(jobs);
        if !ended {
            return Ok(());
        }
        let name = match reason {
            EndReason::SignOut => EventName::Logout,
            _ => EventName::SessionEnded,
        };
        let event = AuditEvent::new(name).about(session);
        self.events.emit(event.detail("reason", reason.as_str()));
        Ok(())
    }
}
