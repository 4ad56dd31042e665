//! Secrets, their hashes at rest and sealed values.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{aead, hkdf, hmac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

pub use super::client::SecretHash;

/// What a secret is for. A value of one kind is never found as another (ID-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Authorization code.
    Code,
    /// Access token.
    Access,
    /// Refresh token.
    Refresh,
    /// Client secret.
    Secret,
    /// Registration access token (RFC 7592 §1.2).
    Registration,
    /// Session cookie.
    Session,
    /// Binding cookie of interactions and anonymous forms.
    Browser,
    /// `ResourceOwner::credential_stamp`.
    CredentialStamp,
    /// Scope, resource and key of a refresh request.
    Fingerprint,
    /// Password reset link.
    Reset,
    /// Key of a rate limit: an address, a login, a client.
    Rate,
    /// Client and `jti` of an assertion or of a request object.
    Jti,
    /// The `request_uri` of a pushed request.
    PushedRequest,
    /// A session, or a client in it (OpenID Connect Back-Channel Logout §2.3).
    SessionClient,
    /// Device code (RFC 8628 §3.2).
    Device,
    /// Interaction id of a device request, made of the stored form of its user code.
    DeviceInteraction,
    /// Key and `jti` of a proof of possession (RFC 9449).
    Proof,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"code",
            Self::Access => b"access",
            Self::Refresh => b"refresh",
            Self::Secret => b"secret",
            Self::Registration => b"registration",
            Self::Session => b"session",
            Self::Browser => b"browser",
            Self::CredentialStamp => b"stamp",
            Self::Fingerprint => b"fingerprint",
            Self::Reset => b"reset",
            Self::Rate => b"rate",
            Self::Jti => b"jti",
            Self::PushedRequest => b"par",
            Self::SessionClient => b"session_client",
            Self::Device => b"device",
            Self::DeviceInteraction => b"device-interaction",
            Self::Proof => b"proof",
        }
    }
}

/// Returns SHA-256(purpose ‖ 0x00 ‖ value), the only form in which a secret is stored (ID-01).
pub fn hash(purpose: Purpose, value: &str) -> SecretHash {
    let mut digest = Sha256::new();
    digest.update(purpose.label());
    digest.update([0]);
    digest.update(value.as_bytes());
    SecretHash(digest.finalize().into())
}

/// Plain SHA-256, for static clients only: an operator can compute it by hand.
pub fn plain_hash(value: &str) -> SecretHash {
    SecretHash(Sha256::digest(value.as_bytes()).into())
}

impl SecretHash {
    /// The hash as base64url, for keys that are texts.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// First 8 hex digits, enough to correlate log lines.
    pub fn reference(&self) -> String {
        use std::fmt::Write;
        self.0.iter().take(4).fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// A secret in clear: redacted in Debug, not serialisable, wiped on drop.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a value that arrived from outside.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// `prefix` and 43 base64url characters of 256 random bits.
    pub fn from_bytes(prefix: &str, bytes: &[u8; 32]) -> Self {
        Self::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The value, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the hash that is stored.
    pub fn hash(&self, purpose: Purpose) -> SecretHash {
        hash(purpose, &self.0)
    }
}

/// Compares in constant time.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for Secret {}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Where the key of a sealed value comes from.
#[derive(Clone, Copy)]
pub struct SealKey<'a> {
    /// The secret only its holder knows.
    pub secret: &'a str,
    /// Ties the value to its row; also the associated data.
    pub salt: &'a str,
    /// Ties the value to its use.
    pub info: &'a [u8],
}

/// Sealing failed; there is nothing more to say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value cannot be opened")]
pub struct SealError;

impl SealKey<'_> {
    fn derive(&self) -> Result<aead::LessSafeKey, SealError> {
        let info = [self.info];
        let key = hkdf::Salt::new(hkdf::HKDF_SHA256, self.salt.as_bytes());
        let key = key.extract(self.secret.as_bytes());
        let key = key
            .expand(&info, &aead::AES_256_GCM)
            .map_err(|_| SealError)?;
        Ok(aead::LessSafeKey::new(aead::UnboundKey::from(key)))
    }

    /// Seals with AES-256-GCM; the nonce stands in front.
    ///
    /// # Errors
    /// Never in practice: the cipher's limit is far above the sizes that are sealed.
    pub fn seal(&self, nonce: [u8; 12], clear: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut sealed = clear.to_vec();
        self.derive()?
            .seal_in_place_append_tag(
                aead::Nonce::assume_unique_for_key(nonce),
                aead::Aad::from(self.salt.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| SealError)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Self::seal`] made.
    ///
    /// # Errors
    /// An error when the secret, the salt or the bytes differ from those of the sealing.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or(SealError)?;
        let mut clear = sealed.to_vec();
        let length = self
            .derive()?
            .open_in_place(
                aead::Nonce::assume_unique_for_key(*nonce),
                aead::Aad::from(self.salt.as_bytes()),
                &mut clear,
            )
            .map_err(|_| SealError)?
            .len();
        clear.truncate(length);
        Ok(clear)
    }
}

/// base64url(HMAC-SHA-256(key, parts joined by 0x00)).
pub fn mac(key: &str, parts: &[&str]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, parts.join("\0").as_bytes()))
}

/// Compares two texts in constant time for a given length.
pub fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_01_purposes_do_not_mix() {
        assert_ne!(hash(Purpose::Code, "x"), hash(Purpose::Access, "x"));
        assert_ne!(hash(Purpose::Secret, "x"), plain_hash("x"));
    }

    #[test]
    fn ge_06_secrets_print_redacted() {
        assert_eq!(format!("{:?}", Secret::new("abc")), "[redacted]");
        assert_eq!(format!("{:?}", plain_hash("abc")), "[redacted]");
    }

    #[test]
    fn rf_01_a_sealed_value_opens_only_with_secret_and_salt() {
        let key = SealKey {
            secret: "token",
            salt: "17",
            info: b"refresh-retry",
        };
        let sealed = key.seal([7; 12], b"answer").unwrap();
        assert_eq!(key.open(&sealed).unwrap(), b"answer");
        assert!(
            SealKey {
                secret: "other",
                ..key
            }
            .open(&sealed)
            .is_err()
        );
        assert!(SealKey { salt: "18", ..key }.open(&sealed).is_err());
        assert!(SealKey { info: b"x", ..key }.open(&sealed).is_err());
        assert!(key.open(&sealed[..11]).is_err());
    }

    #[test]
    fn generated_secrets_have_256_bits_behind_the_prefix() {
        let secret = Secret::from_bytes("loco_at_", &[255; 32]);
        assert_eq!(secret.expose().len(), "loco_at_".len() + 43);
    }
}
