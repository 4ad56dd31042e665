//! A user of the app, whatever the app's model is.

use std::{any::Any, sync::Arc};

use super::resource_owner::{ClaimRequest, Claims, ResourceOwner, UserKey};
use crate::{
    events::{AuditEvent, Describe},
    protocol::secret::{Purpose, SecretHash, hash},
};

/// A user of the app.
#[derive(Clone)]
pub struct Owner {
    facts: Arc<dyn OwnerFacts>,
}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Owner").field(&self.key()).finish()
    }
}

trait OwnerFacts: Send + Sync {
    fn key(&self) -> UserKey;
    fn subject(&self) -> String;
    fn is_active(&self) -> bool;
    fn is_verified(&self) -> bool;
    fn credential_stamp(&self) -> Option<String>;
    fn credentials_changed_at(&self) -> Option<i64>;
    fn changed_at(&self) -> Option<i64>;
    fn display_name(&self) -> String;
    fn login_name(&self) -> String;
    fn mail_address(&self) -> Option<String>;
    fn claims(&self, request: &ClaimRequest<'_>) -> Claims;
    fn as_any(&self) -> &dyn Any;
}

impl<U: ResourceOwner> OwnerFacts for U {
    fn key(&self) -> UserKey {
        ResourceOwner::key(self).into()
    }
    fn subject(&self) -> String {
        ResourceOwner::subject(self)
    }
    fn is_active(&self) -> bool {
        ResourceOwner::is_active(self)
    }
    fn is_verified(&self) -> bool {
        ResourceOwner::is_verified(self)
    }
    fn credential_stamp(&self) -> Option<String> {
        ResourceOwner::credential_stamp(self)
    }
    fn credentials_changed_at(&self) -> Option<i64> {
        ResourceOwner::credentials_changed_at(self)
    }
    fn changed_at(&self) -> Option<i64> {
        ResourceOwner::changed_at(self)
    }
    fn display_name(&self) -> String {
        ResourceOwner::display_name(self)
    }
    fn login_name(&self) -> String {
        ResourceOwner::login_name(self)
    }
    fn mail_address(&self) -> Option<String> {
        ResourceOwner::mail_address(self)
    }
    fn claims(&self, request: &ClaimRequest<'_>) -> Claims {
        ResourceOwner::claims(self, request)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Owner {
    /// Wraps the app's user.
    pub fn new<U: ResourceOwner>(user: U) -> Self {
        Self {
            facts: Arc::new(user),
        }
    }

    /// Primary key.
    pub fn key(&self) -> UserKey {
        self.facts.key()
    }

    /// `ResourceOwner::subject`.
    pub fn subject(&self) -> String {
        self.facts.subject()
    }

    /// `ResourceOwner::is_active`.
    pub fn is_active(&self) -> bool {
        self.facts.is_active()
    }

    /// `ResourceOwner::is_verified`.
    pub fn is_verified(&self) -> bool {
        self.facts.is_verified()
    }

    /// Hash of `ResourceOwner::credential_stamp`: the stored form.
    pub fn credential_stamp(&self) -> Option<SecretHash> {
        self.facts
            .credential_stamp()
            .map(|stamp| hash(Purpose::CredentialStamp, &stamp))
    }

    /// `ResourceOwner::credentials_changed_at`.
    pub fn credentials_changed_at(&self) -> Option<i64> {
        self.facts.credentials_changed_at()
    }

    /// `ResourceOwner::changed_at`.
    pub fn changed_at(&self) -> Option<i64> {
        self.facts.changed_at()
    }

    /// `ResourceOwner::display_name`.
    pub fn display_name(&self) -> String {
        self.facts.display_name()
    }

    /// `ResourceOwner::login_name`.
    pub fn login_name(&self) -> String {
        self.facts.login_name()
    }

    /// `ResourceOwner::mail_address`.
    pub fn mail_address(&self) -> Option<String> {
        self.facts.mail_address()
    }

    /// `ResourceOwner::claims`.
    pub fn claims(&self, request: &ClaimRequest<'_>) -> Claims {
        self.facts.claims(request)
    }

    /// The app's own model.
    pub fn model<U: ResourceOwner>(&self) -> Option<&U> {
        self.facts.as_any().downcast_ref()
    }
}

/// The person, by subject and key.
impl Describe for Owner {
    fn describe(&self, event: AuditEvent) -> AuditEvent {
        event.subject(self.subject()).user_id(self.key())
    }
}
