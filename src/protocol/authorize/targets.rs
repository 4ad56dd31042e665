//! Requested scopes, resources (RFC 8707), and the PKCE challenge (RFC 7636).

use super::AuthorizationParameters;
use crate::protocol::{
    client::{Client, GrantType},
    error::OAuthError,
    pkce::{CodeChallenge, PkceError},
    policy::Policy,
    received::Received,
    refusals, requested,
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
    let malformed = |_| OAuthError::of(&refusals::SCOPE_MALFORMED).received(Received::Public(sent));
    let requested = Scopes::parse(sent).map_err(malformed)?;
    // Scopes nobody knows are ignored (OpenID Connect Core §3.1.2.1), and so is offline_access
    // without use (OpenID Connect Core §11).
    let refreshes = client.may_use(GrantType::RefreshToken);
    let requested = requested.filtered(|scope| {
        policy.defined_scopes.contains(scope) && (refreshes || scope != scope::OFFLINE_ACCESS)
    });
    if let Some(foreign) = requested.iter().find(|scope| !allowed.contains(scope)) {
        return Err(OAuthError::of(&refusals::SCOPE_NOT_OF_CLIENT)
            .observed(format!("one of: {allowed}"), foreign));
    }
    some_scope(requested, &allowed, sent)
}

fn some_scope(scopes: Scopes, allowed: &Scopes, sent: &str) -> Result<Scopes, OAuthError> {
    if scopes.is_empty() {
        return Err(OAuthError::of(&refusals::NO_SCOPE_LEFT)
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
        PkceError::Method => OAuthError::of(&refusals::CHALLENGE_METHOD_NOT_OFFERED)
            .received(Received::Public(method.unwrap_or_default())),
        _ => OAuthError::of(&refusals::CHALLENGE_MALFORMED)
            .received(Received::Secret(sent.unwrap_or_default())),
    })?;
    let exempt = !client.require_pkce && client.is_confidential() && scopes.contains(scope::OPENID);
    if challenge.is_none() && !exempt {
        return Err(OAuthError::of(&refusals::CHALLENGE_MISSING));
    }
    Ok(challenge.map(|challenge| challenge.as_str().to_owned()))
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
            OAuthError::of(&refusals::TOO_MANY_RESOURCES).received(Received::Public(&count))
        );
    }
    let mut found = Vec::new();
    for uri in sent.iter().copied() {
        let resource = requested::resource_of(policy, client, uri).ok_or_else(|| {
            OAuthError::of(&refusals::RESOURCE_UNKNOWN)
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
            OAuthError::of(&refusals::RESOURCES_OF_TWO_FORMATS).received(Received::Public(&named))
        );
    }
    Ok(())
}
