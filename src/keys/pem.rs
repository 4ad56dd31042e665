//! PKCS#8 as PEM (RFC 7468 §10, §11), encrypted where there is a passphrase.

use pkcs8::{
    EncryptedPrivateKeyInfo, LineEnding, PrivateKeyInfo, SecretDocument, der::pem::PemLabel as _,
};
use rsa::rand_core::OsRng;
use zeroize::Zeroizing;

use super::{error::KeyError, pair::Private};
use crate::config::Secret;

/// Reads one private key.
pub(super) fn decode(text: &str, passphrase: Option<&Secret>) -> Result<Private, &'static str> {
    let (label, document) =
        SecretDocument::from_pem(text).map_err(|_| "not PEM with one private key")?;
    let document = match (label, passphrase) {
        (EncryptedPrivateKeyInfo::PEM_LABEL, Some(passphrase)) => {
            let encrypted: EncryptedPrivateKeyInfo<'_> = document
                .decode_msg()
                .map_err(|_| "not an encrypted PKCS#8 key")?;
            encrypted
                .decrypt(passphrase.expose())
                .map_err(|_| "keys.passphrase does not open it")?
        }
        (EncryptedPrivateKeyInfo::PEM_LABEL, None) => {
            return Err("encrypted, and there is no keys.passphrase");
        }
        (PrivateKeyInfo::PEM_LABEL, _) => document,
        _ => return Err("not a PKCS#8 private key (BEGIN PRIVATE KEY)"),
    };
    Private::from_pkcs8(document.as_bytes())
}

/// Writes one private key.
pub(super) fn encode(
    document: &SecretDocument,
    passphrase: Option<&Secret>,
) -> Result<Zeroizing<String>, KeyError> {
    let text = match passphrase {
        None => document.to_pem(PrivateKeyInfo::PEM_LABEL, LineEnding::LF),
        Some(passphrase) => {
            let key: PrivateKeyInfo<'_> = document.decode_msg().map_err(|_| KeyError::Crypto)?;
            key.encrypt(OsRng, passphrase.expose())
                .map_err(|_| KeyError::Crypto)?
                .to_pem(EncryptedPrivateKeyInfo::PEM_LABEL, LineEnding::LF)
        }
    };
    text.map_err(|_| KeyError::Crypto)
}
