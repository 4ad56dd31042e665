//! Proofs of possession (RFC 9449): a client shows with each request that it has the private key to which
//! its tokens are bound, so that a stolen token is of no use.

mod nonces;
mod possession;
mod target;

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

pub use self::{
    nonces::Nonces,
    possession::{Binding, TokenScheme, possession},
};
use super::{
    client_assertion::SingleUse,
    error::OAuthError,
    jwk::SigningAlg,
    numeric_date,
    received::Received,
    refusals::DpopRefusal,
    secret::{Purpose, hash},
    strict_json,
    time::{Seconds, UnixTime},
    verification_key::VerificationKey,
};

/// The algorithms of proofs, as the metadata names them (RFC 9449 §5.1).
pub const ALGORITHMS: [SigningAlg; 4] = [
    SigningAlg::ES256,
    SigningAlg::EdDsa,
    SigningAlg::RS256,
    SigningAlg::PS256,
];

/// The algorithms as the challenge of a resource names them (RFC 9449 §7.1).
pub const ALGS: &str = "ES256 EdDSA RS256 PS256";

/// Header parameter `typ` of a proof.
const TYP: &str = "dpop+jwt";
/// Longest proof that is looked at, bytes (DP-01).
const MAX_LENGTH: usize = 8 * 1024;
/// Longest `jti`, characters (DP-03).
const MAX_ID: usize = 255;
/// How far `iat` may lie ahead: tolerance between clocks (DP-03).
const AHEAD: Seconds = Seconds::new(10);
/// Members of private keys and of shared secrets (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The SHA-256 thumbprint of a public key (RFC 7638), by which tokens are bound to it (RFC 9449 §6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyThumbprint(String);

impl KeyThumbprint {
    /// Reads the parameter `dpop_jkt` (AZ-26): 43 characters of base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// The text, as in the claim `cnf`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a request has in its header `DPoP`. Nothing about it is proven.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum SentProof {
    /// No such header.
    #[default]
    Nothing,
    /// One header.
    One(String),
    /// One header that is no text.
    Unreadable,
    /// Several headers.
    Several,
}

/// The text is not printed: within its seconds somebody else could be faster with it.
impl fmt::Debug for SentProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing",
            Self::One(_) => "[redacted]",
            Self::Unreadable => "unreadable",
            Self::Several => "several",
        })
    }
}

/// Values that a proof must have.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Method of the request.
    pub method: &'a str,
    /// URL of the request.
    pub url: &'a str,
    /// The access token beside the proof; `None` where none is shown, as at the token endpoint.
    pub access_token: Option<&'a str>,
    /// The nonces that a proof may have; `None` = it needs none.
    pub nonces: Option<&'a Nonces>,
    /// How old a proof may be.
    pub lifetime: Seconds,
    /// The present time.
    pub now: UnixTime,
}

/// A proof that passed every check but one: whether it was used before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The key that signed it.
    pub key: KeyThumbprint,
    /// What makes it usable only once.
    pub once: SingleUse,
}

impl SentProof {
    /// Verifies a proof (DP-01 to DP-05, RFC 9449 §4.3). `Ok(None)` = the request has none.
    ///
    /// # Errors
    /// `invalid_dpop_proof`, or `use_dpop_nonce` for a proof that only lacks a nonce.
    pub fn verify(&self, expected: &Expected<'_>) -> Result<Option<Proof>, OAuthError> {
        match self {
            Self::Nothing => Ok(None),
            Self::One(text) => Jws::parse(text)?.verify(expected).map(Some),
            Self::Unreadable => Err(malformed("a header that is not ASCII text")),
            Self::Several => Err(OAuthError::of(DpopRefusal::Repeated)),
        }
    }
}

/// A compact JWS with its claims (RFC 7515 §3.1).
struct Jws<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    /// Header and payload as signed.
    message: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    fn parse(text: &'a str) -> Result<Self, OAuthError> {
        if text.len() > MAX_LENGTH {
            let received = format!("{} bytes", text.len());
            return Err(OAuthError::of(DpopRefusal::TooLong).received(Received::Public(&received)));
        }
        let no_jws = || malformed("a text that is not a compact JWS");
        let (message, signature) = text.rsplit_once('.').ok_or_else(no_jws)?;
        let (header, claims) = message.split_once('.').ok_or_else(no_jws)?;
        Ok(Self {
            header: object(header).ok_or_else(no_jws)?,
            claims: object(claims).ok_or_else(no_jws)?,
            message,
            signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| no_jws())?,
        })
    }

    /// The checks stand in the order of their cost.
    fn verify(&self, expected: &Expected<'_>) -> Result<Proof, OAuthError> {
        let key = self.key()?;
        self.check_target(expected)?;
        let until = self.check_time(expected)?;
        let id = self.id()?;
        if let Some(token) = expected.access_token {
            self.check_token(token)?;
        }
        if !key.is_signed(self.message.as_bytes(), &self.signature) {
            return Err(OAuthError::of(DpopRefusal::Signature));
        }
        // A key that verified has all its members, and they are base64url without another spelling.
        let key = key.public().ok_or_else(|| unfit(&self.header))?;
        let key = KeyThumbprint(key.thumbprint());
        if let Some(nonces) = expected.nonces {
            self.check_nonce(nonces)?;
        }
        let once = SingleUse {
            hash: hash(Purpose::Proof, &format!("{}\0{id}", key.as_str())),
            until,
        };
        Ok(Proof { key, once })
    }

    /// DP-01: the public key of the header, which is of the kind that the algorithm needs.
    fn key(&self) -> Result<VerificationKey<'_>, OAuthError> {
        let refused = |refusal: DpopRefusal, member: &str| {
            let received = shown(&self.header, member);
            Err(OAuthError::of(refusal).received(Received::Public(&received)))
        };
        if self.header.contains_key("crit") {
            return refused(DpopRefusal::Critical, "crit");
        }
        if text(&self.header, "typ") != Some(TYP) {
            return refused(DpopRefusal::Type, "typ");
        }
        let alg = text(&self.header, "alg").and_then(|alg| alg.parse().ok());
        let Some(alg) = alg.filter(|alg| ALGORITHMS.contains(alg)) else {
            return refused(DpopRefusal::Algorithm, "alg");
        };
        let Some(Value::Object(key)) = self.header.get("jwk") else {
            return Err(OAuthError::of(DpopRefusal::KeyMissing));
        };
        if PRIVATE.iter().any(|member| key.contains_key(*member)) {
            return Err(OAuthError::of(DpopRefusal::KeyPrivate));
        }
        VerificationKey::of(key, alg).ok_or_else(|| unfit(&self.header))
    }

    /// DP-02: the request that the proof was made for.
    fn check_target(&self, expected: &Expected<'_>) -> Result<(), OAuthError> {
        if text(&self.claims, "htm") != Some(expected.method) {
            return Err(OAuthError::of(DpopRefusal::Method).observed(
                format!("htm: {}", expected.method),
                shown(&self.claims, "htm"),
            ));
        }
        let htu = text(&self.claims, "htu");
        if htu.is_some_and(|htu| target::names(htu, expected.url)) {
            return Ok(());
        }
        let wanted = format!("htu: {}", expected.url);
        Err(OAuthError::of(DpopRefusal::Url).observed(wanted, shown(&self.claims, "htu")))
    }

    /// DP-03: when the proof was made. Returns when it is refused anyway.
    fn check_time(&self, expected: &Expected<'_>) -> Result<UnixTime, OAuthError> {
        let (now, lifetime) = (expected.now, expected.lifetime);
        let (earliest, latest) = (now - lifetime, now + AHEAD);
        let made_at = self.claims.get("iat").and_then(numeric_date::rounded_up);
        match made_at.filter(|at| (earliest..=latest).contains(at)) {
            Some(made_at) => Ok(made_at + lifetime),
            None => Err(OAuthError::of(DpopRefusal::IssuedAt).observed(
                format!("iat: a number from {earliest} to {latest}"),
                shown(&self.claims, "iat"),
            )),
        }
    }

    /// DP-03: the id of the proof.
    fn id(&self) -> Result<&str, OAuthError> {
        let id = text(&self.claims, "jti").unwrap_or_default();
        if id.is_empty() || id.chars().count() > MAX_ID {
            let received = shown(&self.claims, "jti");
            return Err(OAuthError::of(DpopRefusal::Id).received(Received::Public(&received)));
        }
        Ok(id)
    }

    /// DP-05: the access token that the proof was made for (RFC 9449 §4.2).
    fn check_token(&self, token: &str) -> Result<(), OAuthError> {
        let wanted = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
        if text(&self.claims, "ath") == Some(&wanted) {
            return Ok(());
        }
        let received = match self.claims.get("ath") {
            None => "no ath",
            Some(_) => "the hash of something else",
        };
        Err(OAuthError::of(DpopRefusal::TokenHash).received(Received::Public(received)))
    }

    /// DP-04: a nonce that this server gave within the last minutes (RFC 9449 §8).
    fn check_nonce(&self, nonces: &Nonces) -> Result<(), OAuthError> {
        let sent = text(&self.claims, "nonce");
        if sent.is_some_and(|sent| nonces.admit(sent)) {
            return Ok(());
        }
        let received = match self.claims.get("nonce") {
            None => "no nonce",
            Some(_) => "a nonce that is over, or not of this server",
        };
        Err(OAuthError::of(DpopRefusal::NonceNeeded).received(Received::Public(received)))
    }
}

fn malformed(received: &str) -> OAuthError {
    OAuthError::of(DpopRefusal::Malformed).received(Received::Public(received))
}

fn unfit(header: &Map<String, Value>) -> OAuthError {
    let key = header.get("jwk").and_then(Value::as_object);
    let shown = |member| key.map(|key| shown(key, member)).unwrap_or_default();
    let received = format!("{}, {}", shown("kty"), shown("crv"));
    let alg = text(header, "alg").unwrap_or_default();
    OAuthError::of(DpopRefusal::KeyUnfit).observed(format!("a public key for {alg}"), received)
}

fn object(part: &str) -> Option<Map<String, Value>> {
    strict_json::object(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn text<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    members.get(name)?.as_str()
}

/// A member for the operator's log, cut: whoever wrote it is a stranger.
fn shown(members: &Map<String, Value>, name: &str) -> String {
    match members.get(name) {
        None => format!("no {name}"),
        Some(value) => {
            let value: String = value.to_string().chars().take(200).collect();
            format!("{name}: {value}")
        }
    }
}

#[cfg(test)]
mod tests;
