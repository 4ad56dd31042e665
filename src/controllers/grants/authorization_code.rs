//! `grant_type=authorization_code` — RFC 6749 §4.1.3.

use std::sync::Arc;

use super::{Possession, WithOwner};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    people::Owner,
    protocol::{
        client::{Client, GrantType},
        client_auth::Credentials,
        dpop::KeyThumbprint,
        error::OAuthError,
        grants::{
            Granted, OwnerState, TokenRequest,
            authorization_code::{Code, Request, Verdict, decide},
            check_allowed,
        },
        refusals::CodeRefusal,
        row_id::RefreshTokenId,
        secret::{Purpose, Secret, SecretHash, hash},
    },
    random,
    server::Server,
    store::{
        authorization_codes::{self, CODE, GrantRow, Redemption, Revocation, RevokeReason},
        issuing::{self, Issued},
        lookups::{GrantWithSession, LookupKey},
        refresh_tokens::RefreshTokenRow,
    },
    tokens::{GrantContext, TokenResponse},
};

/// The client, and the code with its grant and user.
struct Loaded {
    client: Arc<Client>,
    found: Option<WithOwner<GrantWithSession>>,
}

/// Redeems a code; returns the JSON body of the answer.
///
/// # Errors
/// The refusals of TK-09 to TK-18, or a fault.
pub async fn answer(
    server: &Server,
    credentials: &Credentials,
    sent: &TokenRequest<'_>,
) -> Result<Vec<u8>, Failure> {
    let code = hash(Purpose::Code, sent.code.unwrap_or_default());
    // A redemption that loses against another request loads again, and finds a used code. The client is not
    // authenticated again, because an assertion can be used only once.
    let (mut authenticated, mut possession) = (None, Possession::Unread);
    for _ in 0..2 {
        let loaded = load(server, credentials, authenticated.take(), &code).await?;
        authenticated = Some(Arc::clone(&loaded.client));
        check_allowed(&loaded.client, GrantType::AuthorizationCode)?;
        possession.verify(server, sent)?;
        if loaded.found.is_some() {
            possession.use_up(server).await?;
        }
        let request = Request::of(sent)?.by(possession.key());
        let verdict = judge(server, &loaded, &request)?;
        let Some(found) = &loaded.found else {
            continue;
        };
        let grant = &found.credential;
        match (verdict, &found.owner) {
            (Verdict::Redeem(granted), Some(owner)) => {
                let context = GrantContext {
                    grant: &grant.grant,
                    session: grant.session.as_ref(),
                    owner,
                };
                let issue = Redeeming {
                    client: &loaded.client,
                    context,
                    key: possession.key(),
                };
                if let Some(body) = issue.redeem(server, &granted).await? {
                    return Ok(body);
                }
            }
            (Verdict::WrongClient, _) => {
                let error = OAuthError::of(CodeRefusal::OfOtherClient);
                let event = AuditEvent::new(EventName::CodeForeign).denied(error.rule);
                server
                    .events
                    .emit(event.about(&grant.grant).client(&loaded.client));
                return Err(error.into());
            }
            (Verdict::Replay | Verdict::Redeem(_), _) => {
                revoke(server, &loaded.client, &grant.grant).await?;
                return Err(OAuthError::of(CodeRefusal::Used).into());
            }
        }
    }
    Err(OAuthError::of(CodeRefusal::Used).into())
}

/// Load: client, grant and user together.
async fn load(
    server: &Server,
    credentials: &Credentials,
    authenticated: Option<Arc<Client>>,
    code: &SecretHash,
) -> Result<Loaded, Failure> {
    let client_id = server.clients.id_in_table(&credentials.client_id);
    let key = LookupKey {
        client_id: client_id.map(str::to_owned),
        hash: *code,
    };
    let lookup = server.tokens.find_code(key).await?;
    let client = server
        .clients
        .authenticate_once(authenticated, credentials, lookup.client)
        .await?;
    let found = match lookup.found {
        None => None,
        Some(found) => {
            let owner = match found.grant.user_id {
                Some(key) => server.people.joined(key, lookup.user).await?,
                None => None,
            };
            Some(WithOwner {
                credential: found,
                owner,
            })
        }
    };
    Ok(Loaded { client, found })
}

/// Decide (TK-09 to TK-17).
fn judge(server: &Server, loaded: &Loaded, request: &Request<'_>) -> Result<Verdict, Failure> {
    let code = loaded
        .found
        .as_ref()
        .map(|WithOwner { credential, owner }| {
            let GrantWithSession { grant, session } = credential;
            let signed_out = session
                .as_ref()
                .is_some_and(|session| session.ended_at.is_some());
            let state = |owner: &Owner| -> OwnerState { server.tokens.owner_state(owner, grant) };
            Code {
                client_id: &grant.client_id,
                redirect_uri: &grant.redirect_uri,
                redirect_uri_explicit: grant.redirect_uri_explicit,
                code_challenge: grant.code_challenge.as_deref(),
                dpop_jkt: grant.dpop_jkt.as_deref(),
                redeemed: grant.redeemed_at.is_some(),
                revoked: grant.revoked_at.is_some() || signed_out,
                expires_at: grant.expires_at,
                scopes: grant.scopes.0.iter().collect(),
                resources: &grant.resources.0,
                owner: owner.as_ref().map(state),
            }
        });
    let entitlement = server.tokens.entitlement(&loaded.client);
    Ok(decide(
        entitlement,
        code.as_ref(),
        request,
        server.clock.now(),
    )?)
}

/// A code, or an approved request of a device, that passed all checks.
#[derive(Clone, Copy)]
pub(super) struct Redeeming<'a> {
    pub client: &'a Client,
    pub context: GrantContext<'a>,
    /// The key to which the tokens are bound.
    pub key: Option<&'a KeyThumbprint>,
}

impl Redeeming<'_> {
    /// Persist, then respond; `None` when another request redeemed the code first (TK-18, DV-05).
    pub(super) async fn redeem(
        self,
        server: &Server,
        granted: &Granted,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let Self {
            client,
            context,
            key,
        } = self;
        let access = server
            .tokens
            .access_token(client, granted, Some(context), key)
            .await?;
        let refresh = if server.tokens.has_refresh_token(client, context.grant) {
            let prefix = &server.settings.token_prefixes.refresh_token;
            Some(random::secret(prefix)?)
        } else {
            None
        };
        let nonce = context.grant.nonce.as_deref();
        let id_token = server
            .tokens
            .id_token(client, context, &access, nonce)
            .await?;
        let session_client = match id_token {
            Some(_) => server.tokens.session_client(client, context)?,
            None => None,
        };
        let body = TokenResponse::bytes(&access, refresh.as_ref(), id_token)?;
        let refresh = refresh.map(|token| first_generation(server, context, &token));
        let issued = Issued {
            refresh: refresh.as_ref(),
            access: &access.row,
            session_client: session_client.as_ref(),
        };
        let won = self.store(server, issued).await?;
        server.clients.touch_last_used(client);
        if won {
            let of = |name| AuditEvent::new(name).client(client).about(context.owner);
            if context.grant.kind == CODE {
                let redeemed = of(EventName::CodeRedeemed);
                server.events.emit(redeemed.about(context.grant));
            }
            server
                .events
                .emit(of(EventName::TokenIssued).about(&access.row));
        }
        Ok(won.then_some(body))
    }

    async fn store(self, server: &Server, issued: Issued<'_>) -> Result<bool, Failure> {
        let Some(code) = self.context.grant.code_hash.clone() else {
            return Ok(false);
        };
        let code = SecretHash(
            code.try_into()
                .map_err(|_| Failure::internal("code hash length"))?,
        );
        let end = issued.refresh.map(|refresh| refresh.absolute_expires_at);
        let retain_until = end.unwrap_or_default().max(issued.access.expires_at);
        // RFC 9449 §5: a confidential client authenticates at each refresh, a public one has its key.
        let key = self.key.filter(|_| !self.client.is_confidential());
        let redemption = Redemption {
            code: &code,
            now: server.clock.now(),
            retain_until,
            key: key.map(KeyThumbprint::as_str),
        };
        Ok(issuing::redeem(&server.store, &redemption, issued).await?)
    }
}

fn first_generation(server: &Server, context: GrantContext<'_>, token: &Secret) -> RefreshTokenRow {
    let (now, absolute) = (
        server.clock.now(),
        server.tokens.absolute_end(context.grant),
    );
    RefreshTokenRow {
        id: RefreshTokenId::UNSAVED,
        token_hash: token.hash(Purpose::Refresh).0.to_vec(),
        grant_id: context.grant.id,
        generation: 1,
        parent_id: None,
        client_id: context.grant.client_id.clone(),
        user_id: context.owner.key(),
        issued_at: now,
        expires_at: (now + server.policy.ttl.refresh).min(absolute),
        absolute_expires_at: absolute,
        superseded_at: None,
        successor_until: None,
        successor_sealed: None,
        request_fingerprint: None,
    }
}

/// TK-15, CC-05: revokes the grant of a replayed code; this is committed before the answer.
async fn revoke(server: &Server, client: &Client, grant: &GrantRow) -> Result<(), Failure> {
    let tables = server.store.tables();
    let replay = Revocation {
        reason: RevokeReason::CodeReplay,
        at: server.clock.now(),
    };
    let revoked = server
        .store
        .run(|db| authorization_codes::revoke(db, tables, grant.id, replay))
        .await?;
    if revoked {
        let rule = CodeRefusal::Used.row().rule;
        let event = AuditEvent::new(EventName::CodeReplayed).denied(rule);
        server.events.emit(event.about(grant).client(client));
    }
    Ok(())
}
