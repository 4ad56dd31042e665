//! PKCS#8 as PEM (RFC 7468 §10, §11), encrypted where there is a passphrase.

use pkcs8::{
    EncryptedPrivateKeyInfo, LineEnding, PrivateKeyInfo, SecretDocument,
    der::pem::PemLabel as _,
    pkcs5::{self, pbes2},
};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::{error::KeyError, pair::Private};
use crate::config::Secret;

/// Cost parameters of scrypt: N = 2^14, r = 8, p = 1, as OpenSSL writes them; 16 MiB and some 40 ms
/// (RFC 7914 §2). The default of the crate takes eight times as much of both, per key.
const SCRYPT: (u8, u32, u32) = (14, 8, 1);

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
            encrypt(&key, passphrase)
                .map_err(|_| KeyError::Crypto)?
                .to_pem(EncryptedPrivateKeyInfo::PEM_LABEL, LineEnding::LF)
        }
    };
    text.map_err(|_| KeyError::Crypto)
}

fn encrypt(key: &PrivateKeyInfo<'_>, passphrase: &Secret) -> Result<SecretDocument, pkcs8::Error> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    for bytes in [&mut salt, &mut iv] {
        let filled = SystemRandom::new().fill(bytes);
        filled.map_err(|_| pkcs8::Error::KeyMalformed)?;
    }
    let (log_n, r, p) = SCRYPT;
    let cost =
        pkcs5::scrypt::Params::new(log_n, r, p, 32).map_err(|_| pkcs8::Error::KeyMalformed)?;
    let scheme = pbes2::Parameters::scrypt_aes256cbc(cost, &salt, &iv)?;
    key.encrypt_with_params(scheme, passphrase.expose())
}
