//! A user of the app, whatever the app's model is.

use std::{any::Any, ops::Deref, sync::Arc};

use super::{
    SharedContext,
    resource_owner::{ResourceOwner, UserKey},
};
use crate::{
    events::{AuditEvent, Describe},
    protocol::secret::{Purpose, SecretHash, hash},
};

/// A user of the app. The facts about the user are the methods of [`ResourceOwner`].
#[derive(Clone)]
pub struct Owner {
    key: UserKey,
    user: Arc<dyn ResourceOwner>,
}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Owner").field(&self.key).finish()
    }
}

impl Deref for Owner {
    type Target = dyn ResourceOwner;

    fn deref(&self) -> &Self::Target {
        &*self.user
    }
}

impl Owner {
    /// Wraps the app's user.
    pub fn new<U: ResourceOwner>(user: U) -> Self {
        Self {
            key: user.key().into(),
            user: Arc::new(user),
        }
    }

    /// Returns the primary key.
    pub const fn key(&self) -> UserKey {
        self.key
    }

    /// Returns the hash of [`ResourceOwner::credential_stamp`], the only form that is stored and compared.
    pub fn credential_stamp(&self) -> Option<SecretHash> {
        let stamp = self.user.credential_stamp();
        stamp.map(|stamp| hash(Purpose::CredentialStamp, &stamp))
    }

    /// Lets the app send the mail that verifies an address, in a task of its own: the response does not
    /// wait for the mail, and its time does not reveal that there is one.
    pub fn send_verification_later(self, ctx: &SharedContext) {
        let ctx = ctx.clone();
        tokio::spawn(async move {
            if let Err(error) = self.send_verification(&ctx).await {
                tracing::error!(%error, "the mail that verifies an address was not sent");
            }
        });
    }

    /// Returns the user as the app's own model; `None` if `U` is another type.
    pub fn model<U: ResourceOwner>(&self) -> Option<&U> {
        let user: &dyn Any = &*self.user;
        user.downcast_ref()
    }
}

/// An audit event names the person by subject and key.
impl Describe for Owner {
    fn describe(&self, event: AuditEvent) -> AuditEvent {
        event.subject(self.subject()).user_id(self.key())
    }
}
