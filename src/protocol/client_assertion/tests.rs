//! The rules on assertions, by Ed25519 keys of fixed seeds.

use ring::signature::{Ed25519KeyPair, KeyPair};
use rstest::rstest;
use serde_json::json;

use super::*;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://as.example";

fn expected() -> Expected<'static> {
    Expected {
        client_id: "machine",
        alg: None,
        audiences: &[ISSUER],
        now: NOW,
    }
}

/// Header and claims of a good assertion.
fn good() -> (Value, Value) {
    (
        json!({ "alg": "EdDSA", "kid": "k1", "typ": "JWT" }),
        json!({
            "iss": "machine", "sub": "machine", "aud": ISSUER, "jti": "j1",
            "iat": NOW, "exp": NOW + 60,
        }),
    )
}

/// A good one with changed members; null takes one away.
fn with(header: Value, claims: Value) -> (Value, Value) {
    let (mut good_header, mut good_claims) = good();
    for (target, changes) in [(&mut good_header, header), (&mut good_claims, claims)] {
        for (name, value) in changes.as_object().unwrap() {
            target[name] = value.clone();
        }
        let members = target.as_object_mut().unwrap();
        members.retain(|_, value| !value.is_null());
    }
    (good_header, good_claims)
}

fn key(seed: u8) -> (Ed25519KeyPair, Value) {
    let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
    let set = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": x }] });
    (key, set)
}

fn signed(key: &Ed25519KeyPair, (header, claims): (Value, Value)) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn judge(parts: (Value, Value), expected: &Expected<'_>) -> Result<SingleUse, AssertionError> {
    let (key, set) = key(1);
    let assertion = Assertion::parse(&signed(&key, parts))?;
    let once = assertion.check(expected)?;
    assertion.verify(&set)?;
    Ok(once)
}

#[test]
fn a_good_assertion() {
    let once = judge(good(), &expected()).unwrap();
    assert_eq!(once.until, NOW + 70);
    let assertion = Assertion::parse(&signed(&key(1).0, good())).unwrap();
    assert_eq!(assertion.subject(), Some("machine"));
    assert_eq!(format!("{assertion:?}"), "[redacted]");
}

/// The same `jti` of two clients are two things (CA-05).
#[test]
fn ca_05_single_use_is_by_client() {
    let of = |client: &str| {
        let parts = with(json!({}), json!({ "iss": client, "sub": client }));
        let expected = Expected {
            client_id: client,
            ..expected()
        };
        judge(parts, &expected).unwrap().hash
    };
    assert_eq!(of("machine"), of("machine"));
    assert_ne!(of("machine"), of("other"));
}

#[rstest]
#[case::no_exp(json!({"exp": null}), AssertionError::Claim("exp"))]
#[case::no_jti(json!({"jti": null}), AssertionError::Claim("jti"))]
#[case::no_iss(json!({"iss": null}), AssertionError::Claim("iss"))]
#[case::no_sub(json!({"sub": null}), AssertionError::Claim("sub"))]
#[case::no_aud(json!({"aud": null}), AssertionError::Claim("aud"))]
#[case::iss_is_not_sub(json!({"iss": "other"}), AssertionError::Claim("iss"))]
#[case::sub_is_not_iss(json!({"sub": "other"}), AssertionError::Claim("sub"))]
#[case::expired(json!({"exp": NOW - 300}), AssertionError::Expiry)]
#[case::expired_just_now(json!({"exp": NOW - 10}), AssertionError::Expiry)]
#[case::far_away(json!({"exp": NOW + 311}), AssertionError::Expiry)]
#[case::for_ever(json!({"exp": i64::MAX}), AssertionError::Expiry)]
#[case::nbf_an_hour_ahead(json!({"nbf": NOW + 3600}), AssertionError::NotYet)]
#[case::iat_ahead(json!({"iat": NOW + 11}), AssertionError::NotYet)]
#[case::empty_jti(json!({"jti": ""}), AssertionError::Claim("jti"))]
#[case::long_jti(json!({"jti": "j".repeat(256)}), AssertionError::Claim("jti"))]
#[case::jti_is_a_number(json!({"jti": 1}), AssertionError::Claim("jti"))]
fn c102_claims(#[case] claims: Value, #[case] refusal: AssertionError) {
    assert_eq!(judge(with(json!({}), claims), &expected()), Err(refusal));
}

#[rstest]
#[case::leeway(json!({"exp": NOW - 9}))]
#[case::longest(json!({"exp": NOW + 310}))]
#[case::without_iat(json!({"iat": null}))]
#[case::clock_ahead(json!({"iat": NOW + 10, "nbf": NOW + 10}))]
#[case::longest_jti(json!({"jti": "j".repeat(255)}))]
fn ca_05_times(#[case] claims: Value) {
    assert!(judge(with(json!({}), claims), &expected()).is_ok());
}

/// CA-04: one text, byte for byte.
#[rstest]
#[case(json!("https://as.example/"))]
#[case(json!("https://as.example/oauth/token"))]
#[case(json!("https://other.example"))]
#[case(json!(["https://as.example"]))]
#[case(json!(["https://as.example", "https://other.example"]))]
#[case(json!(null))]
fn ca_04_audience(#[case] aud: Value) {
    let parts = with(json!({}), json!({ "aud": aud }));
    assert_eq!(judge(parts, &expected()), Err(AssertionError::Claim("aud")));
}

#[rstest]
#[case(json!({"alg": "none"}), AssertionError::Algorithm)]
#[case(json!({"alg": "HS256"}), AssertionError::Algorithm)]
#[case(json!({"alg": "eddsa"}), AssertionError::Algorithm)]
#[case(json!({"alg": "ES384"}), AssertionError::Algorithm)]
#[case(json!({"alg": null}), AssertionError::Algorithm)]
#[case(json!({"alg": 1}), AssertionError::Algorithm)]
#[case(json!({"alg": "ES256"}), AssertionError::UnknownKey)]
fn c103_algorithms(#[case] header: Value, #[case] refusal: AssertionError) {
    assert_eq!(judge(with(header, json!({})), &expected()), Err(refusal));
}

/// C103: the registered algorithm is the only one.
#[test]
fn c103_an_algorithm_that_is_not_registered() {
    let registered = |alg| Expected {
        alg: Some(alg),
        ..expected()
    };
    assert!(judge(good(), &registered("EdDSA")).is_ok());
    let refused = judge(good(), &registered("RS256"));
    assert_eq!(refused, Err(AssertionError::Algorithm));
}

#[rstest]
#[case::missing(json!({"typ": null}), Ok(()))]
#[case::its_own(json!({"typ": "client-authentication+jwt"}), Ok(()))]
#[case::media_type(json!({"typ": "application/jwt"}), Ok(()))]
#[case::access_token(json!({"typ": "at+jwt"}), Err(AssertionError::Type))]
#[case::logout_token(json!({"typ": "logout+jwt"}), Err(AssertionError::Type))]
#[case::proof(json!({"typ": "dpop+jwt"}), Err(AssertionError::Type))]
#[case::number(json!({"typ": 1}), Err(AssertionError::Type))]
fn c219_types(#[case] header: Value, #[case] outcome: Result<(), AssertionError>) {
    let judged = judge(with(header, json!({})), &expected());
    assert_eq!(judged.map(drop), outcome);
}

#[rstest]
#[case::unknown(json!({"kid": "k2"}), AssertionError::UnknownKey)]
#[case::path(json!({"kid": "../../etc/passwd"}), AssertionError::UnknownKey)]
#[case::sql(json!({"kid": "' OR 1=1 --"}), AssertionError::UnknownKey)]
#[case::long(json!({"kid": "k".repeat(10_000)}), AssertionError::KeyId)]
#[case::number(json!({"kid": 1}), AssertionError::KeyId)]
#[case::object(json!({"kid": {}}), AssertionError::KeyId)]
fn c220_key_ids(#[case] header: Value, #[case] refusal: AssertionError) {
    assert_eq!(judge(with(header, json!({})), &expected()), Err(refusal));
}

#[test]
fn c221_critical_headers() {
    let parts = with(json!({ "crit": ["exp"], "exp": 1 }), json!({}));
    assert_eq!(judge(parts, &expected()), Err(AssertionError::Critical));
}

#[rstest]
#[case(json!({"exp": "1800000060"}), "exp")]
#[case(json!({"exp": 1_800_000_060.5}), "exp")]
#[case(json!({"exp": {}}), "exp")]
#[case(json!({"nbf": "1800000000"}), "nbf")]
#[case(json!({"nbf": 1_800_000_000.5}), "nbf")]
#[case(json!({"nbf": {}}), "nbf")]
#[case(json!({"iat": "1800000000"}), "iat")]
fn c222_times_of_another_type(#[case] claims: Value, #[case] claim: &'static str) {
    let outcome = judge(with(json!({}), claims), &expected());
    assert_eq!(outcome, Err(AssertionError::Claim(claim)));
}

#[rstest]
#[case("")]
#[case("a")]
#[case("a.b")]
#[case("e30.e30")]
#[case("!.!.!")]
#[case("bnVsbA.e30.")]
#[case("e30.W10.")]
#[case("e30=.e30=.")]
fn what_is_no_compact_jws(#[case] text: &str) {
    let refused = Assertion::parse(text).unwrap_err();
    assert!(
        matches!(
            refused,
            AssertionError::Malformed | AssertionError::Algorithm
        ),
        "{refused}"
    );
}

#[test]
fn c223_length_is_looked_at_before_anything_is_decoded() {
    let refused = Assertion::parse(&"a".repeat(MAX_LENGTH + 1)).unwrap_err();
    assert_eq!(refused, AssertionError::TooLong);
}

#[test]
fn a_signature_of_another_key_or_over_another_text() {
    let ((key, set), (stranger, _)) = (key(1), key(2));
    let verify = |text: &str| Assertion::parse(text).unwrap().verify(&set);
    assert_eq!(verify(&signed(&key, good())), Ok(()));
    let foreign = signed(&stranger, good());
    assert_eq!(verify(&foreign), Err(AssertionError::Signature));
    let (mine, other) = (
        signed(&key, good()),
        signed(&key, with(json!({}), json!({ "jti": "j2" }))),
    );
    let (message, _) = mine.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    let mixed = format!("{message}.{signature}");
    assert_eq!(verify(&mixed), Err(AssertionError::Signature));
    assert_eq!(
        verify(&format!("{message}.")),
        Err(AssertionError::Signature)
    );
}
