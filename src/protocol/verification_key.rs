//! Public keys of others (RFC 7517): which key of a set made a signature, and whether it did.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Map, Value, json};

use super::jwk::{PublicJwk, SigningAlg};

/// A key of a set, of the kind that its algorithm needs.
#[derive(Clone, Copy, Debug)]
pub struct VerificationKey<'a> {
    members: &'a Map<String, Value>,
    alg: SigningAlg,
}

impl<'a> VerificationKey<'a> {
    /// Finds the key of `set` for signatures by `alg` with this `kid`. Without a `kid` only one key
    /// may fit. `None` = no such key, which may be in a newer set.
    #[must_use]
    pub fn find(set: &'a Value, kid: Option<&str>, alg: SigningAlg) -> Option<Self> {
        let keys = set.get("keys")?.as_array()?;
        let keys = keys.iter().filter_map(Value::as_object);
        let mut found = keys
            .filter(|key| fits(key, alg) && kid.is_none_or(|kid| text(key, "kid") == Some(kid)));
        match (found.next(), found.next()) {
            (Some(members), None) => Some(Self { members, alg }),
            _ => None,
        }
    }

    /// The key with these members, if it is of the kind that the algorithm needs.
    #[must_use]
    pub fn of(members: &'a Map<String, Value>, alg: SigningAlg) -> Option<Self> {
        fits(members, alg).then_some(Self { members, alg })
    }

    /// Returns the public members as they are written; `None` if one is missing. Those of a key that has
    /// verified a signature are base64url, which has one spelling only.
    #[must_use]
    pub fn public(&self) -> Option<PublicJwk> {
        let member = |name| text(self.members, name).map(str::to_owned);
        Some(match self.alg {
            SigningAlg::RS256 | SigningAlg::PS256 => PublicJwk::Rsa {
                n: member("n")?,
                e: member("e")?,
            },
            SigningAlg::ES256 => PublicJwk::Ec {
                crv: "P-256",
                x: member("x")?,
                y: member("y")?,
            },
            SigningAlg::EdDsa => PublicJwk::Okp {
                crv: "Ed25519",
                x: member("x")?,
            },
        })
    }

    /// Whether `signature` is this key's over `message`.
    #[must_use]
    pub fn is_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.alg {
            SigningAlg::RS256 => self.rsa(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            SigningAlg::PS256 => self.rsa(&RSA_PSS_2048_8192_SHA256, message, signature),
            SigningAlg::ES256 => self.p256(message, signature),
            SigningAlg::EdDsa => self.ed25519(message, signature),
        }
        .unwrap_or(false)
    }

    fn rsa(&self, by: &RsaParameters, message: &[u8], signature: &[u8]) -> Option<bool> {
        let key = RsaPublicKeyComponents {
            n: self.bytes("n")?,
            e: self.bytes("e")?,
        };
        Some(key.verify(by, message, signature).is_ok())
    }

    /// An uncompressed point: 0x04 ‖ x ‖ y.
    fn p256(&self, message: &[u8], signature: &[u8]) -> Option<bool> {
        let (x, y) = (self.bytes("x")?, self.bytes("y")?);
        if x.len() != 32 || y.len() != 32 {
            return None;
        }
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        Some(key.verify(message, signature).is_ok())
    }

    fn ed25519(&self, message: &[u8], signature: &[u8]) -> Option<bool> {
        let key = UnparsedPublicKey::new(&ED25519, self.bytes("x")?);
        Some(key.verify(message, signature).is_ok())
    }

    fn bytes(&self, member: &str) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(text(self.members, member)?).ok()
    }
}

/// Members of public keys that [`VerificationKey`] reads (RFC 7517 §4, RFC 7518 §6).
const MEMBERS: [&str; 10] = [
    "kty", "use", "key_ops", "alg", "kid", "n", "e", "crv", "x", "y",
];

/// The key set of `keys` without what verification does not read: certificates, members of others,
/// keys for encryption.
#[must_use]
pub fn set_of(keys: &[Value]) -> Value {
    let keys = keys.iter().filter_map(Value::as_object);
    let keys = keys.filter(|key| key.get("use").is_none_or(|usage| usage == "sig"));
    let needed = |key: &Map<String, Value>| -> Map<String, Value> {
        let members = MEMBERS.iter().filter_map(|name| key.get_key_value(*name));
        members
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    json!({ "keys": keys.map(needed).collect::<Vec<_>>() })
}

/// The kind of key that the algorithm needs, not set aside for something else (RFC 7517 §4.2 to
/// §4.4).
fn fits(key: &Map<String, Value>, alg: SigningAlg) -> bool {
    let kind = match alg {
        SigningAlg::RS256 | SigningAlg::PS256 => ("RSA", None),
        SigningAlg::ES256 => ("EC", Some("P-256")),
        SigningAlg::EdDsa => ("OKP", Some("Ed25519")),
    };
    let may = |member: &str, wanted: &str| key.get(member).is_none_or(|value| *value == wanted);
    let verifies = |operations: &Value| {
        operations
            .as_array()
            .is_some_and(|operations| operations.iter().any(|one| one == "verify"))
    };
    text(key, "kty") == Some(kind.0)
        && (kind.1.is_none() || text(key, "crv") == kind.1)
        && may("use", "sig")
        && may("alg", alg.as_str())
        && key.get("key_ops").is_none_or(verifies)
}

fn text<'k>(key: &'k Map<String, Value>, member: &str) -> Option<&'k str> {
    key.get(member)?.as_str()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// RFC 8037 appendix A.4.
    fn rfc_8037() -> (Value, &'static str, &'static str) {
        let set = json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }]});
        let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt\
                         9g7sVvpAr_MuM0KAg";
        (set, message, signature)
    }

    #[test]
    fn the_signature_of_rfc_8037() {
        let (set, message, signature) = rfc_8037();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let key = VerificationKey::find(&set, None, SigningAlg::EdDsa).unwrap();
        assert!(key.is_signed(message.as_bytes(), &signature));
        assert!(!key.is_signed(b"another", &signature));
        assert!(!key.is_signed(message.as_bytes(), &signature[..63]));
        assert!(VerificationKey::find(&set, None, SigningAlg::ES256).is_none());
    }

    #[test]
    fn s_b8_of_a_set_is_kept_what_verification_reads() {
        let key =
            json!({ "kty": "EC", "crv": "P-256", "kid": "a", "use": "sig", "x": "x", "y": "y" });
        let mut long = key.clone();
        long["x5c"] = json!(["certificate"]);
        long["pad"] = json!("p".repeat(9000));
        let others = [
            json!({ "kty": "RSA", "use": "enc", "n": "n" }),
            json!("no key"),
        ];
        let keys = [&[long], &others[..]].concat();
        assert_eq!(set_of(&keys), json!({ "keys": [key] }));
        assert_eq!(set_of(&[]), json!({ "keys": [] }));
    }

    #[rstest]
    #[case::by_kid(Some("a"), json!([{"kid": "a"}, {"kid": "b"}]), true)]
    #[case::unknown(Some("c"), json!([{"kid": "a"}, {"kid": "b"}]), false)]
    #[case::the_only_one(None, json!([{"kid": "a"}]), true)]
    #[case::a_choice(None, json!([{"kid": "a"}, {"kid": "b"}]), false)]
    #[case::one_for_encryption(None, json!([{"use": "sig"}, {"use": "enc"}]), true)]
    #[case::for_encryption(Some("a"), json!([{"kid": "a", "use": "enc"}]), false)]
    #[case::another_algorithm(Some("a"), json!([{"kid": "a", "alg": "ES256"}]), false)]
    #[case::this_algorithm(Some("a"), json!([{"kid": "a", "alg": "EdDSA"}]), true)]
    #[case::verifies(Some("a"), json!([{"kid": "a", "key_ops": ["verify"]}]), true)]
    #[case::signs(Some("a"), json!([{"kid": "a", "key_ops": ["sign"]}]), false)]
    #[case::twice(Some("a"), json!([{"kid": "a"}, {"kid": "a"}]), false)]
    #[case::another_kind(Some("a"), json!([{"kid": "a", "kty": "EC"}]), false)]
    #[case::another_curve(Some("a"), json!([{"kid": "a", "crv": "X25519"}]), false)]
    #[case::kid_is_a_number(Some("1"), json!([{"kid": 1}]), false)]
    #[case::nothing(None, json!([]), false)]
    #[case::no_list(None, json!({}), false)]
    fn ca_03_the_key_of_the_header(
        #[case] kid: Option<&str>,
        #[case] mut keys: Value,
        #[case] found: bool,
    ) {
        for key in keys.as_array_mut().into_iter().flatten() {
            let key = key.as_object_mut().unwrap();
            key.entry("kty").or_insert_with(|| json!("OKP"));
            key.entry("crv").or_insert_with(|| json!("Ed25519"));
        }
        let set = json!({ "keys": keys });
        let key = VerificationKey::find(&set, kid, SigningAlg::EdDsa);
        assert_eq!(key.is_some(), found);
    }
}
