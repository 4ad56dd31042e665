//! Where the parameters of an authorization request stand (AZ-09 to AZ-11): in the request itself, in one
//! that was pushed (RFC 9126), or in a signed object (RFC 9101).

use crate::protocol::{
    error::OAuthError,
    params::Params,
    policy::{Entitlement, RequestForm},
    pushed_request,
    received::Received,
    refusals::AuthorizeRefusal,
};

/// Where the parameters of a request stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestSource<'p> {
    /// In the query or the form.
    Parameters,
    /// In the pushed request with this handle.
    Pushed(&'p str),
    /// In this signed object.
    Signed(&'p str),
}

/// Finds the parameters of a request at the authorization endpoint (AZ-09 to AZ-11).
///
/// # Errors
/// The refusal that is sent to the client, if its redirect URI stands in the request and is registered.
pub fn source<'p>(
    params: &'p Params,
    entitlement: Entitlement<'_>,
) -> Result<RequestSource<'p>, OAuthError> {
    let Entitlement { client, policy } = entitlement;
    let pushing = policy.pushed_requests;
    if let Some(uri) = text(params, "request_uri") {
        if pushing != RequestForm::Off && uri.starts_with(pushed_request::HANDLE) {
            return Ok(RequestSource::Pushed(uri));
        }
        let refusal = OAuthError::of(AuthorizeRefusal::RequestUriNotOffered);
        return Err(refusal.received(Received::Public(uri)));
    }
    let source = signed(params, entitlement)?;
    if pushing == RequestForm::Required || client.require_pushed_authorization_requests {
        return Err(OAuthError::of(AuthorizeRefusal::PushNeeded));
    }
    Ok(source)
}

/// Finds the parameters of a request that is pushed (PR-03).
///
/// # Errors
/// The refusal of the push.
pub fn pushed_source<'p>(
    params: &'p Params,
    entitlement: Entitlement<'_>,
) -> Result<RequestSource<'p>, OAuthError> {
    signed(params, entitlement)
}

/// AZ-10, AZ-11: a signed object where one is sent, which it must be for some.
fn signed<'p>(
    params: &'p Params,
    entitlement: Entitlement<'_>,
) -> Result<RequestSource<'p>, OAuthError> {
    let Entitlement { client, policy } = entitlement;
    let signing = policy.signed_requests;
    match text(params, "request") {
        Some(_) if signing == RequestForm::Off => {
            Err(OAuthError::of(AuthorizeRefusal::RequestObjectNotOffered))
        }
        Some(object) => Ok(RequestSource::Signed(object)),
        None if signing == RequestForm::Required || client.require_signed_request_object => {
            Err(OAuthError::of(AuthorizeRefusal::SignatureNeeded))
        }
        None => Ok(RequestSource::Parameters),
    }
}

/// AZ-04 has refused what was sent twice.
fn text<'p>(params: &'p Params, name: &str) -> Option<&'p str> {
    params.one(name).ok().flatten()
}
