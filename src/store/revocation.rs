//! Why grants are revoked, and which of them.

use crate::protocol::{row_id::SessionId, time::UnixTime};

/// Why a grant was revoked (column `revoke_reason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeReason {
    /// The user revoked it at the page of connected apps.
    User,
    /// The client revoked it (RFC 7009).
    Client,
    /// Its code was used twice (RFC 6749 §4.1.2).
    CodeReplay,
    /// A superseded refresh token was used (RFC 9700 §4.14.2).
    RefreshReplay,
    /// The user signed out.
    Logout,
    /// The user's credentials changed.
    CredentialChange,
    /// The user's account was locked or removed.
    Admin,
    /// The client's registration was removed.
    ClientDeleted,
}

impl RevokeReason {
    /// The word in the column `revoke_reason`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
            Self::CodeReplay => "code_replay",
            Self::RefreshReplay => "refresh_replay",
            Self::Logout => "logout",
            Self::CredentialChange => "credential_change",
            Self::Admin => "admin",
            Self::ClientDeleted => "client_deleted",
        }
    }
}

/// Why grants are revoked, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Why grants are revoked.
    pub reason: RevokeReason,
    /// When they are revoked.
    pub at: UnixTime,
}

/// Which grants of a session a sign-out ends (BS-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantSelection {
    /// Grants whose authorization code was not redeemed yet.
    Unredeemed,
    /// Grants without `offline_access`, and those whose authorization code was not redeemed yet.
    Online,
    /// All grants of the session.
    All,
}

/// Grants that were given in one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionGrants {
    /// Id of the session's row.
    pub session_id: SessionId,
    /// Which grants of the session are meant.
    pub which: GrantSelection,
}
