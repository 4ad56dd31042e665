//! Registration, secrets and removal of clients: what the endpoints of RFC 7591 and RFC 7592 and the
//! operator's tasks have in common.

use std::sync::Arc;

use super::ClientRegistry;
use crate::{
    clock::Clock,
    config::Settings,
    error::Failure,
    events::{AuditEvent, EventName, Events},
    keys::Keys,
    people::{Owner, People, hooks::Registrant},
    protocol::{
        client::{Client, ClientKind},
        client_metadata::{
            ClientIdentity, ClientMetadata, MetadataError, MetadataRule, TrustLevel,
        },
        error::OAuthError,
        refusals::RegistrationRefusal,
        scope::OPENID,
        secret::Secret,
        time::{Seconds, UnixTime},
    },
    random::{self, RandomError},
    store::{Store, StoreResult, clients},
};

/// A client's secret that is not stored yet.
pub struct NewSecret {
    /// The secret.
    pub secret: Secret,
    /// When the secret expires; `None` = never.
    pub expires_at: Option<UnixTime>,
}

/// Registers clients: by themselves (RFC 7591), and with the operator's tasks.
pub struct Registrar {
    settings: Arc<Settings>,
    store: Store,
    clock: Clock,
    events: Events,
    keys: Arc<Keys>,
    people: Arc<People>,
    registry: Arc<ClientRegistry>,
}

impl Registrar {
    /// Creates the service. The app of `people` decides which clients may register.
    pub fn new(registry: Arc<ClientRegistry>, people: Arc<People>) -> Self {
        Self {
            settings: Arc::clone(&registry.settings),
            store: registry.store.clone(),
            clock: registry.clock.clone(),
            events: registry.events.clone(),
            keys: Arc::clone(&registry.keys),
            people,
            registry,
        }
    }

    /// Checks metadata (RG-05 to RG-07), and returns the client that it describes, without a secret.
    ///
    /// # Errors
    /// The error of the first rule that the metadata breaks.
    pub fn client(
        &self,
        client_id: String,
        metadata: ClientMetadata,
        applicant: TrustLevel,
    ) -> Result<Client, OAuthError> {
        let (settings, algorithms) = (&self.settings, self.keys.algorithms());
        let policy = self.registry.offers_to(applicant, &algorithms);
        let identity = ClientIdentity {
            client_id,
            kind: ClientKind::Dynamic,
        };
        let mut client = metadata.into_client(identity, &policy).map_err(|errors| {
            let first = errors.into_iter().next();
            first.map_or_else(
                || OAuthError::of(RegistrationRefusal::MetadataRefused),
                OAuthError::from,
            )
        })?;
        self.check_addresses(&client)?;
        let scopes = client
            .scopes
            .get_or_insert_with(|| settings.registration.default_scopes.clone());
        let openid = scopes.iter().any(|scope| scope == OPENID);
        client.require_pkce =
            settings.registration.require_pkce || !client.is_confidential() || !openid;
        Ok(client)
    }

    /// Checks that the URLs that this server would fetch lie outside of its own network (RG-07, CI-03), as
    /// far as their text shows. The addresses behind their names are checked before each fetch.
    fn check_addresses(&self, client: &Client) -> Result<(), OAuthError> {
        let uris = [
            ("jwks_uri", &client.jwks_uri),
            ("sector_identifier_uri", &client.sector_identifier_uri),
        ];
        for (member, uri) in uris {
            let refused = |uri: &str| self.registry.fetcher.check(uri).is_err();
            if uri.as_deref().is_some_and(refused) {
                let finding = MetadataError {
                    member: member.to_owned(),
                    rule: MetadataRule::PublicHost,
                    value: uri.clone(),
                    offered: Vec::new(),
                };
                return Err(finding.into());
            }
        }
        Ok(())
    }

    /// Checks the sector document of a client, and calls the app's hook `may_register` (RG-09) with the
    /// metadata that would be registered. `before` is the client as it is stored.
    ///
    /// # Errors
    /// `invalid_client_metadata`, `access_denied`, or a fault if the hook fails.
    pub async fn check(
        &self,
        client: &Client,
        before: Option<&Client>,
        caller: &Registrant<Owner>,
    ) -> Result<(), Failure> {
        self.registry.check_sector(client, before).await?;
        let metadata = ClientMetadata::of(client);
        let permitted = self.people.app.may_register(&metadata, caller).await;
        if permitted? {
            return Ok(());
        }
        let error = OAuthError::of(RegistrationRefusal::NotPermitted);
        Err(Failure::transport(axum::http::StatusCode::FORBIDDEN, error))
    }

    /// Makes a secret for a client of this kind. Only secrets of clients that registered themselves expire.
    ///
    /// # Errors
    /// When the random generator fails.
    pub fn new_secret(&self, kind: ClientKind) -> Result<NewSecret, RandomError> {
        let secret = random::secret(&self.settings.token_prefixes.client_secret)?;
        let life = match kind {
            ClientKind::Dynamic => self.settings.registration.client_secret_ttl_seconds,
            _ => Seconds::ZERO,
        };
        let expires_at = (life > Seconds::ZERO).then(|| self.clock.now() + life);
        Ok(NewSecret { secret, expires_at })
    }

    /// Removes a client, and revokes everything that it was given (RFC 7592 §2.3). Returns `false` if there
    /// was no such client.
    ///
    /// # Errors
    /// When the database fails; nothing has changed then.
    pub async fn delete(&self, client_id: &str) -> StoreResult<bool> {
        let (id, now) = (client_id.to_owned(), self.clock.now());
        let deleted = self
            .store
            .write(move |txn, tables| {
                let id = id.clone();
                Box::pin(async move { clients::delete(txn, tables, &id, now).await })
            })
            .await?;
        if deleted {
            let event = AuditEvent::new(EventName::ClientDeleted).client_id(client_id);
            self.events.emit_to_end(event).await;
        }
        Ok(deleted)
    }
}
