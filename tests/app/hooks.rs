//! The app's own decisions.

use async_trait::async_trait;
use loco_oauth_server::hooks::{ClientFacts, OAuthServerHooks, SessionFacts};
use loco_rs::Result;

use super::users;

/// The client `chooser` wants an account to be chosen, `broken` brings the hook down.
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
}
