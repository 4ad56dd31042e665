//! Why a token would not be accepted now. The caller learns only that the token is not valid; the
//! operator's log names the reason.

use crate::{
    keys::JwtError,
    protocol::{client::ClientStatus, time::UnixTime},
};

/// Why a token would not be accepted now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InactiveToken {
    /// No token with its hash is stored.
    #[error(
        "a text that is no access token of this server, or of one that is deleted since its end"
    )]
    Unknown,
    /// The text looks like a JWT, but is no access token of this server.
    #[error("a JWT that is no valid access token of this server: {0}")]
    Jwt(JwtError),
    /// The token expired.
    #[error("a token of the client {client_id} that expired at {at}")]
    Expired {
        /// The client that it was issued to.
        client_id: String,
        /// When it expired.
        at: UnixTime,
    },
    /// The token is a refresh token that was rotated.
    #[error("a refresh token of the client {0} that was rotated")]
    Rotated(String),
    /// The token itself was revoked.
    #[error("a token of the client {client_id} that was revoked at {at}")]
    Revoked {
        /// The client that it was issued to.
        client_id: String,
        /// When it was revoked.
        at: UnixTime,
    },
    /// The grant of the token was revoked.
    #[error("a token of the client {client_id} whose authorization was revoked at {at} ({reason})")]
    GrantRevoked {
        /// The client that it was issued to.
        client_id: String,
        /// When it was revoked.
        at: UnixTime,
        /// Why it was revoked: `revoke_reason` of the grant.
        reason: String,
    },
    /// The client of the token is not registered any more.
    #[error("a token of the client {0}, which is not known any more")]
    NoClient(String),
    /// The client of the token may not be used.
    #[error("a token of the client {client_id}, whose status is {}", status.as_str())]
    ClientStatus {
        /// The client that it was issued to.
        client_id: String,
        /// The status of the client.
        status: ClientStatus,
    },
    /// The user of the token does not exist any more.
    #[error("a token of the client {0} whose user is gone")]
    NoUser(String),
    /// The user of the token is not active.
    #[error("a token of the client {0} whose user is not active")]
    UserNotActive(String),
    /// The user of the token has other credentials now (`revoke_on_credential_change`).
    #[error("a token of the client {0} whose user changed the credentials since")]
    CredentialsChanged(String),
}
