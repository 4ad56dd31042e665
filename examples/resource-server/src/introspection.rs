//! Introspection (RFC 7662): the API is a client that `introspection_clients` of its resource names.

use serde::Deserialize;

use crate::{Api, Token, challenge::Refusal};

#[derive(Deserialize)]
struct Introspection {
    active: bool,
    sub: Option<String>,
    scope: Option<String>,
    aud: Option<Audience>,
}

/// One, or a list (RFC 7519 §4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What the authorization server says about a token.
pub async fn ask(api: &Api, token: &str) -> Result<Token, Refusal> {
    let (id, secret) = &api.client;
    let request = api
        .http
        .post(format!("{}/oauth/introspect", api.issuer))
        .basic_auth(id, Some(secret))
        .form(&[("token", token)]);
    let response = request.send().await.map_err(|_| Refusal::Unavailable)?;
    let response = response
        .error_for_status()
        .map_err(|_| Refusal::Unavailable)?;
    let said: Introspection = response.json().await.map_err(|_| Refusal::Unavailable)?;
    // A token of this client for another resource is active, too.
    let for_us = match &said.aud {
        Some(Audience::One(one)) => *one == api.resource,
        Some(Audience::Many(many)) => many.contains(&api.resource),
        None => false,
    };
    match said.sub {
        Some(sub) if said.active && for_us => Ok(Token {
            sub,
            scope: said.scope.unwrap_or_default(),
        }),
        _ => Err(Refusal::InvalidToken),
    }
}
