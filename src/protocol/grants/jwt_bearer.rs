//! `grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523 §2.1, Identity Assertion JWT Authorization
//! Grant §4.4).

use super::{Granted, TokenRequest};
use crate::protocol::{
    client::Client,
    client_assertion::{AssertionError, AssertionRefusal},
    error::OAuthError,
    exchange_policy::AssertionIssuer,
    id_jag::IdJag,
    policy::{Entitlement, Policy},
    received::Received,
    refusals::JwtBearerRefusal,
    resource,
    scope::Scopes,
};

/// The parameters of a token request with an assertion.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The assertion.
    pub assertion: &'a str,
    scope: Option<&'a str>,
    resources: Vec<&'a str>,
}

impl<'a> Request<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` (JB-01).
    pub fn of(sent: &TokenRequest<'a>) -> Result<Self, OAuthError> {
        Ok(Self {
            assertion: sent
                .assertion
                .ok_or_else(|| OAuthError::of(JwtBearerRefusal::Missing))?,
            scope: sent.scope,
            resources: sent.resource.clone(),
        })
    }
}

/// JB-01: the grant is for clients that authenticate.
///
/// # Errors
/// `unauthorized_client`.
pub fn check_confidential(client: &Client) -> Result<(), OAuthError> {
    if client.is_confidential() {
        return Ok(());
    }
    let method = Received::Public(client.token_endpoint_auth_method.as_str());
    Err(OAuthError::of(JwtBearerRefusal::NotConfidential).received(method))
}

/// JB-01: the trusted issuer with this identifier, if `client` may present its assertions.
///
/// # Errors
/// `invalid_grant`; the answer does not tell which issuers are trusted.
pub fn issuer<'p>(
    policy: &'p Policy,
    client: &Client,
    named: Option<&str>,
) -> Result<&'p AssertionIssuer, OAuthError> {
    let mut issuers = policy.assertion_issuers.iter();
    let found = issuers.find(|issuer| Some(issuer.issuer.as_str()) == named);
    let found = found.filter(|issuer| issuer.clients.contains(&client.client_id));
    found.ok_or_else(|| {
        let wanted = format!(
            "an issuer of jwt_bearer.issuers that lists the client {}",
            client.client_id
        );
        OAuthError::of(JwtBearerRefusal::IssuerNotTrusted)
            .expected(wanted, Received::Public(named.unwrap_or("no iss")))
    })
}

/// Makes the answer to a refused assertion; the operator's log has the check.
pub fn refused(refusal: AssertionRefusal) -> OAuthError {
    let row = match refusal.error {
        AssertionError::Claim("jti" | "exp" | "iat" | "nbf")
        | AssertionError::Expiry
        | AssertionError::NotYet
        | AssertionError::Replay => JwtBearerRefusal::NotFresh,
        AssertionError::Claim(_) => JwtBearerRefusal::ClaimWrong,
        _ => JwtBearerRefusal::Refused,
    };
    let expected = format!("{} ({})", refusal.expected, refusal.error);
    OAuthError::of(row).observed(expected, refusal.received)
}

/// Decides JB-03.
///
/// # Errors
/// `invalid_target` or `invalid_scope`.
pub fn decide(
    entitlement: Entitlement<'_>,
    issuer: &AssertionIssuer,
    assertion: &IdJag<'_>,
    request: &Request<'_>,
) -> Result<Granted, OAuthError> {
    let audience = audience(entitlement, issuer, assertion, request)?;
    let scopes = scopes(entitlement, issuer, assertion, &audience, request)?;
    Ok(Granted { scopes, audience })
}

/// Narrows the scopes to those that the app lets the person give to the client (hook `authorize_scopes`).
///
/// # Errors
/// `invalid_scope` when no scope is left of those that were granted.
pub fn narrow(granted: Granted, permitted: &[String]) -> Result<Granted, OAuthError> {
    let permitted: Scopes = permitted.iter().collect();
    let scopes = granted.scopes.intersection(&permitted);
    if scopes.is_empty() && !granted.scopes.is_empty() {
        return Err(OAuthError::of(JwtBearerRefusal::ScopesNotPermitted)
            .observed(format!("one of: {permitted}"), granted.scopes.to_string()));
    }
    Ok(Granted { scopes, ..granted })
}

/// What the request names must be in the assertion, if that names any. Of what only the assertion names, the part
/// counts that the issuer and the client may have.
fn audience(
    entitlement: Entitlement<'_>,
    issuer: &AssertionIssuer,
    assertion: &IdJag<'_>,
    request: &Request<'_>,
) -> Result<Vec<String>, OAuthError> {
    let Entitlement { client, policy } = entitlement;
    let is_allowed = |uri: &&str| client.may_reach(uri);
    let allowed: Vec<&str> = { issuer.resources.iter() }
        .map(String::as_str)
        .filter(|uri| policy.resource(uri).is_some())
        .filter(is_allowed)
        .collect();
    let in_assertion = |uri: &str| {
        let named = assertion.resources.as_deref();
        named.is_none_or(|named| resource::find(named.iter().copied(), uri).is_some())
    };
    let refused = |uri: &str| {
        OAuthError::of(JwtBearerRefusal::ResourceNotAllowed)
            .offering({ allowed.iter().copied() }.filter(|uri| in_assertion(uri)))
            .received(Received::Public(uri))
    };
    let mut audience: Vec<String> = Vec::new();
    let mut add = |uri: &str| {
        if !audience.iter().any(|known| known == uri) {
            audience.push(uri.to_owned());
        }
    };
    for uri in &request.resources {
        let found = resource::find(allowed.iter().copied(), uri).filter(|uri| in_assertion(uri));
        add(found.ok_or_else(|| refused(uri))?);
    }
    if !request.resources.is_empty() {
        return Ok(audience);
    }
    let Some(named) = &assertion.resources else {
        return Err(OAuthError::of(JwtBearerRefusal::ResourceMissing).offering(allowed));
    };
    { named.iter() }
        .filter_map(|uri| resource::find(allowed.iter().copied(), uri))
        .for_each(add);
    if audience.is_empty() {
        return Err(refused(&named.join(" ")));
    }
    Ok(audience)
}

/// Scopes that nothing here defines are left out of the assertion. One that says nothing about scopes stands for
/// the default scopes of the resources.
fn scopes(
    entitlement: Entitlement<'_>,
    issuer: &AssertionIssuer,
    assertion: &IdJag<'_>,
    audience: &[String],
    request: &Request<'_>,
) -> Result<Scopes, OAuthError> {
    let Entitlement { client, policy } = entitlement;
    let mut own = issuer.scopes.clone();
    if let Some(of_client) = &client.scopes {
        own = own.intersection(&of_client.iter().collect());
    }
    let of_assertion = match &assertion.scopes {
        Some(scopes) => scopes.clone(),
        None => crate::protocol::requested::default_scopes(policy, audience),
    };
    let allowed = of_assertion.intersection(&own);
    let refused = |refusal, sent: &str| {
        Err(OAuthError::of(refusal).observed(format!("of these: {allowed}"), sent))
    };
    let Some(sent) = request.scope else {
        if allowed.is_empty() && !own.is_empty() {
            return refused(JwtBearerRefusal::ScopeNotAllowed, &of_assertion.to_string());
        }
        return Ok(allowed);
    };
    let Ok(requested) = Scopes::parse(sent) else {
        return refused(JwtBearerRefusal::ScopeMalformed, sent);
    };
    if requested.is_empty() || !requested.is_subset_of(&allowed) {
        return refused(JwtBearerRefusal::ScopeNotAllowed, sent);
    }
    Ok(requested)
}

#[cfg(test)]
mod tests;
