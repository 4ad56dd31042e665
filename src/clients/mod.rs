//! The clients of the settings, of the table and of metadata documents, and their authentication.

pub mod authentication;
pub mod documents;
mod issuers;
pub mod key_sets;
pub mod keys;
pub mod registration;
pub mod sectors;
pub mod signed_requests;

use std::sync::Arc;

use self::key_sets::KeyCopies;
use crate::{
    clock::Clock,
    config::{self, Settings, urls::Urls},
    error::Failure,
    events::Events,
    fetch::Fetcher,
    keys::Keys,
    protocol::{
        client::{Client, ClientKind},
        client_metadata::{MetadataPolicy, TrustLevel},
        jwk::SigningAlg,
        subject,
        time::Seconds,
    },
    store::{Store, StoreResult, clients},
};

/// Seconds between two updates of a client's last use.
const USED_EVERY: Seconds = Seconds::hours(1);

/// The clients of this server: those of the settings, those of the table, and those that a document
/// describes.
pub struct ClientRegistry {
    settings: Arc<Settings>,
    urls: Arc<Urls>,
    store: Store,
    clock: Clock,
    events: Events,
    keys: Arc<Keys>,
    fetcher: Arc<Fetcher>,
    /// Fetched keys of what has no row: clients of the settings, identity providers.
    key_copies: KeyCopies,
}

/// What a [`ClientRegistry`] is made of.
pub struct ClientRegistryParts {
    /// The settings, with their clients.
    pub settings: Arc<Settings>,
    /// The URLs of the endpoints, which are audiences of assertions.
    pub urls: Arc<Urls>,
    /// The tables.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Where audit events go.
    pub events: Events,
    /// The signing keys, of which clients choose an algorithm.
    pub keys: Arc<Keys>,
    /// Fetches documents and keys of clients.
    pub fetcher: Arc<Fetcher>,
}

impl ClientRegistry {
    /// Creates a registry that has fetched nothing yet.
    pub fn new(parts: ClientRegistryParts) -> Self {
        let ClientRegistryParts {
            settings,
            urls,
            store,
            clock,
            events,
            keys,
            fetcher,
        } = parts;
        Self {
            settings,
            urls,
            store,
            clock,
            events,
            keys,
            fetcher,
            key_copies: KeyCopies::default(),
        }
    }

    /// Returns the client of the settings (a static client) with this id. These are looked up first.
    pub fn configured(&self, client_id: &str) -> Option<&Arc<Client>> {
        self.settings
            .clients
            .iter()
            .find(|client| client.client_id == client_id)
    }

    /// Returns the client with this id, from the settings or from the table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, client_id: &str) -> StoreResult<Option<Arc<Client>>> {
        if let Some(client) = self.configured(client_id) {
            return Ok(Some(Arc::clone(client)));
        }
        let tables = self.store.tables();
        let found = self
            .store
            .run(|db| clients::find(db, tables, client_id))
            .await?;
        let found = found.filter(|client| self.is_enabled(client));
        Ok(found.map(Arc::new))
    }

    /// Returns the client of the settings with this id, or else the one of `row`.
    pub fn static_or_stored<'a>(
        &'a self,
        client_id: &str,
        row: Option<&'a Arc<Client>>,
    ) -> Option<&'a Arc<Client>> {
        let row = row.filter(|client| self.is_enabled(client));
        self.configured(client_id).or(row)
    }

    /// Returns the id to look up in the table: `None` for clients of the settings, which have no row.
    pub fn id_in_table<'a>(&self, client_id: &'a str) -> Option<&'a str> {
        self.configured(client_id).is_none().then_some(client_id)
    }

    /// Stores that a code or token was issued to a client, at most once an hour and in a task of its own:
    /// a failure is only logged.
    pub fn touch_last_used(&self, client: &Client) {
        let now = self.clock.now();
        let fresh = client.last_used_at.is_some_and(|at| now - at < USED_EVERY);
        if fresh || self.configured(&client.client_id).is_some() {
            return;
        }
        let (store, client_id) = (self.store.clone(), client.client_id.clone());
        tokio::spawn(async move {
            let touch = |db| clients::touch(db, store.tables(), &client_id, now);
            if let Err(error) = store.run(touch).await {
                tracing::warn!(%error, "the last use of a client could not be noted");
            }
        });
    }

    /// Returns the subject of a user as `client` sees it (SU-01 to SU-03).
    ///
    /// # Errors
    /// When a pairwise client has no sector: a broken configuration (SU-03).
    pub fn subject_for(&self, client: &Client, subject: &str) -> Result<String, Failure> {
        let secret = self.settings.pairwise_secret.as_ref();
        let secret = secret.map(config::Secret::expose);
        subject::for_client(client, subject, secret)
            .ok_or_else(|| Failure::internal("SU-03: the client's pairwise subject has no sector"))
    }

    /// Returns the algorithm of the ID tokens and logout tokens of `client`.
    pub fn id_token_alg(&self, client: &Client) -> SigningAlg {
        let chosen = client.id_token_signed_response_alg.as_deref();
        let chosen = chosen.and_then(|alg| alg.parse().ok());
        chosen.unwrap_or(self.settings.keys.id_token_alg)
    }

    /// Whether clients of this kind exist here: while metadata documents are switched off, their stored
    /// copies are no clients (CI-01).
    pub fn is_enabled(&self, client: &Client) -> bool {
        client.kind != ClientKind::Cimd || self.settings.client_id_metadata_documents.enabled
    }

    /// Returns what this server offers to clients that register themselves, or that describe themselves
    /// in a document.
    pub fn offers_to<'a>(
        &'a self,
        applicant: TrustLevel,
        algorithms: &'a [SigningAlg],
    ) -> MetadataPolicy<'a> {
        let settings = &self.settings;
        MetadataPolicy {
            scopes: &settings.registration.allowed_scopes,
            applicant,
            algorithms,
            grants: &settings.grant_types,
            redirect_schemes: &settings.registration.redirect_schemes,
            pairwise: settings.pairwise_secret.is_some(),
            pushed_requests: settings.par.form(),
            signed_requests: settings.jar.form(),
            loopback: settings.fetches_from_own_machine(),
            dpop: settings.dpop.policy(),
        }
    }
}
