//! The app's users and hooks as trait objects, so that services and handlers are compiled once,
//! whatever the app's users model is.

use std::sync::Arc;

use async_trait::async_trait;
use loco_rs::{app::AppContext, model::ModelResult};
use sea_orm::DatabaseConnection;

use super::{
    Owner,
    capabilities::SignUpForm,
    hooks::{
        ClientInfo, ExternalLogin, IdentityAssertion, InteractionInfo, ManageAction, OwnedClient,
        Registrant, SessionInfo, TokenInfo,
    },
    resource_owner::{Claims, UserKey},
};
use crate::{
    error::Failure, events::EventSubscriber, protocol::client_metadata::ClientMetadata,
    store::lookups::WithUser,
};

/// The app's users model as a trait object. The facts about one user are methods of [`Owner`].
#[async_trait]
pub trait ResourceOwners: AppHooks {
    /// Calls `ResourceOwner::find_by_key`.
    async fn find(&self, db: &DatabaseConnection, key: UserKey) -> ModelResult<Option<Owner>>;
    /// Calls `ResourceOwner::find_by_subject`.
    async fn find_by_subject(
        &self,
        db: &DatabaseConnection,
        subject: &str,
    ) -> ModelResult<Option<Owner>>;
    /// Calls `ResourceOwner::find_by_login`.
    async fn find_by_login(
        &self,
        db: &DatabaseConnection,
        login: &str,
    ) -> ModelResult<Option<Owner>>;
    /// Returns the users table, for statements that read a user together with another row. Where it is
    /// not known, users are read by [`Self::find`].
    fn table(&self) -> Option<&dyn WithUser<User = Owner>>;
    /// Calls `ResourceOwner::authenticate`.
    async fn authenticate(
        &self,
        ctx: &AppContext,
        login: &str,
        password: &str,
    ) -> ModelResult<Option<Owner>>;
    /// Returns the functions of `CreateAccount`, if the users model implements it.
    fn sign_up_form(&self) -> Option<SignUpForm>;
    /// Calls `ResourceOwner::supported_claims`.
    fn supported_claims(&self) -> &'static [&'static str];
    /// Calls the hook `subscribers`.
    fn subscribers(&self, ctx: &AppContext) -> Vec<Arc<dyn EventSubscriber>>;
}

/// The app's hooks as a trait object; each method calls the hook of the same name.
#[async_trait]
pub trait AppHooks: Send + Sync {
    /// Calls the hook `select_account`.
    async fn select_account(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        session: &SessionInfo,
        scopes: &[String],
    ) -> Result<bool, Failure>;
    /// Calls the hook `authorize_scopes`.
    async fn authorize_scopes(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Vec<String>, Failure>;
    /// Calls the hook `machine_scopes`.
    async fn machine_scopes(&self, token: &TokenInfo) -> Result<Vec<String>, Failure>;
    /// Calls the hook `post_login`.
    async fn post_login(
        &self,
        owner: &Owner,
        client: &ClientInfo,
    ) -> Result<Option<String>, Failure>;
    /// Calls the hook `acr_for`.
    async fn acr_for(
        &self,
        owner: &Owner,
        session: &SessionInfo,
    ) -> Result<Option<String>, Failure>;
    /// Calls the hook `consent_reference`.
    async fn consent_reference(&self, owner: &Owner) -> Result<String, Failure>;
    /// Calls the hook `external_logins`.
    async fn external_logins(
        &self,
        interaction: Option<&InteractionInfo>,
    ) -> Result<Vec<ExternalLogin>, Failure>;
    /// Calls the hook `access_token_claims`.
    async fn access_token_claims(
        &self,
        owner: Option<&Owner>,
        token: &TokenInfo,
    ) -> Result<Claims, Failure>;
    /// Calls the hook `id_token_claims`.
    async fn id_token_claims(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Claims, Failure>;
    /// Calls the hook `userinfo_claims`.
    async fn userinfo_claims(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Claims, Failure>;
    /// Calls the hook `token_response_fields`.
    async fn token_response_fields(
        &self,
        owner: Option<&Owner>,
        token: &TokenInfo,
    ) -> Result<Claims, Failure>;
    /// Calls the hook `subject_from_assertion`.
    async fn subject_from_assertion(
        &self,
        db: &DatabaseConnection,
        assertion: &IdentityAssertion,
    ) -> Result<Option<Owner>, Failure>;
    /// Calls the hook `may_register`.
    async fn may_register(
        &self,
        metadata: &ClientMetadata,
        caller: &Registrant<Owner>,
    ) -> Result<bool, Failure>;
    /// Calls the hook `may_manage`.
    async fn may_manage(
        &self,
        action: ManageAction,
        owner: &Owner,
        client: &OwnedClient,
    ) -> Result<bool, Failure>;
}
