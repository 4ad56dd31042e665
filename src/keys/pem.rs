//! PKCS#8 as PEM (RFC 7468 §10, §11), encrypted where there is a passphrase.
//!
//! A key is encrypted with AES-256-CBC under a key that scrypt derives from the passphrase, which takes long on
//! purpose. The files of one directory share their salt, so that one derivation opens all of them; the passphrase is
//! the same, and each file has an initialization vector of its own.

use aes::Aes256;
use cbc::cipher::{BlockDecryptMut as _, KeyIvInit as _, block_padding::Pkcs7};
use pkcs8::{
    EncryptedPrivateKeyInfo, LineEnding, PrivateKeyInfo, SecretDocument,
    der::pem::PemLabel as _,
    pkcs5::{
        self,
        pbes2::{self, EncryptionScheme, Kdf, ScryptParams},
    },
};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::{error::KeyError, pair::Private};
use crate::config::Secret;

/// Cost parameters of scrypt: N = 2^14, r = 8, p = 1, as OpenSSL writes them; 16 MiB and some 40 ms
/// (RFC 7914 §2). The default of the crate takes eight times as much of both, per derivation.
const SCRYPT: (u8, u32, u32) = (14, 8, 1);

/// Salt of a derivation, in bytes.
pub(super) type Salt = [u8; 16];

const CLOSED: &str = "keys.passphrase does not open it";

/// Reads private keys, and keeps the last derived key meanwhile.
pub(super) struct Opener<'p> {
    passphrase: Option<&'p Secret>,
    derived: Option<Derived>,
}

/// A key that was derived from the passphrase, and from what.
struct Derived {
    salt: Vec<u8>,
    /// N, r and p.
    cost: [u64; 3],
    key: Zeroizing<[u8; 32]>,
}

impl<'p> Opener<'p> {
    pub const fn new(passphrase: Option<&'p Secret>) -> Self {
        Self {
            passphrase,
            derived: None,
        }
    }

    /// Reads one private key.
    pub fn decode(&mut self, text: &str) -> Result<Private, &'static str> {
        let (label, document) =
            SecretDocument::from_pem(text).map_err(|_| "not PEM with one private key")?;
        let document = match (label, self.passphrase) {
            (EncryptedPrivateKeyInfo::PEM_LABEL, Some(passphrase)) => {
                let encrypted: EncryptedPrivateKeyInfo<'_> = document
                    .decode_msg()
                    .map_err(|_| "not an encrypted PKCS#8 key")?;
                self.decrypt(&encrypted, passphrase)?
            }
            (EncryptedPrivateKeyInfo::PEM_LABEL, None) => {
                return Err("encrypted, and there is no keys.passphrase");
            }
            (PrivateKeyInfo::PEM_LABEL, _) => document,
            _ => return Err("not a PKCS#8 private key (BEGIN PRIVATE KEY)"),
        };
        Private::from_pkcs8(document.as_bytes())
    }

    fn decrypt(
        &mut self,
        encrypted: &EncryptedPrivateKeyInfo<'_>,
        passphrase: &Secret,
    ) -> Result<SecretDocument, &'static str> {
        let Some(Scheme { kdf, iv }) = Scheme::of(encrypted) else {
            // As others write it: the library knows more schemes than this server uses.
            let opened = encrypted.decrypt(passphrase.expose());
            return opened.map_err(|_| CLOSED);
        };
        let key = self.key(kdf, passphrase)?;
        let mut text = Zeroizing::new(encrypted.encrypted_data.to_vec());
        let opened = cbc::Decryptor::<Aes256>::new(key.into(), iv.into())
            .decrypt_padded_mut::<Pkcs7>(&mut text)
            .map_err(|_| CLOSED)?;
        SecretDocument::try_from(opened).map_err(|_| CLOSED)
    }

    /// The key that opens a file; derived unless it is that of the file before.
    fn key(
        &mut self,
        kdf: &ScryptParams<'_>,
        passphrase: &Secret,
    ) -> Result<&[u8; 32], &'static str> {
        let cost = cost(kdf);
        let known = self.derived.take();
        let known = known.filter(|known| known.salt == kdf.salt && known.cost == cost);
        let derived = match known {
            Some(known) => known,
            None => Derived {
                salt: kdf.salt.to_vec(),
                cost,
                key: derive(kdf, passphrase).ok_or(CLOSED)?,
            },
        };
        Ok(&self.derived.insert(derived).key)
    }
}

/// The one scheme that this server writes: scrypt with AES-256-CBC.
struct Scheme<'a> {
    kdf: &'a ScryptParams<'a>,
    iv: &'a [u8; 16],
}

impl<'a> Scheme<'a> {
    /// `None` for every other scheme.
    fn of(encrypted: &'a EncryptedPrivateKeyInfo<'_>) -> Option<Self> {
        let pkcs5::EncryptionScheme::Pbes2(scheme) = &encrypted.encryption_algorithm else {
            return None;
        };
        match (&scheme.kdf, &scheme.encryption) {
            (Kdf::Scrypt(kdf), EncryptionScheme::Aes256Cbc { iv })
                if matches!(kdf.key_length, None | Some(32)) =>
            {
                Some(Self { kdf, iv })
            }
            _ => None,
        }
    }
}

fn cost(kdf: &ScryptParams<'_>) -> [u64; 3] {
    let (r, p) = (kdf.block_size, kdf.parallelization);
    [kdf.cost_parameter, r.into(), p.into()]
}

fn derive(kdf: &ScryptParams<'_>, passphrase: &Secret) -> Option<Zeroizing<[u8; 32]>> {
    let cost = scrypt::Params::try_from(kdf).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(passphrase.expose().as_bytes(), kdf.salt, &cost, &mut *key).ok()?;
    Some(key)
}

/// Returns the salt of an encrypted key that this server wrote, for the next key beside it.
pub(super) fn salt_of(text: &str) -> Option<Salt> {
    let (label, document) = SecretDocument::from_pem(text).ok()?;
    if label != EncryptedPrivateKeyInfo::PEM_LABEL {
        return None;
    }
    let encrypted: EncryptedPrivateKeyInfo<'_> = document.decode_msg().ok()?;
    let Scheme { kdf, .. } = Scheme::of(&encrypted)?;
    let (log_n, r, p) = SCRYPT;
    if cost(kdf) != [1 << log_n, r.into(), p.into()] {
        return None;
    }
    kdf.salt.try_into().ok()
}

/// Writes one private key. `salt` is that of the keys beside it; without it the key gets one of its own.
pub(super) fn encode(
    document: &SecretDocument,
    passphrase: Option<&Secret>,
    salt: Option<Salt>,
) -> Result<Zeroizing<String>, KeyError> {
    let text = match passphrase {
        None => document.to_pem(PrivateKeyInfo::PEM_LABEL, LineEnding::LF),
        Some(passphrase) => {
            let key: PrivateKeyInfo<'_> = document.decode_msg().map_err(|_| KeyError::Crypto)?;
            encrypt(&key, passphrase, salt)
                .map_err(|_| KeyError::Crypto)?
                .to_pem(EncryptedPrivateKeyInfo::PEM_LABEL, LineEnding::LF)
        }
    };
    text.map_err(|_| KeyError::Crypto)
}

fn encrypt(
    key: &PrivateKeyInfo<'_>,
    passphrase: &Secret,
    salt: Option<Salt>,
) -> Result<SecretDocument, pkcs8::Error> {
    let random = || {
        let mut bytes = [0; 16];
        let filled = SystemRandom::new().fill(&mut bytes);
        filled.map_err(|_| pkcs8::Error::KeyMalformed)?;
        Ok::<_, pkcs8::Error>(bytes)
    };
    let (salt, iv) = (salt.map_or_else(random, Ok)?, random()?);
    let (log_n, r, p) = SCRYPT;
    let cost =
        pkcs5::scrypt::Params::new(log_n, r, p, 32).map_err(|_| pkcs8::Error::KeyMalformed)?;
    let scheme = pbes2::Parameters::scrypt_aes256cbc(cost, &salt, &iv)?;
    key.encrypt_with_params(scheme, passphrase.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{keys::generate, protocol::jwk::SigningAlg};

    #[test]
    fn s28_1_keys_beside_each_other_are_opened_by_one_derivation() {
        let (right, wrong) = (
            Secret::new("right-passphrase"),
            Secret::new("wrong-passphrase"),
        );
        let document = generate::generate(SigningAlg::EdDsa).expect("key");
        let first = encode(&document, Some(&right), None).expect("PEM");
        let salt = salt_of(&first).expect("salt");
        let second = encode(&document, Some(&right), Some(salt)).expect("PEM");
        let alone = encode(&document, Some(&right), None).expect("PEM");
        assert_eq!(salt_of(&second), Some(salt));
        assert_ne!(salt_of(&alone), Some(salt));
        assert_ne!(
            *first, *second,
            "each has an initialization vector of its own"
        );

        let mut opener = Opener::new(Some(&right));
        for text in [&first, &second, &alone, &first] {
            assert!(opener.decode(text).is_ok());
        }
        let mut opener = Opener::new(Some(&wrong));
        for text in [&first, &second, &alone] {
            assert_eq!(opener.decode(text).err(), Some(CLOSED));
        }
        let mut opener = Opener::new(None);
        assert!(opener.decode(&first).is_err());
    }
}
