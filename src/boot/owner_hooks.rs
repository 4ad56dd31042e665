//! The hooks of the app, as the services call them. A hook that fails or takes too long ends the
//! request.

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use sea_orm::DatabaseConnection;
use tokio::time::timeout;

use super::{definition::OAuthServerDefinition, owners::AppOwners};
use crate::{
    error::Failure,
    people::{
        AppHooks, Owner,
        hooks::{
            ClientInfo, ExternalLogin, IdentityAssertion, InteractionInfo, ManageAction,
            OAuthServerHooks, OwnedClient, Registrant, SessionInfo, TokenInfo,
        },
        resource_owner::{Claims, ResourceOwner},
    },
    protocol::client_metadata::ClientMetadata,
};

/// Longest time that a hook may take.
const LIMIT: Duration = Duration::from_secs(5);

#[async_trait]
impl<D: OAuthServerDefinition> AppHooks for AppOwners<D> {
    async fn select_account(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        session: &SessionInfo,
        scopes: &[String],
    ) -> Result<bool, Failure> {
        let user = user::<D::User>(owner)?;
        let hook = self.hooks.select_account(user, client, session, scopes);
        limited("select_account", hook).await
    }

    async fn authorize_scopes(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Vec<String>, Failure> {
        let user = user::<D::User>(owner)?;
        let hook = self.hooks.authorize_scopes(user, client, scopes);
        limited("authorize_scopes", hook).await
    }

    async fn machine_scopes(&self, token: &TokenInfo) -> Result<Vec<String>, Failure> {
        limited("machine_scopes", self.hooks.machine_scopes(token)).await
    }

    async fn post_login(
        &self,
        owner: &Owner,
        client: &ClientInfo,
    ) -> Result<Option<String>, Failure> {
        let hook = self.hooks.post_login(user::<D::User>(owner)?, client);
        limited("post_login", hook).await
    }

    async fn acr_for(
        &self,
        owner: &Owner,
        session: &SessionInfo,
    ) -> Result<Option<String>, Failure> {
        let hook = self.hooks.acr_for(user::<D::User>(owner)?, session);
        limited("acr_for", hook).await
    }

    async fn consent_reference(&self, owner: &Owner) -> Result<String, Failure> {
        let hook = self.hooks.consent_reference(user::<D::User>(owner)?);
        limited("consent_reference", hook).await
    }

    async fn external_logins(
        &self,
        interaction: Option<&InteractionInfo>,
    ) -> Result<Vec<ExternalLogin>, Failure> {
        let hook = self.hooks.external_logins(interaction);
        limited("external_logins", hook).await
    }

    async fn access_token_claims(
        &self,
        owner: Option<&Owner>,
        token: &TokenInfo,
    ) -> Result<Claims, Failure> {
        let user = owner.map(user::<D::User>).transpose()?;
        let hook = self.hooks.access_token_claims(user, token);
        limited("access_token_claims", hook).await
    }

    async fn id_token_claims(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Claims, Failure> {
        let user = user::<D::User>(owner)?;
        let hook = self.hooks.id_token_claims(user, client, scopes);
        limited("id_token_claims", hook).await
    }

    async fn userinfo_claims(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Claims, Failure> {
        let user = user::<D::User>(owner)?;
        let hook = self.hooks.userinfo_claims(user, client, scopes);
        limited("userinfo_claims", hook).await
    }

    async fn token_response_fields(
        &self,
        owner: Option<&Owner>,
        token: &TokenInfo,
    ) -> Result<Claims, Failure> {
        let user = owner.map(user::<D::User>).transpose()?;
        let hook = self.hooks.token_response_fields(user, token);
        limited("token_response_fields", hook).await
    }

    async fn subject_from_assertion(
        &self,
        db: &DatabaseConnection,
        assertion: &IdentityAssertion,
    ) -> Result<Option<Owner>, Failure> {
        let hook = self.hooks.subject_from_assertion(db, assertion);
        let user = limited("subject_from_assertion", hook).await?;
        Ok(user.map(Owner::new))
    }

    async fn may_register(
        &self,
        metadata: &ClientMetadata,
        caller: &Registrant<Owner>,
    ) -> Result<bool, Failure> {
        let caller = match caller {
            Registrant::InitialAccessToken => Registrant::InitialAccessToken,
            Registrant::Anonymous => Registrant::Anonymous,
            Registrant::Client => Registrant::Client,
            Registrant::User(owner) => Registrant::User(user::<D::User>(owner)?),
        };
        limited("may_register", self.hooks.may_register(metadata, caller)).await
    }

    async fn may_manage(
        &self,
        action: ManageAction,
        owner: &Owner,
        client: &OwnedClient,
    ) -> Result<bool, Failure> {
        let user = user::<D::User>(owner)?;
        limited("may_manage", self.hooks.may_manage(action, user, client)).await
    }
}

fn user<U: ResourceOwner>(owner: &Owner) -> Result<&U, Failure> {
    owner
        .model()
        .ok_or_else(|| Failure::internal("the user is not of this app's user model"))
}

/// Returns the answer of a hook, if it comes in time; an error names the hook.
async fn limited<T>(
    name: &str,
    hook: impl Future<Output = loco_rs::Result<T>> + Send,
) -> Result<T, Failure> {
    match timeout(LIMIT, hook).await {
        Ok(answer) => answer.map_err(|error| Failure::internal(format!("hook {name}: {error}"))),
        Err(_) => Err(Failure::internal(format!(
            "hook {name}: it took more than 5 seconds"
        ))),
    }
}
