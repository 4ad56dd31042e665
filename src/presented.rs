//! A token that somebody presents: what it is, and whether it would be accepted now.

use crate::{
    error::Failure,
    keys,
    owners::Owner,
    protocol::{
        client::{Client, ClientStatus},
        client_auth::Credentials,
        secret::{Purpose, hash},
    },
    resource_owner::UserKey,
    server::Server,
    store::{
        authorization_codes::GrantRow,
        bearer,
        joined::{self, AccessWithGrant, RefreshWithGrant},
    },
};

/// A token of this server, live or not.
pub enum Token {
    /// An access token.
    Access(Box<AccessWithGrant>),
    /// A refresh token.
    Refresh(Box<RefreshWithGrant>),
}

impl Token {
    /// The client it was issued to.
    pub fn client_id(&self) -> &str {
        match self {
            Self::Access(found) => &found.token.client_id,
            Self::Refresh(found) => &found.token.client_id,
        }
    }

    /// Its grant, if a user is behind it.
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
    pub fn can_be_revoked(&self, now: i64) -> bool {
        let grant = self.grant();
        grant.is_none_or(|grant| grant.revoked_at.is_none())
            && match self {
                Self::Access(found) => {
                    found.token.revoked_at.is_none() && found.token.expires_at > now
                }
                Self::Refresh(found) => {
                    found.token.expires_at > now && found.token.absolute_expires_at > now
                }
            }
    }

    /// Whether neither the token nor its grant is over or used up.
    fn stands(&self, now: i64) -> bool {
        let rotated = match self {
            Self::Access(_) => false,
            Self::Refresh(found) => found.token.superseded_at.is_some(),
        };
        !rotated && self.can_be_revoked(now)
    }
}

/// An authenticated client and the token it presents.
pub struct Presented {
    /// The client.
    pub client: Client,
    /// The token, if it is one of ours.
    pub token: Option<Token>,
}

/// A live token with its user.
pub struct Live {
    /// The client it was issued to.
    pub client: Client,
    /// The user; `None` for machine tokens.
    pub owner: Option<Owner>,
}

impl Server {
    /// Authenticates a client and finds the token it presents. The token's prefix says where to
    /// look first; hints only ever order the search (RFC 7009 §2.1, RFC 7662 §2.1).
    ///
    /// # Errors
    /// `invalid_client`, or a fault.
    pub async fn presented(
        &self,
        credentials: &Credentials,
        token: &str,
    ) -> Result<Presented, Failure> {
        let id = self.id_in_table(&credentials.client_id);
        let refresh_first = token.starts_with(&self.settings.token_prefixes.refresh_token);
        let (row, mut found) = self.find(id, token, refresh_first).await?;
        let client = self.authenticated(credentials, row).await?;
        if found.is_none() && !token.is_empty() {
            (_, found) = self.find(None, token, !refresh_first).await?;
        }
        Ok(Presented {
            client,
            token: found,
        })
    }

    async fn find(
        &self,
        client_id: Option<&str>,
        token: &str,
        refresh: bool,
    ) -> Result<(Option<Client>, Option<Token>), Failure> {
        let tables = self.store.tables();
        if refresh {
            let wanted = (client_id, &hash(Purpose::Refresh, token));
            let found = self
                .store
                .run(|db| joined::client_and_refresh_token(db, tables, wanted))
                .await?;
            return Ok((found.client, found.found.map(Box::new).map(Token::Refresh)));
        }
        let wanted = (client_id, &hash(Purpose::Access, token));
        let found = self
            .store
            .run(|db| joined::client_and_access_token(db, tables, wanted))
            .await?;
        Ok((found.client, found.found.map(Box::new).map(Token::Access)))
    }

    /// The live access token that somebody presents as a bearer token (GU-02), with its row. JWTs
    /// are verified before the database is asked; an opaque token costs one statement.
    ///
    /// # Errors
    /// A fault; never taken for "not live".
    pub async fn bearer(&self, token: &str) -> Result<Option<(AccessWithGrant, Live)>, Failure> {
        // Guards are on routes of the app, around which nothing else of ours looks.
        self.look_at_keys().await;
        if !self.is_signed(token) {
            return Ok(None);
        }
        let (tables, users) = (self.store.tables(), self.owners.table());
        let wanted = (&hash(Purpose::Access, token), users);
        let found = self
            .store
            .run(|db| bearer::find(db, tables, wanted))
            .await?;
        let Some((found, user)) = found else {
            return Ok(None);
        };
        let token = Token::Access(Box::new(found));
        let live = match users {
            Some(_) => self.live_with(&token, None, user).await?,
            None => self.live(&token, None).await?,
        };
        Ok(match (token, live) {
            (Token::Access(found), Some(live)) => Some((*found, live)),
            _ => None,
        })
    }

    /// Whether a JWT is one that this server signed with a key that still stands; opaque tokens
    /// have no signature.
    pub fn is_signed(&self, token: &str) -> bool {
        if !is_jwt(token) {
            return true;
        }
        let verified = self
            .keys
            .verify(token, keys::Purpose::AccessToken, self.now());
        if let Err(error) = &verified {
            tracing::debug!(%error, "a JWT that is no access token of this server");
        }
        verified.is_ok()
    }

    /// Whether the token would be accepted now (§1.1 "live"): itself, its grant, its client, its
    /// user. `caller` is the client that asks, so that its own tokens cost no further statement.
    ///
    /// # Errors
    /// A fault; never taken for "not live".
    pub async fn live(
        &self,
        token: &Token,
        caller: Option<&Client>,
    ) -> Result<Option<Live>, Failure> {
        if !token.stands(self.now()) {
            return Ok(None);
        }
        let owner = match token.user() {
            Some(key) => self.owner(key).await?,
            None => None,
        };
        self.live_with(token, caller, owner).await
    }

    /// The same for a token whose user, if it has one, is read already.
    async fn live_with(
        &self,
        token: &Token,
        caller: Option<&Client>,
        owner: Option<Owner>,
    ) -> Result<Option<Live>, Failure> {
        if !token.stands(self.now()) {
            return Ok(None);
        }
        let row = match token {
            Token::Access(found) => found.client.as_ref(),
            Token::Refresh(_) => None,
        };
        let own = caller.filter(|caller| caller.client_id == token.client_id());
        let client = match own.or_else(|| self.known_client(token.client_id(), row)) {
            Some(client) => Some(client.clone()),
            None => self.client(token.client_id()).await?,
        };
        let Some(client) = client.filter(|client| client.status == ClientStatus::Active) else {
            return Ok(None);
        };
        if token.user().is_none() {
            return Ok(Some(Live {
                client,
                owner: None,
            }));
        }
        let (Some(owner), Some(grant)) = (owner, token.grant()) else {
            return Ok(None);
        };
        let good = self.owner_state(&owner, grant).is_good();
        Ok(good.then_some(Live {
            client,
            owner: Some(owner),
        }))
    }
}

/// Whether a token has the form of a compact JWS; opaque ones have no dot.
fn is_jwt(token: &str) -> bool {
    token.contains('.')
}
