//! The one source of randomness (GE-01): the operating system's generator.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRngCore, rngs::OsRng};

use crate::protocol::secret::Secret;

/// The operating system's generator gave nothing; no value may be made without it.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the operating system's random generator failed")]
pub struct RandomError;

/// Random bytes of the operating system.
///
/// # Errors
/// [`RandomError`].
pub fn bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}

/// `prefix` and 43 base64url characters (256 bits).
///
/// # Errors
/// [`RandomError`].
pub fn secret(prefix: &str) -> Result<Secret, RandomError> {
    Ok(Secret::from_bytes(prefix, &bytes()?))
}

/// 22 base64url characters (128 bits): interaction ids, `sid`, `jti`.
///
/// # Errors
/// [`RandomError`].
pub fn identifier() -> Result<String, RandomError> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<16>()?))
}
