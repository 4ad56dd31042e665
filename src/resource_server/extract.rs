//! Guards of single handlers, as extractors.

use std::{marker::PhantomData, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use loco_rs::app::AppContext;

use super::{
    access_token::AccessToken,
    answer::{BearerError, GuardExtension, RefusalSlot},
    browsers::CorsFlag,
    request_context::RequestContext,
    requirement::GuardRequirement,
    token_check::TokenCheck,
};
use crate::{
    error::Failure,
    http::extract::server_of,
    protocol::{step_up::LoginRequirement, time::Seconds},
};

/// The resource and the scopes that a handler needs; declared by [`crate::scopes!`].
pub trait RequiredScopes: Send + Sync + 'static {
    /// The resource: its `prefix` or its identifier.
    const RESOURCE: &'static str;
    /// Scopes that a token must have, all of them.
    const SCOPES: &'static [&'static str];
    /// Classes of which the login behind the token must be one, or a stronger one (RFC 9470).
    const ACR_VALUES: &'static [&'static str] = &[];
    /// How long ago the login behind the token may be (RFC 9470).
    const MAX_AGE: Option<Seconds> = None;
}

/// The access token of a request, with the scopes of `S`; every other request is refused.
#[derive(Clone, Debug)]
pub struct Bearer<S>(pub AccessToken, pub PhantomData<S>);

/// The access token of a request that may also come without one. A token that is sent must be active and
/// have the scopes of `S`.
#[derive(Clone, Debug)]
pub struct OptionalBearer<S>(pub Option<AccessToken>, pub PhantomData<S>);

impl<S: RequiredScopes> FromRequestParts<AppContext> for Bearer<S> {
    type Rejection = BearerError;

    async fn from_request_parts(
        parts: &mut Parts,
        ctx: &AppContext,
    ) -> Result<Self, Self::Rejection> {
        match admitted::<S>(parts, ctx).await? {
            Ok(token) => Ok(Self(token, PhantomData)),
            Err(token_check) => Err(token_check.ask()),
        }
    }
}

impl<S: RequiredScopes> FromRequestParts<AppContext> for OptionalBearer<S> {
    type Rejection = BearerError;

    async fn from_request_parts(
        parts: &mut Parts,
        ctx: &AppContext,
    ) -> Result<Self, Self::Rejection> {
        let token = admitted::<S>(parts, ctx).await?;
        Ok(Self(token.ok(), PhantomData))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AccessToken {
    type Rejection = BearerError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let token = parts.extensions.get::<Self>().cloned();
        if let Some(token) = token {
            return Ok(token);
        }
        let fault = Failure::internal(
            "a handler takes an AccessToken, but no OAuth::require or OAuth::mcp is around it",
        );
        let request = RequestContext::of(parts);
        Err(BearerError::new(
            fault,
            Vec::new(),
            &request,
            &RefusalSlot::default(),
        ))
    }
}

/// The accepted token of a request; or, if it brings no token, the check that can refuse it.
async fn admitted<S: RequiredScopes>(
    parts: &mut Parts,
    ctx: &AppContext,
) -> Result<Result<AccessToken, Arc<TokenCheck>>, BearerError> {
    let request = RequestContext::of(parts);
    let extension = match parts.extensions.get::<GuardExtension>() {
        Some(extension) => extension.clone(),
        None => GuardExtension {
            server: server_of(ctx).map_err(|failure| {
                BearerError::new(failure, Vec::new(), &request, &RefusalSlot::default())
            })?,
            slot: RefusalSlot::default(),
            cors_flag: CorsFlag::default(),
        },
    };
    let login = LoginRequirement {
        acr_values: S::ACR_VALUES.iter().map(ToString::to_string).collect(),
        max_age: S::MAX_AGE,
    };
    let requirement = GuardRequirement::new(S::RESOURCE, Some(S::SCOPES.iter().collect()));
    let requirement = requirement.with_login(&login);
    let token_check = Arc::new(TokenCheck::new(extension, request, &requirement)?);
    // A layer around the handler may have checked the token already.
    let known = parts.extensions.get::<AccessToken>();
    let is_for_this = |token: &&AccessToken| token.token_check.place == token_check.place;
    if let Some(token) = known.filter(is_for_this) {
        token.require(S::SCOPES)?;
        token.require_login(&token.token_check.login.and(&login))?;
        return Ok(Ok(token.clone()));
    }
    match token_check.access_token(&parts.headers)? {
        Some(token) => token_check.admit(&token).await.map(Ok),
        None => Ok(Err(token_check)),
    }
}
