//! Client assertions: a client proves itself by a JWT that it signs with a key of its own
//! (RFC 7523 §2.2, §3; OpenID Connect Core §9).

mod audience;
mod refusal;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use self::refusal::shown;
pub use self::{
    audience::Audience,
    refusal::{AssertionError, AssertionRefusal},
};
use super::{
    id_jag,
    jwk::SigningAlg,
    numeric_date,
    secret::{Purpose, SecretHash, hash},
    strict_json,
    verification_key::VerificationKey,
};
use crate::protocol::time::{Seconds, UnixTime};

/// The value of `client_assertion_type`.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Longest assertion that is looked at, bytes.
const MAX_LENGTH: usize = 16 * 1024;
/// Longest `jti` and `kid`, characters.
const MAX_ID: usize = 255;
/// How long an assertion is taken after its `exp`: tolerance between clocks.
const LEEWAY: Seconds = Seconds::new(10);
/// How far `iat` and `nbf` may lie ahead: tolerance between clocks (CA-05).
const AHEAD: Seconds = Seconds::new(30);
/// Longest time to `exp`, without tolerance: the hour that clients give theirs (CA-05).
pub(in crate::protocol) const MAX_LIFE: Seconds = Seconds::hours(1);

/// The form of a JWT that a client signs, for one purpose (RFC 8725 §3.11).
#[derive(Clone, Copy, Debug)]
pub(in crate::protocol) struct JwsForm {
    /// Longest text that is looked at, bytes.
    pub max_length: usize,
    /// Values that `typ` may have, besides `JWT` and none.
    pub typ: &'static str,
}

impl JwsForm {
    const ASSERTION: Self = Self {
        max_length: MAX_LENGTH,
        typ: "client-authentication+jwt",
    };

    const ID_JAG: Self = Self {
        max_length: MAX_LENGTH,
        typ: id_jag::TYP,
    };

    /// Most clients send `JWT` or nothing; the types of their own are newer. ID-JAGs always had theirs.
    fn check_type(self, header: &Map<String, Value>) -> Result<(), AssertionRefusal> {
        let is_strict = self.typ == id_jag::TYP;
        let known = |typ: &str| {
            let typ = typ.strip_prefix("application/").unwrap_or(typ);
            typ.eq_ignore_ascii_case(self.typ) || (!is_strict && typ.eq_ignore_ascii_case("JWT"))
        };
        match header.get("typ") {
            None if !is_strict => Ok(()),
            Some(Value::String(typ)) if known(typ) => Ok(()),
            _ if is_strict => {
                let wanted = format!("typ: {}", self.typ);
                Err(AssertionError::Type.because(wanted, shown(header, "typ")))
            }
            _ => {
                let wanted = format!("typ: JWT or {}, or none", self.typ);
                Err(AssertionError::Type.because(wanted, shown(header, "typ")))
            }
        }
    }
}

/// Values that an assertion must have.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The client that it must be from and about.
    pub client_id: &'a str,
    /// The one algorithm that the client registered; `None` = any that is offered.
    pub alg: Option<&'a str>,
    /// The audience that it must have.
    pub audience: Audience<'a>,
    /// The present time.
    pub now: UnixTime,
}

/// The key that makes an assertion usable only once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleUse {
    /// Hash of client and `jti`.
    pub hash: SecretHash,
    /// When the assertion would be refused anyway.
    pub until: UnixTime,
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

/// The text is not printed: whoever has an assertion can act as the client until it expires.
impl std::fmt::Debug for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Assertion {
    /// Parses a compact JWS (RFC 7515 §3.1). The header only selects an algorithm and a key; this
    /// server ignores `jku`, `x5u`, `jwk` and the like.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, AssertionRefusal> {
        Self::parse_as(text, JwsForm::ASSERTION)
    }

    /// Parses an assertion of an identity provider about a person, as [`Self::parse`] does.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse_id_jag(text: &str) -> Result<Self, AssertionRefusal> {
        Self::parse_as(text, JwsForm::ID_JAG)
    }

    /// Parses a JWT of a client for another purpose, as [`Self::parse`] does.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub(in crate::protocol) fn parse_as(
        text: &str,
        form: JwsForm,
    ) -> Result<Self, AssertionRefusal> {
        let longest = form.max_length;
        if text.len() > longest {
            let (longest, length) = (format!("at most {longest} bytes"), text.len());
            return Err(AssertionError::TooLong.because(longest, format!("{length} bytes")));
        }
        let malformed = || {
            let wanted = "three parts of base64url, two of them JSON objects";
            AssertionError::Malformed.because(wanted, "a text that is not a compact JWS")
        };
        let (message, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (header, payload) = message.split_once('.').ok_or_else(malformed)?;
        let header = object(header).ok_or_else(malformed)?;
        if header.contains_key("crit") {
            return Err(AssertionError::Critical.because("no crit", shown(&header, "crit")));
        }
        form.check_type(&header)?;
        let alg = header.get("alg").and_then(Value::as_str);
        let alg: Option<SigningAlg> = alg.and_then(|alg| alg.parse().ok());
        Ok(Self {
            alg: alg.ok_or_else(|| {
                let offered = "alg: one of RS256, PS256, ES256, EdDSA";
                AssertionError::Algorithm.because(offered, shown(&header, "alg"))
            })?,
            kid: kid(&header)?,
            message: message.to_owned(),
            signature: decode(signature).ok_or_else(malformed)?,
            claims: object(payload).ok_or_else(malformed)?,
        })
    }

    /// Returns the client that it claims to be from: `sub` (RFC 7521 §4.2).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.claims.get("sub")?.as_str()
    }

    /// Makes every check that needs no key (CA-03 to CA-05), so that keys are fetched for plausible
    /// assertions only.
    ///
    /// # Errors
    /// The first rule that the assertion breaks.
    pub fn check(&self, expected: &Expected<'_>) -> Result<SingleUse, AssertionRefusal> {
        self.check_algorithm(expected.alg)?;
        for claim in ["iss", "sub"] {
            if self.text(claim) != Some(expected.client_id) {
                return Err(self.refuse(claim, format!("{claim}: {}", expected.client_id)));
            }
        }
        if !expected.audience.admits(self.claims.get("aud")) {
            return Err(self.refuse("aud", expected.audience.wanted()));
        }
        let until = self.check_times(expected.now, MAX_LIFE)?;
        let jti = self.jti()?;
        let client_and_jti = format!("{}\0{jti}", expected.client_id);
        Ok(SingleUse {
            hash: hash(Purpose::Jti, &client_and_jti),
            until,
        })
    }

    /// Checks that it has the algorithm that the client registered, if it registered one.
    pub(in crate::protocol) fn check_algorithm(
        &self,
        registered: Option<&str>,
    ) -> Result<(), AssertionRefusal> {
        let Some(alg) = registered.filter(|alg| *alg != self.alg.as_str()) else {
            return Ok(());
        };
        let (wanted, sent) = (format!("alg: {alg}, as registered"), self.alg.as_str());
        Err(AssertionError::Algorithm.because(wanted, format!("alg: {sent}")))
    }

    /// Returns the claim `jti`.
    pub(super) fn jti(&self) -> Result<&str, AssertionRefusal> {
        let jti = self.text("jti").unwrap_or_default();
        if jti.is_empty() || jti.chars().count() > MAX_ID {
            return Err(self.refuse("jti", format!("jti: 1 to {MAX_ID} characters")));
        }
        Ok(jti)
    }

    /// Checks the times (CA-05, JB-01); the end may be `life` away, and some tolerance. Returns when the
    /// assertion is refused anyway.
    pub(in crate::protocol) fn check_times(
        &self,
        now: UnixTime,
        life: Seconds,
    ) -> Result<UnixTime, AssertionRefusal> {
        let latest = now + life + LEEWAY;
        let earliest = now - LEEWAY;
        let wanted = || format!("exp: a number above {earliest}, at most {latest}");
        let expires_at = self.time("exp")?;
        let expires_at = expires_at.ok_or_else(|| self.refuse("exp", wanted()))?;
        let until = expires_at + LEEWAY;
        if until <= now || expires_at > latest {
            return Err(AssertionError::Expiry.because(wanted(), shown(&self.claims, "exp")));
        }
        for claim in ["iat", "nbf"] {
            let newest = now + AHEAD;
            if self.time(claim)?.is_some_and(|at| at > newest) {
                let wanted = format!("{claim}: at most {newest}");
                return Err(AssertionError::NotYet.because(wanted, shown(&self.claims, claim)));
            }
        }
        Ok(until)
    }

    /// Checks that a key of `set` signed the assertion.
    ///
    /// # Errors
    /// [`AssertionError::UnknownKey`], which a newer set may mend, or
    /// [`AssertionError::Signature`].
    pub fn verify(&self, set: &Value) -> Result<(), AssertionRefusal> {
        let key = VerificationKey::find(set, self.kid.as_deref(), self.alg);
        let key = key.ok_or_else(|| self.unknown_key(&known_keys(set)))?;
        if key.is_signed(self.message.as_bytes(), &self.signature) {
            return Ok(());
        }
        let wanted = format!("a signature by the {}", self.named_key());
        Err(AssertionError::Signature.because(wanted, "a signature that is not this key's"))
    }

    /// Makes the refusal of an unknown key. `known` tells which keys are known.
    #[must_use]
    pub fn unknown_key(&self, known: &str) -> AssertionRefusal {
        let wanted = format!("one key for the header among the known ones: {known}");
        AssertionError::UnknownKey.because(
            wanted,
            format!("a header that names the {}", self.named_key()),
        )
    }

    fn named_key(&self) -> String {
        match &self.kid {
            Some(kid) => format!("key {kid:?} of {}", self.alg.as_str()),
            None => format!("only key of {}, without kid", self.alg.as_str()),
        }
    }

    /// The claims, of which nothing is proven.
    #[must_use]
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Returns a claim that is a text.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }

    /// A time that may be absent, but is a number of seconds if it is there (RFC 7519 §2).
    fn time(&self, claim: &'static str) -> Result<Option<UnixTime>, AssertionRefusal> {
        let Some(value) = self.claims.get(claim) else {
            return Ok(None);
        };
        let refused = || self.refuse(claim, format!("{claim}: a number of seconds since 1970"));
        numeric_date::rounded_up(value)
            .map(Some)
            .ok_or_else(refused)
    }

    pub(in crate::protocol) fn refuse(
        &self,
        claim: &'static str,
        wanted: String,
    ) -> AssertionRefusal {
        AssertionError::Claim(claim).because(wanted, shown(&self.claims, claim))
    }
}

/// Names of the keys of a set, for the log.
fn known_keys(set: &Value) -> String {
    let keys = set.get("keys").and_then(Value::as_array);
    let text = |key: &Value, name| key.get(name).and_then(Value::as_str).map(str::to_owned);
    let name = |key: &Value| {
        let kid = text(key, "kid").unwrap_or_else(|| "without kid".to_owned());
        format!("{kid} ({})", text(key, "kty").unwrap_or_default())
    };
    let names: Vec<String> = keys.into_iter().flatten().take(10).map(name).collect();
    names.join(", ")
}

fn kid(header: &Map<String, Value>) -> Result<Option<String>, AssertionRefusal> {
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(kid)) if kid.len() <= MAX_ID => Ok(Some(kid.clone())),
        Some(_) => {
            let wanted = format!("kid: a text of at most {MAX_ID} bytes, or none");
            Err(AssertionError::KeyId.because(wanted, shown(header, "kid")))
        }
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    // A name that stands there twice would mean one value here and another elsewhere (RFC 7515 §4).
    strict_json::object(&decode(part)?).ok()
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

#[cfg(test)]
mod tests;
