//! Private keys from a JWK set (RFC 7517 §5, RFC 7518 §6, RFC 8037 §2).

use aws_lc_rs::{
    rsa::{KeyPairComponents, PublicKeyComponents},
    signature::RsaKeyPair,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use serde_json::Value;
use zeroize::Zeroizing;

use super::pair::{KeyPair, Private};
use crate::protocol::jwk::SigningAlg;

/// Reads one entry of `keys`. An RSA key without `alg` is for the algorithm `rsa`.
pub(super) fn decode(jwk: &Value, rsa: SigningAlg) -> Result<KeyPair, &'static str> {
    let private = match text(jwk, "kty") {
        Some("RSA") => rsa_key(jwk)?,
        Some("EC") if text(jwk, "crv") == Some("P-256") => p256(jwk)?,
        Some("OKP") if text(jwk, "crv") == Some("Ed25519") => ed25519(jwk)?,
        _ => return Err("`kty` and `crv` name no kind of key that can be used"),
    };
    let alg = match text(jwk, "alg") {
        Some(name) => name
            .parse()
            .map_err(|_| "`alg` is not an algorithm of this server")?,
        None => private.algorithm(rsa),
    };
    KeyPair::new(private, alg)
}

fn rsa_key(jwk: &Value) -> Result<Private, &'static str> {
    let components = KeyPairComponents {
        public_key: PublicKeyComponents {
            n: bytes(jwk, "n")?,
            e: bytes(jwk, "e")?,
        },
        d: bytes(jwk, "d")?,
        p: bytes(jwk, "p")?,
        q: bytes(jwk, "q")?,
        dP: bytes(jwk, "dp")?,
        dQ: bytes(jwk, "dq")?,
        qInv: bytes(jwk, "qi")?,
    };
    RsaKeyPair::from_components(&components)
        .map(|key| Private::Rsa(Box::new(key)))
        .map_err(|_| "not an RSA key that can be used")
}

fn p256(jwk: &Value) -> Result<Private, &'static str> {
    let mut point = vec![4];
    point.extend_from_slice(&bytes(jwk, "x")?);
    point.extend_from_slice(&bytes(jwk, "y")?);
    EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        &bytes(jwk, "d")?,
        &point,
        &SystemRandom::new(),
    )
    .map(Private::P256)
    .map_err(|_| "not a P-256 key that can be used")
}

fn ed25519(jwk: &Value) -> Result<Private, &'static str> {
    Ed25519KeyPair::from_seed_and_public_key(&bytes(jwk, "d")?, &bytes(jwk, "x")?)
        .map(Private::Ed25519)
        .map_err(|_| "not an Ed25519 key that can be used")
}

fn text<'a>(jwk: &'a Value, member: &str) -> Option<&'a str> {
    jwk.get(member)?.as_str()
}

fn bytes(jwk: &Value, member: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let text = text(jwk, member).ok_or("a private member is missing")?;
    let bytes = URL_SAFE_NO_PAD.decode(text);
    bytes
        .map(Zeroizing::new)
        .map_err(|_| "a member is not base64url")
}
