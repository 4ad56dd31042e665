//! Requested scopes, resources (RFC 8707), and the PKCE challenge (RFC 7636).

use super::AuthorizationParameters;
use crate::protocol::{
    client::{Client, GrantType},
    dpop::KeyThumbprint,
    error::OAuthError,
    pkce::{CodeChallenge, PkceError},
    policy::{DpopUse, Policy},
    received::Received,
    refusals::TargetRefusal,
    requested,
    scope::{self, Scopes},
};

/// AZ-20, AZ-21: reads the requested scopes.
pub(super) fn scopes(
    sent: Option<&str>,
    client: &Client,
    policy: &Policy,
    resources: &[String],
) -> Result<Scopes, OAuthError> {
    let allowed = policy.grantable_scopes(client, resources);
    let Some(sent) = sent else {
        let of_resources = requested::default_scopes(policy, resources);
        let default = policy.default_scopes.union(&of_resources);
        return some_scope(default.intersection(&allowed), &allowed, "");
    };
    let malformed =
        |_| OAuthError::of(TargetRefusal::ScopeMalformed).received(Received::Public(sent));
    let requested = Scopes::parse(sent).map_err(malformed)?;
    // Scopes nobody knows are ignored (OpenID Connect Core §3.1.2.1), and so is offline_access
    // without use (OpenID Connect Core §11).
    let refreshes = client.may_use(GrantType::RefreshToken);
    let requested = requested.filtered(|scope| {
        policy.defined_scopes.contains(scope) && (refreshes || scope != scope::OFFLINE_ACCESS)
    });
    if let Some(foreign) = requested.iter().find(|scope| !allowed.contains(scope)) {
        return Err(OAuthError::of(TargetRefusal::ScopeNotOfClient)
            .observed(format!("one of: {allowed}"), foreign));
    }
    some_scope(requested, &allowed, sent)
}

fn some_scope(scopes: Scopes, allowed: &Scopes, sent: &str) -> Result<Scopes, OAuthError> {
    if scopes.is_empty() {
        return Err(OAuthError::of(TargetRefusal::NoScopeLeft)
            .offering(allowed.iter())
            .received(Received::Public(sent)));
    }
    Ok(scopes)
}

/// AZ-22: reads the PKCE challenge.
pub(super) fn code_challenge(
    request: &AuthorizationParameters<'_>,
    client: &Client,
    scopes: &Scopes,
) -> Result<Option<String>, OAuthError> {
    let (sent, method) = (request.code_challenge, request.code_challenge_method);
    let challenge = CodeChallenge::parse(sent, method).map_err(|error| match error {
        PkceError::Method => OAuthError::of(TargetRefusal::ChallengeMethodNotOffered)
            .received(Received::Public(method.unwrap_or_default())),
        _ => OAuthError::of(TargetRefusal::ChallengeMalformed)
            .received(Received::Secret(sent.unwrap_or_default())),
    })?;
    let exempt = !client.require_pkce && client.is_confidential() && scopes.contains(scope::OPENID);
    if challenge.is_none() && !exempt {
        return Err(OAuthError::of(TargetRefusal::ChallengeMissing));
    }
    Ok(challenge.map(|challenge| challenge.as_str().to_owned()))
}

/// AZ-26: reads the thumbprint of the key to which the code is bound (RFC 9449 §10). A server that reads no
/// proofs does not know the parameter.
pub(super) fn dpop_jkt(sent: Option<&str>, policy: &Policy) -> Result<Option<String>, OAuthError> {
    let Some(sent) = sent.filter(|_| policy.dpop != DpopUse::Off) else {
        return Ok(None);
    };
    match KeyThumbprint::parse(sent) {
        Some(key) => Ok(Some(key.as_str().to_owned())),
        None => Err(OAuthError::of(TargetRefusal::KeyMalformed).received(Received::Public(sent))),
    }
}

/// AZ-23: returns the configured spellings of the requested resources, or the default one.
pub(super) fn resources(
    sent: &[&str],
    client: &Client,
    policy: &Policy,
) -> Result<Vec<String>, OAuthError> {
    if sent.len() > 10 {
        let count = format!("{} resources", sent.len());
        return Err(
            OAuthError::of(TargetRefusal::TooManyResources).received(Received::Public(&count))
        );
    }
    let mut found = Vec::new();
    for uri in sent.iter().copied() {
        let resource = requested::resource_of(policy, client, uri).ok_or_else(|| {
            OAuthError::of(TargetRefusal::ResourceUnknown)
                .offering(requested::names(policy, client))
                .received(Received::Public(uri))
        })?;
        if !found.contains(&resource) {
            found.push(resource);
        }
    }
    if found.is_empty() {
        found.extend(requested::default_resource(policy, client));
    }
    Ok(found)
}

/// AZ-23: one access token has one format and one signature.
pub(super) fn one_signature(resources: &[String], policy: &Policy) -> Result<(), OAuthError> {
    let mut formats = resources
        .iter()
        .filter_map(|uri| policy.resource(uri))
        .map(|resource| (resource.jwt, resource.jwt.then_some(&resource.signing_alg)));
    let first = formats.next();
    if formats.any(|format| Some(format) != first) {
        let named = resources.join(" ");
        return Err(
            OAuthError::of(TargetRefusal::ResourcesOfTwoFormats).received(Received::Public(&named))
        );
    }
    Ok(())
}
