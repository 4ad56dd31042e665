//! Signature algorithms and public keys (RFC 7517, RFC 7518, RFC 8037, RFC 7638).

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A signature algorithm of this server. There is no `none` and no HS* (RFC 9700 §2.5,
/// RFC 8725 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SigningAlg {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    RS256,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).
    ES256,
    /// RSASSA-PSS with SHA-256 (RFC 7518 §3.5).
    PS256,
    /// Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlg {
    /// Whether a signature takes long: with RSA about thirty times as long as with the others.
    #[must_use]
    pub const fn is_slow(self) -> bool {
        matches!(self, Self::RS256 | Self::PS256)
    }

    /// Every algorithm.
    pub const ALL: [Self; 4] = [Self::RS256, Self::ES256, Self::PS256, Self::EdDsa];

    /// Value of the header parameter `alg` (RFC 7515 §4.1.1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::ES256 => "ES256",
            Self::PS256 => "PS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl fmt::Display for SigningAlg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no algorithm of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of RS256, ES256, PS256, EdDSA")]
pub struct UnknownAlg;

impl FromStr for SigningAlg {
    type Err = UnknownAlg;

    fn from_str(text: &str) -> Result<Self, UnknownAlg> {
        Self::ALL
            .into_iter()
            .find(|alg| alg.as_str() == text)
            .ok_or(UnknownAlg)
    }
}

/// The public members of a key, base64url as in RFC 7518 §6 and RFC 8037 §2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kty")]
pub enum PublicJwk {
    /// RSA (RFC 7518 §6.3).
    #[serde(rename = "RSA")]
    Rsa {
        /// Modulus.
        n: String,
        /// Public exponent.
        e: String,
    },
    /// A point on P-256 (RFC 7518 §6.2).
    #[serde(rename = "EC")]
    Ec {
        /// Curve name.
        crv: &'static str,
        /// X coordinate.
        x: String,
        /// Y coordinate.
        y: String,
    },
    /// Ed25519 (RFC 8037 §2).
    #[serde(rename = "OKP")]
    Okp {
        /// Curve name.
        crv: &'static str,
        /// Public key.
        x: String,
    },
}

impl PublicJwk {
    /// An RSA key of big-endian modulus and exponent.
    #[must_use]
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        Self::Rsa {
            n: encode(modulus),
            e: encode(exponent),
        }
    }

    /// A P-256 key of an uncompressed point (0x04 ‖ x ‖ y).
    #[must_use]
    pub fn p256(point: &[u8]) -> Option<Self> {
        let (x, y) = match point {
            [4, coordinates @ ..] if coordinates.len() == 64 => coordinates.split_at(32),
            _ => return None,
        };
        Some(Self::Ec {
            crv: "P-256",
            x: encode(x),
            y: encode(y),
        })
    }

    /// An Ed25519 key.
    #[must_use]
    pub fn ed25519(public: &[u8]) -> Self {
        Self::Okp {
            crv: "Ed25519",
            x: encode(public),
        }
    }

    /// Returns the JWK thumbprint, which is the `kid` of this server's keys: SHA-256 over the
    /// required members in lexicographic order, base64url (RFC 7638 §3).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let canonical = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec { crv, x, y } => {
                format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Self::Okp { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
        };
        encode(&Sha256::digest(canonical))
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7638_example_thumbprint() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L\
                 6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ\
                 5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD\
                 08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEg\
                 U8awapJzKnqDKgw"
            .to_string();
        let e = "AQAB".to_string();
        assert_eq!(
            PublicJwk::Rsa { n, e }.thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn rfc_8037_example_thumbprint() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_string();
        let key = PublicJwk::Okp { crv: "Ed25519", x };
        assert_eq!(
            key.thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn names_are_exact() {
        for alg in SigningAlg::ALL {
            assert_eq!(alg.as_str().parse(), Ok(alg));
            assert_eq!(
                serde_json::to_value(alg).ok(),
                Some(serde_json::Value::from(alg.as_str()))
            );
        }
        for bad in ["none", "None", "HS256", "rs256", "", "RS256 "] {
            assert_eq!(bad.parse::<SigningAlg>(), Err(UnknownAlg), "{bad}");
        }
    }
}
