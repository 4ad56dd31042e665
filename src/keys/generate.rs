//! Makes new keys.

use std::path::Path;

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::KeySize,
    signature::RsaKeyPair,
};
use pkcs8::SecretDocument;
use ring::{
    rand::{SecureRandom as _, SystemRandom},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use zeroize::Zeroizing;

use super::{
    directory,
    error::KeyError,
    files,
    pair::{KeyPair, Private},
    pem,
    state::KeyDescription,
};
use crate::{config::Secret, protocol::jwk::SigningAlg};

/// Start of the PKCS#8 encoding of an Ed25519 key, before its 32 bytes of seed (RFC 8410 §7).
const ED25519_PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Makes a key pair; RSA keys have 2048 bits. That takes some tenths of a second for RSA: call it where
/// blocking is allowed.
pub(super) fn generate(alg: SigningAlg) -> Result<SecretDocument, KeyError> {
    let crypto = |_| KeyError::Crypto;
    let rng = SystemRandom::new();
    match alg {
        SigningAlg::RS256 | SigningAlg::PS256 => {
            let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Crypto)?;
            let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| KeyError::Crypto)?;
            SecretDocument::try_from(der.as_ref()).map_err(|_| KeyError::Crypto)
        }
        SigningAlg::ES256 => {
            let curve = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let document = EcdsaKeyPair::generate_pkcs8(curve, &rng).map_err(crypto)?;
            SecretDocument::try_from(document.as_ref()).map_err(|_| KeyError::Crypto)
        }
        SigningAlg::EdDsa => {
            let mut der = Zeroizing::new([0; 48]);
            let (head, seed) = der.split_at_mut(ED25519_PKCS8.len());
            head.copy_from_slice(&ED25519_PKCS8);
            rng.fill(seed).map_err(crypto)?;
            SecretDocument::try_from(der.as_slice()).map_err(|_| KeyError::Crypto)
        }
    }
}

/// Makes a key and writes `<kid>.json`, then `<kid>.pem`, into the directory. The caller holds
/// the directory's lock. Returns the `kid`.
pub(super) fn create_in(
    directory: &Path,
    passphrase: Option<&Secret>,
    description: &KeyDescription,
) -> Result<String, KeyError> {
    let document = generate(description.alg)?;
    let private = Private::from_pkcs8(document.as_bytes()).map_err(|_| KeyError::Crypto)?;
    let pair = KeyPair::new(private, description.alg).map_err(|_| KeyError::Crypto)?;
    let text = pem::encode(&document, passphrase, directory::salt(directory)?)?;
    let file = |extension: &str| directory.join(format!("{}.{extension}", pair.kid));
    // A reader takes a key without a description for an active one, so the description is written
    // first.
    files::create(&file("json"), &serde_json::to_vec_pretty(description)?)?;
    files::create(&file("pem"), text.as_bytes())?;
    Ok(pair.kid)
}
