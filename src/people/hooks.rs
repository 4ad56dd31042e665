//! Points at which an app changes what the plugin decides: [`OAuthServerHooks`]. All are optional.

mod info;

use std::sync::Arc;

use async_trait::async_trait;
use loco_rs::{Result, app::AppContext};
use sea_orm::DatabaseConnection;

pub use self::info::{IdentityAssertion, InteractionInfo, TokenInfo};
use crate::{
    events::EventSubscriber,
    people::resource_owner::{Claims, ResourceOwner, UserKey},
    protocol::{client::Client, time::UnixTime},
    store::sessions::SessionRow,
};
pub use crate::{
    protocol::{client::ClientKind, client_metadata::ClientMetadata},
    views::pages::ExternalLogin,
};

/// Facts about the browser session that a hook sees.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// The `sid` claim of the session.
    pub sid: String,
    /// When the person last authenticated.
    pub auth_time: UnixTime,
    /// Authentication context class of that login.
    pub acr: Option<String>,
    /// Authentication methods of that login (RFC 8176).
    pub amr: Vec<String>,
}

impl SessionInfo {
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
pub struct ClientInfo {
    /// The `client_id`.
    pub client_id: String,
    /// Name shown to people.
    pub client_name: Option<String>,
    /// Where the client comes from.
    pub kind: ClientKind,
}

impl ClientInfo {
    pub(crate) fn of(client: &Client) -> Self {
        Self {
            client_id: client.client_id.clone(),
            client_name: client.client_name.clone(),
            kind: client.kind,
        }
    }
}

/// Who registers a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registrant<U> {
    /// Holder of an initial access token (RFC 7591 §3).
    InitialAccessToken,
    /// A signed-in person, who will own the client.
    User(U),
    /// Anybody.
    Anonymous,
    /// The client itself changes its metadata, by its registration access token (RFC 7592 §2.2).
    Client,
}

/// What somebody wants to do with a registered client (RFC 7592 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManageAction {
    /// See its metadata.
    Read,
    /// Replace its metadata.
    Update,
    /// Remove it.
    Delete,
}

/// A registered client and whose it is.
#[derive(Clone, Debug)]
pub struct OwnedClient {
    /// The client.
    pub client: ClientInfo,
    /// The person who registered it.
    pub owner: Option<UserKey>,
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
        _client: &ClientInfo,
        _session: &SessionInfo,
        _scopes: &[String],
    ) -> Result<bool> {
        Ok(false)
    }

    /// Returns the subscribers of audit events ([`crate::events`]). Called once, when the server is built.
    fn subscribers(&self, _ctx: &AppContext) -> Vec<Arc<dyn EventSubscriber>> {
        Vec::new()
    }

    /// Returns those of the requested `scopes` that this user may grant to `client`. The others are
    /// neither shown nor granted; if none is left, the request ends with `access_denied`. Scopes that
    /// were not requested are not granted either.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn authorize_scopes(
        &self,
        _user: &U,
        _client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Vec<String>> {
        Ok(scopes.to_vec())
    }

    /// Returns those scopes of a machine token (`client_credentials`) that the client may have.
    ///
    /// No person is there to agree, so that the app decides. `token` has the client (with its kind:
    /// settings, task or registration), the requested scopes and the resources. Other scopes are left
    /// out; if none is left, the request ends with `invalid_scope`. Scopes that were not requested are
    /// not granted either.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn machine_scopes(&self, token: &TokenInfo) -> Result<Vec<String>> {
        Ok(token.scopes.clone())
    }

    /// Returns a step of the app between login and consent, by a name of the app's choice. The person is
    /// sent to `post_login_url`, which ends with
    /// [`post_login_done`](crate::OAuthInteraction::post_login_done) or a link to
    /// `return_to` + `&done=post_login`. The hook is called again afterwards: another name is another
    /// step.
    ///
    /// A person can follow that link by hand, without doing the step. What must not be granted without
    /// it is decided by [`Self::authorize_scopes`].
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn post_login(&self, _user: &U, _client: &ClientInfo) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns the authentication context class of a login (`acr`), for an app that does not tell it at
    /// sign-in (`SignIn::acr`), or where it changes while the session lasts: a second factor that the
    /// person has shown in the app, say. By default it is the class that is stored with the session.
    ///
    /// The setting `acr_values` has the classes in their order, weakest first. A client that wants a
    /// stronger class than this one sends the person to the login page.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn acr_for(&self, _user: &U, session: &SessionInfo) -> Result<Option<String>> {
        Ok(session.acr.clone())
    }

    /// Returns in whose name this user consents now, for example an organisation chosen in the app: each
    /// reference has consents of its own. `""` = the user's own name.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn consent_reference(&self, _user: &U) -> Result<String> {
        Ok(String::new())
    }

    /// Returns other ways to sign in, which the login page shows as links.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn external_logins(
        &self,
        _interaction: Option<&InteractionInfo>,
    ) -> Result<Vec<ExternalLogin>> {
        Ok(Vec::new())
    }

    /// Returns more claims for a JWT access token; the user is `None` for a machine token. Claims of
    /// RFC 9068 §2.2 stay as they are.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn access_token_claims(&self, _user: Option<&U>, _token: &TokenInfo) -> Result<Claims> {
        Ok(Claims::new())
    }

    /// Returns more claims for an ID token, whatever its scopes. Registered claims, and those that the
    /// users model gave, stay as they are.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn id_token_claims(
        &self,
        _user: &U,
        _client: &ClientInfo,
        _scopes: &[String],
    ) -> Result<Claims> {
        Ok(Claims::new())
    }

    /// Returns more claims for the UserInfo response, whatever the scopes. Registered claims, and those
    /// that the users model gave, stay as they are.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn userinfo_claims(
        &self,
        _user: &U,
        _client: &ClientInfo,
        _scopes: &[String],
    ) -> Result<Claims> {
        Ok(Claims::new())
    }

    /// Returns more members for a token response (RFC 6749 §5.1); the user is `None` for a machine token.
    /// Members of the standards stay as they are.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn token_response_fields(&self, _user: Option<&U>, _token: &TokenInfo) -> Result<Claims> {
        Ok(Claims::new())
    }

    /// Returns the user of this app who is the person of an assertion by an identity provider
    /// (`jwt_bearer.issuers`): the link between the accounts. Without this hook nobody is.
    ///
    /// Look the link up by [`IdentityAssertion::issuer`] and [`IdentityAssertion::subject`], as they were stored
    /// when the person signed in by that provider. An address ([`IdentityAssertion::verified_email`]) belongs to
    /// whomever the provider says: it may link accounts only where the provider is the authority for its domain.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn subject_from_assertion(
        &self,
        _db: &DatabaseConnection,
        _assertion: &IdentityAssertion,
    ) -> Result<Option<U>> {
        Ok(None)
    }

    /// Whether this client may be registered. The metadata is what would be registered: with every
    /// default, and without what this server does not offer to the caller. Which of its scopes it gets
    /// is for [`Self::authorize_scopes`] and [`Self::machine_scopes`] to say.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn may_register(
        &self,
        _metadata: &ClientMetadata,
        _caller: Registrant<&U>,
    ) -> Result<bool> {
        Ok(true)
    }

    /// Whether a signed-in person may manage a registered client without its registration access
    /// token. By default only its owner may.
    ///
    /// # Errors
    /// Ends the request with `server_error`.
    async fn may_manage(
        &self,
        _action: ManageAction,
        user: &U,
        client: &OwnedClient,
    ) -> Result<bool> {
        Ok(client.owner == Some(user.key().into()))
    }
}

/// The hooks of an app that names none.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultHooks;

impl<U: ResourceOwner> OAuthServerHooks<U> for DefaultHooks {}
