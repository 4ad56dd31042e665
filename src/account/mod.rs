//! What a person has given out, and where they are signed in (ASVS 10.4.9, 10.7.3).

mod apps;
mod credentials;
mod password;
mod sessions;

pub(crate) use apps::Connected;
pub use password::Reset;

use crate::events::user_agent;

/// An app that has access to a person's account, or was allowed to ask for it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedApp {
    /// What `revoke_grant` takes.
    pub id: String,
    /// The `client_id`.
    pub client_id: String,
    /// Name for people; a client may have none.
    pub client_name: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Where (RFC 8707).
    pub resources: Vec<String>,
    /// The last approval, Unix seconds.
    pub granted_at: i64,
    /// The last token, Unix seconds.
    pub last_used_at: Option<i64>,
    /// Its grants that are live, newest first.
    pub devices: Vec<ConnectedDevice>,
}

/// One grant of an app: an installation of it, or one login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedDevice {
    /// Browser and system that approved it, `Firefox, Linux`.
    pub label: Option<String>,
    /// Unix seconds.
    pub since: i64,
    /// The last token, Unix seconds.
    pub last_used_at: Option<i64>,
}

/// A browser in which a person is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSession {
    /// The `sid` claim.
    pub sid: String,
    /// Browser and system, `Firefox, Linux`.
    pub label: Option<String>,
    /// IPv4 /24, IPv6 /48.
    pub ip_prefix: Option<String>,
    /// The last real authentication, Unix seconds.
    pub since: i64,
    /// Unix seconds, exact to 5 minutes.
    pub last_seen_at: i64,
}

/// Browser and system of a `User-Agent` header, if they can be told.
pub(crate) fn device_label(user_agent: Option<&str>) -> Option<String> {
    user_agent
        .map(user_agent::family)
        .filter(|label| label != "other")
}
