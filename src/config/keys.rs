//! Where the root secret and the signing keys come from.

use std::path::PathBuf;

use super::{Secret, secret_json::SecretJson};
use crate::protocol::{jwk::SigningAlg, time::Seconds};

/// Where the root secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// The secret stands in the settings.
    Given(Secret),
    /// The secret is in this file, which is made at first boot (never in production).
    File(PathBuf),
}

/// Setting `keys`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySettings {
    /// Where private keys are.
    pub source: KeySource,
    /// Passphrase that encrypts key files.
    pub passphrase: Option<Secret>,
    /// Algorithm of ID tokens of clients that name none.
    pub id_token_alg: SigningAlg,
    /// Algorithm of JWT access tokens of resources that name none.
    pub access_token_alg: SigningAlg,
    /// How long a key is published before its first use.
    pub publish_before_seconds: Seconds,
    /// Age at which the doctor asks for a new key.
    pub max_age_seconds: Seconds,
}

/// Where private keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// Files `<kid>.pem` and `<kid>.json`.
    Directory(PathBuf),
    /// PKCS#8 PEM texts; the first of an algorithm signs.
    Pem(Vec<Secret>),
    /// A JWK set with private keys; the first of an algorithm signs.
    Jwks(SecretJson),
}
