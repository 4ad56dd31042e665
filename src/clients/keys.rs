//! Client authentication (CA-02), and the keys with which clients sign assertions (CA-03).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

use super::{
    ClientRegistry,
    documents::{AGAIN_AFTER, ClientRefreshError, ClientUse},
    sectors::unread,
};
use crate::{
    config::AssertionAudience,
    error::Failure,
    events::{AuditEvent, EventName, Outcome},
    fetch::{FetchRequest, KEY_SET},
    protocol::{
        client::{Client, KeyCache},
        client_assertion::{Assertion, AssertionError, AssertionRefusal, Audience, Expected},
        client_auth::{ClientEndpoint, Credentials, refused},
        client_document::Unread,
        error::OAuthError,
        refusals::ClientAuthRefusal,
        route::Route,
        strict_json::{self, JsonError},
        time::Seconds,
        verification_key,
    },
    store::{
        clients,
        ephemerals::{self, NewEphemeral},
    },
};

/// Seconds for which a fetched key set is used without fetching it again.
const FRESH: Seconds = Seconds::hours(1);
/// Seconds within which an unknown `kid` leads to only one more fetch (CA-03).
const AGAIN: Seconds = Seconds::minutes(1);
/// Seconds beyond its end for which a used assertion is remembered: a clock that went ahead and comes
/// back makes no used assertion valid again.
const USED_KEPT: Seconds = Seconds::days(1);

/// Most bytes of a fetched key set that are kept: some twenty RSA keys of 4096 bits.
const KEPT: usize = 16 * 1024;

/// Fetched keys of clients of the settings, by client id.
#[derive(Debug, Default)]
pub struct StaticKeys(Mutex<HashMap<String, KeyCache>>);

impl StaticKeys {
    fn get(&self, client_id: &str) -> Option<KeyCache> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(client_id).cloned()
    }

    fn set(&self, client_id: &str, cache: KeyCache) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(client_id.to_owned(), cache);
    }
}

impl ClientRegistry {
    /// Authenticates a client (CA-01 to CA-05). `row` is the client in the table under its id, if there
    /// is one. An assertion is used up by this.
    ///
    /// # Errors
    /// `invalid_client` for wrong credentials, or a fault of this server.
    pub async fn authenticate(
        &self,
        credentials: &Credentials,
        row: Option<Arc<Client>>,
    ) -> Result<Arc<Client>, Failure> {
        let id = &credentials.client_id;
        let stored = self.static_or_stored(id, row.as_ref()).cloned();
        // No document is fetched for an id that is not stored: nobody ever agreed to that client.
        let client = match stored {
            Some(stored) => self.current_copy(credentials, stored).await?,
            None => None,
        };
        credentials.authenticate(client.as_deref(), self.clock.now())?;
        let client = client.ok_or_else(|| Failure::internal("no client passed as one"))?;
        if let Some(assertion) = credentials.unproven_assertion() {
            Box::pin(self.prove(&client, assertion, credentials.endpoint)).await?;
        }
        Ok(client)
    }

    /// Returns `authenticated`, the client of an earlier look of the same request: an assertion is used
    /// up by the first. Without it, the client is authenticated as by [`Self::authenticate`].
    ///
    /// # Errors
    /// `invalid_client` for wrong credentials, or a fault of this server.
    pub async fn authenticate_once(
        &self,
        authenticated: Option<Arc<Client>>,
        credentials: &Credentials,
        row: Option<Arc<Client>>,
    ) -> Result<Arc<Client>, Failure> {
        match authenticated {
            Some(client) => Ok(client),
            None => self.authenticate(credentials, row).await,
        }
    }

    /// Returns the client as its document describes it now. If the document cannot be read and the copy
    /// is too old to serve, credentials that do not even fit the copy get `invalid_client`; the client
    /// itself is asked to come again (CI-05).
    async fn current_copy(
        &self,
        credentials: &Credentials,
        stored: Arc<Client>,
    ) -> Result<Option<Arc<Client>>, Failure> {
        let (id, copy) = (credentials.client_id.as_str(), Some(Arc::clone(&stored)));
        // The future is boxed, because it is large and rarely needed.
        match Box::pin(self.up_to_date(id, copy, ClientUse::Authentication)).await {
            Err(ClientRefreshError::Unread { failure, .. }) => {
                credentials.authenticate(Some(&stored), self.clock.now())?;
                Err(failure)
            }
            result => Ok(result?),
        }
    }

    /// Verifies an assertion (CA-03 to CA-05); the checks are in the order of their cost.
    async fn prove(
        &self,
        client: &Client,
        assertion: &Assertion,
        endpoint: ClientEndpoint,
    ) -> Result<(), Failure> {
        let urls = &self.urls;
        let any = [
            &urls.issuer,
            urls.of(Route::Token),
            urls.of_client_endpoint(endpoint),
        ];
        let expected = Expected {
            client_id: &client.client_id,
            alg: client.token_endpoint_auth_signing_alg.as_deref(),
            audience: match self.settings.client_assertion_audience {
                AssertionAudience::Any => Audience::AnyOf(&any),
                AssertionAudience::Issuer => Audience::Issuer(&urls.issuer),
            },
            now: self.clock.now(),
        };
        let once = assertion.check(&expected).map_err(refused)?;
        match &client.jwks {
            Some(keys) => assertion.verify(keys).map_err(refused)?,
            None => self.verify_by_uri(client, assertion).await?,
        }
        let tables = self.store.tables();
        let used = NewEphemeral {
            kind: ephemerals::JTI,
            hash: &once.hash,
            expires_at: once.until + USED_KEPT,
        };
        let first = self
            .store
            .run(|db| ephemerals::take(db, tables, &used))
            .await?;
        if first {
            Ok(())
        } else {
            let wanted = "a jti that was not used before";
            let refusal = AssertionError::Replay.because(wanted, "one that was");
            Err(refused(refusal).into())
        }
    }

    /// Verifies an assertion by the keys at `jwks_uri` (CA-03): by the stored copy, unless that is too old
    /// or does not have the key.
    async fn verify_by_uri(&self, client: &Client, assertion: &Assertion) -> Result<(), Failure> {
        let cache = if self.configured(&client.client_id).is_some() {
            self.static_keys.get(&client.client_id)
        } else {
            client.key_cache.clone()
        };
        let age = cache
            .as_ref()
            .map(|cache| self.clock.now() - cache.fetched_at);
        let by_cache = cache.as_ref().map(|cache| assertion.verify(&cache.keys));
        if let (Some(age), Some(verdict)) = (age, &by_cache) {
            let unknown = |refusal: &AssertionRefusal| refusal.error == AssertionError::UnknownKey;
            let is_unknown = verdict.as_ref().is_err_and(unknown);
            if (Seconds::ZERO..FRESH).contains(&age) && (age < AGAIN || !is_unknown) {
                return Ok(verdict.clone().map_err(refused)?);
            }
        }
        let unread = match self.fetch_keys(client, cache.as_ref()).await? {
            Ok(keys) => return Ok(assertion.verify(&keys).map_err(refused)?),
            Err(unread) => unread,
        };
        let until = cache.map(|cache| self.copy_serves_until(cache.fetched_at + FRESH));
        let usable = by_cache.filter(|_| until.is_some_and(|until| self.clock.now() < until));
        // A key that the copy does not have may be a new one.
        let usable = match (usable, &unread) {
            (Some(Err(refusal)), Unread::Away(_))
                if refusal.error == AssertionError::UnknownKey =>
            {
                None
            }
            (usable, _) => usable,
        };
        match (usable, unread) {
            (None, Unread::Away(cause)) => Err(no_keys(cause)),
            (None, Unread::Forbidden(cause)) => Err(Failure {
                source: Some(cause),
                ..refused(assertion.unknown_key("none, jwks_uri cannot be read")).into()
            }),
            (Some(verdict), Unread::Away(cause) | Unread::Forbidden(cause)) => {
                let event = AuditEvent::new(EventName::ClientStaleCopyUsed).outcome(Outcome::Error);
                let event = event.client(client).detail("copy", "keys");
                self.events
                    .emit(event.detail("error", cause).detail("until", until));
                Ok(verdict.map_err(refused)?)
            }
        }
    }

    /// Fetches the key set at `jwks_uri` and stores it for the next time. The inner error says why it was
    /// not read.
    async fn fetch_keys(
        &self,
        client: &Client,
        before: Option<&KeyCache>,
    ) -> Result<Result<Value, Unread>, Failure> {
        let Some(url) = &client.jwks_uri else {
            return Ok(Err(Unread::Forbidden("there is no jwks_uri".to_owned())));
        };
        let wanted = FetchRequest {
            url,
            max_bytes: KEY_SET,
            etag: None,
        };
        // Strangers cannot use up the budget for URLs that were read before or that the operator named.
        let fetched = if before.is_some() || client.is_trusted() {
            self.fetcher.renew(wanted, self.clock.now()).await
        } else {
            self.fetcher.get_of_client(wanted, self.clock.now()).await
        };
        let keys = match fetched {
            Ok(fetched) => key_set(&fetched.body.unwrap_or_default()),
            Err(error) => Err(unread(&error)),
        };
        let keys = match keys {
            Ok(keys) => keys,
            Err(unread) => return Ok(Err(unread)),
        };
        let cache = KeyCache {
            keys: keys.clone(),
            fetched_at: self.clock.now(),
        };
        let id = client.client_id.as_str();
        if self.configured(id).is_some() {
            self.static_keys.set(id, cache);
        } else {
            let tables = self.store.tables();
            self.store
                .run(|db| clients::keep_keys(db, tables, id, &cache))
                .await?;
        }
        Ok(Ok(keys))
    }
}

/// Reads a key set (RFC 7517 §5), and keeps only what is needed of it, since a stranger may have
/// registered its URL. A body that is not even JSON is a fault of the host, not of the client.
fn key_set(body: &[u8]) -> Result<Value, Unread> {
    let members = strict_json::object(body).map_err(|error| match error {
        JsonError::Unreadable => Unread::Away(error.to_string()),
        _ => Unread::Forbidden(error.to_string()),
    })?;
    let Some(keys) = members.get("keys").and_then(Value::as_array) else {
        return Err(Unread::Forbidden("the answer is no key set".to_owned()));
    };
    let keys = verification_key::set_of(keys);
    let bytes = keys.to_string().len();
    if bytes > KEPT {
        let cause = format!("the keys of the set have {bytes} bytes, more than {KEPT}");
        return Err(Unread::Forbidden(cause));
    }
    Ok(keys)
}

/// Returns the error for keys that cannot be read. As for documents (CI-05), a fault of their host is
/// no fault of the assertion.
fn no_keys(cause: String) -> Failure {
    Failure {
        source: Some(cause),
        retry_after: Some(AGAIN_AFTER),
        ..OAuthError::of(ClientAuthRefusal::ClientKeysUnread).into()
    }
}
