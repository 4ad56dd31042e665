//! The checks of the authorization endpoint in their order (RFC 6749 §4.1.1, OpenID Connect Core
//! §3.1.2.1).

mod display;
mod prompt;
mod response;
mod source;
mod targets;

use serde::Deserialize;

use super::{
    callback::Callback,
    claims_parameter::{self, RequestedClaims},
    client::{Client, ClientStatus},
    error::OAuthError,
    params::{Params, Repeated},
    policy::{Entitlement, Policy},
    received::Received,
    refusals::AuthorizeRefusal,
    requested,
    scope::Scopes,
    typed_params::{self, Typed},
};

use self::prompt::Prompts;
pub use self::{
    display::Display,
    prompt::Prompt,
    source::{RequestSource, pushed_source, source},
};
use crate::protocol::time::Seconds;

/// An authorization request that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: String,
    /// Where the response is sent.
    pub callback: Callback,
    /// OIDC `nonce`, as sent.
    pub nonce: Option<String>,
    /// PKCE challenge; the method is always S256.
    pub code_challenge: Option<String>,
    /// Thumbprint of the key to which the code is bound (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    /// Requested scopes, in the order of the request.
    pub scopes: Scopes,
    /// Requested resources in their configured spelling.
    pub resources: Vec<String>,
    /// Values of `prompt`, without `none`.
    pub prompts: Vec<Prompt>,
    /// `prompt=none`: no page may be shown.
    pub silent: bool,
    /// OIDC `max_age`.
    pub max_age: Option<Seconds>,
    /// OIDC `login_hint`.
    pub login_hint: Option<String>,
    /// OIDC `ui_locales`.
    pub ui_locales: Option<String>,
    /// OIDC `display`.
    pub display: Option<String>,
    /// OIDC `acr_values`.
    pub acr_values: Vec<String>,
    /// What the parameter `claims` asks for.
    pub claims: RequestedClaims,
    /// `sub` of the verified `id_token_hint`.
    pub hint_subject: Option<String>,
    /// Every other parameter, for the app's pages.
    pub params: Vec<(String, String)>,
}

/// The parameters of an authorization request, as they were sent.
#[derive(Clone, Debug, Deserialize)]
struct AuthorizationParameters<'p> {
    response_type: Option<&'p str>,
    #[serde(rename = "client_id")]
    _client_id: Option<&'p str>,
    #[serde(rename = "redirect_uri")]
    _redirect_uri: Option<&'p str>,
    scope: Option<&'p str>,
    #[serde(rename = "state")]
    _state: Option<&'p str>,
    code_challenge: Option<&'p str>,
    code_challenge_method: Option<&'p str>,
    resource: Vec<&'p str>,
    nonce: Option<&'p str>,
    prompt: Option<&'p str>,
    max_age: Option<&'p str>,
    login_hint: Option<&'p str>,
    ui_locales: Option<&'p str>,
    display: Option<&'p str>,
    id_token_hint: Option<&'p str>,
    acr_values: Option<&'p str>,
    claims: Option<&'p str>,
    response_mode: Option<&'p str>,
    #[serde(rename = "request")]
    _request: Option<&'p str>,
    #[serde(rename = "request_uri")]
    _request_uri: Option<&'p str>,
    registration: Option<&'p str>,
    dpop_jkt: Option<&'p str>,
}

/// Whether a parameter is one text whose meaning this server knows. `resource` and `claims` are more than that.
#[must_use]
pub fn is_text(name: &str) -> bool {
    let none = Params::default();
    let known = typed_params::names::<AuthorizationParameters<'_>>(&none);
    known.contains(&name) && !matches!(name, "resource" | "claims")
}

/// Returns the `client_id` of the request (AZ-04, AZ-06).
///
/// # Errors
/// `invalid_request`, to be shown on a page.
pub fn client_id(params: &Params) -> Result<&str, OAuthError> {
    for name in ["client_id", "redirect_uri", "request", "request_uri"] {
        params.one(name).map_err(|_| {
            OAuthError::of(AuthorizeRefusal::ParameterOfTargetRepeated).naming(name)
        })?;
    }
    params
        .one("client_id")
        .ok()
        .flatten()
        .ok_or_else(|| OAuthError::of(AuthorizeRefusal::ClientIdMissing))
}

/// Returns the client if it exists and may be used (AZ-07, AZ-08).
///
/// # Errors
/// `invalid_client` or `unauthorized_client`, to be shown on a page.
pub fn check_client(client: Option<&Client>) -> Result<&Client, OAuthError> {
    let client = client.ok_or_else(|| OAuthError::of(AuthorizeRefusal::ClientUnknown))?;
    let refusal = match client.status {
        ClientStatus::Active => return Ok(client),
        ClientStatus::Deleted => AuthorizeRefusal::ClientRemoved,
        ClientStatus::Disabled => AuthorizeRefusal::ClientDisabled,
    };
    Err(OAuthError::of(refusal))
}

/// Verifies an `id_token_hint` and returns its `sub`.
pub type VerifyHint<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// Checks AZ-13 to AZ-27. The callback is known, so every refusal may be sent there.
///
/// # Errors
/// The refusal that is sent to the client.
pub fn validate(
    params: &Params,
    entitlement: Entitlement<'_>,
    callback: &Callback,
    verify_hint: VerifyHint<'_>,
) -> Result<AuthorizationRequest, OAuthError> {
    let Entitlement { client, policy } = entitlement;
    let Typed {
        request: sent,
        others,
    } = typed_params::read::<AuthorizationParameters<'_>>(params).map_err(|of| repeated(&of))?;
    response::check(&sent, callback, entitlement)?;
    let Prompts {
        words: prompts,
        silent,
    } = prompt::prompts(sent.prompt)?;
    let max_age = max_age(sent.max_age)?;
    // Default scopes depend on the resources, but a bad scope is told first.
    let resources = targets::resources(&sent.resource, client, policy);
    let named = resources.as_deref().unwrap_or_default();
    let scopes = targets::scopes(sent.scope, client, policy, named)?;
    let code_challenge = targets::code_challenge(&sent, client, &scopes)?;
    let dpop_jkt = targets::dpop_jkt(sent.dpop_jkt, policy)?;
    let mut resources = resources?;
    if resources.is_empty() {
        resources.extend(requested::resource_of_scopes(policy, client, &scopes));
    }
    targets::one_signature(&resources, policy)?;
    let claims = match sent.claims {
        None => RequestedClaims::default(),
        Some(claims) => claims_parameter::read(claims, &policy.supported_claims)?,
    };
    let hint_subject = match sent.id_token_hint {
        None => None,
        Some(hint) => Some(verify_hint(hint).ok_or_else(|| {
            OAuthError::of(AuthorizeRefusal::IdTokenHintInvalid).received(Received::Secret(hint))
        })?),
    };
    check_reachable(&claims, policy)?;
    let text = |value: Option<&str>| value.map(str::to_owned);
    Ok(AuthorizationRequest {
        client_id: client.client_id.clone(),
        callback: callback.clone(),
        nonce: text(sent.nonce),
        code_challenge,
        dpop_jkt,
        scopes,
        resources,
        prompts,
        silent,
        max_age,
        login_hint: text(sent.login_hint),
        ui_locales: text(sent.ui_locales),
        display: text(sent.display),
        acr_values: sent
            .acr_values
            .map(|values| words(values).map(str::to_owned).collect())
            .unwrap_or_default(),
        claims,
        hint_subject,
        params: others,
    })
}

/// The scopes and resources that a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedAccess {
    /// Requested scopes, in the order of the request.
    pub scopes: Scopes,
    /// Requested resources in their configured spelling.
    pub resources: Vec<String>,
}

/// Checks AZ-20, AZ-21 and AZ-23: reads the requested scopes and resources.
///
/// # Errors
/// `invalid_scope` or `invalid_target`.
pub fn access(
    scope: Option<&str>,
    resources: &[&str],
    entitlement: Entitlement<'_>,
) -> Result<RequestedAccess, OAuthError> {
    let Entitlement { client, policy } = entitlement;
    // Default scopes depend on the resources, but a bad scope is told first.
    let resources = targets::resources(resources, client, policy);
    let named = resources.as_deref().unwrap_or_default();
    let scopes = targets::scopes(scope, client, policy, named)?;
    let mut resources = resources?;
    if resources.is_empty() {
        resources.extend(requested::resource_of_scopes(policy, client, &scopes));
    }
    targets::one_signature(&resources, policy)?;
    Ok(RequestedAccess { scopes, resources })
}

/// AZ-13: nothing twice but `resource` (GE-03), no known name with a bracket (GE-04).
fn repeated(of: &Repeated) -> OAuthError {
    let error = OAuthError::of(AuthorizeRefusal::ParameterRepeated);
    let error = error.received(Received::Public(&of.name));
    // The client is told words of this server only.
    match of.known {
        Some(known) => error.naming(known),
        None => error,
    }
}

/// Words between spaces.
fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(' ').filter(|word| !word.is_empty())
}

/// AZ-27: an essential `acr` that no login here has is refused before anybody signs in for it
/// (OpenID Connect Core §5.5.1.1).
fn check_reachable(claims: &RequestedClaims, policy: &Policy) -> Result<(), OAuthError> {
    let Some(acr) = claims.acr.as_ref().filter(|acr| acr.essential) else {
        return Ok(());
    };
    if acr.values.iter().any(|acr| policy.acr_values.contains(acr)) {
        return Ok(());
    }
    Err(OAuthError::of(AuthorizeRefusal::AcrUnknown).expected(
        format!("one of: {}", policy.acr_values.join(" ")),
        Received::Public(&acr.values.join(" ")),
    ))
}

/// AZ-19: reads `max_age`.
fn max_age(sent: Option<&str>) -> Result<Option<Seconds>, OAuthError> {
    let Some(text) = sent else {
        return Ok(None);
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i32>() {
        Ok(seconds) if digits => Ok(Some(seconds.into())),
        _ => {
            Err(OAuthError::of(AuthorizeRefusal::MaxAgeMalformed).received(Received::Public(text)))
        }
    }
}
