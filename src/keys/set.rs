//! The keys in their states at one moment: which of them sign, verify and are published.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    pair::KeyPair,
    state::{KeyDescription, KeyState, state_at},
};
use crate::protocol::{
    jwk::SigningAlg,
    time::{Seconds, UnixTime},
};

/// A key and its description.
#[derive(Clone)]
pub(super) struct KeyWithDescription {
    pub pair: Arc<KeyPair>,
    pub description: KeyDescription,
}

/// A key and its state.
pub(super) struct Entry {
    pub pair: Arc<KeyPair>,
    pub state: KeyState,
}

/// Keys in the order of publication: active ones first, the default algorithm first among them.
pub(super) struct KeySet {
    entries: Vec<Entry>,
    /// The published keys, as JSON text.
    document: Arc<[u8]>,
}

/// A change of the state of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// Key id.
    pub kid: String,
    /// The new state of the key.
    pub state: KeyState,
}

impl KeySet {
    /// Computes the states of `keys` at `now`. `token_life` is the longest life of a
    /// signed token.
    pub fn new(
        keys: &[KeyWithDescription],
        now: UnixTime,
        token_life: Seconds,
        first: SigningAlg,
    ) -> Self {
        let all: Vec<&KeyDescription> = keys.iter().map(|key| &key.description).collect();
        let mut entries: Vec<Entry> = keys
            .iter()
            .map(|key| Entry {
                pair: key.pair.clone(),
                state: state_at(&key.description, &all, now, token_life),
            })
            .filter(|entry| entry.state != KeyState::Withdrawn)
            .collect();
        entries.sort_by_key(|entry| (entry.state, entry.pair.alg != first, entry.pair.alg));
        let document = jwks(&entries).to_string().into_bytes().into();
        Self { entries, document }
    }

    /// Returns the key that signs with `alg`.
    pub fn signer(&self, alg: SigningAlg) -> Option<&KeyPair> {
        let mut active = self.active();
        active.find(|pair| pair.alg == alg)
    }

    /// Returns the algorithms that can sign, the default first.
    pub fn algorithms(&self) -> Vec<SigningAlg> {
        self.active().map(|pair| pair.alg).collect()
    }

    /// Returns the entry of a key id, for verification.
    pub fn by_kid(&self, kid: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.pair.kid == kid)
    }

    /// Returns the public members of the published keys (RFC 7517 §5).
    pub fn jwks(&self) -> Value {
        jwks(&self.entries)
    }

    /// Returns [`Self::jwks`] as JSON text.
    pub fn jwks_document(&self) -> Arc<[u8]> {
        Arc::clone(&self.document)
    }

    /// Returns the keys whose state differs from that in `before`.
    pub fn changed_since(&self, before: &Self) -> Vec<KeyChange> {
        let changed = self.entries.iter().filter(|entry| {
            let old = before.by_kid(&entry.pair.kid);
            old.is_none_or(|old| old.state != entry.state)
        });
        changed
            .map(|entry| KeyChange {
                kid: entry.pair.kid.clone(),
                state: entry.state,
            })
            .collect()
    }

    fn active(&self) -> impl Iterator<Item = &KeyPair> {
        let active = |entry: &&Entry| entry.state == KeyState::Active;
        self.entries.iter().filter(active).map(|entry| &*entry.pair)
    }
}

fn jwks(entries: &[Entry]) -> Value {
    let published = entries.iter().filter(|entry| entry.state.is_published());
    let keys: Vec<Value> = published.map(|entry| public_jwk(&entry.pair)).collect();
    json!({ "keys": keys })
}

fn public_jwk(pair: &KeyPair) -> Value {
    let mut jwk = json!(pair.public);
    if let Value::Object(members) = &mut jwk {
        members.insert("use".into(), "sig".into());
        members.insert("alg".into(), pair.alg.as_str().into());
        members.insert("kid".into(), pair.kid.clone().into());
    }
    jwk
}
