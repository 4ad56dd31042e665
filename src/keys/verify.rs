//! Verification of JWTs of our own (RFC 7515 §5.2, RFC 8725 §3).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{set::KeySet, state::KeyState};
use crate::protocol::numeric_date;

/// Longest token that is looked at, bytes.
const MAX_LENGTH: usize = 16 * 1024;

/// Tolerance between clocks, seconds.
const LEEWAY: i64 = 10;

/// What a token is presented as. A token of one purpose is refused for every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwtPurpose {
    /// JWT access token (RFC 9068): `typ` `at+jwt`, all times checked.
    AccessToken,
    /// `id_token_hint` (OpenID Connect Core §3.1.2.1): `typ` `JWT`, may be expired.
    IdTokenHint,
}

impl JwtPurpose {
    const fn typ(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::IdTokenHint => "JWT",
        }
    }
}

/// Why a token is refused. For logs: the answer never says more than "invalid".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    /// Over 16 KiB; nothing was decoded.
    #[error("token too long")]
    TooLong,
    /// Not three base64url parts, or a part that is not a JSON object.
    #[error("not a compact JWS")]
    Malformed,
    /// `crit` (RFC 7515 §4.1.11): nothing critical is understood.
    #[error("header parameter crit")]
    Critical,
    /// `typ` of another purpose (RFC 8725 §3.11).
    #[error("token of another type")]
    Type,
    /// `kid` missing, unknown, or of a key that may not verify this purpose.
    #[error("unknown key")]
    UnknownKey,
    /// `alg` is not the one algorithm of the key; `none` and HS* never are.
    #[error("algorithm is not the key's")]
    Algorithm,
    /// The signature is not the key's.
    #[error("wrong signature")]
    Signature,
    /// A claim is missing or has the wrong type.
    #[error("claim {0} is missing or has the wrong type")]
    Claim(&'static str),
    /// `iss` is not this server.
    #[error("another issuer")]
    Issuer,
    /// `exp` is over.
    #[error("expired")]
    Expired,
    /// `iat` or `nbf` lies ahead.
    #[error("not valid yet")]
    NotYet,
}

/// A token that one of our keys signed for the purpose asked about. Whom it is for is the
/// caller's to check, by [`Self::audiences`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedJwt {
    /// Key that signed it.
    pub kid: String,
    /// `sub`.
    pub subject: String,
    /// `aud`, never empty.
    pub audiences: Vec<String>,
    /// `iat`, Unix seconds.
    pub issued_at: i64,
    /// `exp`, Unix seconds; may be over for [`JwtPurpose::IdTokenHint`].
    pub expires_at: i64,
    /// All claims.
    pub claims: Map<String, Value>,
}

impl VerifiedJwt {
    /// A claim that is a text, for example `sid`.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }
}

/// What a token is checked against.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub purpose: JwtPurpose,
    pub issuer: &'a str,
    /// Unix seconds.
    pub now: i64,
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

/// Selects the row of the key table; nothing else of the header is used, least of all `jku`,
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
        if expires_at <= expected.now.saturating_sub(LEEWAY) {
            return Err(JwtError::Expired);
        }
        if issued_at.max(not_before) > expected.now.saturating_add(LEEWAY) {
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

/// A text, or a list of texts that is not empty (RFC 7519 §4.1.3).
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
