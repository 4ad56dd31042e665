//! `grant_type=refresh_token` — RFC 6749 §6, OAuth 2.1 §4.3, RFC 9700 §4.14.2.

mod rotation;

use std::sync::Arc;

use super::{Possession, WithOwner, retry::repeat};
use crate::{
    config::RefreshRotation,
    error::Failure,
    events::{AuditEvent, EventName},
    people::Owner,
    protocol::{
        client::{Client, GrantType},
        client_auth::Credentials,
        error::OAuthError,
        grants::{
            Granted, TokenRequest, check_allowed,
            refresh_token::{RefreshToken, Request, Verdict, decide},
        },
        refusals::RefreshRefusal,
        scope::OPENID,
        secret::{Purpose, SecretHash, hash},
    },
    random,
    server::Server,
    store::{
        access_tokens::AccessTokenRow,
        authorization_codes,
        issuing::{self, Issued},
        lookups::{LookupKey, RefreshWithGrant},
    },
    tokens::{GrantContext, TokenResponse},
};

/// The client, and the refresh token with its grant and user.
pub(super) struct Loaded {
    pub(super) client: Arc<Client>,
    pub(super) found: Option<WithOwner<RefreshWithGrant>>,
}

/// Exchanges a refresh token for new tokens; returns the JSON body of the answer.
///
/// # Errors
/// The refusals of TK-19 to TK-26, or a fault.
pub async fn answer(
    server: &Server,
    credentials: &Credentials,
    sent: &TokenRequest<'_>,
) -> Result<Vec<u8>, Failure> {
    let token = hash(Purpose::Refresh, sent.refresh_token.unwrap_or_default());
    // A refresh that loses against another request loads again, and finds the kept answer of the other. The
    // client is not authenticated again, because an assertion can be used only once.
    let (mut authenticated, mut possession) = (None, Possession::Unread);
    for _ in 0..2 {
        let loaded = load(server, credentials, authenticated.take(), &token).await?;
        let client = &loaded.client;
        authenticated = Some(Arc::clone(client));
        check_allowed(client, GrantType::RefreshToken)?;
        possession.verify(server, sent)?;
        if loaded.found.is_some() {
            possession.use_up(server).await?;
        }
        let request = Request::of(sent)?.by(possession.key());
        let verdict = judge(server, &loaded, &request)?;
        let Some(WithOwner { credential, owner }) = &loaded.found else {
            continue;
        };
        let found = credential;
        match (verdict, owner) {
            (Verdict::Rotate(granted), Some(owner)) => {
                let refreshing = Refreshing {
                    client,
                    found,
                    owner,
                    request,
                };
                if let Some(body) = refreshing.issue(server, &granted).await? {
                    return Ok(body);
                }
            }
            (Verdict::Repeat, _) => {
                let body = repeat(found, &request)?;
                server.events.emit(
                    AuditEvent::new(EventName::TokenRetried)
                        .client(client)
                        .about(found),
                );
                return Ok(body);
            }
            (Verdict::Replay(replay), _) => {
                server.tokens.replayed(client, found, replay).await?;
                return Err(OAuthError::of(replay.refusal()).into());
            }
            (Verdict::Misuse(error), _) => {
                let refused = server.tokens.misused(client, found, error);
                return Err(refused.await?.into());
            }
            (Verdict::Lost(loss), _) => {
                server.tokens.lost(client, found, loss).await?;
                return Err(OAuthError::of(RefreshRefusal::OfLostAccount).into());
            }
            (Verdict::WrongClient | Verdict::Rotate(_), _) => {
                // The client cannot tell the token of another client from one that never was.
                let error = OAuthError::of(RefreshRefusal::Unknown);
                let event = AuditEvent::new(EventName::RefreshForeign).denied(error.rule);
                server.events.emit(event.client(client).about(found));
                return Err(error.into());
            }
        }
    }
    Err(OAuthError::of(RefreshRefusal::Unknown).into())
}

/// Load: client, token, grant and user together.
async fn load(
    server: &Server,
    credentials: &Credentials,
    authenticated: Option<Arc<Client>>,
    token: &SecretHash,
) -> Result<Loaded, Failure> {
    let client_id = server.clients.id_in_table(&credentials.client_id);
    let key = LookupKey {
        client_id: client_id.map(str::to_owned),
        hash: *token,
    };
    let lookup = server.tokens.find_refresh_token(key).await?;
    let client = server
        .clients
        .authenticate_once(authenticated, credentials, lookup.client)
        .await?;
    let found = match lookup.found {
        None => None,
        Some(found) => {
            let key = found.token.user_id;
            let owner = server.people.joined(key, lookup.user).await?;
            Some(WithOwner {
                credential: found,
                owner,
            })
        }
    };
    Ok(Loaded { client, found })
}

/// Decide (TK-19 to TK-25).
pub(super) fn judge(
    server: &Server,
    loaded: &Loaded,
    request: &Request<'_>,
) -> Result<Verdict, Failure> {
    let token = loaded
        .found
        .as_ref()
        .map(|WithOwner { credential, owner }| {
            let RefreshWithGrant { token, grant, .. } = credential;
            let fingerprint = token.request_fingerprint.clone();
            // RFC 9449 §5: a confidential client authenticates at each refresh, a public one has its key.
            let bound_to = grant.dpop_jkt.as_deref();
            let bound_to = bound_to.filter(|_| !loaded.client.is_confidential());
            RefreshToken {
                client_id: &token.client_id,
                expires_at: token.expires_at,
                absolute_expires_at: token.absolute_expires_at,
                superseded: token.superseded_at.is_some(),
                successor_superseded: credential.successor_superseded,
                // Without a kept answer there is nothing to repeat, also within the retry window.
                successor_until: token
                    .successor_until
                    .filter(|_| token.successor_sealed.is_some()),
                fingerprint: fingerprint
                    .and_then(|hash| hash.try_into().ok())
                    .map(SecretHash),
                bound_to,
                grant_revoked: grant.revoked_at.is_some(),
                scopes: grant.scopes.0.iter().collect(),
                resources: &grant.resources.0,
                owner: owner
                    .as_ref()
                    .map(|owner| server.tokens.owner_state(owner, grant)),
            }
        });
    let entitlement = server.tokens.entitlement(&loaded.client);
    Ok(decide(
        entitlement,
        token.as_ref(),
        request,
        server.clock.now(),
    )?)
}

/// A refresh that passed all checks.
struct Refreshing<'a> {
    client: &'a Client,
    found: &'a RefreshWithGrant,
    owner: &'a Owner,
    request: Request<'a>,
}

impl Refreshing<'_> {
    /// Persist, then respond; `None` when another request rotated the token first (TK-26).
    async fn issue(&self, server: &Server, granted: &Granted) -> Result<Option<Vec<u8>>, Failure> {
        if !self.bind(server).await? {
            return Ok(None);
        }
        let context = GrantContext {
            grant: &self.found.grant,
            session: self.found.session.as_ref(),
            owner: self.owner,
        };
        let access = server
            .tokens
            .access_token(self.client, granted, Some(context), self.request.key)
            .await?;
        // No nonce at refresh (OpenID Connect Core §12.2), and no ID token for a client that asks for scopes
        // without `openid`: it would cost a signature that nobody reads.
        let id_token = if granted.scopes.contains(OPENID) {
            let tokens = &server.tokens;
            tokens.id_token(self.client, context, &access, None).await?
        } else {
            None
        };
        let session_client = match id_token {
            Some(_) => server.tokens.session_client(self.client, context)?,
            None => None,
        };
        let issued = Issued {
            refresh: None,
            access: &access.row,
            session_client: session_client.as_ref(),
        };
        let keeps = server.settings.rotate_refresh_tokens == RefreshRotation::PublicOnly
            && self.client.is_confidential();
        server.clients.touch_last_used(self.client);
        if keeps {
            let body = TokenResponse::bytes(&access, None, id_token)?;
            let won = self.slide(server, issued).await?;
            self.refreshed(server, won.then_some(&access.row));
            return Ok(won.then_some(body));
        }
        let next = random::secret(&server.settings.token_prefixes.refresh_token)?;
        let body = TokenResponse::bytes(&access, Some(&next), id_token)?;
        let rotation = self.rotation(server, &body)?;
        let next = self.next_generation(server, &next);
        let issued = Issued {
            refresh: Some(&next),
            ..issued
        };
        let won = issuing::rotate(&server.store, &rotation, issued).await?;
        self.refreshed(server, won.then_some(&access.row));
        Ok(won.then_some(body))
    }

    /// Binds the grant of a public client to its key, at the first refresh with a proof (RFC 9449 §5). Returns
    /// whether the refresh may go on; `false` = another request has just bound it.
    async fn bind(&self, server: &Server) -> Result<bool, Failure> {
        let key = self.request.key.filter(|_| !self.client.is_confidential());
        let (Some(key), None) = (key, &self.found.grant.dpop_jkt) else {
            return Ok(true);
        };
        let (tables, grant) = (server.store.tables(), self.found.grant.id);
        let bind = |db| authorization_codes::bind(db, tables, grant, key.as_str());
        Ok(server.store.run(bind).await?)
    }

    /// Emits the event of a refresh that was stored.
    fn refreshed(&self, server: &Server, issued: Option<&AccessTokenRow>) {
        let Some(issued) = issued else { return };
        let event = AuditEvent::new(EventName::TokenRefreshed).client(self.client);
        server.events.emit(event.about(self.owner).about(issued));
    }
}
