//! The app's own decisions.

use async_trait::async_trait;
use loco_oauth_server::{
    hooks::{ClientFacts, ManageAction, OAuthServerHooks, OwnedClient, Registrant, SessionFacts},
    protocol::client_metadata::ClientMetadata,
    resource_owner::ResourceOwner,
};
use loco_rs::Result;

use super::users;

/// The client `chooser` wants an account to be chosen, `broken` brings the hook down; names of
/// registered clients say what becomes of them.
#[derive(Default)]
pub struct ChooseForChooser;

#[async_trait]
impl OAuthServerHooks<users::Model> for ChooseForChooser {
    async fn select_account(
        &self,
        _user: &users::Model,
        client: &ClientFacts,
        _session: &SessionFacts,
        _scopes: &[String],
    ) -> Result<bool> {
        match client.client_id.as_str() {
            "broken" => Err(loco_rs::Error::string("the hook failed")),
            id => Ok(id == "chooser"),
        }
    }

    async fn may_register(
        &self,
        metadata: &ClientMetadata,
        caller: Registrant<&users::Model>,
    ) -> Result<bool> {
        match metadata.client_name.as_deref() {
            Some("Broken") => Err(loco_rs::Error::string("the hook failed")),
            Some("Members only") => Ok(caller == Registrant::InitialAccessToken),
            name => Ok(name != Some("Refused")),
        }
    }

    async fn may_manage(
        &self,
        action: ManageAction,
        user: &users::Model,
        client: &OwnedClient,
    ) -> Result<bool> {
        let is_owner = client.owner == Some(user.key().into());
        match client.client.client_name.as_deref() {
            Some("Unmanageable") => Err(loco_rs::Error::string("the hook failed")),
            Some("Shared") => Ok(is_owner || action == ManageAction::Read),
            _ => Ok(is_owner),
        }
    }
}
