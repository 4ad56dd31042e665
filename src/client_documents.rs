//! Clients whose id is the URL of a document (§20, CIMD): a row of `oauth_clients` is the copy,
//! which is fetched again when it is no longer fresh.

use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    fetch::{DOCUMENT, FetchError, Fetched, Wanted},
    protocol::{
        client::{Client, ClientKind, ClientStatus, DocumentCache},
        client_document::{self, DocumentError, DocumentPolicy, Hosts},
        client_metadata::{Applicant, MetadataError, check_sector_document},
    },
    server::Server,
    store::clients::{self, ClientRow},
};

impl Server {
    /// Whether clients of this kind exist here: without the feature, copies of documents are
    /// nobody (CI-01).
    pub fn knows(&self, client: &Client) -> bool {
        client.kind != ClientKind::Cimd || self.settings.client_id_metadata_documents.enabled
    }

    /// The client as its document describes it now. Other clients, static, operator-made or
    /// registered, are as they are stored: they win over documents (CI-01, CIMD §6.9).
    ///
    /// # Errors
    /// The document is not to be had or not acceptable (CI-02 to CI-05), or a fault.
    pub async fn up_to_date(
        &self,
        client_id: &str,
        stored: Option<Client>,
    ) -> Result<Option<Client>, Failure> {
        let settings = &self.settings.client_id_metadata_documents;
        if !settings.enabled || !client_document::is_url(client_id) {
            return Ok(stored);
        }
        let settled = |client: &Client| {
            client.kind != ClientKind::Cimd || client.status != ClientStatus::Active
        };
        if stored.as_ref().is_some_and(settled) {
            return Ok(stored);
        }
        let hosts = Hosts {
            allowed: &settings.allowed_hosts,
            denied: &settings.denied_hosts,
        };
        let refused = |error: DocumentError| Failure::from(error.refusal(client_id));
        client_document::check_url(client_id, hosts).map_err(refused)?;
        if stored.as_ref().is_some_and(|client| self.is_fresh(client)) {
            return Ok(stored);
        }
        let fetched = self.fetch_document(client_id, stored.as_ref()).await;
        let fetched = fetched.map_err(refused)?;
        let cache = DocumentCache {
            fetched_at: self.now(),
            expires_at: self.now().saturating_add(fetched.fresh_for),
            etag: fetched.etag,
        };
        let client = match (fetched.body, stored) {
            (None, Some(client)) => self.keep_cached(client, cache).await?,
            (body, stored) => {
                let body = body.unwrap_or_default();
                let described = self.described(client_id, &body).await.map_err(refused)?;
                self.replace(stored, (described, cache)).await?
            }
        };
        Ok(Some(client))
    }

    fn is_fresh(&self, client: &Client) -> bool {
        let cache = client.document.as_ref();
        cache.is_some_and(|cache| cache.fetched_at <= self.now() && self.now() < cache.expires_at)
    }

    /// CI-03.
    async fn fetch_document(
        &self,
        client_id: &str,
        stored: Option<&Client>,
    ) -> Result<Fetched, DocumentError> {
        let cache = stored.and_then(|client| client.document.as_ref());
        let wanted = Wanted {
            url: client_id,
            max_bytes: DOCUMENT,
            etag: cache.and_then(|cache| cache.etag.as_deref()),
        };
        let fetched = self.fetcher.get(wanted, self.now()).await;
        fetched.map_err(|error| match error {
            FetchError::Url => DocumentError::Url,
            error => DocumentError::Fetch(error.to_string()),
        })
    }

    /// CI-04.
    async fn described(&self, client_id: &str, body: &[u8]) -> Result<Client, DocumentError> {
        let algorithms = self.keys.algorithms();
        let policy = DocumentPolicy {
            metadata: self.offers_to(Applicant::Unvouched, &algorithms),
            default_scopes: &self.settings.registration.default_scopes,
        };
        let client = client_document::client(body, client_id, &policy)?;
        self.check_sector(&client).await?;
        Ok(client)
    }

    /// The document is what it was (CI-05).
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

    /// CI-06: changes apply at once; those that a person agreed under raise the version (CO-06).
    /// What the operator decided about the client stays.
    async fn replace(
        &self,
        stored: Option<Client>,
        (mut client, cache): (Client, DocumentCache),
    ) -> Result<Client, Failure> {
        client.document = Some(cache);
        let tables = self.store.tables();
        let Some(old) = stored else {
            let row = ClientRow::new(&client, None);
            let most = self.settings.registration.max_unused_clients;
            self.store
                .run(|db| clients::insert_document(db, tables, (&row, most)))
                .await?;
            return Ok(client);
        };
        let changed = client_document::differs(&old, &client);
        client.version = old.version.saturating_add(i32::from(changed));
        client.resources = old.resources;
        client.skip_consent = old.skip_consent;
        client.last_used_at = old.last_used_at;
        if client.jwks_uri == old.jwks_uri {
            client.key_cache = old.key_cache;
        }
        let row = ClientRow::new(&client, None);
        let update = |db| clients::update_document(db, tables, (&row, old.version));
        if self.store.run(update).await? && changed {
            self.audit(AuditEvent::new(EventName::ClientChanged).client(&client));
        }
        Ok(client)
    }

    /// Whether the document at `sector_identifier_uri` lists every redirect URI of the client
    /// (OpenID Connect Registration §5, Core §8.1). Clients of the settings are not asked: their
    /// operator wrote both.
    ///
    /// # Errors
    /// It does not, or cannot be fetched.
    pub async fn check_sector(&self, client: &Client) -> Result<(), MetadataError> {
        let Some(uri) = &client.sector_identifier_uri else {
            return Ok(());
        };
        let wanted = Wanted {
            url: uri,
            max_bytes: DOCUMENT,
            etag: None,
        };
        let fetched = self.fetcher.get(wanted, self.now()).await.ok();
        let body = fetched.and_then(|fetched| fetched.body);
        check_sector_document(body.as_deref(), client)
    }
}
