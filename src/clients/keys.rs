//! The keys of clients: whether one of them signed something (CA-03, JA-01).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use super::{ClientRegistry, documents::AGAIN_AFTER, sectors::unread};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName, Outcome},
    fetch::{FetchRequest, KEY_SET},
    protocol::{
        client::{Client, KeyCache},
        client_assertion::{Assertion, AssertionError, AssertionRefusal},
        client_document::Unread,
        error::OAuthError,
        refusals::ClientAuthRefusal,
        strict_json::{self, JsonError},
        time::Seconds,
        verification_key,
    },
    store::clients,
};

/// Seconds for which a fetched key set is used without fetching it again.
const FRESH: Seconds = Seconds::hours(1);
/// Seconds within which an unknown `kid` leads to only one more fetch (CA-03).
const AGAIN: Seconds = Seconds::minutes(1);

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

/// Why nothing says that the client signed something.
pub(super) struct Unproven {
    /// The check that failed.
    pub refusal: AssertionRefusal,
    /// Why its keys could not be read.
    pub source: Option<String>,
}

impl From<AssertionRefusal> for Unproven {
    fn from(refusal: AssertionRefusal) -> Self {
        let source = None;
        Self { refusal, source }
    }
}

impl Unproven {
    /// Makes the failure of the request, whose refusal `refused` makes.
    pub fn into_failure(self, refused: fn(AssertionRefusal) -> OAuthError) -> Failure {
        Failure {
            source: self.source,
            ..refused(self.refusal).into()
        }
    }
}

impl ClientRegistry {
    /// Checks that a key of the client signed `jws`, by `jwks` of its metadata or at its `jwks_uri`. The outer
    /// error is a fault, the inner one a refusal.
    pub(super) async fn verify(
        &self,
        client: &Client,
        jws: &Assertion,
    ) -> Result<Result<(), Unproven>, Failure> {
        match &client.jwks {
            Some(keys) => Ok(jws.verify(keys).map_err(Unproven::from)),
            None => self.verify_by_uri(client, jws).await,
        }
    }

    /// Verifies by the keys at `jwks_uri` (CA-03): by the stored copy, unless that is too old or does not have
    /// the key.
    async fn verify_by_uri(
        &self,
        client: &Client,
        assertion: &Assertion,
    ) -> Result<Result<(), Unproven>, Failure> {
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
                return Ok(verdict.clone().map_err(Unproven::from));
            }
        }
        let unread = match self.fetch_keys(client, cache.as_ref()).await? {
            Ok(keys) => return Ok(assertion.verify(&keys).map_err(Unproven::from)),
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
            (None, Unread::Forbidden(cause)) => Ok(Err(Unproven {
                refusal: assertion.unknown_key("none, jwks_uri cannot be read"),
                source: Some(cause),
            })),
            (Some(verdict), Unread::Away(cause) | Unread::Forbidden(cause)) => {
                let event = AuditEvent::new(EventName::ClientStaleCopyUsed).outcome(Outcome::Error);
                let event = event.client(client).detail("copy", "keys");
                self.events
                    .emit(event.detail("error", cause).detail("until", until));
                Ok(verdict.map_err(Unproven::from))
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
