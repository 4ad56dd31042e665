//! What is asked for: scopes, resources (RFC 8707), and the PKCE challenge (RFC 7636).

use super::{one, repeated};
use crate::protocol::{
    client::{Client, GrantType},
    error::OAuthError,
    params::Params,
    pkce::{CodeChallenge, PkceError},
    policy::Policy,
    requested,
    scope::{self, Scopes},
};

/// AZ-20, AZ-21.
pub(super) fn scopes(
    params: &Params,
    client: &Client,
    (policy, resources): (&Policy, &[String]),
) -> Result<Scopes, OAuthError> {
    let allowed = policy.grantable_scopes(client);
    let Some(sent) = one(params, "scope")? else {
        let of_resources = requested::default_scopes(policy, resources);
        let default = policy.default_scopes.union(&of_resources);
        return some_scope(default.intersection(&allowed));
    };
    let asked = Scopes::parse(sent)
        .map_err(|_| OAuthError::invalid_scope("AZ-20", "scope has a forbidden character"))?;
    // OIDC Core §3.1.2.1: scopes nobody knows are ignored; §11: so is offline_access without use.
    let refreshes = client.may_use(GrantType::RefreshToken);
    let asked = asked.filtered(|scope| {
        policy.defined_scopes.contains(scope) && (refreshes || scope != scope::OFFLINE_ACCESS)
    });
    if let Some(foreign) = asked.iter().find(|scope| !allowed.contains(scope)) {
        return Err(
            OAuthError::invalid_scope("AZ-21", "The client may not ask for this scope")
                .expected(allowed.to_string(), foreign),
        );
    }
    some_scope(asked)
}

fn some_scope(scopes: Scopes) -> Result<Scopes, OAuthError> {
    if scopes.is_empty() {
        return Err(OAuthError::invalid_scope(
            "AZ-21",
            "No scope is left to grant",
        ));
    }
    Ok(scopes)
}

/// AZ-22, §7.4.
pub(super) fn code_challenge(
    params: &Params,
    client: &Client,
    scopes: &Scopes,
) -> Result<Option<String>, OAuthError> {
    let refuse = |description| OAuthError::invalid_request("AZ-22", description);
    let method = one(params, "code_challenge_method")?;
    let challenge = CodeChallenge::parse(one(params, "code_challenge")?, method).map_err(
        |error| match error {
            PkceError::Method => refuse("code_challenge_method must be S256"),
            _ => refuse("code_challenge is not 43 characters of base64url"),
        },
    )?;
    let exempt = !client.require_pkce && client.is_confidential() && scopes.contains(scope::OPENID);
    if challenge.is_none() && !exempt {
        return Err(refuse("code_challenge is missing"));
    }
    Ok(challenge.map(|challenge| challenge.as_str().to_owned()))
}

/// AZ-23: the configured spellings of the resources asked for, or the default one.
pub(super) fn resources(
    params: &Params,
    client: &Client,
    policy: &Policy,
) -> Result<Vec<String>, OAuthError> {
    let sent = params.all("resource").map_err(repeated)?;
    if sent.len() > 10 {
        return Err(OAuthError::invalid_target(
            "AZ-23",
            "There are more than 10 resources",
        ));
    }
    let mut found = Vec::new();
    for uri in sent {
        let resource = requested::resource_of(policy, client, uri).ok_or_else(|| {
            OAuthError::invalid_target("AZ-23", "The resource is not known")
                .observed(requested::names(policy, client), uri)
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
        return Err(OAuthError::invalid_target(
            "AZ-23",
            "These resources cannot share one access token",
        ));
    }
    Ok(())
}
