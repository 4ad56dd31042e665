//! The grant types of the token endpoint, one file each, and what they have in common.

pub mod authorization_code;
pub mod client_credentials;
pub mod refresh_token;
mod retry;

use crate::people::Owner;

/// What a request presents, and the user behind it.
struct WithOwner<T> {
    credential: T,
    /// While the account exists.
    owner: Option<Owner>,
}
