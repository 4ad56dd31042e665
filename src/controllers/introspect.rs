//! POST `{prefix}/introspect` — RFC 7662.

use axum::{Json, debug_handler, http::HeaderMap};
use serde::Serialize;

use super::token::count_failures;
use crate::{
    config::RateLimitEntry,
    error::{ApiError, Failure},
    http::extract::{ApiForm, ServerState, credentials},
    limits::{self, RateLimitKeys},
    protocol::{
        access_token::{Audience, Confirmation},
        actor::Actor,
        client_auth::ClientEndpoint,
        error::OAuthError,
        grants::LookupRequest,
        received::Received,
        refusals::LookupRefusal,
        time::UnixTime,
    },
    server::Server,
    store::record::Strings,
    tokens::{
        amr,
        lookup::{ClientAndToken, Token, TokenParties},
        token_type,
    },
};

/// The answer (RFC 7662 §2.2); what does not apply is left out.
#[derive(Default, Serialize)]
pub struct Introspection {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Audience>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<UnixTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<UnixTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<UnixTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Actor>,
}

/// Describes a token to a confidential client: its own, or an access token for its resource (IN-03).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
    headers: HeaderMap,
    ApiForm(params): ApiForm,
) -> Result<Json<Introspection>, ApiError> {
    let request = LookupRequest::read(&params)?;
    let credentials = credentials(&headers, request.client(), ClientEndpoint::Introspection)?;
    let client_id = credentials.client_id.as_str();
    // Only authenticated requests count for the client, so that strangers cannot use up its limit.
    let own = RateLimitKeys::entry(RateLimitEntry::Introspect)
        .client(client_id)
        .authenticated();
    let keys = limits::client_failure_keys(client_id).and(own);
    server.limits.check(keys.clone()).await?;
    let token = request.token;
    let lookup = server
        .tokens
        .authenticate_and_find(&credentials, token.unwrap_or_default())
        .await;
    let ClientAndToken {
        client,
        token: found,
        user,
    } = count_failures(&server, lookup, client_id).await?;
    server.limits.record_authenticated(keys).await?;
    if !client.is_confidential() {
        let error = OAuthError::of(LookupRefusal::IntrospectionOfPublicClient)
            .received(Received::Public("a client registered with the method none"));
        return Err(error.into());
    }
    if token.is_none() {
        return Err(OAuthError::of(LookupRefusal::IntrospectedTokenMissing).into());
    }
    // A JWT whose key was withdrawn is inactive here, as it is at a guard.
    let stands = |found: &Token| {
        let tokens = &server.tokens;
        tokens.is_visible(&client, found) && tokens.is_signed(token.unwrap_or_default())
    };
    let Some(found) = found.filter(stands) else {
        return Ok(Json(Introspection::default()));
    };
    let Ok(parties) = server.tokens.active(&found, user, Some(&client)).await? else {
        return Ok(Json(Introspection::default()));
    };
    Ok(Json(describe(&server, &found, &parties)?))
}

/// IN-04: the answer about an active token.
fn describe(
    server: &Server,
    token: &Token,
    parties: &TokenParties,
) -> Result<Introspection, Failure> {
    let sub = match &parties.owner {
        Some(owner) => server
            .clients
            .subject_for(&parties.client, &owner.subject())?,
        None => parties.client.client_id.clone(),
    };
    let grant = token.grant();
    let common = Introspection {
        active: true,
        client_id: Some(parties.client.client_id.clone()),
        sub: Some(sub),
        iss: Some(server.urls.issuer.clone()),
        auth_time: grant.and_then(|grant| grant.auth_time),
        acr: grant.and_then(|grant| grant.acr.clone()),
        amr: grant.map(amr).filter(|amr| !amr.is_empty()),
        ..Introspection::default()
    };
    Ok(match token {
        Token::Access(found) => Introspection {
            scope: words(&found.token.scopes),
            aud: audience(&found.token.audience),
            exp: Some(found.token.expires_at),
            iat: Some(found.token.issued_at),
            token_type: Some(token_type(&found.token)),
            cnf: found.token.dpop_jkt.clone().map(|jkt| Confirmation { jkt }),
            jti: found.token.jti.clone(),
            sid: server.tokens.sid(&parties.client, found.session.as_ref()),
            act: found.token.actor(),
            ..common
        },
        Token::Refresh(found) => Introspection {
            scope: words(&found.grant.scopes),
            aud: audience(&found.grant.resources),
            exp: Some(found.token.expires_at),
            iat: Some(found.token.issued_at),
            sid: server.tokens.sid(&parties.client, found.session.as_ref()),
            ..common
        },
    })
}

fn audience(audience: &Strings) -> Option<Audience> {
    (!audience.0.is_empty()).then(|| Audience(audience.0.clone()))
}

/// The scopes as text; none become `None`, because RFC 6749 §3.3 knows no empty scope.
fn words(scopes: &Strings) -> Option<String> {
    (!scopes.0.is_empty()).then(|| scopes.0.join(" "))
}
