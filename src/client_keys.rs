//! Who a client is (§12), and the keys of those that sign (CA-03).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use crate::{
    config::AssertionAudience,
    error::Failure,
    fetch::{FetchError, KEY_SET, Wanted},
    protocol::{
        client::{Client, KeyCache},
        client_assertion::{Assertion, AssertionError, Audience, Expected, Refusal},
        client_auth::{ClientEndpoint, Credentials, refused},
        strict_json,
    },
    server::Server,
    store::{clients, ephemerals},
};

/// How long a fetched key set is used without another look, seconds.
const FRESH: i64 = 3600;
/// How long it is used when the other looks fail, seconds.
const LAST_GOOD: i64 = 24 * 3600;
/// An unknown `kid` leads to another look once in this time, seconds (CA-03).
const AGAIN: i64 = 60;
/// How long it is known that an assertion was used, beyond its end, seconds: a clock that went
/// ahead and comes back makes no used assertion good again.
const USED_KEPT: i64 = 24 * 3600;

/// Fetched keys of static clients, by client id.
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

impl Server {
    /// The client that these credentials prove. `row` = what the table has under its id. An
    /// assertion is used up by this.
    ///
    /// # Errors
    /// `invalid_client`, or a fault.
    pub async fn authenticated(
        &self,
        credentials: &Credentials,
        row: Option<Client>,
    ) -> Result<Client, Failure> {
        let id = &credentials.client_id;
        let stored = self.known_client(id, row.as_ref()).cloned();
        // Nothing is fetched for an id that nobody ever agreed to.
        let client = match stored {
            // Boxed: rarely taken, and large.
            Some(stored) => Box::pin(self.up_to_date(id, Some(stored))).await?,
            None => None,
        };
        let client = credentials.authenticate(client.as_ref(), self.now())?;
        if let Some(assertion) = credentials.unproven_assertion() {
            Box::pin(self.prove(client, (assertion, credentials.endpoint))).await?;
        }
        Ok(client.clone())
    }

    /// CA-03 to CA-05, in the order of their cost.
    async fn prove(
        &self,
        client: &Client,
        (assertion, endpoint): (&Assertion, ClientEndpoint),
    ) -> Result<(), Failure> {
        let urls = &self.urls;
        let any = [
            &urls.issuer,
            &urls.token_endpoint,
            urls.of_client_endpoint(endpoint),
        ];
        let expected = Expected {
            client_id: &client.client_id,
            alg: client.token_endpoint_auth_signing_alg.as_deref(),
            audience: match self.settings.client_assertion_audience {
                AssertionAudience::Any => Audience::AnyOf(&any),
                AssertionAudience::Issuer => Audience::Issuer(&urls.issuer),
            },
            now: self.now(),
        };
        let once = assertion.check(&expected).map_err(refused)?;
        match &client.jwks {
            Some(keys) => assertion.verify(keys).map_err(refused)?,
            None => self.verify_by_uri(client, assertion).await?,
        }
        let (use_up, tables) = (
            (
                ephemerals::JTI,
                &once.hash,
                once.until.saturating_add(USED_KEPT),
            ),
            self.store.tables(),
        );
        let first = self
            .store
            .run(|db| ephemerals::take(db, tables, use_up))
            .await?;
        if first {
            Ok(())
        } else {
            let wanted = "a jti that was not used before";
            let refusal = AssertionError::Replay.because(wanted, "one that was");
            Err(refused(refusal).into())
        }
    }

    /// CA-03: the keys at `jwks_uri`, as last seen unless they do not have the key.
    async fn verify_by_uri(&self, client: &Client, assertion: &Assertion) -> Result<(), Failure> {
        let cache = if self.static_client(&client.client_id).is_some() {
            self.static_keys.get(&client.client_id)
        } else {
            client.key_cache.clone()
        };
        let age = cache
            .as_ref()
            .map(|cache| self.now().saturating_sub(cache.fetched_at));
        let by_cache = cache.as_ref().map(|cache| assertion.verify(&cache.keys));
        if let (Some(age), Some(verdict)) = (age, &by_cache) {
            let unknown = |refusal: &Refusal| refusal.error == AssertionError::UnknownKey;
            let is_unknown = verdict.as_ref().is_err_and(unknown);
            if (0..FRESH).contains(&age) && (age < AGAIN || !is_unknown) {
                return Ok(verdict.clone().map_err(refused)?);
            }
        }
        let verdict = if let Some(keys) = self.fetch_keys(client).await? {
            assertion.verify(&keys)
        } else {
            let usable = by_cache.filter(|_| age.is_some_and(|age| age < LAST_GOOD));
            usable.unwrap_or_else(|| Err(assertion.unknown_key("none, jwks_uri cannot be read")))
        };
        Ok(verdict.map_err(refused)?)
    }

    /// The key set at `jwks_uri`, kept for the next time; `None` = it is not to be had.
    async fn fetch_keys(&self, client: &Client) -> Result<Option<Value>, Failure> {
        let Some(url) = &client.jwks_uri else {
            return Ok(None);
        };
        let wanted = Wanted {
            url,
            max_bytes: KEY_SET,
            etag: None,
        };
        let fetched = self.fetcher.get(wanted, self.now()).await;
        let Some(keys) = key_set(fetched.map(|fetched| fetched.body)) else {
            return Ok(None);
        };
        let cache = KeyCache {
            keys: keys.clone(),
            fetched_at: self.now(),
        };
        let id = client.client_id.as_str();
        if self.static_client(id).is_some() {
            self.static_keys.set(id, cache);
        } else {
            let tables = self.store.tables();
            self.store
                .run(|db| clients::keep_keys(db, tables, (id, &cache)))
                .await?;
        }
        Ok(Some(keys))
    }
}

/// RFC 7517 §5.
fn key_set(body: Result<Option<std::sync::Arc<[u8]>>, FetchError>) -> Option<Value> {
    let members = strict_json::object(&body.ok()??).ok()?;
    let is_set = members.get("keys").is_some_and(Value::is_array);
    is_set.then_some(Value::Object(members))
}
