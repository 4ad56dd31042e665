//! Public keys that a client registers by value (RFC 7591 §2 `jwks`, RFC 7517 §5).

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::MetadataRule;

/// Most keys of a set (RG-05).
const MAX_KEYS: usize = 10;
/// Longest `kid`, characters.
const MAX_KID: usize = 200;
/// Shortest RSA modulus, bits.
const MIN_RSA: usize = 2048;
/// Members of private and of symmetric keys (RFC 7518 §6).
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Whether `jwks` is a set of public keys that can tell its keys apart.
///
/// # Errors
/// The first rule that it breaks.
pub(super) fn check(jwks: &Value) -> Result<(), MetadataRule> {
    let keys = jwks.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or(MetadataRule::KeySet)?;
    if keys.is_empty() || keys.len() > MAX_KEYS {
        return Err(MetadataRule::KeySet);
    }
    let mut names = BTreeSet::new();
    for key in keys {
        let key = key.as_object().ok_or(MetadataRule::KeySet)?;
        check_key(key)?;
        if let Some(name) = key.get("kid") {
            let name = name.as_str().filter(|name| name.len() <= MAX_KID);
            if !names.insert(name.ok_or(MetadataRule::KeyId)?) {
                return Err(MetadataRule::KeyId);
            }
        }
    }
    // Without a name a key can only be found where it is the only one.
    if keys.len() > 1 && names.len() < keys.len() {
        return Err(MetadataRule::KeyId);
    }
    Ok(())
}

fn check_key(key: &Map<String, Value>) -> Result<(), MetadataRule> {
    let kind = key.get("kty").and_then(Value::as_str);
    if kind == Some("oct") || SECRET.iter().any(|member| key.contains_key(*member)) {
        return Err(MetadataRule::SecretKey);
    }
    let octets = |member: &str| {
        let text = key.get(member).and_then(Value::as_str)?;
        URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .filter(|bytes| !bytes.is_empty())
    };
    let curve = key.get("crv").and_then(Value::as_str).unwrap_or_default();
    match kind {
        Some("RSA") => match (octets("n"), octets("e")) {
            (Some(modulus), Some(_)) if bits(&modulus) >= MIN_RSA => Ok(()),
            (Some(_), Some(_)) => Err(MetadataRule::ShortKey),
            _ => Err(MetadataRule::Key),
        },
        Some("EC") => {
            let length = match curve {
                "P-256" => 32,
                "P-384" => 48,
                "P-521" => 66,
                _ => return Err(MetadataRule::Key),
            };
            let fits = |member| octets(member).is_some_and(|bytes| bytes.len() == length);
            (fits("x") && fits("y"))
                .then_some(())
                .ok_or(MetadataRule::Key)
        }
        Some("OKP") if !curve.is_empty() && octets("x").is_some() => Ok(()),
        _ => Err(MetadataRule::Key),
    }
}

/// Length of a big-endian number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let mut bytes = number.iter().skip_while(|byte| **byte == 0);
    bytes.next().map_or(0, |first| {
        let head = (u8::BITS - first.leading_zeros()) as usize;
        head + 8 * bytes.count()
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn ec(kid: &str) -> Value {
        let coordinate = URL_SAFE_NO_PAD.encode([7; 32]);
        json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate, "kid": kid})
    }

    fn rsa(bytes: usize) -> Value {
        let mut modulus = vec![0xFF; bytes];
        modulus.insert(0, 0);
        json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB"})
    }

    fn with(mut key: Value, member: &str, value: Value) -> Value {
        key[member] = value;
        key
    }

    #[rstest]
    #[case::one(json!([ec("a")]))]
    #[case::nameless(json!([rsa(256)]))]
    #[case::three(json!([ec("a"), ec("b"), with(rsa(512), "kid", json!("c"))]))]
    #[case::okp(json!([{"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}]))]
    fn good_sets(#[case] keys: Value) {
        assert_eq!(check(&json!({"keys": keys, "other": 1})), Ok(()));
    }

    #[rstest]
    #[case::private(json!([with(ec("a"), "d", json!("x"))]), MetadataRule::SecretKey)]
    #[case::private_rsa(json!([with(rsa(256), "dq", json!("x"))]), MetadataRule::SecretKey)]
    #[case::symmetric(json!([{"kty": "oct", "k": "c2VjcmV0"}]), MetadataRule::SecretKey)]
    #[case::short(json!([rsa(255)]), MetadataRule::ShortKey)]
    #[case::same_name(json!([ec("a"), ec("a")]), MetadataRule::KeyId)]
    #[case::two_nameless(json!([rsa(256), ec("a")]), MetadataRule::KeyId)]
    #[case::name_that_is_no_text(json!([with(ec("a"), "kid", json!(1))]), MetadataRule::KeyId)]
    #[case::unknown_kind(json!([{"kty": "XYZ"}]), MetadataRule::Key)]
    #[case::no_coordinate(json!([with(ec("a"), "y", json!(null))]), MetadataRule::Key)]
    #[case::short_coordinate(json!([with(ec("a"), "y", json!("AAAA"))]), MetadataRule::Key)]
    #[case::no_base64(json!([with(rsa(256), "n", json!("+/=="))]), MetadataRule::Key)]
    #[case::no_object(json!(["a"]), MetadataRule::KeySet)]
    #[case::empty(json!([]), MetadataRule::KeySet)]
    #[case::no_list(json!({}), MetadataRule::KeySet)]
    #[case::eleven(json!((0..11).map(|n| ec(&n.to_string())).collect::<Vec<_>>()), MetadataRule::KeySet)]
    fn c154_bad_sets(#[case] keys: Value, #[case] rule: MetadataRule) {
        assert_eq!(check(&json!({"keys": keys})), Err(rule));
    }

    #[test]
    fn a_set_is_an_object() {
        assert_eq!(check(&json!([ec("a")])), Err(MetadataRule::KeySet));
    }
}
