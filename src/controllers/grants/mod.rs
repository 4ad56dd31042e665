//! The grant types of the token endpoint, one file each, and what they have in common.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod refresh_token;
mod retry;

use crate::people::Owner;

/// A stored code or refresh token, and the user who granted it.
struct WithOwner<T> {
    credential: T,
    /// `None` when the account does not exist.
    owner: Option<Owner>,
}
