//! The app's users: who they are, what the app decides about them, their passwords.

mod app;
pub mod capabilities;
mod context;
mod credentials;
pub mod equal_time;
pub mod hashing;
pub mod hooks;
mod owner;
pub mod password_reset;
mod passwords;
pub mod resource_owner;
pub mod users_table;

use std::sync::Arc;

pub use self::{
    app::{AppHooks, ResourceOwners},
    context::SharedContext,
    owner::Owner,
};
use self::{hashing::Hashing, hooks::IdentityAssertion, resource_owner::UserKey};
use crate::{
    clock::Clock,
    config::Settings,
    error::Failure,
    store::{Store, transaction::retry},
};

/// The app's users, its hooks, and password hashing.
pub struct People {
    /// The app's users and hooks.
    pub app: Arc<dyn ResourceOwners>,
    /// Bounds password hashing to all cores but one (FA-04).
    pub hashing: Hashing,
    settings: Arc<Settings>,
    store: Store,
    clock: Clock,
}

impl People {
    /// Creates the service for the users of `app`.
    pub fn new(
        app: Arc<dyn ResourceOwners>,
        settings: Arc<Settings>,
        store: Store,
        clock: Clock,
    ) -> Self {
        Self {
            app,
            hashing: Hashing::default(),
            settings,
            store,
            clock,
        }
    }

    /// Returns the user with this key.
    ///
    /// # Errors
    /// When the app's model fails.
    pub async fn find(&self, key: UserKey) -> Result<Option<Owner>, Failure> {
        let find = || async { Ok(self.app.find(self.store.db(), key).await?) };
        Ok(retry(find).await?)
    }

    /// Returns the user with this subject.
    ///
    /// # Errors
    /// When the app's model fails.
    pub async fn find_by_subject(&self, subject: &str) -> Result<Option<Owner>, Failure> {
        let find = || async { Ok(self.app.find_by_subject(self.store.db(), subject).await?) };
        let found: Option<Owner> = retry(find).await?;
        // A model may find more than it was asked for, such as another spelling.
        Ok(found.filter(|owner| owner.subject() == subject))
    }

    /// Returns the user whom the app links with the person of an assertion.
    ///
    /// # Errors
    /// When the hook fails.
    pub async fn of_assertion(
        &self,
        assertion: &IdentityAssertion,
    ) -> Result<Option<Owner>, Failure> {
        let db = self.store.db();
        self.app.subject_from_assertion(db, assertion).await
    }

    /// Returns the user with this key, whom a statement has read already where the users table is known.
    ///
    /// # Errors
    /// When the app's model fails.
    pub async fn joined(
        &self,
        key: UserKey,
        user: Option<Owner>,
    ) -> Result<Option<Owner>, Failure> {
        match self.app.table() {
            Some(_) => Ok(user),
            None => self.find(key).await,
        }
    }

    /// Whether a person must verify their address first (`require_verified_email`).
    pub fn must_verify_email(&self, owner: &Owner) -> bool {
        self.settings.require_verified_email && !owner.is_verified()
    }
}
