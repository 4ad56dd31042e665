//! The authorization server of one app: its services, each with what it owns.

use std::sync::Arc;

use crate::{
    clients::{ClientRegistry, registration::Registrar},
    clock::Clock,
    config::{Settings, urls::Urls},
    consents::ConsentService,
    events::Events,
    fetch::Fetcher,
    interactions::InteractionService,
    keys::Keys,
    limits::RateLimiter,
    logouts::LogoutService,
    people::{People, password_reset::PasswordReset},
    protocol::{policy::Policy, resource_metadata::ResourceDocument},
    sessions::SessionService,
    store::Store,
    tokens::TokenService,
    views::Views,
};

/// Everything that a request needs. Each app has one, as an [`Arc`] in its shared store.
pub struct Server {
    /// The settings, defaults resolved.
    pub settings: Arc<Settings>,
    /// The issuer and every URL.
    pub urls: Arc<Urls>,
    /// The operator's decisions, as the protocol rules read them.
    pub policy: Arc<Policy>,
    /// The clock (GE-01).
    pub clock: Clock,
    /// The database and the names of the tables.
    pub store: Store,
    /// Where audit events go.
    pub events: Events,
    /// Signing keys.
    pub keys: Arc<Keys>,
    /// Fetches documents of other servers (CI-03).
    pub fetcher: Arc<Fetcher>,
    /// The pages.
    pub views: Arc<Views>,
    /// Rate limits.
    pub limits: RateLimiter,
    /// The app's users.
    pub people: Arc<People>,
    /// Password reset by mail.
    pub password_reset: Arc<PasswordReset>,
    /// Clients by their id.
    pub clients: Arc<ClientRegistry>,
    /// Registers and deletes clients.
    pub registrar: Registrar,
    /// Tells clients that sessions ended.
    pub logouts: Arc<LogoutService>,
    /// Browsers, and who is signed in in them.
    pub sessions: Arc<SessionService>,
    /// Stored consents, and the connected apps.
    pub consents: ConsentService,
    /// Access tokens, refresh tokens, ID tokens.
    pub tokens: TokenService,
    /// Authorization requests that need a person.
    pub interactions: InteractionService,
    /// Metadata documents, ready to be sent.
    pub documents: PublicDocuments,
}

/// JSON documents that everybody may read, made once at boot.
pub struct PublicDocuments {
    /// Server metadata, the same bytes at every well-known address (RFC 8414 §3).
    pub server: Arc<[u8]>,
    /// Metadata of this origin's resources, by path and query (RFC 9728 §3).
    pub resources: Vec<ResourceDocument>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("issuer", &self.urls.issuer)
            .finish_non_exhaustive()
    }
}
