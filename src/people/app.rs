//! What the services ask the app: its users and its hooks, as objects, so that handlers are compiled
//! once, whatever the app's model is.

use std::sync::Arc;

use async_trait::async_trait;
use loco_rs::{app::AppContext, model::ModelResult};
use sea_orm::DatabaseConnection;

use super::{
    Owner,
    capabilities::SignUpForm,
    hooks::{
        ClientInfo, ExternalLogin, InteractionInfo, ManageAction, OwnedClient, Registrant,
        SessionInfo, TokenInfo,
    },
    resource_owner::{Claims, UserKey},
};
use crate::{
    error::Failure, events::EventSubscriber, protocol::client_metadata::ClientMetadata,
    store::bearer::WithUser,
};

/// What the plugin asks the app besides the facts about one user, which [`Owner`] tells.
#[async_trait]
pub trait ResourceOwners: AppHooks {
    /// `ResourceOwner::find_by_key`.
    async fn find(&self, db: &DatabaseConnection, key: UserKey) -> ModelResult<Option<Owner>>;
    /// `ResourceOwner::find_by_subject`.
    async fn find_by_subject(
        &self,
        db: &DatabaseConnection,
        subject: &str,
    ) -> ModelResult<Option<Owner>>;
    /// `ResourceOwner::find_by_login`.
    async fn find_by_login(
        &self,
        db: &DatabaseConnection,
        login: &str,
    ) -> ModelResult<Option<Owner>>;
    /// The users table, for statements that read a user along; without it, [`Self::find`].
    fn table(&self) -> Option<&dyn WithUser<User = Owner>>;
    /// `ResourceOwner::authenticate`.
    async fn authenticate(
        &self,
        ctx: &AppContext,
        login: &str,
        password: &str,
    ) -> ModelResult<Option<Owner>>;
    /// `CreateAccount` of the users model, if it makes accounts.
    fn sign_up_form(&self) -> Option<SignUpForm>;
    /// `ResourceOwner::supported_claims`.
    fn supported_claims(&self) -> &'static [&'static str];
    /// Hook `subscribers`.
    fn subscribers(&self, ctx: &AppContext) -> Vec<Arc<dyn EventSubscriber>>;
}

/// What the app decides; each method is the hook of the same name.
#[async_trait]
pub trait AppHooks: Send + Sync {
    /// `select_account`
    async fn select_account(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        session: &SessionInfo,
        scopes: &[String],
    ) -> Result<bool, Failure>;
    /// `authorize_scopes`
    async fn authorize_scopes(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Vec<String>, Failure>;
    /// `machine_scopes`
    async fn machine_scopes(&self, token: &TokenInfo) -> Result<Vec<String>, Failure>;
    /// `post_login`
    async fn post_login(
        &self,
        owner: &Owner,
        client: &ClientInfo,
    ) -> Result<Option<String>, Failure>;
    /// `consent_reference`
    async fn consent_reference(&self, owner: &Owner) -> Result<String, Failure>;
    /// `external_logins`
    async fn external_logins(
        &self,
        interaction: Option<&InteractionInfo>,
    ) -> Result<Vec<ExternalLogin>, Failure>;
    /// `access_token_claims`
    async fn access_token_claims(
        &self,
        owner: Option<&Owner>,
        token: &TokenInfo,
    ) -> Result<Claims, Failure>;
    /// `id_token_claims`
    async fn id_token_claims(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Claims, Failure>;
    /// `userinfo_claims`
    async fn userinfo_claims(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Claims, Failure>;
    /// `token_response_fields`
    async fn token_response_fields(
        &self,
        owner: Option<&Owner>,
        token: &TokenInfo,
    ) -> Result<Claims, Failure>;
    /// `may_register`
    async fn may_register(
        &self,
        metadata: &ClientMetadata,
        caller: &Registrant<Owner>,
    ) -> Result<bool, Failure>;
    /// `may_manage`
    async fn may_manage(
        &self,
        action: ManageAction,
        owner: &Owner,
        client: &OwnedClient,
    ) -> Result<bool, Failure>;
}
