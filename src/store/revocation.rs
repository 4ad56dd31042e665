//! Why grants are revoked, and which of them.

/// Why a family was revoked (column `revoke_reason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeReason {
    /// By the person, at the page of connected apps.
    User,
    /// By the client (RFC 7009).
    Client,
    /// A code was used twice.
    CodeReplay,
    /// A superseded refresh token was used.
    RefreshReplay,
    /// The person signed out.
    Logout,
    /// The person's credentials changed.
    CredentialChange,
    /// The person's account was locked or removed.
    Admin,
    /// The client's registration was removed.
    ClientDeleted,
}

impl RevokeReason {
    /// The word in the column.
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
    /// Why.
    pub reason: RevokeReason,
    /// Unix seconds.
    pub at: i64,
}

/// Which grants of a session a sign-out ends (BS-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantSelection {
    /// Codes that were not redeemed yet.
    Unredeemed,
    /// Those without `offline_access`, and unredeemed codes.
    Online,
    /// All of them.
    All,
}

/// Grants that were given in one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionGrants {
    /// The session's row.
    pub session_id: i64,
    /// Which of them.
    pub which: GrantSelection,
}
