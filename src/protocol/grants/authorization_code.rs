//! `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6).

use super::{Bound, Granted, OwnerState, TokenRequest, audience, check_binding};
use crate::protocol::{
    dpop::KeyThumbprint, error::OAuthError, pkce, policy::Entitlement, received::Received,
    refusals::CodeRefusal, scope::Scopes, time::UnixTime,
};

/// The parameters of a token request with a code.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The code.
    pub code: &'a str,
    redirect_uri: Option<&'a str>,
    code_verifier: Option<&'a str>,
    resources: Vec<&'a str>,
    key: Option<&'a KeyThumbprint>,
}

impl<'a> Request<'a> {
    /// Reads the parameters; `scope` is ignored.
    ///
    /// # Errors
    /// `invalid_request` (TK-02, TK-09).
    pub fn of(sent: &TokenRequest<'a>) -> Result<Self, OAuthError> {
        Ok(Self {
            code: sent
                .code
                .ok_or_else(|| OAuthError::of(CodeRefusal::Missing))?,
            redirect_uri: sent.redirect_uri,
            code_verifier: sent.code_verifier,
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

/// The grant behind the code.
#[derive(Clone, Debug)]
pub struct Code<'a> {
    /// The client it was issued to.
    pub client_id: &'a str,
    /// The redirect URI of the request.
    pub redirect_uri: &'a str,
    /// Whether the authorization request had the parameter `redirect_uri`.
    pub redirect_uri_explicit: bool,
    /// PKCE challenge.
    pub code_challenge: Option<&'a str>,
    /// The key that the authorization request named (`dpop_jkt`).
    pub dpop_jkt: Option<&'a str>,
    /// Whether the code was redeemed.
    pub redeemed: bool,
    /// Whether the grant, or the session in which the code was made, is revoked.
    pub revoked: bool,
    /// When the code expires.
    pub expires_at: UnixTime,
    /// Granted scopes.
    pub scopes: Scopes,
    /// Granted resources.
    pub resources: &'a [String],
    /// The user, if the account still exists.
    pub owner: Option<OwnerState>,
}

/// The decision about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Redeem the code and issue tokens.
    Redeem(Granted),
    /// The code was redeemed before: the grant is revoked, then `invalid_grant` is answered
    /// (TK-15).
    Replay,
    /// The code belongs to another client: an event is emitted, then `invalid_grant` is answered
    /// (TK-10).
    WrongClient,
}

/// Decides TK-09 to TK-17. A replay has consequences only if everything else is right, so that a
/// thief without the verifier cannot end the rightful client's tokens.
///
/// # Errors
/// `invalid_grant`, `invalid_request` or `invalid_target`; the code stays usable.
pub fn decide(
    entitlement: Entitlement<'_>,
    code: Option<&Code<'_>>,
    request: &Request<'_>,
    now: UnixTime,
) -> Result<Verdict, OAuthError> {
    let sent = Received::Secret(request.code);
    let code = code.ok_or_else(|| OAuthError::of(CodeRefusal::Unknown).received(sent))?;
    if code.client_id != entitlement.client.client_id {
        return Ok(Verdict::WrongClient);
    }
    check_redirect_uri(code, request)?;
    check_verifier(code, request)?;
    // A redemption binds the grant of a public client to the key of whoever made it, of a thief perhaps: it says
    // nothing about who may tell of the replay.
    if code.redeemed {
        return Ok(Verdict::Replay);
    }
    check_key(code, request)?;
    check_binding(entitlement, &[], request.key)?;
    if code.revoked {
        return Err(OAuthError::of(CodeRefusal::Revoked).received(sent));
    }
    if code.expires_at <= now {
        return Err(OAuthError::of(CodeRefusal::Expired).received(sent));
    }
    if !code.owner.as_ref().is_some_and(OwnerState::is_good) {
        return Err(OAuthError::of(CodeRefusal::OfLostAccount).received(sent));
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

/// TK-11: OAuth 2.1 §10.2, RFC 6749 §4.1.3.
fn check_redirect_uri(code: &Code<'_>, request: &Request<'_>) -> Result<(), OAuthError> {
    match request.redirect_uri {
        Some(sent) if sent == code.redirect_uri => Ok(()),
        Some(sent) => Err(OAuthError::of(CodeRefusal::RedirectUriOfOtherRequest)
            .observed(code.redirect_uri, sent)),
        None if code.code_challenge.is_some() || !code.redirect_uri_explicit => Ok(()),
        None => Err(OAuthError::of(CodeRefusal::RedirectUriMissing)),
    }
}

/// TK-12, TK-13: checks the PKCE verifier.
fn check_verifier(code: &Code<'_>, request: &Request<'_>) -> Result<(), OAuthError> {
    match (code.code_challenge, request.code_verifier) {
        (Some(challenge), Some(verifier)) => pkce::verify(verifier, challenge).map_err(|_| {
            OAuthError::of(CodeRefusal::VerifierWrong).received(Received::Secret(verifier))
        }),
        (Some(_), None) => Err(OAuthError::of(CodeRefusal::VerifierMissing)),
        // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade.
        (None, Some(verifier)) => Err(OAuthError::of(CodeRefusal::VerifierWithoutChallenge)
            .received(Received::Secret(verifier))),
        (None, None) => Ok(()),
    }
}

/// TK-14: the proof is by the key of the authorization request (RFC 9449 §10).
fn check_key(code: &Code<'_>, request: &Request<'_>) -> Result<(), OAuthError> {
    match (code.dpop_jkt, request.key) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(OAuthError::of(CodeRefusal::ProofMissing)),
        (Some(wanted), Some(key)) if key.as_str() == wanted => Ok(()),
        (Some(wanted), Some(key)) => {
            let wanted = format!("jkt: {wanted}");
            Err(OAuthError::of(CodeRefusal::OtherKey).observed(wanted, key.as_str()))
        }
    }
}
