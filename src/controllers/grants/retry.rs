//! The answer of a rotation, kept for the client whose connection broke (RF-01 to RF-05).

use crate::{
    error::Failure,
    protocol::{grants::refresh_token::Request, secret::SealKey},
    store::lookups::RefreshWithGrant,
};

/// RF-02: the same bytes as the rotation's answer.
///
/// # Errors
/// When what was kept cannot be opened.
pub fn repeat(found: &RefreshWithGrant, request: &Request<'_>) -> Result<Vec<u8>, Failure> {
    let (id, sealed) = (found.token.id.to_string(), &found.token.successor_sealed);
    Ok(seal_key(request.refresh_token, &id).open(sealed.as_deref().unwrap_or_default())?)
}

/// The token that was rotated opens what it led to, nothing else does.
pub fn seal_key<'a>(token: &'a str, id: &'a str) -> SealKey<'a> {
    SealKey {
        secret: token,
        salt: id,
        info: b"refresh-retry",
    }
}
