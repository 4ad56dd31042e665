//! `grant_type=client_credentials` (RFC 6749 §4.4, OAuth 2.1 §4.2).

use super::{Granted, TokenRequest, check_binding};
use crate::protocol::{
    client::Client,
    dpop::KeyThumbprint,
    error::OAuthError,
    policy::{Entitlement, Policy},
    received::Received,
    refusals::MachineRefusal,
    requested::{default_resource, default_scopes, names, resource_of, resource_of_scopes},
    scope::{PERSONAL, Scopes},
};

/// The parameters of a token request for client credentials.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    scope: Option<&'a str>,
    resources: Vec<&'a str>,
    key: Option<&'a KeyThumbprint>,
}

impl<'a> Request<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` (TK-02).
    pub fn of(sent: &TokenRequest<'a>) -> Self {
        Self {
            scope: sent.scope,
            resources: sent.resource.clone(),
            key: None,
        }
    }

    /// Sets the key that the client has proven to hold.
    #[must_use]
    pub fn by(self, key: Option<&'a KeyThumbprint>) -> Self {
        Self { key, ..self }
    }
}

/// Decides TK-28 to TK-30.
///
/// # Errors
/// `unauthorized_client`, `invalid_scope` or `invalid_target`.
pub fn decide(
    client: &Client,
    policy: &Policy,
    request: &Request<'_>,
) -> Result<Granted, OAuthError> {
    if !client.is_confidential() {
        let method = Received::Public(client.token_endpoint_auth_method.as_str());
        return Err(OAuthError::of(MachineRefusal::NotConfidential).received(method));
    }
    // Default scopes depend on the resources, but a bad scope is told first.
    let named = named(client, policy, request);
    let scopes = scopes(
        client,
        policy,
        named.as_deref().unwrap_or_default(),
        request,
    )?;
    let mut audience = named?;
    if audience.is_empty() {
        let implied = resource_of_scopes(policy, client, &scopes);
        audience.push(implied.unwrap_or_else(|| policy.issuer.clone()));
    }
    check_binding(Entitlement { client, policy }, &audience, request.key)?;
    Ok(Granted { scopes, audience })
}

/// Narrows the scopes to those that the app permits (hook `machine_scopes`).
///
/// # Errors
/// `invalid_scope` when no scope is left of those that were granted.
pub fn narrow(granted: Granted, permitted: &[String]) -> Result<Granted, OAuthError> {
    let permitted: Scopes = permitted.iter().collect();
    let scopes = granted.scopes.intersection(&permitted);
    if scopes.is_empty() && !granted.scopes.is_empty() {
        return Err(OAuthError::of(MachineRefusal::ScopesNotPermitted)
            .observed(format!("one of: {permitted}"), granted.scopes.to_string()));
    }
    Ok(Granted { scopes, ..granted })
}

/// TK-30: returns the configured spellings of the requested resources, or the default one.
fn named(
    client: &Client,
    policy: &Policy,
    request: &Request<'_>,
) -> Result<Vec<String>, OAuthError> {
    let mut found = Vec::new();
    for uri in &request.resources {
        let resource = resource_of(policy, client, uri).ok_or_else(|| {
            OAuthError::of(MachineRefusal::ResourceUnknown)
                .offering(names(policy, client))
                .received(Received::Public(uri))
        })?;
        if !found.contains(&resource) {
            found.push(resource);
        }
    }
    if found.is_empty() {
        found.extend(default_resource(policy, client));
    }
    Ok(found)
}

/// TK-29: returns the granted scopes. Undefined words are ignored, as at the authorization
/// endpoint.
fn scopes(
    client: &Client,
    policy: &Policy,
    resources: &[String],
    request: &Request<'_>,
) -> Result<Scopes, OAuthError> {
    let mut own = policy.client_scopes(client);
    if !client.is_trusted() {
        // Whoever registered when the ceiling was higher has no more than the others now.
        own = own.intersection(&policy.registrable_scopes);
    }
    let own = own.filtered(|scope| !PERSONAL.contains(&scope));
    let own = own.intersection(&policy.defined_scopes);
    let Some(sent) = request.scope else {
        let of_resources = default_scopes(policy, resources);
        let default = policy
            .client_credentials_default_scopes
            .union(&of_resources);
        return Ok(default.intersection(&own));
    };
    let malformed =
        |_| OAuthError::of(MachineRefusal::ScopeMalformed).received(Received::Public(sent));
    let requested = Scopes::parse(sent).map_err(malformed)?;
    let known = |scope: &str| policy.defined_scopes.contains(scope) || PERSONAL.contains(&scope);
    let requested = requested.filtered(known);
    if requested.is_empty() {
        return Err(
            OAuthError::of(MachineRefusal::ScopeUnknown).observed(format!("one of: {own}"), sent)
        );
    }
    if !requested.is_subset_of(&own) {
        return Err(OAuthError::of(MachineRefusal::ScopeNotAllowed).observed(
            format!("one of: {own}"),
            requested.difference(&own).to_string(),
        ));
    }
    Ok(requested)
}
