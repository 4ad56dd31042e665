//! The app's hooks behind one object.

use async_trait::async_trait;

use super::Owner;
use crate::{
    error::Failure,
    people::{
        hooks::{
            ClientFacts, ExternalLogin, InteractionFacts, ManageAction, OwnedClient, Registrant,
            SessionFacts, TokenFacts,
        },
        resource_owner::Claims,
    },
    protocol::client_metadata::ClientMetadata,
};

/// What the app decides; each method is the hook of the same name.
#[async_trait]
pub trait AppHooks: Send + Sync {
    /// `select_account`
    async fn select_account(
        &self,
        owner: &Owner,
        client: &ClientFacts,
        session: &SessionFacts,
        scopes: &[String],
    ) -> Result<bool, Failure>;
    /// `authorize_scopes`
    async fn authorize_scopes(
        &self,
        owner: &Owner,
        client: &ClientFacts,
        scopes: &[String],
    ) -> Result<Vec<String>, Failure>;
    /// `machine_scopes`
    async fn machine_scopes(&self, token: &TokenFacts) -> Result<Vec<String>, Failure>;
    /// `post_login`
    async fn post_login(
        &self,
        owner: &Owner,
        client: &ClientFacts,
    ) -> Result<Option<String>, Failure>;
    /// `consent_reference`
    async fn consent_reference(&self, owner: &Owner) -> Result<String, Failure>;
    /// `external_logins`
    async fn external_logins(
        &self,
        interaction: Option<&InteractionFacts>,
    ) -> Result<Vec<ExternalLogin>, Failure>;
    /// `access_token_claims`
    async fn access_token_claims(
        &self,
        owner: Option<&Owner>,
        token: &TokenFacts,
    ) -> Result<Claims, Failure>;
    /// `id_token_claims`
    async fn id_token_claims(
        &self,
        owner: &Owner,
        client: &ClientFacts,
        scopes: &[String],
    ) -> Result<Claims, Failure>;
    /// `userinfo_claims`
    async fn userinfo_claims(
        &self,
        owner: &Owner,
        client: &ClientFacts,
        scopes: &[String],
    ) -> Result<Claims, Failure>;
    /// `token_response_fields`
    async fn token_response_fields(
        &self,
        owner: Option<&Owner>,
        token: &TokenFacts,
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
