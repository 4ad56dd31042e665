//! Random values, hashes, and the sealed answer of a rotation: the same work as the server's.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
    rand::{SecureRandom, SystemRandom},
};
use sha2::{Digest, Sha256};

use crate::Fault;

/// Random bytes of the operating system.
///
/// # Errors
/// When it gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| "no random bytes")?;
    Ok(bytes)
}

/// A prefix and 256 random bits.
///
/// # Errors
/// When there are no random bytes.
pub fn token(prefix: &str) -> Result<String, Fault> {
    let mut token = prefix.to_owned();
    URL_SAFE_NO_PAD.encode_string(random::<32>()?, &mut token);
    Ok(token)
}

/// The hash under which a secret is stored.
pub fn hash(purpose: &str, secret: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(purpose);
    digest.update([0]);
    digest.update(secret);
    digest.finalize().into()
}

/// The left half of a token's hash (OpenID Connect Core §3.1.3.6).
pub fn half_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(token)[..16])
}

/// The challenge of a verifier (RFC 7636 §4.2).
pub fn challenge(verifier: &str) -> String {
    encoded(&Sha256::digest(verifier))
}

/// base64url without padding.
pub fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Seals the answer of a rotation under the token that was rotated.
///
/// # Errors
/// When the cipher fails.
pub fn seal(token: &str, id: &str, answer: &str) -> Result<Vec<u8>, Fault> {
    let failed = |_| "a value cannot be sealed";
    let key = Salt::new(HKDF_SHA256, id.as_bytes()).extract(token.as_bytes());
    let key = key
        .expand(&[b"refresh-retry"], &AES_256_GCM)
        .map_err(failed)?;
    let key = LessSafeKey::new(UnboundKey::from(key));
    let nonce = random::<12>()?;
    let mut sealed = answer.as_bytes().to_vec();
    let unique = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(unique, Aad::from(id.as_bytes()), &mut sealed)
        .map_err(failed)?;
    Ok([&nonce[..], &sealed].concat())
}
