//! The keys as they stand at one moment: who signs, who verifies, what is published.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    pair::KeyPair,
    state::{KeyDescription, KeyState, state_at},
};
use crate::protocol::jwk::SigningAlg;

/// A key and what is written about it.
#[derive(Clone)]
pub(super) struct KeyWithDescription {
    pub pair: Arc<KeyPair>,
    pub description: KeyDescription,
}

/// A key in its state.
pub(super) struct Entry {
    pub pair: Arc<KeyPair>,
    pub state: KeyState,
}

/// Keys in the order of publication: active ones first, the default algorithm first among them.
#[derive(Default)]
pub(super) struct KeySet {
    entries: Vec<Entry>,
}

/// A key that came into another state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// Key id.
    pub kid: String,
    /// Its new state.
    pub state: KeyState,
}

impl KeySet {
    /// States of `keys` at `now`. `token_life`: longest life of a signed token, seconds.
    pub fn new(keys: &[KeyWithDescription], now: i64, token_life: i64, first: SigningAlg) -> Self {
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
        Self { entries }
    }

    /// The key that signs with `alg`.
    pub fn signer(&self, alg: SigningAlg) -> Option<&KeyPair> {
        let mut active = self.active();
        active.find(|pair| pair.alg == alg)
    }

    /// Algorithms that can be signed with, the default one first.
    pub fn algorithms(&self) -> Vec<SigningAlg> {
        self.active().map(|pair| pair.alg).collect()
    }

    /// The row of the verification table for a key id.
    pub fn by_kid(&self, kid: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.pair.kid == kid)
    }

    /// Public members of the published keys (RFC 7517 §5).
    pub fn jwks(&self) -> Value {
        let published = self
            .entries
            .iter()
            .filter(|entry| entry.state.is_published());
        let keys: Vec<Value> = published.map(|entry| public_jwk(&entry.pair)).collect();
        json!({ "keys": keys })
    }

    /// Keys whose state is another one than in `before`, with the new state.
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

fn public_jwk(pair: &KeyPair) -> Value {
    let mut jwk = json!(pair.public);
    if let Value::Object(members) = &mut jwk {
        members.insert("use".into(), "sig".into());
        members.insert("alg".into(), pair.alg.as_str().into());
        members.insert("kid".into(), pair.kid.clone().into());
    }
    jwk
}
