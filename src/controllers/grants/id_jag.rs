//! An exchange for an ID-JAG, with which a client goes on to the authorization server of another domain — Identity
//! Assertion JWT Authorization Grant §4.3.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Possession, WithOwner,
    refresh_token::{Loaded, judge},
};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    keys::JwtPurpose,
    people::Owner,
    protocol::{
        access_token::{Audience, Confirmation},
        client::{Client, SubjectType},
        error::{ErrorCode, OAuthError},
        grants::{
            id_jag::{Assertable, decide},
            refresh_token::{self, Replay, Verdict},
            token_exchange::Request,
        },
        id_jag::{IdJagClaims, LIFE, TYP},
        numeric_date,
        received::Received,
        refusals::IdJagRefusal,
        scope::{OPENID, Scopes},
        time::{Seconds, UnixTime},
        token_type::TokenType,
    },
    random,
    server::Server,
    store::authorization_codes::{self, GrantRow, UserFilter},
    tokens::{ClaimsToTell, amr, lookup::Token},
};

/// The person for whom the client asks, and the authorization by which it may.
struct Identity {
    owner: Owner,
    grant: GrantRow,
}

/// The answer (Identity Assertion JWT Authorization Grant §4.3.4). The assertion is no access token; its member has
/// that name for historical reasons (RFC 8693 §2.2.1).
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of RFC 8693")]
struct Issued {
    access_token: String,
    issued_token_type: &'static str,
    token_type: &'static str,
    expires_in: Seconds,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
}

/// A request for an assertion.
pub(super) struct Asking<'a> {
    pub client: &'a Arc<Client>,
    pub request: &'a Request<'a>,
    /// What the request has shown of a key, to which the assertion is then bound.
    pub possession: Possession,
}

impl Asking<'_> {
    /// Issues an assertion for another authorization server; returns the JSON body of the answer.
    ///
    /// # Errors
    /// The refusals of TX-06 and TX-07, or a fault.
    pub(super) async fn answer(
        mut self,
        server: &Server,
        token: Option<Token>,
        user: Option<Owner>,
    ) -> Result<Vec<u8>, Failure> {
        let Self {
            client, request, ..
        } = self;
        let granted = decide(client, &server.policy.exchange, request)?;
        let identity = if request.subject.kind == TokenType::IdToken {
            by_id_token(server, client, request.subject.text).await?
        } else {
            let key = self.possession.key();
            let sent = refresh_token::Request::of_subject(request.subject.text).by(key);
            by_refresh_token(server, client, &sent, token, user).await?
        };
        self.possession.use_up(server).await?;
        let mut claims = claims(server, client, &granted, &identity).await?;
        claims.cnf = self.possession.key().map(|key| Confirmation {
            jkt: key.as_str().to_owned(),
        });
        let alg = server.settings.keys.id_token_alg;
        let signed = server.keys.sign_aside(alg, TYP, &claims).await;
        let issued = Issued {
            access_token: signed.map_err(Failure::internal)?,
            issued_token_type: TokenType::IdJag.as_str(),
            token_type: "N_A",
            expires_in: LIFE,
            scope: claims.scope,
        };
        server.clients.touch_last_used(client);
        let event = AuditEvent::new(EventName::AssertionIssued).client(client);
        let event = event.about(&identity.owner).grant_id(identity.grant.id);
        let event = event.scopes(granted.scopes.as_slice());
        let event = event.resources(&granted.resources);
        let event = event.detail("audience", claims.aud);
        server.events.emit(event.detail("jti", claims.jti));
        serde_json::to_vec(&issued).map_err(Failure::internal)
    }
}

/// TX-06: the person of an ID token that was issued to the client. It has no row, so that the authorization is
/// found that has its login; one that was revoked no longer counts.
async fn by_id_token(server: &Server, client: &Client, text: &str) -> Result<Identity, Failure> {
    let invalid = |received: &str| {
        let error = OAuthError::of(IdJagRefusal::IdTokenInvalid);
        Failure::from(error.received(Received::Public(received)))
    };
    if client.subject_type == SubjectType::Pairwise {
        return Err(OAuthError::of(IdJagRefusal::IdTokenOfPairwiseClient).into());
    }
    let now = server.clock.now();
    server.keys.up_to_date(now, Some(&server.events)).await;
    let token = server.keys.verify(text, JwtPurpose::SubjectToken, now);
    let token = token.map_err(|error| invalid(&error.to_string()))?;
    if token.audiences != [client.client_id.as_str()] {
        let of = format!("an ID token for {}", token.audiences.join(" "));
        return Err(invalid(&of));
    }
    let auth_time = token.claims.get("auth_time");
    let Some(auth_time) = auth_time.and_then(numeric_date::rounded_down) else {
        return Err(invalid("a JWT that is no ID token"));
    };
    let Some(owner) = server.people.find_by_subject(&token.subject).await? else {
        return Err(invalid("an ID token of a person who is gone"));
    };
    let which = UserFilter {
        user: owner.key(),
        client_id: Some(client.client_id.clone()),
    };
    let tables = server.store.tables();
    let find = |db| authorization_codes::unrevoked_of(db, tables, &which);
    let grants = server.store.run(find).await?;
    let is_behind = |grant: &GrantRow| {
        let at: UnixTime = grant.auth_time.unwrap_or(grant.issued_at);
        at == auth_time && has_openid(grant)
    };
    let good = |grant: &GrantRow| server.tokens.owner_state(&owner, grant).is_good();
    let mut behind = grants.into_iter().filter(is_behind);
    match behind.find(good) {
        Some(grant) => Ok(Identity { owner, grant }),
        None => Err(invalid(
            "an ID token whose authorization was revoked, or whose person is not active",
        )),
    }
}

/// TX-06: the person of a refresh token, which is looked at as for a refresh, but not rotated. One that counts as
/// stolen there does so here.
async fn by_refresh_token(
    server: &Server,
    client: &Arc<Client>,
    request: &refresh_token::Request<'_>,
    token: Option<Token>,
    user: Option<Owner>,
) -> Result<Identity, Failure> {
    let invalid = |received: &str| {
        let error = OAuthError::of(IdJagRefusal::RefreshTokenInvalid);
        Failure::from(error.received(Received::Public(received)))
    };
    let Some(Token::Refresh(found)) = token else {
        return Err(invalid("no refresh token of this server"));
    };
    let owner = server.people.joined(found.token.user_id, user).await?;
    let credential = *found;
    let loaded = Loaded {
        client: Arc::clone(client),
        found: Some(WithOwner { credential, owner }),
    };
    let verdict = judge(server, &loaded, request);
    let Some(WithOwner { credential, owner }) = loaded.found else {
        return Err(invalid("no refresh token of this server"));
    };
    match (verdict, owner) {
        (Ok(Verdict::Rotate(_)), Some(owner)) if has_openid(&credential.grant) => Ok(Identity {
            owner,
            grant: credential.grant,
        }),
        // A refresh that asked for a part of the grant differs from this request, which asks for none.
        (Ok(Verdict::Repeat | Verdict::Replay(Replay::AnotherRequest)), _) => {
            Err(invalid("a refresh token that was rotated just now"))
        }
        (Ok(Verdict::Replay(replay)), _) => {
            server.tokens.replayed(client, &credential, replay).await?;
            Err(invalid("a refresh token that was rotated"))
        }
        (Ok(Verdict::Lost(loss)), _) => {
            server.tokens.lost(client, &credential, loss).await?;
            Err(invalid("a refresh token whose person may no longer use it"))
        }
        (Ok(Verdict::Rotate(_)), _) => Err(invalid("one of an authorization without openid")),
        (Ok(Verdict::WrongClient), _) => Err(invalid("a refresh token of another client")),
        (Ok(Verdict::Misuse(error)), _) => Err(invalid(error.text())),
        (Err(failure), _)
            if failure.status.is_server_error()
                || failure.error.code == ErrorCode::InvalidDpopProof =>
        {
            Err(failure)
        }
        (Err(failure), _) => Err(invalid(failure.error.text())),
    }
}

fn has_openid(grant: &GrantRow) -> bool {
    grant.scopes.0.iter().any(|scope| scope == OPENID)
}

/// The person is named as in ID tokens for the other authorization server (Identity Assertion JWT Authorization
/// Grant §3.1).
async fn claims(
    server: &Server,
    client: &Client,
    granted: &Assertable<'_>,
    identity: &Identity,
) -> Result<IdJagClaims, Failure> {
    let Identity { owner, grant } = identity;
    let subject = owner.subject();
    let sub = match &granted.rule.relying_party {
        None => subject,
        Some(id) => {
            if let Some(party) = server.clients.find(id).await? {
                server.clients.subject_for(&party, &subject)?
            } else {
                let error = OAuthError::of(IdJagRefusal::RelyingPartyUnknown);
                return Err(error.received(Received::Public(id)).into());
            }
        }
    };
    let scopes: Scopes = grant.scopes.0.iter().collect();
    let mut about_user: Map<String, Value> = server.tokens.user_claims(
        client,
        owner,
        ClaimsToTell {
            scopes: &scopes,
            single: &[],
        },
    );
    about_user.retain(|name, _| matches!(name.as_str(), "email" | "email_verified"));
    let now = server.clock.now();
    Ok(IdJagClaims {
        iss: server.urls.issuer.clone(),
        sub,
        aud: granted.rule.audience.clone(),
        client_id: granted.rule.audience_client_id.clone(),
        jti: random::identifier()?,
        iat: now,
        exp: now + LIFE,
        resource: Audience(granted.resources.clone()),
        scope: granted.scopes.to_string(),
        auth_time: grant.auth_time,
        acr: grant.acr.clone(),
        amr: amr(grant),
        cnf: None,
        about_user,
    })
}
