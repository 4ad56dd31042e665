//! The checks of the authorization endpoint in their order (RFC 6749 §4.1.1, OIDC Core §3.1.2.1).

mod prompt;
mod targets;

use super::{
    callback::Callback,
    client::{Client, ClientStatus, GrantType},
    error::OAuthError,
    params::{Params, Repeated},
    policy::Policy,
    requested,
    scope::Scopes,
};

pub use self::prompt::Prompt;

/// A request that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: String,
    /// Where the answer goes.
    pub callback: Callback,
    /// OIDC `nonce`, as sent.
    pub nonce: Option<String>,
    /// PKCE challenge; the method is always S256.
    pub code_challenge: Option<String>,
    /// Requested scopes, in the order of the request.
    pub scopes: Scopes,
    /// Requested resources in their configured spelling.
    pub resources: Vec<String>,
    /// Words of `prompt`, without `none`.
    pub prompts: Vec<Prompt>,
    /// `prompt=none`: no page may be shown.
    pub silent: bool,
    /// OIDC `max_age`, seconds.
    pub max_age: Option<i64>,
    /// OIDC `login_hint`.
    pub login_hint: Option<String>,
    /// OIDC `ui_locales`.
    pub ui_locales: Option<String>,
    /// OIDC `display`.
    pub display: Option<String>,
    /// OIDC `acr_values`.
    pub acr_values: Vec<String>,
    /// `sub` of the verified `id_token_hint`.
    pub hint_subject: Option<String>,
    /// Every other parameter, for the app's pages.
    pub params: Vec<(String, String)>,
}

/// Parameters with a meaning here.
const KNOWN: [&str; 21] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "ui_locales",
    "display",
    "id_token_hint",
    "acr_values",
    "claims",
    "response_mode",
    "request",
    "request_uri",
    "registration",
];

/// The `client_id` of the request (AZ-04, AZ-06).
///
/// # Errors
/// `invalid_request`, for a page.
pub fn client_id(params: &Params) -> Result<&str, OAuthError> {
    for name in ["client_id", "redirect_uri", "request", "request_uri"] {
        params
            .one(name)
            .map_err(|_| OAuthError::invalid_request("AZ-04", "A parameter was sent twice"))?;
    }
    params
        .one("client_id")
        .ok()
        .flatten()
        .ok_or_else(|| OAuthError::invalid_request("AZ-06", "client_id is missing"))
}

/// Whether the client exists and may be used (AZ-07, AZ-08).
///
/// # Errors
/// `invalid_client` or `unauthorized_client`, for a page.
pub fn check_client(client: Option<&Client>) -> Result<&Client, OAuthError> {
    let client =
        client.ok_or_else(|| OAuthError::invalid_client("AZ-07", "The client is not known"))?;
    match client.status {
        ClientStatus::Active => Ok(client),
        ClientStatus::Deleted => Err(OAuthError::invalid_client(
            "AZ-07",
            "The client registration was removed",
        )),
        ClientStatus::Disabled => Err(OAuthError::unauthorized_client(
            "AZ-08",
            "The client is disabled",
        )),
    }
}

/// Verifies an `id_token_hint` and gives its `sub`.
pub type VerifyHint<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// Checks AZ-10 and AZ-13 to AZ-26. The callback is found, so every refusal may go there.
///
/// # Errors
/// The refusal for the client.
pub fn validate(
    params: &Params,
    (client, callback): (&Client, &Callback),
    policy: &Policy,
    verify_hint: VerifyHint<'_>,
) -> Result<AuthorizationRequest, OAuthError> {
    check_not_offered(params)?;
    check_repetition(params)?;
    check_response(params, client, policy)?;
    let (prompts, silent) = prompt::prompts(params)?;
    let max_age = max_age(params)?;
    // Default scopes depend on the resources, but a bad scope is told first.
    let resources = targets::resources(params, client, policy);
    let named = resources.as_deref().unwrap_or_default();
    let scopes = targets::scopes(params, client, (policy, named))?;
    let code_challenge = targets::code_challenge(params, client, &scopes)?;
    let mut resources = resources?;
    if resources.is_empty() {
        resources.extend(requested::resource_of_scopes(policy, client, &scopes));
    }
    targets::one_signature(&resources, policy)?;
    let hint_subject = match one(params, "id_token_hint")? {
        None => None,
        Some(hint) => Some(verify_hint(hint).ok_or_else(|| {
            OAuthError::invalid_request("AZ-25", "id_token_hint is not an ID token of this server")
        })?),
    };
    let text = |name| one(params, name).map(|value| value.map(str::to_owned));
    Ok(AuthorizationRequest {
        client_id: client.client_id.clone(),
        callback: callback.clone(),
        nonce: text("nonce")?,
        code_challenge,
        scopes,
        resources,
        prompts,
        silent,
        max_age,
        login_hint: text("login_hint")?,
        ui_locales: text("ui_locales")?,
        display: text("display")?,
        acr_values: one(params, "acr_values")?
            .map(|values| words(values).map(str::to_owned).collect())
            .unwrap_or_default(),
        hint_subject,
        params: params
            .iter()
            .filter(|(name, _)| !KNOWN.contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    })
}

/// AZ-10: request objects are not offered (OIDC Core §3.1.2.6).
fn check_not_offered(params: &Params) -> Result<(), OAuthError> {
    if one(params, "request_uri")?.is_some() {
        return Err(OAuthError::request_uri_not_supported(
            "AZ-10",
            "request_uri is not supported",
        ));
    }
    if one(params, "request")?.is_some() {
        return Err(OAuthError::request_not_supported(
            "AZ-10",
            "request is not supported",
        ));
    }
    Ok(())
}

/// AZ-13: nothing twice but `resource` (GE-03), no known name with a bracket (GE-04).
fn check_repetition(params: &Params) -> Result<(), OAuthError> {
    let mut seen = Vec::new();
    for (name, _) in params.iter().filter(|(name, _)| *name != "resource") {
        if seen.contains(&name) {
            return Err(repeated(Repeated(name.to_owned())));
        }
        seen.push(name);
    }
    for name in KNOWN {
        match name {
            "resource" => params.all(name).map(drop).map_err(repeated)?,
            _ => params.one(name).map(drop).map_err(repeated)?,
        }
    }
    Ok(())
}

fn repeated(_: Repeated) -> OAuthError {
    OAuthError::invalid_request("AZ-13", "A parameter was sent twice or as a list")
}

fn one<'a>(params: &'a Params, name: &str) -> Result<Option<&'a str>, OAuthError> {
    params.one(name).map_err(repeated)
}

/// Words between spaces.
fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(' ').filter(|word| !word.is_empty())
}

/// AZ-14 to AZ-17.
fn check_response(params: &Params, client: &Client, policy: &Policy) -> Result<(), OAuthError> {
    if !matches!(one(params, "response_mode")?, None | Some("query")) {
        return Err(OAuthError::invalid_request(
            "AZ-14",
            "response_mode is not supported",
        ));
    }
    match one(params, "response_type")? {
        Some("code") => {}
        None => {
            return Err(OAuthError::invalid_request(
                "AZ-15",
                "response_type is missing",
            ));
        }
        Some(other) => {
            return Err(OAuthError::unsupported_response_type(
                "AZ-15",
                "Only the response type code is supported",
            )
            .expected("code", other));
        }
    }
    let offered = policy.grant_types.contains(&GrantType::AuthorizationCode);
    let allowed = client.may_use(GrantType::AuthorizationCode)
        && client
            .response_types
            .iter()
            .any(|response_type| response_type == "code");
    if !(offered && allowed) {
        return Err(OAuthError::unauthorized_client(
            "AZ-16",
            "The client may not use the authorization code grant",
        ));
    }
    if one(params, "registration")?.is_some() {
        return Err(OAuthError::registration_not_supported(
            "AZ-17",
            "registration is not supported",
        ));
    }
    Ok(())
}

/// AZ-19.
fn max_age(params: &Params) -> Result<Option<i64>, OAuthError> {
    let Some(text) = one(params, "max_age")? else {
        return Ok(None);
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i32>() {
        Ok(seconds) if digits => Ok(Some(seconds.into())),
        _ => Err(OAuthError::invalid_request(
            "AZ-19",
            "max_age is not a number of seconds",
        )),
    }
}
