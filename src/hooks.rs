//! Points at which an app changes what the plugin decides: [`OAuthServerHooks`]. All are optional.

use async_trait::async_trait;
use loco_rs::Result;

use crate::resource_owner::ResourceOwner;

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
    /// Number of accounts signed in in this browser.
    pub accounts: usize,
}

/// Facts about the client that a hook sees.
#[derive(Clone, Debug)]
pub struct ClientFacts {
    /// The `client_id`.
    pub client_id: String,
    /// Name shown to people.
    pub client_name: Option<String>,
    /// `static`, `operator`, `dynamic` or `cimd`.
    pub kind: &'static str,
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

    /// Receivers of audit events.
    fn subscribers(&self) -> Vec<Box<dyn crate::events::EventSubscriber>> {
        Vec::new()
    }
}

/// The hooks of an app that names none.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultHooks;

impl<U: ResourceOwner> OAuthServerHooks<U> for DefaultHooks {}
