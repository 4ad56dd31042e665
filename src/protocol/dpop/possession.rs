//! Which proof an access token needs (GU-03, RFC 9449 §7).

use super::{KeyThumbprint, Proof};
use crate::protocol::{
    error::OAuthError,
    refusals::{DpopRefusal, GuardRefusal},
};

/// The scheme of the header `Authorization` with which an access token was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScheme {
    /// RFC 6750 §2.1.
    Bearer,
    /// RFC 9449 §7.1.
    Dpop,
}

impl TokenScheme {
    /// The name of the scheme.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
}

/// Whether access tokens have to be bound to a key (DP-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A client may bind its tokens.
    Optional,
    /// Settings or the client's registration demand it.
    Required,
}

/// Checks that the client which sends an access token has the key to which the token is bound. `bound_to` is
/// the thumbprint of that key, `proof` verifies the proof of the request.
///
/// # Errors
/// `invalid_token` for a token that may not be used in this way, or an error of `proof`.
pub fn possession(
    bound_to: Option<&str>,
    scheme: TokenScheme,
    binding: Binding,
    proof: impl FnOnce() -> Result<Option<Proof>, OAuthError>,
) -> Result<Option<Proof>, OAuthError> {
    let bound_to = match (bound_to, scheme, binding) {
        (None, TokenScheme::Bearer, Binding::Optional) => return Ok(None),
        (None, TokenScheme::Bearer, Binding::Required) => {
            return Err(OAuthError::of(GuardRefusal::BindingRequired));
        }
        (None, TokenScheme::Dpop, _) => return Err(OAuthError::of(GuardRefusal::TokenNotBound)),
        (Some(_), TokenScheme::Bearer, _) => {
            return Err(OAuthError::of(GuardRefusal::BoundTokenAsBearer));
        }
        (Some(bound_to), TokenScheme::Dpop, _) => bound_to,
    };
    let proof = proof()?.ok_or_else(|| OAuthError::of(DpopRefusal::Missing))?;
    if proof.key.as_str() == bound_to {
        return Ok(Some(proof));
    }
    let (wanted, sent) = (format!("jkt: {bound_to}"), shown(&proof.key));
    Err(OAuthError::of(DpopRefusal::OtherKey).observed(wanted, sent))
}

fn shown(key: &KeyThumbprint) -> String {
    format!("jkt: {}", key.as_str())
}
