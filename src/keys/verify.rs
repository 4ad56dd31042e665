//! Verification of JWTs that this server signed (RFC 7515 §5.2, RFC 8725 §3).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{set::KeySet, state::KeyState};
use crate::protocol::{
    numeric_date,
    time::{Seconds, UnixTime},
};

/// Longest token that is verified, bytes.
const MAX_LENGTH: usize = 16 * 1024;

/// Tolerance between clocks.
const LEEWAY: Seconds = Seconds::new(10);

/// What a token is used for. A token of one purpose is refused for every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwtPurpose {
    /// JWT access token (RFC 9068): `typ` `at+jwt`, all times checked.
    AccessToken,
    /// `id_token_hint` (OpenID Connect Core §3.1.2.1): `typ` `JWT`, may be expired.
    IdTokenHint,
    /// ID token as `subject_token` (RFC 8693 §2.1): `typ` `JWT`, all times checked.
    SubjectToken,
}

impl JwtPurpose {
    const fn typ(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::IdTokenHint | Self::SubjectToken => "JWT",
        }
    }
}

/// Why a token is refused. For logs only: the client is told no more than "invalid".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    /// The token has more than 16 KiB; nothing was decoded.
    #[error("token too long")]
    TooLong,
    /// The token is not three base64url parts, or a part is not a JSON object.
    #[error("not a compact JWS")]
    Malformed,
    /// The header has `crit` (RFC 7515 §4.1.11): no critical extension is understood.
    #[error("header parameter crit")]
    Critical,
    /// The header has the `typ` of another purpose (RFC 8725 §3.11).
    #[error("token of another type")]
    Type,
    /// The `kid` is missing, unknown, or of a key that may not verify tokens of this purpose.
    #[error("unknown key")]
    UnknownKey,
    /// The `alg` is not the one algorithm of the key; `none` and HS* never are.
    #[error("algorithm is not the key's")]
    Algorithm,
    /// The signature was not made by the key.
    #[error("wrong signature")]
    Signature,
    /// A claim is missing or has the wrong type.
    #[error("claim {0} is missing or has the wrong type")]
    Claim(&'static str),
    /// The `iss` is not this server.
    #[error("another issuer")]
    Issuer,
    /// The `exp` is over.
    #[error("expired")]
    Expired,
    /// The `iat` or `nbf` lies in the future.
    #[error("not valid yet")]
    NotYet,
}

/// A token that a key of this server signed for the checked purpose. The caller checks whom it is
/// for, with [`Self::audiences`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedJwt {
    /// Key id of the key that signed the token.
    pub kid: String,
    /// The claim `sub`.
    pub subject: String,
    /// The values of the claim `aud`, at least one.
    pub audiences: Vec<String>,
    /// The claim `iat`.
    pub issued_at: UnixTime,
    /// The claim `exp`; it may be over for [`JwtPurpose::IdTokenHint`].
    pub expires_at: UnixTime,
    /// All claims of the token.
    pub claims: Map<String, Value>,
}

impl VerifiedJwt {
    /// Returns a claim that is a text, for example `sid`.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }
}

/// Values that a token is checked against.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub purpose: JwtPurpose,
    pub issuer: &'a str,
    /// The present time.
    pub now: UnixTime,
}

pub(super) fn verify(
    token: &str,
    keys: &KeySet,
    expected: Expected<'_>,
) -> Result<VerifiedJwt, JwtError> {
    if token.len() > MAX_LENGTH {
        return Err(JwtError::TooLong);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(JwtError::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(JwtError::Malformed)?;
    if payload.contains('.') {
        return Err(JwtError::Malformed);
    }
    let header = object(header)?;
    let kid = check_header(&header, keys, expected.purpose)?;
    let entry = keys.by_kid(kid).ok_or(JwtError::UnknownKey)?;
    let signature = decode(signature)?;
    if !entry.pair.is_signed(message.as_bytes(), &signature) {
        return Err(JwtError::Signature);
    }
    check_claims(kid.to_owned(), object(payload)?, expected)
}

/// Returns the `kid` that selects the key; no other part of the header is used, least of all `jku`,
/// `x5u` and `jwk`.
fn check_header<'h>(
    header: &'h Map<String, Value>,
    keys: &KeySet,
    purpose: JwtPurpose,
) -> Result<&'h str, JwtError> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    if header.contains_key("crit") {
        return Err(JwtError::Critical);
    }
    if text("typ") != Some(purpose.typ()) {
        return Err(JwtError::Type);
    }
    let kid = text("kid").ok_or(JwtError::UnknownKey)?;
    let entry = keys.by_kid(kid).ok_or(JwtError::UnknownKey)?;
    if entry.state == KeyState::Retired && purpose != JwtPurpose::IdTokenHint {
        return Err(JwtError::UnknownKey);
    }
    if text("alg") != Some(entry.pair.alg.as_str()) {
        return Err(JwtError::Algorithm);
    }
    Ok(kid)
}

fn check_claims(
    kid: String,
    claims: Map<String, Value>,
    expected: Expected<'_>,
) -> Result<VerifiedJwt, JwtError> {
    let text = |name: &'static str| {
        let value = claims.get(name).and_then(Value::as_str);
        value.ok_or(JwtError::Claim(name))
    };
    let time = |name: &'static str| {
        let value = claims.get(name).and_then(numeric_date::rounded_up);
        value.ok_or(JwtError::Claim(name))
    };
    if text("iss")? != expected.issuer {
        return Err(JwtError::Issuer);
    }
    let (expires_at, issued_at) = (time("exp")?, time("iat")?);
    let not_before = match claims.get("nbf") {
        Some(_) => time("nbf")?,
        None => issued_at,
    };
    if expected.purpose == JwtPurpose::AccessToken {
        text("client_id")?;
        text("jti")?;
    }
    if expected.purpose != JwtPurpose::IdTokenHint {
        if expires_at <= expected.now - LEEWAY {
            return Err(JwtError::Expired);
        }
        if issued_at.max(not_before) > expected.now + LEEWAY {
            return Err(JwtError::NotYet);
        }
    }
    Ok(VerifiedJwt {
        kid,
        subject: text("sub")?.to_owned(),
        audiences: audiences(claims.get("aud")).ok_or(JwtError::Claim("aud"))?,
        issued_at,
        expires_at,
        claims,
    })
}

/// Reads a text, or a list of texts that is not empty (RFC 7519 §4.1.3).
fn audiences(aud: Option<&Value>) -> Option<Vec<String>> {
    match aud? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) if !many.is_empty() => many
            .iter()
            .map(|one| one.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

fn object(part: &str) -> Result<Map<String, Value>, JwtError> {
    serde_json::from_slice(&decode(part)?).map_err(|_| JwtError::Malformed)
}

fn decode(part: &str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| JwtError::Malformed)
}
