//! `rate_limits`: what the app changes about the limits of §31.1.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error};
use validator::Validate;

/// An entry of §31.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the endpoints")]
pub enum RateLimitEntry {
    Token,
    TokenFailure,
    Authorize,
    Consent,
    Login,
    Signup,
    PasswordReset,
    Register,
    Introspect,
    Revoke,
    Userinfo,
    Session,
    Par,
    DeviceAuthorization,
    DeviceUserCode,
}

impl RateLimitEntry {
    /// Every entry.
    pub const ALL: [Self; 15] = [
        Self::Token,
        Self::TokenFailure,
        Self::Authorize,
        Self::Consent,
        Self::Login,
        Self::Signup,
        Self::PasswordReset,
        Self::Register,
        Self::Introspect,
        Self::Revoke,
        Self::Userinfo,
        Self::Session,
        Self::Par,
        Self::DeviceAuthorization,
        Self::DeviceUserCode,
    ];

    /// Name in the settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::TokenFailure => "token_failure",
            Self::Authorize => "authorize",
            Self::Consent => "consent",
            Self::Login => "login",
            Self::Signup => "signup",
            Self::PasswordReset => "password_reset",
            Self::Register => "register",
            Self::Introspect => "introspect",
            Self::Revoke => "revoke",
            Self::Userinfo => "userinfo",
            Self::Session => "session",
            Self::Par => "par",
            Self::DeviceAuthorization => "device_authorization",
            Self::DeviceUserCode => "device_user_code",
        }
    }
}

/// From text rather than derived: keys of a map that are read as enums have no name in error paths.
impl<'de> Deserialize<'de> for RateLimitEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let mut entries = Self::ALL.into_iter();
        entries.find(|entry| entry.as_str() == name).ok_or_else(|| {
            let known = Self::ALL.map(|entry| format!("`{}`", entry.as_str()));
            let known = known.join(", ");
            D::Error::custom(format!("unknown field `{name}`, expected one of {known}"))
        })
    }
}

/// At most `limit` requests in a window of `seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests.
    #[validate(range(min = 1))]
    pub limit: u32,
    /// Length of the window, seconds.
    #[validate(range(min = 1, max = 86400))]
    pub seconds: i64,
}

/// What the app wrote: `None` = switched off; a missing entry keeps its defaults. The limits of
/// an entry are in the order of its keys in §31.1.
pub type RateLimits = BTreeMap<RateLimitEntry, Option<Vec<RateLimit>>>;
