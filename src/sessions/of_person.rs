//! The browsers a person is signed in in.

use super::SessionService;
use crate::{
    config::LogoutRevokes,
    error::Failure,
    events::user_agent,
    protocol::time::UnixTime,
    store::{
        authorization_codes::{GrantSelection, RevokeReason},
        sessions::{self, EndReason, SessionRow},
        user_key::UserKey,
    },
};

/// A browser in which a person is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSession {
    /// The `sid` claim.
    pub sid: String,
    /// Browser and system, for example `Firefox, Linux`.
    pub label: Option<String>,
    /// Network from which the person signed in: IPv4 /24, IPv6 /48.
    pub ip_prefix: Option<String>,
    /// When the person last authenticated.
    pub since: UnixTime,
    /// When the session was last used, exact to 5 minutes.
    pub last_seen_at: UnixTime,
}

/// Returns browser and system of a `User-Agent` header, if they are recognized.
pub fn device_label(user_agent: Option<&str>) -> Option<String> {
    user_agent
        .map(user_agent::family)
        .filter(|label| label != "other")
}

impl From<&SessionRow> for UserSession {
    fn from(row: &SessionRow) -> Self {
        Self {
            sid: row.sid.clone(),
            label: device_label(row.user_agent.as_deref()),
            ip_prefix: row.ip_prefix.clone(),
            since: row.auth_time,
            last_seen_at: row.last_seen_at,
        }
    }
}

impl SessionService {
    /// Returns the live sessions of a user, last used first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_person(&self, user: UserKey) -> Result<Vec<UserSession>, Failure> {
        let (now, tables) = (self.clock.now(), self.store.tables());
        let find = |db| sessions::live_of_user(db, tables, user, now);
        let rows = self.store.run(find).await?;
        Ok(rows.iter().map(UserSession::from).collect())
    }

    /// Returns the session of a user with this `sid`, ended or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_person_by_sid(
        &self,
        user: UserKey,
        sid: &str,
    ) -> Result<Option<SessionRow>, Failure> {
        let tables = self.store.tables();
        let find = |db| sessions::find_by_sid(db, tables, sid);
        let row = self.store.run(find).await?;
        Ok(row.filter(|row| row.user_id == user))
    }

    /// Ends a session of another browser, and revokes at least its online grants.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_elsewhere(&self, session: &SessionRow) -> Result<(), Failure> {
        let grants = self.at_least_online();
        self.end_with(session, EndReason::SignOut, grants, RevokeReason::Logout)
            .await
    }

    /// Ends every live session of a user for an operator, and revokes at least their online grants. Returns how
    /// many sessions ended.
    ///
    /// # Errors
    /// When the database fails; sessions that ended before stay ended.
    pub async fn end_all_of(&self, user: UserKey) -> Result<usize, Failure> {
        let (tables, mut ended) = (self.store.tables(), 0);
        loop {
            let now = self.clock.now();
            let find = |db| sessions::live_of_user(db, tables, user, now);
            let live = self.store.run(find).await?;
            if live.is_empty() {
                return Ok(ended);
            }
            for session in &live {
                let grants = self.at_least_online();
                self.end_with(session, EndReason::Admin, grants, RevokeReason::Admin)
                    .await?;
                ended += 1;
            }
        }
    }

    /// Which grants end with a session in a browser that somebody else may hold.
    fn at_least_online(&self) -> GrantSelection {
        match self.settings.logout_revokes {
            LogoutRevokes::All => GrantSelection::All,
            LogoutRevokes::Session | LogoutRevokes::Online => GrantSelection::Online,
        }
    }
}
