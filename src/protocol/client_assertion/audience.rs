//! Audiences of client assertions.

use serde_json::Value;

/// The audience that an assertion must have (CA-04).
#[derive(Clone, Copy, Debug)]
pub enum Audience<'a> {
    /// Exactly the issuer, as one text.
    Issuer(&'a str),
    /// One of these values, or a list of them: of the issuer, the token endpoint and the endpoint
    /// that is called (RFC 7523 §3, OpenID Connect Core §9). An assertion with a further audience
    /// is refused: that audience could use it here.
    AnyOf(&'a [&'a str]),
}

impl Audience<'_> {
    pub(super) fn admits(&self, aud: Option<&Value>) -> bool {
        match (self, aud) {
            (Self::Issuer(issuer), Some(Value::String(one))) => one == issuer,
            (Self::AnyOf(known), Some(Value::String(one))) => known.contains(&one.as_str()),
            (Self::AnyOf(known), Some(Value::Array(list))) => {
                let is_known = |one: &Value| one.as_str().is_some_and(|one| known.contains(&one));
                !list.is_empty() && list.iter().all(is_known)
            }
            _ => false,
        }
    }

    /// The expected audience, for the log.
    pub(super) fn wanted(&self) -> String {
        match self {
            Self::Issuer(issuer) => format!("aud: the issuer as one text, {issuer}"),
            Self::AnyOf(known) => format!(
                "aud: one of these, or a list of nothing else: {}",
                known.join(", ")
            ),
        }
    }
}
