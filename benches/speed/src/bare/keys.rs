//! The keys of the server, read from its files.

use std::{fs, path::Path};

use aws_lc_rs::{
    rand::SystemRandom as AwsRandom,
    rsa::PublicKeyComponents,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pkcs8::{EncryptedPrivateKeyInfo, SecretDocument};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};

use crate::Fault;

/// A private key with its id.
#[derive(Debug)]
pub struct SigningKey {
    kid: String,
    private: Private,
}

#[derive(Debug)]
enum Private {
    Rsa(Box<RsaKeyPair>),
    P256(Box<EcdsaKeyPair>),
}

/// Reads all keys of a folder.
///
/// # Errors
/// When a key cannot be read.
pub fn read(folder: &Path, passphrase: &str) -> Result<Vec<SigningKey>, Fault> {
    let mut keys = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        if let (Some(kid), true) = (name, path.extension().is_some_and(|it| it == "pem")) {
            let private = private(&fs::read_to_string(&path)?, passphrase)?;
            let kid = kid.to_owned();
            keys.push(SigningKey { kid, private });
        }
    }
    Ok(keys)
}

fn private(pem: &str, passphrase: &str) -> Result<Private, Fault> {
    let read = |error: pkcs8::Error| error.to_string();
    let document = SecretDocument::from_pem(pem)
        .map_err(|error| error.to_string())?
        .1;
    let encrypted = EncryptedPrivateKeyInfo::try_from(document.as_bytes());
    let document = encrypted
        .map_err(|error| error.to_string())?
        .decrypt(passphrase)
        .map_err(read)?;
    let der = document.as_bytes();
    let curve = &ECDSA_P256_SHA256_FIXED_SIGNING;
    if let Ok(key) = EcdsaKeyPair::from_pkcs8(curve, der, &SystemRandom::new()) {
        return Ok(Private::P256(Box::new(key)));
    }
    let key = RsaKeyPair::from_pkcs8(der).map_err(|error| error.to_string())?;
    Ok(Private::Rsa(Box::new(key)))
}

impl SigningKey {
    /// The algorithm (RFC 7518 §3.1).
    pub fn alg(&self) -> &'static str {
        match self.private {
            Private::Rsa(_) => "RS256",
            Private::P256(_) => "ES256",
        }
    }

    /// Signs claims (RFC 7515 §3.1).
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn sign(&self, claims: &str) -> Result<String, Fault> {
        let header = format!(
            r#"{{"alg":"{}","kid":"{}","typ":"JWT"}}"#,
            self.alg(),
            self.kid
        );
        let mut jwt = URL_SAFE_NO_PAD.encode(header);
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut jwt);
        let signature = self.signature(jwt.as_bytes())?;
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut jwt);
        Ok(jwt)
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        let refused = "a key cannot sign";
        match &self.private {
            Private::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                let random = AwsRandom::new();
                let signed = key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature);
                signed.map_err(|_| refused)?;
                Ok(signature)
            }
            Private::P256(key) => {
                let random = SystemRandom::new();
                let signature = key.sign(&random, message).map_err(|_| refused)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    /// The public key as a JWK (RFC 7517).
    pub fn jwk(&self) -> String {
        let members = match &self.private {
            Private::Rsa(key) => {
                let PublicKeyComponents::<Vec<u8>> { n, e } = key.public_key().into();
                let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
                format!(r#""kty":"RSA","n":"{n}","e":"{e}""#)
            }
            Private::P256(key) => {
                // An uncompressed point: one byte, and both coordinates.
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
                format!(r#""kty":"EC","crv":"P-256","x":"{x}","y":"{y}""#)
            }
        };
        let (alg, kid) = (self.alg(), &self.kid);
        format!(r#"{{"alg":"{alg}","kid":"{kid}","use":"sig",{members}}}"#)
    }
}
