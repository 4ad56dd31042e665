//! `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 §3.4).

use super::{Bound, Granted, OwnerState, TokenRequest, audience, check_binding};
use crate::protocol::{
    device_authorization::DeviceStatus, dpop::KeyThumbprint, error::OAuthError,
    policy::Entitlement, received::Received, refusals::DeviceRefusal, scope::Scopes,
    time::UnixTime,
};

/// The parameters of a token request with a device code.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The device code.
    pub device_code: &'a str,
    resources: Vec<&'a str>,
    key: Option<&'a KeyThumbprint>,
}

impl<'a> Request<'a> {
    /// Reads the parameters; `scope` is ignored.
    ///
    /// # Errors
    /// `invalid_request` (TK-02, DV-01).
    pub fn of(sent: &TokenRequest<'a>) -> Result<Self, OAuthError> {
        let missing = || OAuthError::of(DeviceRefusal::CodeMissing);
        Ok(Self {
            device_code: sent.device_code.ok_or_else(missing)?,
            resources: sent.resource.clone(),
            key: None,
        })
    }

    /// Sets the key that the client has proven to hold.
    #[must_use]
    pub fn by(self, key: Option<&'a KeyThumbprint>) -> Self {
        Self { key, ..self }
    }
}

/// The request of a device behind its code.
#[derive(Clone, Debug)]
pub struct DeviceCode<'a> {
    /// The client it was issued to.
    pub client_id: &'a str,
    /// What a person did about it; `None` = the column holds no word that is known.
    pub status: Option<DeviceStatus>,
    /// Whether its tokens were handed out.
    pub redeemed: bool,
    /// Whether the grant is revoked.
    pub revoked: bool,
    /// When the code expires.
    pub expires_at: UnixTime,
    /// From when on the device may ask again.
    pub next_poll_at: Option<UnixTime>,
    /// Granted scopes.
    pub scopes: Scopes,
    /// Granted resources.
    pub resources: &'a [String],
    /// The user who decided, if the account still exists.
    pub owner: Option<OwnerState>,
}

/// The decision about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The device code is spent, and tokens are issued.
    Redeem(Granted),
    /// Nobody has decided yet: the request is noted, so that the next one keeps its distance (DV-03).
    Wait,
    /// The device asks too often: its interval grows (DV-03).
    TooFast,
    /// The code belongs to another client: an event is emitted, then `invalid_grant` is answered.
    WrongClient,
}

/// Decides DV-01 to DV-04, and DP-06. What ends the wait of the device is told however often it asks.
///
/// # Errors
/// `invalid_grant`, `expired_token`, `access_denied`, `invalid_target` or `invalid_dpop_proof`; nothing changes.
pub fn decide(
    entitlement: Entitlement<'_>,
    code: Option<&DeviceCode<'_>>,
    request: &Request<'_>,
    now: UnixTime,
) -> Result<Verdict, OAuthError> {
    let refused = |refusal: DeviceRefusal| {
        OAuthError::of(refusal).received(Received::Secret(request.device_code))
    };
    let code = code.ok_or_else(|| refused(DeviceRefusal::CodeUnknown))?;
    if code.client_id != entitlement.client.client_id {
        return Ok(Verdict::WrongClient);
    }
    check_binding(entitlement, &[], request.key)?;
    if code.redeemed {
        return Err(refused(DeviceRefusal::CodeUsed));
    }
    if code.status == Some(DeviceStatus::Denied) {
        return Err(refused(DeviceRefusal::Denied));
    }
    if code.revoked {
        return Err(refused(DeviceRefusal::Revoked));
    }
    if code.expires_at <= now {
        return Err(refused(DeviceRefusal::Expired));
    }
    if code.next_poll_at.is_some_and(|next| now < next) {
        return Ok(Verdict::TooFast);
    }
    if code.status != Some(DeviceStatus::Approved) {
        return Ok(Verdict::Wait);
    }
    if !code.owner.as_ref().is_some_and(OwnerState::is_good) {
        return Err(refused(DeviceRefusal::OfLostAccount));
    }
    let bound = Bound {
        resources: code.resources,
        scopes: &code.scopes,
    };
    let audience = audience(entitlement, &request.resources, bound)?;
    check_binding(entitlement, &audience, request.key)?;
    Ok(Verdict::Redeem(Granted {
        scopes: code.scopes.clone(),
        audience,
    }))
}

#[cfg(test)]
mod tests;
