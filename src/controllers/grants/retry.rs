//! The answer of a rotation, kept for the client whose connection broke (RF-01 to RF-05).

use crate::{
    error::Failure,
    protocol::{grants::refresh_token::Request, secret::SealKey},
    store::lookups::RefreshWithGrant,
};

/// RF-02: returns the kept answer of the rotation, byte for byte.
///
/// # Errors
/// When the kept answer cannot be decrypted.
pub fn repeat(found: &RefreshWithGrant, request: &Request<'_>) -> Result<Vec<u8>, Failure> {
    let (id, sealed) = (found.token.id.to_string(), &found.token.successor_sealed);
    Ok(seal_key(request.refresh_token, &id).open(sealed.as_deref().unwrap_or_default())?)
}

/// RF-01: the key of a kept answer, made from the rotated token, so that only its holder can open it.
pub fn seal_key<'a>(token: &'a str, id: &'a str) -> SealKey<'a> {
    SealKey {
        secret: token,
        salt: id,
        info: b"refresh-retry",
    }
}
