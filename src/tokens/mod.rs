//! Tokens: issued, looked up, revoked with their family.

mod family;
pub mod inactive_token;
mod issue;
mod logout;
pub mod lookup;
mod proof;
mod response;

use std::sync::Arc;

pub use self::{
    issue::{ClaimsToTell, ExchangeTerms, GrantContext, NewAccessToken, amr},
    proof::ShownToken,
    response::{IssuedAbout, OneOrMany, TokenResponse, token_type},
};
use crate::{
    clients::ClientRegistry,
    clock::Clock,
    config::{Settings, urls::Urls},
    events::Events,
    keys::Keys,
    people::People,
    protocol::{policy::Policy, secret::Secret},
    store::Store,
};

/// Issues tokens, finds them, and revokes their families.
pub struct TokenService {
    settings: Arc<Settings>,
    urls: Arc<Urls>,
    policy: Arc<Policy>,
    keys: Arc<Keys>,
    store: Store,
    clock: Clock,
    events: Events,
    people: Arc<People>,
    clients: Arc<ClientRegistry>,
    /// What nonces are made of; `None` = proofs need none.
    nonce_secret: Option<Secret>,
    lookups: lookup::Lookups,
}

/// What a [`TokenService`] is made of.
pub struct TokenServiceParts {
    /// The settings.
    pub settings: Arc<Settings>,
    /// The URLs, among them the issuer.
    pub urls: Arc<Urls>,
    /// Lifetimes, resources, scopes.
    pub policy: Arc<Policy>,
    /// The signing keys.
    pub keys: Arc<Keys>,
    /// The tables.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Where audit events go.
    pub events: Events,
    /// The app's users, whose claims go into tokens.
    pub people: Arc<People>,
    /// The clients, who authenticate.
    pub clients: Arc<ClientRegistry>,
    /// What nonces are made of; `None` = proofs need none.
    pub nonce_secret: Option<Secret>,
}

impl TokenService {
    /// Creates the service.
    pub fn new(parts: TokenServiceParts) -> Self {
        let TokenServiceParts {
            settings,
            urls,
            policy,
            keys,
            store,
            clock,
            events,
            people,
            clients,
            nonce_secret,
        } = parts;
        Self {
            settings,
            urls,
            policy,
            keys,
            store,
            clock,
            events,
            people,
            clients,
            nonce_secret,
            lookups: lookup::Lookups::default(),
        }
    }
}
