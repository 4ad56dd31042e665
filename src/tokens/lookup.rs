//! Finds the token with a given text, and decides whether it would be accepted now.

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
        authorization_codes::GrantRow,
        bearer::{self, BearerToken},
        lookups::{self, AccessWithGrant, RefreshWithGrant},
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

/// An authenticated client, and the token in its request.
pub struct ClientAndToken {
    /// The client.
    pub client: Client,
    /// The token; `None` if this server does not know it.
    pub token: Option<Token>,
}

/// What the tables have under a client's id and a token's hash.
struct Found {
    client: Option<Client>,
    token: Option<Token>,
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

/// The client and the user of an active token.
pub struct TokenParties {
    /// The client it was issued to.
    pub client: Client,
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
        let Found { client, mut token } = self.find(id, text, first).await?;
        let client = self.clients.authenticate(credentials, client).await?;
        if token.is_none() && !text.is_empty() {
            token = self.find(None, text, second).await?.token;
        }
        Ok(ClientAndToken { client, token })
    }

    async fn find(
        &self,
        client_id: Option<&str>,
        token: &str,
        kind: TokenKind,
    ) -> Result<Found, Failure> {
        let tables = self.store.tables();
        match kind {
            TokenKind::Refresh => {
                let hash = hash(Purpose::Refresh, token);
                let found = self
                    .store
                    .run(|db| lookups::client_and_refresh_token(db, tables, client_id, &hash))
                    .await?;
                Ok(Found {
                    client: found.client,
                    token: found.found.map(Box::new).map(Token::Refresh),
                })
            }
            TokenKind::Access => {
                let hash = hash(Purpose::Access, token);
                let found = self
                    .store
                    .run(|db| lookups::client_and_access_token(db, tables, client_id, &hash))
                    .await?;
                Ok(Found {
                    client: found.client,
                    token: found.found.map(Box::new).map(Token::Access),
                })
            }
        }
    }

    /// Returns the active access token with this text, which came as a bearer token (GU-02), or why there
    /// is none. A JWT is verified before the database is read; an opaque token costs one statement.
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
        let (tables, users) = (self.store.tables(), self.people.app.table());
        let hash = hash(Purpose::Access, token);
        let found = self
            .store
            .run(|db| bearer::find(db, tables, &hash, users))
            .await?;
        let Some(BearerToken { access, user }) = found else {
            return Ok(Err(InactiveToken::Unknown));
        };
        let token = Token::Access(Box::new(access));
        let parties = match users {
            Some(_) => self.active_with(&token, None, user).await?,
            None => self.active(&token, None).await?,
        };
        Ok(match (token, parties) {
            (Token::Access(access), Ok(parties)) => Ok(ActiveAccessToken {
                access: *access,
                parties,
            }),
            (Token::Refresh(_), Ok(_)) => Err(InactiveToken::Unknown),
            (_, Err(why)) => Err(why),
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
    /// its grant, its client and its user are checked. `caller` is the client that sent the request, so
    /// that its own tokens cost no further statement.
    ///
    /// # Errors
    /// When the database or the app's model fails, which is never taken for an inactive token.
    pub async fn active(
        &self,
        token: &Token,
        caller: Option<&Client>,
    ) -> Result<Result<TokenParties, InactiveToken>, Failure> {
        if let Some(end) = token.end(self.clock.now()) {
            return Ok(Err(end));
        }
        let owner = match token.user() {
            Some(key) => self.people.find(key).await?,
            None => None,
        };
        self.active_with(token, caller, owner).await
    }

    /// Checks a token as [`Self::active`] does; its user, if it has one, has been read already.
    async fn active_with(
        &self,
        token: &Token,
        caller: Option<&Client>,
        owner: Option<Owner>,
    ) -> Result<Result<TokenParties, InactiveToken>, Failure> {
        if let Some(end) = token.end(self.clock.now()) {
            return Ok(Err(end));
        }
        let row = match token {
            Token::Access(found) => found.client.as_ref(),
            Token::Refresh(_) => None,
        };
        let client_id = token.client_id();
        let own = caller.filter(|caller| caller.client_id == client_id);
        let client = match own.or_else(|| self.clients.static_or_stored(client_id, row)) {
            Some(client) => Some(client.clone()),
            None => self.clients.find(client_id).await?,
        };
        let Some(client) = client else {
            return Ok(Err(InactiveToken::NoClient(client_id.to_owned())));
        };
        if client.status != ClientStatus::Active {
            let (client_id, status) = (client.client_id, client.status);
            return Ok(Err(InactiveToken::ClientStatus { client_id, status }));
        }
        if token.user().is_none() {
            return Ok(Ok(TokenParties {
                client,
                owner: None,
            }));
        }
        let (Some(owner), Some(grant)) = (owner, token.grant()) else {
            return Ok(Err(InactiveToken::NoUser(client.client_id)));
        };
        let state = self.owner_state(&owner, grant);
        if !state.active {
            return Ok(Err(InactiveToken::UserNotActive(client.client_id)));
        }
        if state.credentials_changed {
            return Ok(Err(InactiveToken::CredentialsChanged(client.client_id)));
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
