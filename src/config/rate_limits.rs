//! `rate_limits`: what the app changes about the limits of §31.1.

use std::collections::BTreeMap;

use serde::Deserialize;
use validator::Validate;

/// An entry of §31.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
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
