//! The facts that hooks see about access tokens and interactions.

use super::ClientInfo;
use crate::protocol::{client::Client, grants::Granted};

/// Facts about an access token that is about to be issued.
#[derive(Clone, Debug)]
pub struct TokenInfo {
    /// The client that it is issued to.
    pub client: ClientInfo,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// The resources it is for.
    pub audience: Vec<String>,
}

impl TokenInfo {
    pub(crate) fn of(client: &Client, granted: &Granted) -> Self {
        Self {
            client: ClientInfo::of(client),
            scopes: granted.scopes.as_slice().to_vec(),
            audience: granted.audience.clone(),
        }
    }
}

/// Facts about the authorization request for which a login page is shown.
#[derive(Clone, Debug)]
pub struct InteractionInfo {
    /// Id of the interaction.
    pub state: String,
    /// The client that sent the request.
    pub client: ClientInfo,
    /// OIDC `login_hint`.
    pub login_hint: Option<String>,
    /// OIDC `ui_locales`.
    pub ui_locales: Option<String>,
    /// Names and values of the parameters of the request that have no meaning for this server.
    pub params: Vec<(String, String)>,
    /// URL that resumes the request, for the way back from another provider.
    pub return_to: String,
}
