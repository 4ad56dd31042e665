//! Client assertions: a client proves itself by a JWT that it signs with a key of its own
//! (RFC 7523 §2.2, §3; OpenID Connect Core §9).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{
    jwk::SigningAlg,
    secret::{Purpose, SecretHash, hash},
    verification_key::VerificationKey,
};

/// The value of `client_assertion_type`.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Longest assertion that is looked at, bytes.
const MAX_LENGTH: usize = 16 * 1024;
/// Longest `jti` and `kid`, characters.
const MAX_ID: usize = 255;
/// Tolerance between clocks, seconds.
const LEEWAY: i64 = 10;
/// Longest time to `exp`, seconds (CA-05).
const MAX_LIFE: i64 = 310;

/// Why an assertion is refused. For the log: the answer never says more than "failed".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssertionError {
    /// Over 16 KiB; nothing was decoded.
    #[error("the assertion is too long")]
    TooLong,
    /// Not three base64url parts, or a part that is not a JSON object.
    #[error("not a compact JWS")]
    Malformed,
    /// `crit` (RFC 7515 §4.1.11): nothing critical is understood.
    #[error("header parameter crit")]
    Critical,
    /// `typ` of a token for something else (RFC 8725 §3.11).
    #[error("a token of another type")]
    Type,
    /// `none`, HS*, or anything else that is not offered or not registered.
    #[error("an algorithm that is not offered, or not the registered one")]
    Algorithm,
    /// A `kid` that is no short text.
    #[error("an odd kid")]
    KeyId,
    /// A claim is missing, has the wrong type or the wrong value.
    #[error("claim {0}")]
    Claim(&'static str),
    /// `exp` is over, or too far away.
    #[error("expired, or valid for too long")]
    Expiry,
    /// `iat` or `nbf` lies ahead.
    #[error("not valid yet")]
    NotYet,
    /// No key of the client has the `kid` and fits the algorithm.
    #[error("unknown key")]
    UnknownKey,
    /// The signature is not the key's.
    #[error("wrong signature")]
    Signature,
    /// The `jti` was there before.
    #[error("used before")]
    Replay,
}

impl AssertionError {
    /// The rule of §12 that is broken.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Claim("jti") | Self::Expiry | Self::NotYet | Self::Replay => "CA-05",
            Self::Claim(_) => "CA-04",
            _ => "CA-03",
        }
    }
}

/// What an assertion must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The client that it must be from and about.
    pub client_id: &'a str,
    /// The one algorithm that the client registered; `None` = any that is offered.
    pub alg: Option<&'a str>,
    /// Values of which `aud` must be one, as a single text.
    pub audiences: &'a [&'a str],
    /// Unix seconds.
    pub now: i64,
}

/// What makes an assertion usable once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleUse {
    /// Of client and `jti`.
    pub hash: SecretHash,
    /// Unix seconds after which the assertion would be refused anyway.
    pub until: i64,
}

/// An assertion as received: well-formed, nothing about it is proven.
#[derive(Clone)]
pub struct Assertion {
    alg: SigningAlg,
    kid: Option<String>,
    /// Header and payload as signed.
    message: String,
    signature: Vec<u8>,
    claims: Map<String, Value>,
}

/// Whoever has an assertion is the client until it expires.
impl std::fmt::Debug for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Assertion {
    /// Takes a compact JWS apart (RFC 7515 §3.1). The header only selects an algorithm and a key;
    /// `jku`, `x5u`, `jwk` and the like are nothing to this server.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, AssertionError> {
        if text.len() > MAX_LENGTH {
            return Err(AssertionError::TooLong);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(AssertionError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(AssertionError::Malformed)?;
        let header = object(header)?;
        if header.contains_key("crit") {
            return Err(AssertionError::Critical);
        }
        check_type(header.get("typ"))?;
        let alg = header.get("alg").and_then(Value::as_str);
        let alg = alg.and_then(|alg| alg.parse().ok());
        Ok(Self {
            alg: alg.ok_or(AssertionError::Algorithm)?,
            kid: kid(header.get("kid"))?,
            message: message.to_owned(),
            signature: decode(signature)?,
            claims: object(payload)?,
        })
    }

    /// The client that it claims to be from: `sub` (RFC 7521 §4.2).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.claims.get("sub")?.as_str()
    }

    /// Everything that can be checked without a key (CA-03 to CA-05), so that keys are fetched
    /// for plausible assertions only.
    ///
    /// # Errors
    /// The first rule that the assertion breaks.
    pub fn check(&self, expected: &Expected<'_>) -> Result<SingleUse, AssertionError> {
        if expected.alg.is_some_and(|alg| alg != self.alg.as_str()) {
            return Err(AssertionError::Algorithm);
        }
        if self.text("iss")? != expected.client_id {
            return Err(AssertionError::Claim("iss"));
        }
        if self.text("sub")? != expected.client_id {
            return Err(AssertionError::Claim("sub"));
        }
        if !expected.audiences.contains(&self.text("aud")?) {
            return Err(AssertionError::Claim("aud"));
        }
        let now = expected.now;
        let expires_at = self.time("exp")?.ok_or(AssertionError::Claim("exp"))?;
        let until = expires_at.saturating_add(LEEWAY);
        if until <= now || expires_at > now.saturating_add(MAX_LIFE) {
            return Err(AssertionError::Expiry);
        }
        let begins_at = self.time("iat")?.max(self.time("nbf")?);
        if begins_at.is_some_and(|at| at > now.saturating_add(LEEWAY)) {
            return Err(AssertionError::NotYet);
        }
        let jti = self.text("jti")?;
        if jti.is_empty() || jti.chars().count() > MAX_ID {
            return Err(AssertionError::Claim("jti"));
        }
        let client_and_jti = format!("{}\0{jti}", expected.client_id);
        Ok(SingleUse {
            hash: hash(Purpose::Jti, &client_and_jti),
            until,
        })
    }

    /// Whether a key of `set` signed it.
    ///
    /// # Errors
    /// [`AssertionError::UnknownKey`], which a newer set may mend, or
    /// [`AssertionError::Signature`].
    pub fn verify(&self, set: &Value) -> Result<(), AssertionError> {
        let key = VerificationKey::find(set, self.kid.as_deref(), self.alg);
        let key = key.ok_or(AssertionError::UnknownKey)?;
        if key.is_signed(self.message.as_bytes(), &self.signature) {
            Ok(())
        } else {
            Err(AssertionError::Signature)
        }
    }

    fn text(&self, claim: &'static str) -> Result<&str, AssertionError> {
        let value = self.claims.get(claim).and_then(Value::as_str);
        value.ok_or(AssertionError::Claim(claim))
    }

    /// A time that may be absent, but is whole seconds if it is there (RFC 7519 §2).
    fn time(&self, claim: &'static str) -> Result<Option<i64>, AssertionError> {
        let value = self.claims.get(claim).map(Value::as_i64);
        value
            .map(|value| value.ok_or(AssertionError::Claim(claim)))
            .transpose()
    }
}

/// Most clients send `JWT` or nothing; the type of its own is newer.
fn check_type(typ: Option<&Value>) -> Result<(), AssertionError> {
    let known = |typ: &str| {
        let typ = typ.strip_prefix("application/").unwrap_or(typ);
        typ.eq_ignore_ascii_case("JWT") || typ.eq_ignore_ascii_case("client-authentication+jwt")
    };
    match typ {
        None => Ok(()),
        Some(Value::String(typ)) if known(typ) => Ok(()),
        Some(_) => Err(AssertionError::Type),
    }
}

fn kid(kid: Option<&Value>) -> Result<Option<String>, AssertionError> {
    match kid {
        None => Ok(None),
        Some(Value::String(kid)) if kid.len() <= MAX_ID => Ok(Some(kid.clone())),
        Some(_) => Err(AssertionError::KeyId),
    }
}

fn object(part: &str) -> Result<Map<String, Value>, AssertionError> {
    serde_json::from_slice(&decode(part)?).map_err(|_| AssertionError::Malformed)
}

fn decode(part: &str) -> Result<Vec<u8>, AssertionError> {
    let decoded = URL_SAFE_NO_PAD.decode(part);
    decoded.map_err(|_| AssertionError::Malformed)
}

#[cfg(test)]
mod tests;
