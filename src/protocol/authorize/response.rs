//! What a request says about its response: `response_mode`, `response_type` (RFC 6749 §3.1.1).

use super::AuthorizationParameters;
use crate::protocol::{
    callback::{Callback, ResponseMode},
    client::GrantType,
    error::OAuthError,
    policy::Entitlement,
    received::Received,
    refusals::AuthorizeRefusal,
};

/// AZ-14 to AZ-17: checks the parameters about the response.
pub(super) fn check(
    sent: &AuthorizationParameters<'_>,
    callback: &Callback,
    entitlement: Entitlement<'_>,
) -> Result<(), OAuthError> {
    check_mode(sent.response_mode, callback)?;
    match sent.response_type {
        Some("code") => {}
        None => return Err(OAuthError::of(AuthorizeRefusal::ResponseTypeMissing)),
        Some(other) => {
            return Err(OAuthError::of(AuthorizeRefusal::ResponseTypeNotOffered)
                .received(Received::Public(other)));
        }
    }
    check_code_grant(entitlement)?;
    if sent.registration.is_some() {
        return Err(OAuthError::of(
            AuthorizeRefusal::RegistrationParameterNotOffered,
        ));
    }
    Ok(())
}

/// AZ-14: the mode is one that is offered, and reaches the client.
fn check_mode(sent: Option<&str>, callback: &Callback) -> Result<(), OAuthError> {
    let Some(word) = sent else { return Ok(()) };
    let refusal = match ResponseMode::parse(word) {
        Some(mode) if mode == callback.mode() => return Ok(()),
        Some(_) => OAuthError::of(AuthorizeRefusal::FormPostNotReachable),
        None => OAuthError::of(AuthorizeRefusal::ResponseModeNotOffered)
            .offering(ResponseMode::ALL.map(ResponseMode::as_str)),
    };
    Err(refusal.received(Received::Public(word)))
}

/// AZ-16: client and server have the code grant.
fn check_code_grant(entitlement: Entitlement<'_>) -> Result<(), OAuthError> {
    let Entitlement { client, policy } = entitlement;
    let offered = policy.grant_types.contains(&GrantType::AuthorizationCode);
    let allowed = client.may_use(GrantType::AuthorizationCode)
        && client
            .response_types
            .iter()
            .any(|response_type| response_type == "code");
    if !(offered && allowed) {
        let grants: Vec<&str> = client
            .grant_types
            .iter()
            .map(|grant| grant.as_str())
            .collect();
        let registered = if offered {
            format!(
                "a client with the grant types {} and the response types {}",
                grants.join(" "),
                client.response_types.join(" ")
            )
        } else {
            "a server whose grant_types has no authorization_code".to_owned()
        };
        return Err(OAuthError::of(AuthorizeRefusal::CodeGrantNotAllowed)
            .received(Received::Public(&registered)));
    }
    Ok(())
}
