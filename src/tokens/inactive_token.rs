//! Why a token would not be accepted now. Whoever presents it hears that it is not valid, no more; the
//! operator's log says which of these it was.

use crate::{keys::JwtError, protocol::client::ClientStatus};

/// The reason. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InactiveToken {
    /// Nothing is known under its hash.
    #[error(
        "a text that is no access token of this server, or of one that is deleted since its end"
    )]
    Unknown,
    /// It looks like a JWT, but is no access token of this server.
    #[error("a JWT that is no valid access token of this server: {0}")]
    Jwt(JwtError),
    /// It is over.
    #[error("a token of the client {client_id} that expired at {at}")]
    Expired {
        /// Its client.
        client_id: String,
        /// Its end.
        at: i64,
    },
    /// A refresh token that was rotated.
    #[error("a refresh token of the client {0} that was rotated")]
    Rotated(String),
    /// It was revoked itself.
    #[error("a token of the client {client_id} that was revoked at {at}")]
    Revoked {
        /// Its client.
        client_id: String,
        /// When.
        at: i64,
    },
    /// Its authorization was revoked.
    #[error("a token of the client {client_id} whose authorization was revoked at {at} ({reason})")]
    GrantRevoked {
        /// Its client.
        client_id: String,
        /// When.
        at: i64,
        /// Why: `revoke_reason` of the grant.
        reason: String,
    },
    /// Its client is not registered any more.
    #[error("a token of the client {0}, which is not known any more")]
    NoClient(String),
    /// Its client may not be used.
    #[error("a token of the client {client_id}, whose status is {}", status.as_str())]
    ClientStatus {
        /// Its client.
        client_id: String,
        /// The status.
        status: ClientStatus,
    },
    /// Its user does not exist any more.
    #[error("a token of the client {0} whose user is gone")]
    NoUser(String),
    /// Its user is locked.
    #[error("a token of the client {0} whose user is not active")]
    UserNotActive(String),
    /// Its user has other credentials now (`revoke_on_credential_change`).
    #[error("a token of the client {0} whose user changed the credentials since")]
    CredentialsChanged(String),
}
