//! The rules on assertions, by Ed25519 keys of fixed seeds.

use ring::signature::{Ed25519KeyPair, KeyPair};
use rstest::rstest;
use serde_json::json;

use super::*;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://as.example";
const TOKEN: &str = "https://as.example/oauth/token";
const REVOKE: &str = "https://as.example/oauth/revoke";

const fn at(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

fn expected() -> Expected<'static> {
    Expected {
        client_id: "machine",
        alg: None,
        audience: Audience::AnyOf(&[ISSUER, TOKEN, REVOKE]),
        now: at(NOW),
    }
}

/// Header and claims of an assertion.
struct Parts {
    header: Value,
    claims: Value,
}

/// Header and claims of an assertion that is accepted.
fn good() -> Parts {
    Parts {
        header: json!({ "alg": "EdDSA", "kid": "k1", "typ": "JWT" }),
        claims: json!({
            "iss": "machine", "sub": "machine", "aud": ISSUER, "jti": "j1",
            "iat": NOW, "exp": NOW + 60,
        }),
    }
}

/// Parts of a good assertion with changed members; null removes a member.
fn with(header: Value, claims: Value) -> Parts {
    let mut good = good();
    for (target, changes) in [(&mut good.header, header), (&mut good.claims, claims)] {
        for (name, value) in changes.as_object().unwrap() {
            target[name] = value.clone();
        }
        let members = target.as_object_mut().unwrap();
        members.retain(|_, value| !value.is_null());
    }
    good
}

fn key(seed: u8) -> (Ed25519KeyPair, Value) {
    let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
    let set = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": x }] });
    (key, set)
}

fn signed(key: &Ed25519KeyPair, parts: Parts) -> String {
    let Parts { header, claims } = parts;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn judge(parts: Parts, expected: &Expected<'_>) -> Result<SingleUse, AssertionError> {
    let (key, set) = key(1);
    refusal(parts, expected, &key, &set).map_err(|refusal| refusal.error)
}

fn refusal(
    parts: Parts,
    expected: &Expected<'_>,
    key: &Ed25519KeyPair,
    set: &Value,
) -> Result<SingleUse, AssertionRefusal> {
    let assertion = Assertion::parse(&signed(key, parts))?;
    let once = assertion.check(expected)?;
    assertion.verify(set)?;
    Ok(once)
}

#[test]
fn a_good_assertion() {
    let once = judge(good(), &expected()).unwrap();
    assert_eq!(once.until, at(NOW + 70));
    let assertion = Assertion::parse(&signed(&key(1).0, good())).unwrap();
    assert_eq!(assertion.subject(), Some("machine"));
    assert_eq!(format!("{assertion:?}"), "[redacted]");
}

/// Two clients may use one `jti` (CA-05).
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
#[case::far_away(json!({"exp": NOW + 3611}), AssertionError::Expiry)]
#[case::far_away_by_a_fraction(json!({"exp": 1_800_003_610.5}), AssertionError::Expiry)]
#[case::for_ever(json!({"exp": i64::MAX}), AssertionError::Expiry)]
#[case::nbf_an_hour_ahead(json!({"nbf": NOW + 3600}), AssertionError::NotYet)]
#[case::iat_ahead(json!({"iat": NOW + 31}), AssertionError::NotYet)]
#[case::iat_ahead_by_a_fraction(json!({"iat": 1_800_000_030.5}), AssertionError::NotYet)]
#[case::nbf_ahead(json!({"nbf": NOW + 31}), AssertionError::NotYet)]
#[case::empty_jti(json!({"jti": ""}), AssertionError::Claim("jti"))]
#[case::long_jti(json!({"jti": "j".repeat(256)}), AssertionError::Claim("jti"))]
#[case::jti_is_a_number(json!({"jti": 1}), AssertionError::Claim("jti"))]
fn c102_claims(#[case] claims: Value, #[case] refusal: AssertionError) {
    assert_eq!(judge(with(json!({}), claims), &expected()), Err(refusal));
}

#[rstest]
#[case::leeway(json!({"exp": NOW - 9}))]
#[case::longest(json!({"exp": NOW + 3610}))]
#[case::an_hour(json!({"exp": NOW + 3600}))]
#[case::fractions(json!({"exp": 1_800_000_060.5, "iat": 1_799_999_999.25, "nbf": 1_799_999_999.75}))]
#[case::whole_numbers_with_a_point(json!({"exp": 1_800_000_060.0, "iat": 1.8e9}))]
#[case::without_iat(json!({"iat": null}))]
#[case::clock_ahead(json!({"iat": NOW + 30, "nbf": NOW + 30}))]
#[case::longest_jti(json!({"jti": "j".repeat(255)}))]
fn s_c6_ca_05_times(#[case] claims: Value) {
    assert!(judge(with(json!({}), claims), &expected()).is_ok());
}

/// CA-04: by default the issuer, the token endpoint or the endpoint that is called, or a list of
/// nothing else; byte for byte. With `issuer`, exactly the issuer as one text.
#[rstest]
#[case(json!(ISSUER), true, true)]
#[case(json!(TOKEN), true, false)]
#[case(json!(REVOKE), true, false)]
#[case(json!([ISSUER]), true, false)]
#[case(json!([TOKEN]), true, false)]
#[case(json!([ISSUER, TOKEN]), true, false)]
#[case(json!([REVOKE, TOKEN, ISSUER, ISSUER]), true, false)]
#[case(json!([]), false, false)]
#[case(json!([ISSUER, "https://other.example"]), false, false)]
#[case(json!(["https://other.example", TOKEN]), false, false)]
#[case(json!([ISSUER, 1]), false, false)]
#[case(json!([ISSUER, null]), false, false)]
#[case(json!([[ISSUER]]), false, false)]
#[case(json!({"a": ISSUER}), false, false)]
#[case(json!(1), false, false)]
#[case(json!(""), false, false)]
#[case(json!("https://as.example/"), false, false)]
#[case(json!("HTTPS://as.example"), false, false)]
#[case(json!("https://as.example/oauth/introspect"), false, false)]
#[case(json!("https://as.example/oauth/token/"), false, false)]
#[case(json!("https://as.example https://as.example/oauth/token"), false, false)]
#[case(json!("https://other.example"), false, false)]
#[case(json!(null), false, false)]
fn s_c6_ca_04_audience(#[case] aud: Value, #[case] any: bool, #[case] issuer: bool) {
    let of_any = expected();
    let of_issuer = Expected {
        audience: Audience::Issuer(ISSUER),
        ..expected()
    };
    for (expected, good) in [(of_any, any), (of_issuer, issuer)] {
        let judged = judge(with(json!({}), json!({ "aud": aud.clone() })), &expected);
        let refused = Err(AssertionError::Claim("aud"));
        assert_eq!(judged.map(drop), if good { Ok(()) } else { refused });
    }
}

/// The log has the check, the expected value and the received one.
#[rstest]
#[case::aud(json!({}), json!({"aud": "https://other.example"}), "CA-04", ISSUER, r#"aud: "https://other.example""#)]
#[case::list(json!({}), json!({"aud": [ISSUER, "https://b.example"]}), "CA-04", TOKEN, r#"["https://as.example","https://b.example"]"#)]
#[case::no_aud(json!({}), json!({"aud": null}), "CA-04", REVOKE, "no aud")]
#[case::iss(json!({}), json!({"iss": "other"}), "CA-04", "iss: machine", r#"iss: "other""#)]
#[case::sub(json!({}), json!({"sub": "other"}), "CA-04", "sub: machine", r#"sub: "other""#)]
#[case::exp(json!({}), json!({"exp": NOW + 9000}), "CA-05", "at most 1800003610", "exp: 1800009000")]
#[case::expired(json!({}), json!({"exp": NOW - 60}), "CA-05", "above 1799999990", "exp: 1799999940")]
#[case::exp_type(json!({}), json!({"exp": "soon"}), "CA-05", "a number of seconds", r#"exp: "soon""#)]
#[case::no_exp(json!({}), json!({"exp": null}), "CA-05", "above 1799999990", "no exp")]
#[case::iat(json!({}), json!({"iat": NOW + 31}), "CA-05", "iat: at most 1800000030", "iat: 1800000031")]
#[case::nbf(json!({}), json!({"nbf": NOW + 31}), "CA-05", "nbf: at most 1800000030", "nbf: 1800000031")]
#[case::jti(json!({}), json!({"jti": null}), "CA-05", "1 to 255 characters", "no jti")]
#[case::alg(json!({"alg": "HS256"}), json!({}), "CA-03", "ES256", r#"alg: "HS256""#)]
#[case::registered_alg(json!({"alg": "RS256"}), json!({}), "CA-03", "alg: EdDSA, as registered", "alg: RS256")]
#[case::typ(json!({"typ": "at+jwt"}), json!({}), "CA-03", "client-authentication+jwt", r#"typ: "at+jwt""#)]
#[case::crit(json!({"crit": ["exp"]}), json!({}), "CA-03", "no crit", r#"crit: ["exp"]"#)]
#[case::kid(json!({"kid": "k2"}), json!({}), "CA-03", "k1 (OKP)", r#"the key "k2" of EdDSA"#)]
#[case::odd_kid(json!({"kid": 7}), json!({}), "CA-03", "at most 255 bytes", "kid: 7")]
fn s_d2_each_refusal_says_what_was_expected_and_sent(
    #[case] header: Value,
    #[case] claims: Value,
    #[case] rule: &str,
    #[case] wanted: &str,
    #[case] sent: &str,
) {
    let (key, set) = key(1);
    let expected = Expected {
        alg: Some("EdDSA"),
        ..expected()
    };
    let refused = refusal(with(header, claims), &expected, &key, &set).unwrap_err();
    assert_eq!(refused.error.refusal().row().rule.as_str(), rule);
    assert!(refused.expected.contains(wanted), "{refused:?}");
    assert!(refused.received.contains(sent), "{refused:?}");
}

#[test]
fn s_d2_a_wrong_signature_names_the_key() {
    let ((_, set), (stranger, _)) = (key(1), key(2));
    let refused = refusal(good(), &expected(), &stranger, &set).unwrap_err();
    assert_eq!(refused.error, AssertionError::Signature);
    assert!(
        refused.expected.contains(r#"the key "k1" of EdDSA"#),
        "{refused:?}"
    );
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

/// CA-03: the registered algorithm is the only one.
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
#[case(json!({"exp": [1_800_000_060]}), "exp")]
#[case(json!({"exp": true}), "exp")]
#[case(json!({"exp": 1e300}), "exp")]
#[case(json!({"exp": u64::MAX}), "exp")]
#[case(json!({"exp": {}}), "exp")]
#[case(json!({"nbf": "1800000000"}), "nbf")]
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
    let refused = Assertion::parse(text).unwrap_err().error;
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
    assert_eq!(refused.error, AssertionError::TooLong);
}

#[test]
fn a_signature_of_another_key_or_over_another_text() {
    let ((key, set), (stranger, _)) = (key(1), key(2));
    let verify = |text: &str| {
        let verified = Assertion::parse(text).unwrap().verify(&set);
        verified.map_err(|refusal| refusal.error)
    };
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
