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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// No two are the same, and each of the 256 bits is a random one.
    #[test]
    fn c039_secrets_differ_in_every_bit() {
        let mut seen = HashSet::new();
        let (mut ones, mut zeros) = ([0_u8; 32], [0_u8; 32]);
        for _ in 0..10_000 {
            let secret = secret("").unwrap();
            let bytes: [u8; 32] = URL_SAFE_NO_PAD
                .decode(secret.expose())
                .unwrap()
                .try_into()
                .unwrap();
            for (index, byte) in bytes.iter().enumerate() {
                ones[index] |= byte;
                zeros[index] |= !byte;
            }
            assert!(seen.insert(bytes));
        }
        assert_eq!((ones, zeros), ([u8::MAX; 32], [u8::MAX; 32]));
    }
}
