//! Points at which an app changes what the plugin decides: [`OAuthServerHooks`]. All are optional.

use std::sync::Arc;

use async_trait::async_trait;
use loco_rs::{Result, app::AppContext};

use crate::{
    events::EventSubscriber,
    protocol::client::{Client, ClientKind},
    resource_owner::ResourceOwner,
    store::sessions::SessionRow,
};

/// Facts about the browser session that a hook sees.
#[derive(Clone, Debug)]
pub struct SessionFacts {
    /// The `sid` claim of the session.
    pub sid: String,
    /// When the person last authenticated, Unix seconds.
    pub auth_time: i64,
    /// Authentication context class of that login.
    pub acr: Option<String>,
    /// Authentication methods of that login (RFC 8176).
    pub amr: Vec<String>,
}

impl SessionFacts {
    pub(crate) fn of(session: &SessionRow) -> Self {
        Self {
            sid: session.sid.clone(),
            auth_time: session.auth_time,
            acr: session.acr.clone(),
            amr: session.amr_values(),
        }
    }
}

/// Facts about the client that a hook sees.
#[derive(Clone, Debug)]
pub struct ClientFacts {
    /// The `client_id`.
    pub client_id: String,
    /// Name shown to people.
    pub client_name: Option<String>,
    /// Where its record lives.
    pub kind: ClientKind,
}

impl ClientFacts {
    pub(crate) fn of(client: &Client) -> Self {
        Self {
            client_id: client.client_id.clone(),
            client_name: client.client_name.clone(),
            kind: client.kind,
        }
    }
}

/// The app's own decisions. Implement it on a unit struct and name that in
/// `#[oauth_server(hooks = "…")]`.
///
/// A hook that fails or takes more than 5 seconds ends the request with `server_error`, and
/// nothing is stored.
#[async_trait]
pub trait OAuthServerHooks<U: ResourceOwner>: Default + Send + Sync + 'static {
    /// Whether the person must choose an account before this request goes on.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn select_account(
        &self,
        _user: &U,
        _client: &ClientFacts,
        _session: &SessionFacts,
        _scopes: &[String],
    ) -> Result<bool> {
        Ok(false)
    }

    /// Who hears of the audit events ([`crate::events`]); asked once, when the server is built.
    fn subscribers(&self, _ctx: &AppContext) -> Vec<Arc<dyn EventSubscriber>> {
        Vec::new()
    }
}

/// The hooks of an app that names none.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultHooks;

impl<U: ResourceOwner> OAuthServerHooks<U> for DefaultHooks {}
