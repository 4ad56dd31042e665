//! Finds the token with a given text, and decides whether it would be accepted now.

use std::sync::Arc;

use super::{TokenService, inactive_token::InactiveToken};
use crate::{
    error::Failure,
    keys,
    people::Owner,
    protocol::{
        client::{Client, ClientStatus},
        client_auth::Credentials,
        secret::{Purpose, hash},
        time::UnixTime,
    },
    store::{
        StoreResult,
        access_tokens::AccessTokenRow,
        authorization_codes::GrantRow,
        batches::Batches,
        ephemerals::UsedProof,
        issuing,
        lookups::{
            self, AccessWithGrant, ClientLookup, DeviceGrant, GrantWithSession, LookupKey,
            RefreshWithGrant,
        },
        refresh_tokens::RefreshTokenRow,
        user_key::UserKey,
    },
};

/// A token of this server, active or not.
pub enum Token {
    /// An access token.
    Access(Box<AccessWithGrant>),
    /// A refresh token.
    Refresh(Box<RefreshWithGrant>),
}

impl Token {
    /// Returns the id of the client that the token was issued to.
    pub fn client_id(&self) -> &str {
        match self {
            Self::Access(found) => &found.token.client_id,
            Self::Refresh(found) => &found.token.client_id,
        }
    }

    /// Returns the grant of the token; a machine token has none.
    pub fn grant(&self) -> Option<&GrantRow> {
        match self {
            Self::Access(found) => found.grant.as_ref(),
            Self::Refresh(found) => Some(&found.grant),
        }
    }

    fn user(&self) -> Option<UserKey> {
        match self {
            Self::Access(found) => found.token.user_id,
            Self::Refresh(found) => Some(found.token.user_id),
        }
    }

    /// Whether a revocation would end something (RV-02): neither the token nor its grant is over.
    /// A rotated refresh token still stands for its family.
    pub fn can_be_revoked(&self, now: UnixTime) -> bool {
        matches!(self.end(now), None | Some(InactiveToken::Rotated(_)))
    }

    /// Returns why the token itself or its grant has ended, if one of them has.
    fn end(&self, now: UnixTime) -> Option<InactiveToken> {
        let client_id = || self.client_id().to_owned();
        let (revoked_at, expires_at) = match self {
            Self::Access(found) => (found.token.revoked_at, found.token.expires_at),
            Self::Refresh(found) => {
                let RefreshTokenRow {
                    expires_at,
                    absolute_expires_at,
                    ..
                } = found.token;
                (None, expires_at.min(absolute_expires_at))
            }
        };
        if let Some(at) = revoked_at {
            let client_id = client_id();
            return Some(InactiveToken::Revoked { client_id, at });
        }
        if let Some((grant, at)) = self.grant().and_then(|it| it.revoked_at.map(|at| (it, at))) {
            return Some(InactiveToken::GrantRevoked {
                client_id: client_id(),
                at,
                reason: grant.revoke_reason.clone().unwrap_or_default(),
            });
        }
        if expires_at <= now {
            return Some(InactiveToken::Expired {
                client_id: client_id(),
                at: expires_at,
            });
        }
        match self {
            Self::Refresh(found) if found.token.superseded_at.is_some() => {
                Some(InactiveToken::Rotated(client_id()))
            }
            _ => None,
        }
    }
}

/// Lookups of requests that wait at the same time.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    codes: Batches<LookupKey, ClientLookup<GrantWithSession, Owner>>,
    device_codes: Batches<LookupKey, ClientLookup<DeviceGrant, Owner>>,
    refresh_tokens: Batches<LookupKey, ClientLookup<RefreshWithGrant, Owner>>,
    access_tokens: Batches<LookupKey, ClientLookup<AccessWithGrant, Owner>>,
    machine_tokens: Batches<AccessTokenRow, ()>,
    pub(super) proofs: Batches<UsedProof, bool>,
}

/// An authenticated client, and the token in its request.
pub struct ClientAndToken {
    /// The client.
    pub client: Arc<Client>,
    /// The token; `None` if this server does not know it.
    pub token: Option<Token>,
    /// The user of the token, where the users table is known.
    pub user: Option<Owner>,
}

/// An active access token with its row.
pub struct ActiveAccessToken {
    /// The token and its family.
    pub access: AccessWithGrant,
    /// Its client and user.
    pub parties: TokenParties,
}

/// Where a token is looked for.
#[derive(Clone, Copy)]
enum TokenKind {
    /// Among the access tokens.
    Access,
    /// Among the refresh tokens.
    Refresh,
}

impl TokenKind {
    const fn purpose(self) -> Purpose {
        match self {
            Self::Access => Purpose::Access,
            Self::Refresh => Purpose::Refresh,
        }
    }
}

/// The client and the user of an active token.
pub struct TokenParties {
    /// The client it was issued to.
    pub client: Arc<Client>,
    /// The user; `None` for machine tokens.
    pub owner: Option<Owner>,
}

impl TokenService {
    /// Authenticates a client and finds the token in its request, whose text is `text`. The prefix of the
    /// token decides where to look first, and nothing else (RFC 7009 §2.1, RFC 7662 §2.1).
    ///
    /// # Errors
    /// `invalid_client` for wrong credentials, or a fault of this server.
    pub async fn authenticate_and_find(
        &self,
        credentials: &Credentials,
        text: &str,
    ) -> Result<ClientAndToken, Failure> {
        let id = self.clients.id_in_table(&credentials.client_id);
        let prefix = &self.settings.token_prefixes.refresh_token;
        let (first, second) = if text.starts_with(prefix) {
            (TokenKind::Refresh, TokenKind::Access)
        } else {
            (TokenKind::Access, TokenKind::Refresh)
        };
        let mut lookup = self.find(id, text, first).await?;
        let client = lookup.client.take();
        let client = self.clients.authenticate(credentials, client).await?;
        if lookup.found.is_none() && !text.is_empty() {
            lookup = self.find(None, text, second).await?;
        }
        Ok(ClientAndToken {
            client,
            token: lookup.found,
            user: lookup.user,
        })
    }

    async fn find(
        &self,
        client_id: Option<&str>,
        token: &str,
        kind: TokenKind,
    ) -> Result<ClientLookup<Token, Owner>, Failure> {
        let key = LookupKey {
            client_id: client_id.map(str::to_owned),
            hash: hash(kind.purpose(), token),
        };
        Ok(match kind {
            TokenKind::Refresh => {
                let found = self.find_refresh_token(key).await?;
                found.map(|found| Token::Refresh(Box::new(found)))
            }
            TokenKind::Access => {
                let found = self.find_access_token(key).await?;
                found.map(|found| Token::Access(Box::new(found)))
            }
        })
    }

    /// Returns the client and the code of a key. As for tokens, requests at the same time share statements.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_code(
        &self,
        key: LookupKey,
    ) -> StoreResult<ClientLookup<GrantWithSession, Owner>> {
        let (store, app) = (self.store.clone(), Arc::clone(&self.people.app));
        let find = move |keys: Vec<LookupKey>, _| {
            let (store, app) = (store.clone(), Arc::clone(&app));
            async move { lookups::codes(store.pool(), store.tables(), &keys, app.table()).await }
        };
        self.store.ask(&self.lookups.codes, key, find).await
    }

    /// Returns the client and the device code of a key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_device_code(
        &self,
        key: LookupKey,
    ) -> StoreResult<ClientLookup<DeviceGrant, Owner>> {
        let (store, app) = (self.store.clone(), Arc::clone(&self.people.app));
        let find = move |keys: Vec<LookupKey>, _| {
            let (store, app) = (store.clone(), Arc::clone(&app));
            async move { lookups::device_codes(store.pool(), store.tables(), &keys, app.table()).await }
        };
        self.store.ask(&self.lookups.device_codes, key, find).await
    }

    /// Returns the client and the refresh token of a key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_refresh_token(
        &self,
        key: LookupKey,
    ) -> StoreResult<ClientLookup<RefreshWithGrant, Owner>> {
        let (store, app) = (self.store.clone(), Arc::clone(&self.people.app));
        let find = move |keys: Vec<LookupKey>, _| {
            let (store, app) = (store.clone(), Arc::clone(&app));
            async move {
                lookups::refresh_tokens(store.pool(), store.tables(), &keys, app.table()).await
            }
        };
        self.store
            .ask(&self.lookups.refresh_tokens, key, find)
            .await
    }

    /// Stores the token of a client itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn store_machine_token(&self, token: AccessTokenRow) -> StoreResult<()> {
        let store = self.store.clone();
        let insert = move |tokens: Vec<AccessTokenRow>, waiters| {
            let store = store.clone();
            async move {
                issuing::machine_tokens(&store, &tokens, waiters).await?;
                Ok(vec![(); tokens.len()])
            }
        };
        self.store
            .ask(&self.lookups.machine_tokens, token, insert)
            .await
    }

    async fn find_access_token(
        &self,
        key: LookupKey,
    ) -> StoreResult<ClientLookup<AccessWithGrant, Owner>> {
        let (store, app) = (self.store.clone(), Arc::clone(&self.people.app));
        let find = move |keys: Vec<LookupKey>, _| {
            let (store, app) = (store.clone(), Arc::clone(&app));
            async move { lookups::access_tokens(store.pool(), store.tables(), &keys, app.table()).await }
        };
        self.store.ask(&self.lookups.access_tokens, key, find).await
    }

    /// Returns the active access token with this text, which came in the header `Authorization` (GU-02), or why
    /// there is none. Whether it is bound to a key is the question of [`Self::check_possession`]. A JWT is verified before the database is read; an opaque token costs one statement.
    ///
    /// # Errors
    /// When the database or the app's model fails, which is never taken for an inactive token.
    pub async fn bearer(
        &self,
        token: &str,
    ) -> Result<Result<ActiveAccessToken, InactiveToken>, Failure> {
        // Guards are on routes of the app, where nothing else brings the keys up to date.
        self.keys
            .up_to_date(self.clock.now(), Some(&self.events))
            .await;
        if is_jwt(token) {
            let verified = self
                .keys
                .verify(token, keys::JwtPurpose::AccessToken, self.clock.now());
            if let Err(error) = verified {
                return Ok(Err(InactiveToken::Jwt(error)));
            }
        }
        let lookup = self.find(None, token, TokenKind::Access).await?;
        let Some(token) = lookup.found else {
            return Ok(Err(InactiveToken::Unknown));
        };
        let parties = self.active(&token, lookup.user, None).await?;
        Ok(match (token, parties) {
            (Token::Access(access), Ok(parties)) => Ok(ActiveAccessToken {
                access: *access,
                parties,
            }),
            (Token::Refresh(_), Ok(_)) => Err(InactiveToken::Unknown),
            (_, Err(why)) => Err(why),
        })
    }

    /// Whether `caller` may see a token (IN-03): its own, or an access token for a resource that lists the caller
    /// in `introspection_clients`.
    pub fn is_visible(&self, caller: &Client, token: &Token) -> bool {
        if token.client_id() == caller.client_id {
            return true;
        }
        let Token::Access(found) = token else {
            return false;
        };
        found.token.audience.0.iter().any(|uri| {
            let resource = self.policy.resource_of_audience(uri);
            resource.is_some_and(|it| it.introspection_clients.contains(&caller.client_id))
        })
    }

    /// Whether this server signed a JWT with a key that is still valid. Opaque tokens have no signature:
    /// for them this is true.
    pub fn is_signed(&self, token: &str) -> bool {
        if !is_jwt(token) {
            return true;
        }
        let verified = self
            .keys
            .verify(token, keys::JwtPurpose::AccessToken, self.clock.now());
        if let Err(error) = &verified {
            tracing::debug!(%error, "a JWT that is no access token of this server");
        }
        verified.is_ok()
    }

    /// Returns client and user of a token that would be accepted now, or why it would not be: the token,
    /// its grant, its client and its user are checked. `user` is the one that was read with the token;
    /// `caller` is the client that sent the request, so that its own tokens cost no further statement.
    ///
    /// # Errors
    /// When the database or the app's model fails, which is never taken for an inactive token.
    pub async fn active(
        &self,
        token: &Token,
        user: Option<Owner>,
        caller: Option<&Arc<Client>>,
    ) -> Result<Result<TokenParties, InactiveToken>, Failure> {
        if let Some(end) = token.end(self.clock.now()) {
            return Ok(Err(end));
        }
        let owner = match token.user() {
            Some(key) => self.people.joined(key, user).await?,
            None => None,
        };
        let row = match token {
            Token::Access(found) => found.client.as_ref(),
            Token::Refresh(_) => None,
        };
        let client_id = token.client_id();
        let own = caller.filter(|caller| caller.client_id == client_id);
        let client = match own.or_else(|| self.clients.static_or_stored(client_id, row)) {
            Some(client) => Some(Arc::clone(client)),
            None => self.clients.find(client_id).await?,
        };
        let Some(client) = client else {
            return Ok(Err(InactiveToken::NoClient(client_id.to_owned())));
        };
        if client.status != ClientStatus::Active {
            let (client_id, status) = (client.client_id.clone(), client.status);
            return Ok(Err(InactiveToken::ClientStatus { client_id, status }));
        }
        if token.user().is_none() {
            return Ok(Ok(TokenParties {
                client,
                owner: None,
            }));
        }
        let (Some(owner), Some(grant)) = (owner, token.grant()) else {
            return Ok(Err(InactiveToken::NoUser(client.client_id.clone())));
        };
        // An exchanged token ends with the client to which the person gave the access.
        if grant.client_id != client.client_id {
            let first = match self.clients.static_or_stored(&grant.client_id, None) {
                Some(first) => Some(Arc::clone(first)),
                None => self.clients.find(&grant.client_id).await?,
            };
            match first.map(|first| first.status) {
                Some(ClientStatus::Active) => {}
                Some(status) => {
                    let client_id = grant.client_id.clone();
                    return Ok(Err(InactiveToken::ClientStatus { client_id, status }));
                }
                None => return Ok(Err(InactiveToken::NoClient(grant.client_id.clone()))),
            }
        }
        let state = self.owner_state(&owner, grant);
        if !state.active {
            return Ok(Err(InactiveToken::UserNotActive(client.client_id.clone())));
        }
        if state.credentials_changed {
            return Ok(Err(InactiveToken::CredentialsChanged(
                client.client_id.clone(),
            )));
        }
        Ok(Ok(TokenParties {
            client,
            owner: Some(owner),
        }))
    }
}

/// Whether a token has the form of a compact JWS; opaque ones have no dot.
fn is_jwt(token: &str) -> bool {
    token.contains('.')
}
