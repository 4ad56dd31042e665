//! Clients whose id is the URL of a document (CI-01 to CI-07).
//!
//! A row of `oauth_clients` is the copy, which is fetched again when it is no longer fresh. While the
//! host cannot be read, the copy serves for another day (CI-05).

use std::sync::Arc;

use super::{ClientRegistry, sectors::unread};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName, Outcome},
    fetch::{DOCUMENT, FetchError, FetchRequest, FetchResponse, ResponseKind},
    protocol::{
        client::{Client, ClientKind, ClientStatus, DocumentCache},
        client_document::{self, DocumentError, DocumentPolicy, DocumentVerdict, Hosts},
        client_metadata::TrustLevel,
        time::{Seconds, UnixTime},
    },
    store::clients::{self, ClientRow},
};

/// Seconds after which a host that could not be read may be asked again.
pub const AGAIN_AFTER: Seconds = Seconds::minutes(1);

/// What a client is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientUse {
    /// A new authorization: a document that no longer describes a client blocks it (CI-06).
    Authorization,
    /// The client's authentication for what it was given before: grants stay (CI-06).
    Authentication,
}

/// Why a client could not be brought up to date.
#[derive(Clone, Debug)]
pub enum ClientRefreshError {
    /// The document at this host could not be read, which says nothing about the client.
    Unread {
        /// Host of the document.
        host: String,
        /// The response, with status 503.
        failure: Failure,
    },
    /// A refusal, or a fault of this server.
    Failed(Failure),
}

impl From<ClientRefreshError> for Failure {
    fn from(why: ClientRefreshError) -> Self {
        match why {
            ClientRefreshError::Unread { failure, .. } | ClientRefreshError::Failed(failure) => {
                failure
            }
        }
    }
}

impl From<Failure> for ClientRefreshError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl ClientRegistry {
    /// Returns the client as its document describes it now. Clients of the settings, of a task or of a
    /// registration are returned as they are stored: they win over documents (CI-01, Client ID Metadata
    /// Document §6.9).
    ///
    /// # Errors
    /// When the document cannot be read or is not acceptable (CI-02 to CI-05), or when the database fails.
    pub async fn up_to_date(
        &self,
        client_id: &str,
        stored: Option<Arc<Client>>,
        need: ClientUse,
    ) -> Result<Option<Arc<Client>>, ClientRefreshError> {
        let settings = &self.settings.client_id_metadata_documents;
        if !settings.enabled || !client_document::is_url(client_id) {
            return Ok(stored);
        }
        let settled = |client: &Client| {
            client.kind != ClientKind::Cimd || client.status != ClientStatus::Active
        };
        if stored.as_deref().is_some_and(settled) {
            return Ok(stored);
        }
        let hosts = Hosts {
            allowed: &settings.allowed_hosts,
            denied: &settings.denied_hosts,
        };
        client_document::check_url(client_id, hosts)
            .map_err(|error| ClientRefreshError::Failed(error.refusal(client_id).into()))?;
        if stored.as_ref().is_some_and(|client| self.is_fresh(client)) {
            return Ok(stored);
        }
        let looked = self.look(client_id, stored.as_deref()).await?;
        if stored.is_some() {
            self.note_finding(client_id, looked.as_ref().err());
        }
        match looked {
            Ok(client) => Ok(Some(Arc::new(client))),
            Err(error) => self
                .without_document(client_id, stored, &error, need)
                .map(Some),
        }
    }

    /// Remembers whether the document describes a client, for the time in which it may not be fetched
    /// again (CI-06). A document that was not read changes nothing.
    fn note_finding(&self, client_id: &str, error: Option<&DocumentError>) {
        let response = match error.map(DocumentError::finding) {
            None => ResponseKind::Client,
            Some(DocumentVerdict::Invalid) => ResponseKind::NoClient,
            Some(DocumentVerdict::Unread | DocumentVerdict::NotAccepted) => return,
        };
        self.fetcher.found(client_id, response, self.clock.now());
    }

    /// Fetches the document and stores the client that it describes (CI-03, CI-04).
    async fn look(
        &self,
        client_id: &str,
        stored: Option<&Client>,
    ) -> Result<Result<Client, DocumentError>, Failure> {
        let fetched = match self.fetch_document(client_id, stored).await {
            Ok(fetched) => fetched,
            Err(error) => return Ok(Err(error)),
        };
        let cache = DocumentCache {
            fetched_at: self.clock.now(),
            expires_at: self.clock.now() + fetched.fresh_for,
            etag: fetched.etag,
        };
        if let (None, Some(client)) = (&fetched.body, stored) {
            return Ok(Ok(self.keep_cached(client.clone(), cache).await?));
        }
        let body = fetched.body.unwrap_or_default();
        match self.described(client_id, stored, &body).await {
            Ok(described) => Ok(Ok(self.replace(stored, described, cache).await?)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Returns the stored copy while it serves (CI-05, CI-06), otherwise the refusal.
    #[allow(
        clippy::result_large_err,
        reason = "the rare outcome, whose size is that of the refusal"
    )]
    fn without_document(
        &self,
        client_id: &str,
        stored: Option<Arc<Client>>,
        error: &DocumentError,
        need: ClientUse,
    ) -> Result<Arc<Client>, ClientRefreshError> {
        let is_enough = match error.finding() {
            DocumentVerdict::NotAccepted => false,
            DocumentVerdict::Unread => true,
            DocumentVerdict::Invalid => need == ClientUse::Authentication,
        };
        let is_stored = stored.is_some();
        let copy = stored.filter(|_| is_enough).and_then(|client| {
            let until = self.copy_serves_until(client.document.as_ref()?.expires_at);
            (self.clock.now() < until).then_some((client, until))
        });
        if let Some((client, until)) = copy {
            let event = AuditEvent::new(EventName::ClientStaleCopyUsed).outcome(Outcome::Error);
            let event = event.client(&client).detail("copy", "document");
            self.events.emit(
                event
                    .detail("error", error.to_string())
                    .detail("until", until),
            );
            return Ok(client);
        }
        let cause = Some(error.to_string());
        // The host of a stored client once had a document: nothing that it answers now makes the
        // client somebody else.
        if error.finding() == DocumentVerdict::Unread && (is_stored || error.may_pass()) {
            return Err(ClientRefreshError::Unread {
                host: client_document::host(client_id).unwrap_or_default(),
                failure: Failure {
                    source: cause,
                    retry_after: Some(AGAIN_AFTER),
                    ..DocumentError::unread(client_id).into()
                },
            });
        }
        Err(ClientRefreshError::Failed(Failure {
            source: cause,
            ..error.refusal(client_id).into()
        }))
    }

    /// Returns until when a copy serves that was fresh until `expires_at`, while its host cannot be read.
    pub fn copy_serves_until(&self, expires_at: UnixTime) -> UnixTime {
        let settings = &self.settings.client_id_metadata_documents;
        expires_at + settings.stale_seconds
    }

    fn is_fresh(&self, client: &Client) -> bool {
        let cache = client.document.as_ref();
        cache.is_some_and(|cache| {
            cache.fetched_at <= self.clock.now() && self.clock.now() < cache.expires_at
        })
    }

    /// Fetches the document within the bounds of CI-03.
    async fn fetch_document(
        &self,
        client_id: &str,
        stored: Option<&Client>,
    ) -> Result<FetchResponse, DocumentError> {
        let cache = stored.and_then(|client| client.document.as_ref());
        let wanted = FetchRequest {
            url: client_id,
            max_bytes: DOCUMENT,
            etag: cache.and_then(|cache| cache.etag.as_deref()),
        };
        let fetched = match stored {
            Some(_) => self.fetcher.renew(wanted, self.clock.now()).await,
            None => self.fetcher.get(wanted, self.clock.now()).await,
        };
        fetched.map_err(|error| match error {
            FetchError::Url => DocumentError::Url,
            FetchError::Budget if self.fetcher.was_invalid(client_id, self.clock.now()) => {
                DocumentError::StillInvalid
            }
            error => unread(&error).into(),
        })
    }

    /// Reads and checks the document (CI-04).
    async fn described(
        &self,
        client_id: &str,
        stored: Option<&Client>,
        body: &[u8],
    ) -> Result<Client, DocumentError> {
        let algorithms = self.keys.algorithms();
        let policy = DocumentPolicy {
            metadata: self.offers_to(TrustLevel::Untrusted, &algorithms),
            default_scopes: &self.settings.registration.default_scopes,
        };
        let client = client_document::client(body, client_id, &policy)?;
        self.check_sector(&client, stored).await?;
        Ok(client)
    }

    /// Stores that the document has not changed (CI-05).
    async fn keep_cached(
        &self,
        mut client: Client,
        cache: DocumentCache,
    ) -> Result<Client, Failure> {
        client.document = Some(cache);
        let (row, tables) = (ClientRow::new(&client, None), self.store.tables());
        self.store
            .run(|db| clients::keep_document(db, tables, &row))
            .await?;
        Ok(client)
    }

    /// Stores a new or changed document. Changes apply at once (CI-06), and those that people see when
    /// they agree raise the version (CO-06). What the operator decided about the client stays.
    async fn replace(
        &self,
        stored: Option<&Client>,
        mut client: Client,
        cache: DocumentCache,
    ) -> Result<Client, Failure> {
        client.document = Some(cache);
        let tables = self.store.tables();
        let Some(old) = stored else {
            let row = ClientRow::new(&client, None);
            let most = self.settings.registration.max_unused_clients;
            self.store
                .run(|db| clients::insert_document(db, tables, &row, most))
                .await?;
            return Ok(client);
        };
        let changed = client_document::differs(old, &client);
        client.version = old.version.saturating_add(i32::from(changed));
        client.resources.clone_from(&old.resources);
        client.skip_consent = old.skip_consent;
        client.last_used_at = old.last_used_at;
        if client.jwks_uri == old.jwks_uri {
            client.key_cache.clone_from(&old.key_cache);
        }
        let row = ClientRow::new(&client, None);
        let update = |db| clients::update_document(db, tables, &row, old.version);
        if self.store.run(update).await? && changed {
            self.events
                .emit(AuditEvent::new(EventName::ClientChanged).client(&client));
        }
        Ok(client)
    }
}
