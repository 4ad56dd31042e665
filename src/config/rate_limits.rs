//! Setting `rate_limits`: how the app changes the limits of requests.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error};
use validator::Validate;

use super::Settings;
use crate::protocol::{
    rule::{RuleId, rule},
    time::Seconds,
};

/// An entry of the setting: the requests that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are those of the endpoints")]
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

/// The limits of an entry, in the order of its keys.
macro_rules! limits {
    ($($limit:literal / $seconds:literal),+) => {
        const { &[$(RateLimit { limit: $limit, seconds: Seconds::new($seconds) }),+] }
    };
}

impl RateLimitEntry {
    /// The limits without a setting, in the order of the entry's keys.
    #[expect(clippy::match_same_arms, reason = "one row per entry, as in a table")]
    pub(super) const fn defaults(self) -> &'static [RateLimit] {
        match self {
            // client and address: a hosted client serves many people from few addresses
            Self::Token => limits![600 / 60],
            // client and address, failed authentications; address, refused requests
            Self::TokenFailure => limits![20 / 60, 600 / 60],
            // address; client and address
            Self::Authorize => limits![120 / 60, 60 / 60],
            // session
            Self::Consent => limits![30 / 60],
            // normalised login; failures of the address, of its network, of the server
            Self::Login => limits![10 / 300, 50 / 300, 250 / 300, 2500 / 300],
            // address
            Self::Signup => limits![10 / 3600],
            // normalised login; address
            Self::PasswordReset => limits![3 / 3600, 20 / 3600],
            // address, or holder of an initial access token there; server, strangers
            Self::Register => limits![20 / 60, 300 / 60],
            // client, once it is authenticated
            Self::Introspect => limits![6000 / 60],
            // client and address, what revoked nothing
            Self::Revoke => limits![60 / 60],
            // token; address
            Self::Userinfo => limits![60 / 60, 600 / 60],
            // address
            Self::Session => limits![60 / 60],
            // client
            Self::Par => limits![300 / 60],
            // client and address
            Self::DeviceAuthorization => limits![20 / 60],
            // session; address; server, failures
            Self::DeviceUserCode => limits![10 / 300, 20 / 300, 200 / 300],
        }
    }

    /// Whether all nodes count together whatever the setting says: a limit that guards against
    /// guessing must not grow with the number of nodes.
    pub(crate) const fn is_always_shared(self) -> bool {
        matches!(
            self,
            Self::Login | Self::PasswordReset | Self::DeviceUserCode
        )
    }

    /// Id of the rule that a request over the limit breaks.
    pub(crate) const fn rule(self) -> RuleId {
        match self {
            Self::Authorize => rule!("AZ-05"),
            Self::Register => rule!("RG-03"),
            Self::Consent
            | Self::Login
            | Self::Signup
            | Self::PasswordReset
            | Self::DeviceUserCode => rule!("PG-08"),
            Self::Token
            | Self::TokenFailure
            | Self::Introspect
            | Self::Revoke
            | Self::Userinfo
            | Self::Session
            | Self::Par
            | Self::DeviceAuthorization => rule!("TK-04"),
        }
    }
}

impl Settings {
    /// The limit of one key of an entry; `None` = not limited.
    pub(crate) fn rate_limit(&self, entry: RateLimitEntry, place: usize) -> Option<RateLimit> {
        let chosen = match self.rate_limits.get(&entry) {
            Some(None) => return None,
            Some(Some(limits)) => limits.get(place),
            None => None,
        };
        chosen.or_else(|| entry.defaults().get(place)).copied()
    }
}

/// Read from text rather than derived: map keys that are read as enums have no name in error paths.
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
    /// Most requests of a window.
    #[validate(range(min = 1))]
    pub limit: u32,
    /// Length of the window.
    #[validate(range(min = 1, max = 86400))]
    pub seconds: Seconds,
}

/// Setting `rate_limits`: `None` = switched off; a missing entry keeps its defaults.
///
/// The limits of an entry are in the order of its keys (`RateLimitEntry::defaults`); a key without
/// a limit keeps its default.
pub type RateLimits = BTreeMap<RateLimitEntry, Option<Vec<RateLimit>>>;
