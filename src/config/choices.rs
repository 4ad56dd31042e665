//! Settings that are one of a few words, and small maps.

use crate::protocol::{
    policy::{DpopUse, RequestForm},
    time::Seconds,
};
use serde::Deserialize;
use validator::Validate;

/// Setting `profile`: the set of protocol rules. `fapi2` comes with a later version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// OAuth 2.1.
    #[default]
    Oauth21,
}

/// Setting `refresh_token_policy`: which clients get a refresh token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshTokenPolicy {
    /// Every client with the grant type gets one.
    #[default]
    Registered,
    /// Only with the scope `offline_access` too (OpenID Connect Core §11).
    OfflineAccess,
}

/// Setting `rotate_refresh_tokens` (OAuth 2.1 §4.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshRotation {
    /// Refresh tokens of every client are replaced at use.
    #[default]
    Always,
    /// Only refresh tokens of public clients are replaced; confidential clients keep theirs.
    PublicOnly,
}

/// Setting `logout_revokes`: what a sign-out ends besides the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoutRevokes {
    /// Nothing but the session.
    Session,
    /// The session's grants without `offline_access`.
    #[default]
    Online,
    /// All grants of the session.
    All,
}

/// Setting `token_format` of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenFormat {
    /// A random text that only the server can look up.
    #[default]
    Opaque,
    /// A signed token (RFC 9068).
    Jwt,
}

/// Setting `client_assertion_audience`: which audience an assertion of a client may have (CA-04).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AssertionAudience {
    /// The issuer, the token endpoint or the endpoint that is called, or a list of them.
    #[default]
    Any,
    /// Exactly the issuer, as one text.
    Issuer,
}

/// Setting `rate_limit_store`: where the counters of rate limits are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RateLimitStore {
    /// Counters of this process.
    Memory,
    /// Counters that all nodes share.
    Database,
}

/// Setting `cookie_secure` as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CookieSecure {
    /// Cookies are `Secure` if `base_url` is https.
    #[default]
    Auto,
    /// Cookies are always `Secure`.
    True,
}

impl<'de> Deserialize<'de> for CookieSecure {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(true) => Ok(Self::True),
            serde_json::Value::String(word) if word == "auto" => Ok(Self::Auto),
            _ => Err(serde::de::Error::custom("expected auto or true")),
        }
    }
}

/// Setting `token_prefixes`: how secrets begin, so that secret scanners find them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TokenPrefixes {
    pub access_token: String,
    pub refresh_token: String,
    pub authorization_code: String,
    pub client_secret: String,
    pub device_code: String,
    pub registration_token: String,
}

impl Default for TokenPrefixes {
    fn default() -> Self {
        Self {
            access_token: "loco_at_".into(),
            refresh_token: "loco_rt_".into(),
            authorization_code: "loco_ac_".into(),
            client_secret: "loco_cs_".into(),
            device_code: "loco_dc_".into(),
            registration_token: "loco_ra_".into(),
        }
    }
}

impl TokenPrefixes {
    /// Returns every prefix with its key.
    #[must_use]
    pub fn entries(&self) -> [(&'static str, &str); 6] {
        [
            ("access_token", &self.access_token),
            ("refresh_token", &self.refresh_token),
            ("authorization_code", &self.authorization_code),
            ("client_secret", &self.client_secret),
            ("device_code", &self.device_code),
            ("registration_token", &self.registration_token),
        ]
    }
}

/// Setting `device`: how long a device waits for a person (RFC 8628 §3.2). It is without effect unless
/// `grant_types` has the grant of devices.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceSettings {
    /// Life of a device code and of its user code. A short life leaves little time for a code to be sent to
    /// somebody else.
    #[validate(range(min = 60, max = 1800))]
    pub ttl_seconds: Seconds,
    /// Seconds that a device waits between two requests to the token endpoint.
    #[validate(range(min = 1, max = 60))]
    pub interval_seconds: Seconds,
}

impl Default for DeviceSettings {
    fn default() -> Self {
        Self {
            ttl_seconds: Seconds::minutes(10),
            interval_seconds: Seconds::new(5),
        }
    }
}

/// Setting `dpop`: proofs of possession (RFC 9449).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
pub struct DpopSettings {
    /// Whether clients may bind their tokens to a key.
    pub enabled: bool,
    /// Whether every client has to.
    pub required: bool,
    /// Whether a proof needs a nonce of this server (RFC 9449 §8).
    pub nonce: bool,
    /// Seconds for which a proof is taken after it was made.
    #[validate(range(min = 10, max = 600))]
    pub proof_lifetime_seconds: Seconds,
}

impl Default for DpopSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            required: false,
            nonce: false,
            proof_lifetime_seconds: Seconds::minutes(1),
        }
    }
}

impl DpopSettings {
    /// Returns the setting as the rules read it.
    #[must_use]
    pub const fn policy(&self) -> DpopUse {
        match (self.enabled, self.required) {
            (false, _) => DpopUse::Off,
            (true, false) => DpopUse::Optional,
            (true, true) => DpopUse::Required,
        }
    }
}

/// Setting `cleanup`: how `oauth:cleanup` works through expired rows (CL-01, CL-02).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
pub struct CleanupSettings {
    /// Rows per statement.
    #[validate(range(min = 1, max = 1000))]
    pub batch_size: u64,
    /// Milliseconds between statements.
    pub pause_ms: u64,
    /// Seconds after which a run stops.
    #[validate(range(min = 1))]
    pub max_seconds: Seconds,
}

impl Default for CleanupSettings {
    fn default() -> Self {
        Self {
            batch_size: 500,
            pause_ms: 50,
            max_seconds: Seconds::minutes(5),
        }
    }
}

/// Setting `par`: pushed authorization requests (RFC 9126).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
pub struct PushedRequestSettings {
    /// Whether clients may push their requests.
    pub enabled: bool,
    /// Whether every client must.
    pub required: bool,
    /// How long a pushed request waits for its browser.
    #[validate(range(min = 5, max = 600))]
    pub ttl_seconds: Seconds,
}

impl Default for PushedRequestSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            required: false,
            ttl_seconds: Seconds::new(90),
        }
    }
}

impl PushedRequestSettings {
    /// Returns what the rules read.
    pub(crate) const fn form(self) -> RequestForm {
        match (self.enabled, self.required) {
            (false, _) => RequestForm::Off,
            (true, false) => RequestForm::Offered,
            (true, true) => RequestForm::Required,
        }
    }
}

/// Setting `jar`: signed authorization requests (RFC 9101).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignedRequestSettings {
    /// Whether clients may sign their requests.
    pub enabled: bool,
    /// Whether every client must.
    pub required: bool,
}

impl SignedRequestSettings {
    /// Returns what the rules read.
    pub(crate) const fn form(self) -> RequestForm {
        match (self.enabled, self.required) {
            (false, _) => RequestForm::Off,
            (true, false) => RequestForm::Offered,
            (true, true) => RequestForm::Required,
        }
    }
}
