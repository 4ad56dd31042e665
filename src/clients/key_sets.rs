//! Key sets at a URL, with which clients sign their assertions (CA-03) and identity providers theirs about people
//! (JB-01): when a copy serves, and when the set is read again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use super::{ClientRegistry, sectors::unread};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName, Outcome},
    fetch::{FetchRequest, KEY_SET},
    protocol::{
        client::{Client, KeyCache},
        client_assertion::{Assertion, AssertionError, AssertionRefusal},
        client_document::Unread,
        exchange_policy::AssertionIssuer,
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

/// Whose keys are asked for.
#[derive(Clone, Copy, Debug)]
pub enum KeyOwner<'a> {
    /// A client, which names its `jwks_uri` itself.
    Client(&'a Client),
    /// An identity provider, whose `jwks_uri` stands in the settings.
    Issuer(&'a AssertionIssuer),
}

impl KeyOwner<'_> {
    fn url(&self) -> Option<&str> {
        match self {
            Self::Client(client) => client.jwks_uri.as_deref(),
            Self::Issuer(issuer) => Some(&issuer.jwks_uri),
        }
    }

    /// Whether the operator named the URL, so that strangers cannot use up the budget for it.
    const fn is_trusted(&self) -> bool {
        match self {
            Self::Client(client) => client.is_trusted(),
            Self::Issuer(_) => true,
        }
    }

    fn describe(&self, event: AuditEvent) -> AuditEvent {
        match self {
            Self::Client(client) => event.client(client),
            Self::Issuer(issuer) => event.detail("issuer", issuer.issuer.as_str()),
        }
    }
}

/// Why an assertion was not verified by the keys of its owner.
#[derive(Clone, Debug)]
pub enum KeySetError {
    /// The assertion is not signed by one of the keys.
    Refused(AssertionRefusal),
    /// The rules of fetching forbid the URL of the keys.
    Forbidden {
        /// What the assertion is refused with.
        refusal: AssertionRefusal,
        /// What the log says.
        cause: String,
    },
    /// The keys cannot be read now.
    Away(String),
}

/// Copies of key sets that have no row: those of clients of the settings by client id, those of identity providers
/// by issuer.
#[derive(Debug, Default)]
pub struct KeyCopies {
    clients: Mutex<HashMap<String, KeyCache>>,
    issuers: Mutex<HashMap<String, KeyCache>>,
}

impl KeyCopies {
    fn get(&self, owner: KeyOwner<'_>) -> Option<KeyCache> {
        let (copies, name) = self.of(owner);
        let copies = copies.lock().unwrap_or_else(PoisonError::into_inner);
        copies.get(name).cloned()
    }

    fn set(&self, owner: KeyOwner<'_>, cache: KeyCache) {
        let (copies, name) = self.of(owner);
        let mut copies = copies.lock().unwrap_or_else(PoisonError::into_inner);
        copies.insert(name.to_owned(), cache);
    }

    fn of<'a>(&self, owner: KeyOwner<'a>) -> (&Mutex<HashMap<String, KeyCache>>, &'a str) {
        match owner {
            KeyOwner::Client(client) => (&self.clients, &client.client_id),
            KeyOwner::Issuer(issuer) => (&self.issuers, &issuer.issuer),
        }
    }
}

impl ClientRegistry {
    /// Verifies an assertion by the keys at the URL of their owner: by the stored copy, unless that is too old or
    /// does not have the key. The inner error says why it was not verified.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verify_by_set(
        &self,
        owner: KeyOwner<'_>,
        assertion: &Assertion,
    ) -> Result<Result<(), KeySetError>, Failure> {
        let cache = match owner {
            KeyOwner::Client(client) if self.configured(&client.client_id).is_none() => {
                client.key_cache.clone()
            }
            owner => self.key_copies.get(owner),
        };
        let age = cache
            .as_ref()
            .map(|cache| self.clock.now() - cache.fetched_at);
        let by_cache = cache.as_ref().map(|cache| assertion.verify(&cache.keys));
        if let (Some(age), Some(verdict)) = (age, &by_cache) {
            let unknown = |refusal: &AssertionRefusal| refusal.error == AssertionError::UnknownKey;
            let is_unknown = verdict.as_ref().is_err_and(unknown);
            if (Seconds::ZERO..FRESH).contains(&age) && (age < AGAIN || !is_unknown) {
                return Ok(verdict.clone().map_err(KeySetError::Refused));
            }
        }
        let unread = match self.fetch_keys(owner, cache.as_ref()).await? {
            Ok(keys) => return Ok(assertion.verify(&keys).map_err(KeySetError::Refused)),
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
        Ok(match (usable, unread) {
            (None, Unread::Away(cause)) => Err(KeySetError::Away(cause)),
            (None, Unread::Forbidden(cause)) => Err(KeySetError::Forbidden {
                refusal: assertion.unknown_key("none, jwks_uri cannot be read"),
                cause,
            }),
            (Some(verdict), Unread::Away(cause) | Unread::Forbidden(cause)) => {
                let event = AuditEvent::new(EventName::ClientStaleCopyUsed).outcome(Outcome::Error);
                let event = owner.describe(event).detail("copy", "keys");
                self.events
                    .emit(event.detail("error", cause).detail("until", until));
                verdict.map_err(KeySetError::Refused)
            }
        })
    }

    /// Fetches the key set and stores it for the next time. The inner error says why it was not read.
    async fn fetch_keys(
        &self,
        owner: KeyOwner<'_>,
        before: Option<&KeyCache>,
    ) -> Result<Result<Value, Unread>, Failure> {
        let Some(url) = owner.url() else {
            return Ok(Err(Unread::Forbidden("there is no jwks_uri".to_owned())));
        };
        let wanted = FetchRequest {
            url,
            max_bytes: KEY_SET,
            etag: None,
        };
        // Strangers cannot use up the budget for URLs that were read before or that the operator named.
        let fetched = if before.is_some() || owner.is_trusted() {
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
        match owner {
            KeyOwner::Client(client) if self.configured(&client.client_id).is_none() => {
                let (tables, id) = (self.store.tables(), client.client_id.as_str());
                self.store
                    .run(|db| clients::keep_keys(db, tables, id, &cache))
                    .await?;
            }
            owner => self.key_copies.set(owner, cache),
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
