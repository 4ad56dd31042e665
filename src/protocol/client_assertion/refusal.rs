//! Why an assertion is refused. The client is told only that authentication failed; the operator's
//! log has the check, the expected value and the received one.

use serde_json::{Map, Value};

use crate::protocol::refusals::ClientAuthRefusal;

/// Longest value of a claim in the log, characters.
const MAX_SHOWN: usize = 200;

/// The check that an assertion did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssertionError {
    /// Over its bound; nothing was decoded.
    #[error("too long")]
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
    /// Returns the refusal of a request whose assertion did not pass the check (CA-03 to CA-05).
    #[must_use]
    pub fn refusal(self) -> ClientAuthRefusal {
        match self {
            Self::Claim("jti" | "exp" | "iat" | "nbf")
            | Self::Expiry
            | Self::NotYet
            | Self::Replay => ClientAuthRefusal::AssertionNotFresh,
            Self::Claim(_) => ClientAuthRefusal::AssertionClaimWrong,
            _ => ClientAuthRefusal::AssertionRefused,
        }
    }

    /// Makes the refusal with the expected and the received value.
    #[must_use]
    pub fn because(
        self,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) -> AssertionRefusal {
        AssertionRefusal {
            error: self,
            expected: expected.into(),
            received: received.into(),
        }
    }
}

/// A refused assertion, as the operator's log has it. An assertion is no secret once it was refused
/// or used, but its signature is never shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}: expected {expected}, received {received}")]
pub struct AssertionRefusal {
    /// The failed check.
    pub error: AssertionError,
    /// The value that would have passed the check.
    pub expected: String,
    /// The received value.
    pub received: String,
}

/// Returns the member `name` for the log: `aud: ["a"]`, or that there is none.
pub(super) fn shown(members: &Map<String, Value>, name: &str) -> String {
    match members.get(name) {
        None => format!("no {name}"),
        Some(value) => {
            let value: String = value.to_string().chars().take(MAX_SHOWN).collect();
            format!("{name}: {value}")
        }
    }
}
