//! `grant_type=client_credentials` (RFC 6749 §4.4, OAuth 2.1 §4.2).

use super::{Granted, one, resources};
use crate::protocol::{
    authorize::resource_of, client::Client, error::OAuthError, params::Params, policy::Policy,
    scope::Scopes,
};

/// Scopes that speak about a person: never a machine's.
const PERSONAL: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];

/// The parameters of the request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    scope: Option<&'a str>,
    resources: Vec<&'a str>,
}

impl<'a> Request<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` (TK-02).
    pub fn read(params: &'a Params) -> Result<Self, OAuthError> {
        Ok(Self {
            scope: one(params, "scope")?,
            resources: resources(params)?,
        })
    }
}

/// TK-28 to TK-30.
///
/// # Errors
/// `unauthorized_client`, `invalid_scope` or `invalid_target`.
pub fn decide(
    client: &Client,
    policy: &Policy,
    request: &Request<'_>,
) -> Result<Granted, OAuthError> {
    if !client.is_confidential() {
        return Err(OAuthError::unauthorized_client(
            "TK-28",
            "Only confidential clients may use this grant type",
        ));
    }
    let scopes = scopes(client, policy, request)?;
    let mut audience = Vec::new();
    for uri in &request.resources {
        let resource = resource_of(policy, client, uri)
            .ok_or_else(|| OAuthError::invalid_target("TK-30", "The resource is not known"))?;
        if !audience.contains(&resource) {
            audience.push(resource);
        }
    }
    if audience.is_empty() {
        audience.push(
            policy
                .default_resource
                .as_ref()
                .unwrap_or(&policy.issuer)
                .clone(),
        );
    }
    Ok(Granted { scopes, audience })
}

/// What the app permits of it (hook `machine_scopes`).
///
/// # Errors
/// `invalid_scope` when nothing is left of what there was.
pub fn narrow(granted: Granted, permitted: &[String]) -> Result<Granted, OAuthError> {
    let permitted: Scopes = permitted.iter().collect();
    let scopes = granted.scopes.intersection(&permitted);
    if scopes.is_empty() && !granted.scopes.is_empty() {
        let refused = "The app permits this client none of these scopes";
        return Err(OAuthError::invalid_scope("TK-29", refused)
            .expected(permitted.to_string(), &granted.scopes.to_string()));
    }
    Ok(Granted { scopes, ..granted })
}

/// TK-29.
fn scopes(client: &Client, policy: &Policy, request: &Request<'_>) -> Result<Scopes, OAuthError> {
    let mut own = policy.client_scopes(client);
    if !client.is_known() {
        // Whoever registered when the ceiling was higher has no more than the others now.
        own = own.intersection(&policy.registrable_scopes);
    }
    let own = own.filtered(|scope| !PERSONAL.contains(&scope));
    let Some(sent) = request.scope else {
        return Ok(policy.client_credentials_default_scopes.intersection(&own));
    };
    let asked = Scopes::parse(sent)
        .map_err(|_| OAuthError::invalid_scope("TK-29", "scope has a forbidden character"))?;
    if !asked.is_subset_of(&own.intersection(&policy.defined_scopes)) {
        return Err(OAuthError::invalid_scope(
            "TK-29",
            "The client may not ask for this scope",
        ));
    }
    Ok(asked)
}
