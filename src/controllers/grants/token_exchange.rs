//! `grant_type=urn:ietf:params:oauth:grant-type:token-exchange` — RFC 8693 §2.

use std::sync::Arc;

use super::{Possession, id_jag};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    people::{Owner, hooks::ClientInfo},
    protocol::{
        actor::Actor,
        client::{Client, GrantType},
        client_auth::Credentials,
        error::OAuthError,
        grants::{
            TokenRequest, check_allowed, check_binding,
            token_exchange::{
                Exchange, Request, SubjectToken, TypedToken, Wanted, check_confidential, decide,
                narrow,
            },
        },
        received::Received,
        refusals::ExchangeRefusal,
        token_type::TokenType,
    },
    server::Server,
    store::{access_tokens, authorization_codes::GrantRow, lookups::AccessWithGrant},
    tokens::{
        ExchangeTerms, GrantContext, IssuedAbout, NewAccessToken, TokenResponse,
        lookup::{ActiveAccessToken, ClientAndToken, Token, TokenParties},
    },
};

/// Exchanges a token for another; returns the JSON body of the answer.
///
/// # Errors
/// The refusals of TX-01 to TX-07, or a fault.
pub async fn answer(
    server: &Server,
    credentials: &Credentials,
    sent: &TokenRequest<'_>,
) -> Result<Vec<u8>, Failure> {
    // An ID token has no row to be found.
    let is_stored = sent.subject_token_type != Some(TokenType::IdToken.as_str());
    let text = sent.subject_token.filter(|_| is_stored);
    let ClientAndToken {
        client,
        token,
        user,
    } = server
        .tokens
        .authenticate_and_find(credentials, text.unwrap_or_default())
        .await?;
    check_allowed(&client, GrantType::TokenExchange)?;
    check_confidential(&client)?;
    let request = Request::of(sent)?;
    let mut possession = Possession::Unread;
    possession.verify(server, sent)?;
    match (request.wanted, token) {
        (Wanted::IdJag, token) => {
            let asking = id_jag::Asking {
                client: &client,
                request: &request,
                possession,
            };
            asking.answer(server, token, user).await
        }
        (Wanted::AccessToken, Some(Token::Access(found))) => {
            let subject = subject(server, &client, request.subject, found, user).await?;
            exchange(server, &client, &request, &subject, &mut possession).await
        }
        (Wanted::AccessToken, _) => Err(invalid("no access token of this server").into()),
    }
}

fn invalid(received: impl AsRef<str>) -> OAuthError {
    OAuthError::of(ExchangeRefusal::SubjectTokenInvalid)
        .received(Received::Public(received.as_ref()))
}

/// A live subject token with the person it is for.
struct Subject {
    access: AccessWithGrant,
    grant: GrantRow,
    owner: Owner,
}

/// Load: whether the subject token would be accepted now, and may be exchanged by the client (TX-02).
async fn subject(
    server: &Server,
    client: &Arc<Client>,
    sent: TypedToken<'_>,
    found: Box<AccessWithGrant>,
    user: Option<Owner>,
) -> Result<Subject, Failure> {
    if !server.tokens.is_signed(sent.text) {
        return Err(invalid("a JWT whose key does not count any more").into());
    }
    let token = Token::Access(found);
    if !server.tokens.is_visible(client, &token) {
        let of = format!("a token of the client {}", token.client_id());
        let error = OAuthError::of(ExchangeRefusal::SubjectTokenOfOther);
        return Err(error.received(Received::Public(&of)).into());
    }
    let parties = match server.tokens.active(&token, user, Some(client)).await? {
        Ok(parties) => parties,
        Err(why) => return Err(invalid(why.to_string()).into()),
    };
    let Token::Access(found) = token else {
        return Err(invalid("a token of another kind").into());
    };
    if !is_of_kind(&found, sent.kind) {
        return Err(invalid("an opaque token that is said to be a JWT").into());
    }
    let mut access = *found;
    match (parties.owner, access.grant.take()) {
        (Some(owner), Some(grant)) => Ok(Subject {
            access,
            grant,
            owner,
        }),
        _ => Err(OAuthError::of(ExchangeRefusal::SubjectIsMachine).into()),
    }
}

fn is_of_kind(found: &AccessWithGrant, kind: TokenType) -> bool {
    kind != TokenType::Jwt || found.token.format == "jwt"
}

/// Load: the party of the actor token, which is one of the client's own (TX-05).
async fn actor(server: &Server, client: &Client, sent: TypedToken<'_>) -> Result<Actor, Failure> {
    let refused = |received: &str| {
        let error = OAuthError::of(ExchangeRefusal::ActorTokenInvalid);
        Failure::from(error.received(Received::Public(received)))
    };
    let ActiveAccessToken { access, parties } = match server.tokens.bearer(sent.text).await? {
        Ok(active) => active,
        Err(why) => return Err(refused(&why.to_string())),
    };
    if !is_of_kind(&access, sent.kind) {
        return Err(refused("an opaque token that is said to be a JWT"));
    }
    let TokenParties {
        client: of_client,
        owner,
    } = parties;
    if of_client.client_id != client.client_id {
        let of = format!("a token of the client {}", of_client.client_id);
        return Err(refused(&of));
    }
    Ok(match owner {
        None => Actor::client(&client.client_id),
        Some(owner) => {
            let sub = server.clients.subject_for(client, &owner.subject())?;
            Actor::person(sub, &client.client_id)
        }
    })
}

/// Decide, persist, respond.
async fn exchange(
    server: &Server,
    client: &Client,
    request: &Request<'_>,
    subject: &Subject,
    possession: &mut Possession,
) -> Result<Vec<u8>, Failure> {
    let actor = match request.actor {
        Some(sent) => Some(actor(server, client, sent).await?),
        None => None,
    };
    let token = SubjectToken {
        scopes: subject.access.token.scopes.0.iter().collect(),
        audience: &subject.access.token.audience.0,
        expires_at: subject.access.token.expires_at,
        actor: subject.access.token.actor(),
    };
    let entitlement = server.tokens.entitlement(client);
    let Exchange {
        granted,
        actor,
        latest_end,
    } = decide(entitlement, request, token, actor, server.clock.now())?;
    check_binding(entitlement, &granted.audience, possession.key())?;
    possession.use_up(server).await?;
    let (facts, words) = (ClientInfo::of(client), granted.scopes.as_slice());
    let hook = server
        .people
        .app
        .authorize_scopes(&subject.owner, &facts, words);
    let permitted = hook.await?;
    let granted = narrow(granted, &permitted)?;
    let context = GrantContext {
        grant: &subject.grant,
        session: subject.access.session.as_ref(),
        owner: &subject.owner,
    };
    let terms = ExchangeTerms {
        actor,
        latest_end: Some(latest_end),
        key: possession.key(),
    };
    let issued = server
        .tokens
        .exchanged_token(client, &granted, context, terms);
    let issued = issued.await?;
    let about = IssuedAbout {
        issued_token_type: Some(TokenType::AccessToken.as_str()),
        resource: None,
    };
    let body = TokenResponse::bytes_of(&issued, about)?;
    if !store(server, &issued).await? {
        return Err(invalid("a token whose authorization was revoked at this moment").into());
    }
    server.clients.touch_last_used(client);
    let event = AuditEvent::new(EventName::TokenIssued).client(client);
    let event = event.about(&subject.owner).about(&issued.row);
    let event = event.detail("grant", GrantType::TokenExchange.as_str());
    let event = event.detail("subject_client", subject.access.token.client_id.as_str());
    server.events.emit(match issued.row.actor.clone() {
        Some(actor) => event.detail("act", actor),
        None => event,
    });
    Ok(body)
}

async fn store(server: &Server, issued: &NewAccessToken) -> Result<bool, Failure> {
    let tables = server.store.tables();
    let insert = |db| access_tokens::insert_of_live_grant(db, tables, &issued.row);
    Ok(server.store.run(insert).await?)
}
