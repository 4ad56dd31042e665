//! One private key. All private-key work is done in constant time: by `ring`, and for RSA by `aws_lc_rs`, which
//! takes half the time where the processor has AVX-512.

use aws_lc_rs::{
    rand::SystemRandom as AwsRandom,
    rsa::PublicKeyComponents,
    signature::{self as aws, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair},
};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
        UnparsedPublicKey, VerificationAlgorithm,
    },
};

use super::error::KeyError;
use crate::protocol::jwk::{PublicJwk, SigningAlg};

/// Smallest RSA modulus, in bytes (2048 bits, RFC 7518 §3.3).
const MIN_RSA_BYTES: usize = 256;

pub(super) enum Private {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A private key with its one algorithm and its `kid`.
pub(super) struct KeyPair {
    pub alg: SigningAlg,
    pub kid: String,
    pub public: PublicJwk,
    private: Private,
}

impl Private {
    /// Reads a PKCS#8 key of any kind (RFC 5208, RFC 5958).
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, &'static str> {
        if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Ok(Self::Ed25519(key));
        }
        let rng = SystemRandom::new();
        let curve = &ECDSA_P256_SHA256_FIXED_SIGNING;
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(curve, der, &rng) {
            return Ok(Self::P256(key));
        }
        match RsaKeyPair::from_pkcs8(der) {
            Ok(key) => Ok(Self::Rsa(Box::new(key))),
            Err(_) => Err("not a key that can be used"),
        }
    }

    /// Returns the algorithm of the key. An RSA key can have two of them; `rsa` says which.
    pub const fn algorithm(&self, rsa: SigningAlg) -> SigningAlg {
        match self {
            Self::Rsa(_) => rsa,
            Self::P256(_) => SigningAlg::ES256,
            Self::Ed25519(_) => SigningAlg::EdDsa,
        }
    }

    fn public(&self) -> Option<PublicJwk> {
        match self {
            Self::Rsa(key) => {
                let public: PublicKeyComponents<Vec<u8>> = key.public_key().into();
                Some(PublicJwk::rsa(&public.n, &public.e))
            }
            Self::P256(key) => PublicJwk::p256(key.public_key().as_ref()),
            Self::Ed25519(key) => Some(PublicJwk::ed25519(key.public_key().as_ref())),
        }
    }

    fn public_bytes(&self) -> &[u8] {
        match self {
            Self::Rsa(key) => key.public_key().as_ref(),
            Self::P256(key) => key.public_key().as_ref(),
            Self::Ed25519(key) => key.public_key().as_ref(),
        }
    }
}

impl KeyPair {
    /// Binds a private key to one algorithm.
    pub fn new(private: Private, alg: SigningAlg) -> Result<Self, &'static str> {
        let fits = match &private {
            Private::Rsa(key) if key.public_modulus_len() < MIN_RSA_BYTES => {
                return Err("an RSA key of less than 2048 bits");
            }
            Private::Rsa(_) => matches!(alg, SigningAlg::RS256 | SigningAlg::PS256),
            Private::P256(_) => alg == SigningAlg::ES256,
            Private::Ed25519(_) => alg == SigningAlg::EdDsa,
        };
        let public = private.public().filter(|_| fits);
        let public = public.ok_or("the algorithm is not one of this kind of key")?;
        Ok(Self {
            alg,
            kid: public.thumbprint(),
            public,
            private,
        })
    }

    /// Signs `message` (RFC 7518 §3.3–§3.5, RFC 8037 §3.1).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let rng = SystemRandom::new();
        match &self.private {
            Private::Rsa(key) => {
                let padding: &'static dyn aws::RsaEncoding = match self.alg {
                    SigningAlg::PS256 => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(padding, &AwsRandom::new(), message, &mut signature)
                    .map_err(|_| KeyError::Crypto)?;
                Ok(signature)
            }
            Private::P256(key) => {
                let signature = key.sign(&rng, message).map_err(|_| KeyError::Crypto)?;
                Ok(signature.as_ref().to_vec())
            }
            Private::Ed25519(key) => Ok(key.sign(message).as_ref().to_vec()),
        }
    }

    /// Whether `signature` is a signature of this key over `message`, by its one algorithm.
    pub fn is_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &'static dyn VerificationAlgorithm = match self.alg {
            SigningAlg::RS256 => &RSA_PKCS1_2048_8192_SHA256,
            SigningAlg::PS256 => &RSA_PSS_2048_8192_SHA256,
            SigningAlg::ES256 => &ECDSA_P256_SHA256_FIXED,
            SigningAlg::EdDsa => &ED25519,
        };
        UnparsedPublicKey::new(algorithm, self.private.public_bytes())
            .verify(message, signature)
            .is_ok()
    }
}
