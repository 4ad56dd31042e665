//! What tokens and the table know of a session whose end the client wants to hear of (BL-01).

use super::{GrantContext, TokenService};
use crate::{
    error::Failure,
    protocol::client::Client,
    store::{session_clients::SessionClient, sessions::SessionRow},
};

impl TokenService {
    /// Returns the claim `sid`, if the session is live and the client uses logout: because `enable_end_session`
    /// is on, or because it hears of ended sessions itself.
    pub fn sid(&self, client: &Client, session: Option<&SessionRow>) -> Option<String> {
        let now = self.clock.now();
        let uses_logout =
            self.settings.enable_end_session || client.backchannel_logout_uri.is_some();
        session
            .filter(|session| uses_logout && session.is_live(now))
            .map(|session| session.sid.clone())
    }

    /// Returns what is to be noted of a client that gets an ID token and wants to hear of the end of the session
    /// (BL-01); `None` for every other client.
    ///
    /// # Errors
    /// When the client's pairwise subject has no sector.
    pub fn session_client(
        &self,
        client: &Client,
        context: GrantContext<'_>,
    ) -> Result<Option<SessionClient>, Failure> {
        let now = self.clock.now();
        let session = context.session.filter(|session| session.is_live(now));
        let Some(session) = session.filter(|_| client.backchannel_logout_uri.is_some()) else {
            return Ok(None);
        };
        Ok(Some(SessionClient {
            client_id: client.client_id.clone(),
            sid: session.sid.clone(),
            sub: self.clients.subject_for(client, &context.owner.subject())?,
            session_expires_at: session.expires_at,
        }))
    }
}
