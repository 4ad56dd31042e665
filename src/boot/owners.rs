//! The users and hooks of the app, as the services call them.

use std::{marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use loco_rs::{app::AppContext, model::ModelResult};
use sea_orm::DatabaseConnection;

use super::{definition::OAuthServerDefinition, lookup::find_storable};
use crate::{
    events::EventSubscriber,
    people::{
        Owner, ResourceOwners,
        capabilities::SignUpForm,
        hooks::OAuthServerHooks,
        resource_owner::{ResourceOwner, UserKey, UserKeyType},
        users_table::UsersTable,
    },
    store::lookups::WithUser,
};

/// The users and hooks of an app's definition.
pub struct AppOwners<D: OAuthServerDefinition> {
    pub(super) hooks: D::Hooks,
    table: Option<UsersTable<D::User>>,
    definition: PhantomData<D>,
}

impl<D: OAuthServerDefinition> Default for AppOwners<D> {
    fn default() -> Self {
        Self {
            hooks: D::Hooks::default(),
            table: D::users_table(),
            definition: PhantomData,
        }
    }
}

#[async_trait]
impl<D: OAuthServerDefinition> ResourceOwners for AppOwners<D> {
    async fn find(&self, db: &DatabaseConnection, key: UserKey) -> ModelResult<Option<Owner>> {
        let Some(key) = D::UserKey::from_user_key(key) else {
            return Ok(None);
        };
        Ok(D::User::find_by_key(db, key).await?.map(Owner::new))
    }

    async fn find_by_subject(
        &self,
        db: &DatabaseConnection,
        subject: &str,
    ) -> ModelResult<Option<Owner>> {
        find_storable(subject, D::User::find_by_subject(db, subject)).await
    }

    fn table(&self) -> Option<&dyn WithUser<User = Owner>> {
        let table = self.table.as_ref();
        table.map(|table| table as &dyn WithUser<User = Owner>)
    }

    async fn authenticate(
        &self,
        ctx: &AppContext,
        login: &str,
        password: &str,
    ) -> ModelResult<Option<Owner>> {
        find_storable(login, D::User::authenticate(ctx, login, password)).await
    }

    async fn find_by_login(
        &self,
        db: &DatabaseConnection,
        login: &str,
    ) -> ModelResult<Option<Owner>> {
        find_storable(login, D::User::find_by_login(db, login)).await
    }

    fn sign_up_form(&self) -> Option<SignUpForm> {
        D::SIGN_UP_FORM
    }

    fn supported_claims(&self) -> &'static [&'static str] {
        D::User::supported_claims()
    }

    fn subscribers(&self, ctx: &AppContext) -> Vec<Arc<dyn EventSubscriber>> {
        self.hooks.subscribers(ctx)
    }
}
