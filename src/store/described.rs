//! Fields of audit events that describe rows.

use super::{
    access_tokens::AccessTokenRow, authorization_codes::GrantRow, lookups::RefreshWithGrant,
    sessions::SessionRow,
};
use crate::{
    events::{AuditEvent, Describe},
    protocol::row_id::GrantId,
};

/// Describes the session and its user.
impl Describe for SessionRow {
    fn describe(&self, event: AuditEvent) -> AuditEvent {
        event.sid(&self.sid).user_id(self.user_id)
    }
}

/// Describes the grant, its scopes, resources and user.
impl Describe for GrantRow {
    fn describe(&self, event: AuditEvent) -> AuditEvent {
        let event = event.scopes(&self.scopes.0).resources(&self.resources.0);
        let event = event.grant_id(self.id);
        match self.user_id {
            Some(user) => event.user_id(user),
            None => event,
        }
    }
}

/// Describes the refresh token and its grant.
impl Describe for RefreshWithGrant {
    fn describe(&self, event: AuditEvent) -> AuditEvent {
        event.about(&self.grant).token_hash(&self.token.token_hash)
    }
}

/// Describes the access token, its scopes and resources, and its user.
impl Describe for AccessTokenRow {
    fn describe(&self, event: AuditEvent) -> AuditEvent {
        let event = event.scopes(&self.scopes.0).resources(&self.audience.0);
        let mut event = event.token_hash(&self.token_hash);
        event.grant_id = self.grant_id.map(GrantId::get);
        match self.user_id {
            Some(user) => event.user_id(user),
            None => event,
        }
    }
}
