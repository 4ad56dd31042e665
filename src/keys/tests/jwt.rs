use ring::hmac;
use rstest::rstest;

use super::*;

pub fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "alice", "aud": "web", "client_id": "web", "jti": "1",
        "iat": NOW, "exp": NOW + 3600,
    })
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Every purpose of a JWT, with its `typ`.
const BOTH: [(&str, JwtPurpose); 2] = [
    ("JWT", JwtPurpose::IdTokenHint),
    ("at+jwt", JwtPurpose::AccessToken),
];

/// Header and claims of a token that is accepted.
fn good(keys: &Keys, alg: SigningAlg, typ: &str) -> (Value, Value) {
    let kid = keys.set().signer(alg).expect("key").kid.clone();
    (json!({ "alg": alg, "kid": kid, "typ": typ }), claims())
}

/// Signs any header and payload with the key of this server.
fn signed(keys: &Keys, alg: SigningAlg, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let pair = keys.set();
    let pair = pair.signer(alg).expect("key");
    let signature = pair.sign(message.as_bytes()).expect("signature");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Returns the error, equal at every verifier, of a changed token with a valid signature.
fn refused(keys: &Keys, change: impl Fn(&mut Value, &mut Value)) -> JwtError {
    let errors = BOTH.map(|(typ, purpose)| {
        let (mut header, mut claims) = good(keys, SigningAlg::ES256, typ);
        change(&mut header, &mut claims);
        let token = signed(keys, SigningAlg::ES256, &header, &claims);
        keys.verify(&token, purpose, at(NOW)).expect_err(typ)
    });
    assert_eq!(errors[0], errors[1]);
    errors[0]
}

/// Returns the error, equal at every verifier, of a changed token with a signature by another key.
fn refused_with(
    keys: &Keys,
    change: impl Fn(&mut Value),
    sign: impl Fn(&str) -> String,
) -> JwtError {
    let errors = BOTH.map(|(typ, purpose)| {
        let (mut header, claims) = good(keys, SigningAlg::EdDsa, typ);
        change(&mut header);
        let message = format!("{}.{}", part(&header), part(&claims));
        let token = format!("{message}.{}", sign(&message));
        keys.verify(&token, purpose, at(NOW)).expect_err(typ)
    });
    assert_eq!(errors[0], errors[1]);
    errors[0]
}

fn refused_text(keys: &Keys, token: &str) -> JwtError {
    let errors = BOTH.map(|(typ, purpose)| keys.verify(token, purpose, at(NOW)).expect_err(typ));
    assert_eq!(errors[0], errors[1]);
    errors[0]
}

/// Verifies any claims that were signed as an access token.
fn verdict(keys: &Keys, claims: &Value) -> Result<VerifiedJwt, JwtError> {
    let token = keys
        .sign(SigningAlg::EdDsa, "at+jwt", claims)
        .expect("token");
    keys.verify(&token, JwtPurpose::AccessToken, at(NOW))
}

#[tokio::test]
async fn a_good_token_is_accepted() {
    let keys = quick_keys().await;
    for (typ, purpose) in BOTH {
        let (header, claims) = good(&keys, SigningAlg::ES256, typ);
        let token = signed(&keys, SigningAlg::ES256, &header, &claims);
        keys.verify(&token, purpose, at(NOW)).expect("good token");
    }
    let jwt = verdict(&keys, &claims()).expect("good token");
    assert_eq!(
        (jwt.subject.as_str(), jwt.audiences.as_slice()),
        ("alice", ["web".to_owned()].as_slice())
    );
    assert_eq!((jwt.issued_at, jwt.expires_at), (at(NOW), at(NOW + 3600)));
    assert_eq!(jwt.text("client_id"), Some("web"));
}

#[tokio::test]
async fn c217_alg_none() {
    let keys = quick_keys().await;
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let unsigned = refused_with(
            &keys,
            |header| header["alg"] = json!(none),
            |_| String::new(),
        );
        assert_eq!(unsigned, JwtError::Algorithm, "{none}");
        let signed = refused(&keys, |header, _| header["alg"] = json!(none));
        assert_eq!(signed, JwtError::Algorithm, "{none}");
    }
    let unsigned = refused_with(&keys, |_| {}, |_| String::new());
    assert_eq!(
        unsigned,
        JwtError::Signature,
        "the right name, no signature"
    );
}

/// Public key in the form of key files (RFC 8410 §4).
fn spki(public: &[u8]) -> Vec<u8> {
    const PREFIX: [u8; 12] = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];
    [PREFIX.as_slice(), public].concat()
}

#[tokio::test]
async fn c218_hs256_with_the_public_key_as_secret() {
    let keys = quick_keys().await;
    let set = keys.jwks();
    let of_ed25519 = |key: &&Value| key["kty"] == "OKP";
    let jwk = set["keys"].as_array().expect("keys").iter();
    let jwk = { jwk }.find(of_ed25519).expect("key");
    let x = jwk["x"].as_str().expect("x");
    let public = URL_SAFE_NO_PAD.decode(x).expect("base64url");
    let der = spki(&public);
    let base64 = base64::engine::general_purpose::STANDARD.encode(&der);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
    let secrets = [
        pem.trim_end().as_bytes().to_vec(),
        pem.into_bytes(),
        der,
        public,
        x.as_bytes().to_vec(),
        jwk.to_string().into_bytes(),
        set.to_string().into_bytes(),
    ];
    for secret in secrets {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let tag = |message: &str| URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
        let named = refused_with(&keys, |header| header["alg"] = json!("HS256"), tag);
        assert_eq!(named, JwtError::Algorithm);
        let unnamed = refused_with(&keys, |_| {}, tag);
        assert_eq!(unnamed, JwtError::Signature);
    }
}

#[tokio::test]
async fn c218_the_algorithm_of_another_key() {
    let keys = quick_keys().await;
    let error = refused(&keys, |header, _| header["alg"] = json!("EdDSA"));
    assert_eq!(error, JwtError::Algorithm);
}

#[tokio::test]
async fn c219_a_token_of_one_purpose_is_refused_for_the_other() {
    let keys = quick_keys().await;
    for (typ, hint, access) in [
        ("JWT", true, false),
        ("at+jwt", false, true),
        ("logout+jwt", false, false),
        ("jwt", false, false),
        ("", false, false),
    ] {
        let token = keys.sign(SigningAlg::ES256, typ, &claims()).expect("token");
        let good = |purpose| keys.verify(&token, purpose, at(NOW)).is_ok();
        assert_eq!(good(JwtPurpose::IdTokenHint), hint, "{typ}");
        assert_eq!(good(JwtPurpose::AccessToken), access, "{typ}");
    }
}

#[rstest]
#[case(json!("unknown"))]
#[case(json!("../../etc/passwd"))]
#[case(json!("' OR 1=1 --"))]
#[case(json!("a".repeat(10_000)))]
#[case(json!(1))]
#[case(json!(null))]
#[case(json!(["a"]))]
#[tokio::test]
async fn c220_kid(#[case] kid: Value) {
    let keys = quick_keys().await;
    let error = refused(&keys, |header, _| header["kid"] = kid.clone());
    assert_eq!(error, JwtError::UnknownKey);
}

#[tokio::test]
async fn c220_keys_of_the_header_are_not_used() {
    let (ours, theirs) = (quick_keys().await, quick_keys().await);
    let theirs_in = |header: &mut Value| {
        header["jwk"] = theirs.jwks()["keys"][0].clone();
        header["jku"] = json!("https://evil.example/jwks");
    };
    let pair = theirs.set();
    let pair = pair.signer(SigningAlg::EdDsa).expect("key");
    let sign = |message: &str| {
        let signature = pair.sign(message.as_bytes()).expect("signature");
        URL_SAFE_NO_PAD.encode(signature)
    };
    // The header names this server's key first, then the foreign one.
    let error = refused_with(&ours, theirs_in, sign);
    assert_eq!(error, JwtError::Signature);
    let named = |header: &mut Value| {
        theirs_in(header);
        header["kid"] = json!(pair.kid);
    };
    let error = refused_with(&ours, named, sign);
    assert_eq!(error, JwtError::UnknownKey);
}

#[rstest]
#[case(json!(["exp"]))]
#[case(json!(["b64"]))]
#[case(json!([]))]
#[case(json!(null))]
#[tokio::test]
async fn c221_crit(#[case] crit: Value) {
    let keys = quick_keys().await;
    let error = refused(&keys, |header, _| header["crit"] = crit.clone());
    assert_eq!(error, JwtError::Critical);
}

#[rstest]
#[case("exp", json!("1900000000"))]
#[case("exp", json!(1e300))]
#[case("exp", json!(u64::MAX))]
#[case("exp", json!({}))]
#[case("exp", json!(null))]
#[case("iat", json!("1800000000"))]
#[case("iat", json!(null))]
#[case("nbf", json!("1800000000"))]
#[case("nbf", json!({}))]
#[case("nbf", json!(null))]
#[case("aud", json!(null))]
#[case("aud", json!([]))]
#[case("aud", json!([1]))]
#[case("aud", json!({}))]
#[case("sub", json!(1))]
#[case("iss", json!([ISSUER]))]
#[case("client_id", json!(null))]
#[case("jti", json!(1))]
#[tokio::test]
async fn c222_wrongly_typed_claims(#[case] claim: &'static str, #[case] value: Value) {
    let keys = quick_keys().await;
    if matches!(claim, "client_id" | "jti") {
        // Only access tokens have these claims (RFC 9068 §2.2).
        let mut claims = claims();
        claims[claim] = value;
        assert_eq!(verdict(&keys, &claims), Err(JwtError::Claim(claim)));
        return;
    }
    let error = refused(&keys, |_, claims| claims[claim] = value.clone());
    assert_eq!(error, JwtError::Claim(claim));
}

/// RFC 7519 §2: a time is a number of seconds, with or without a fraction.
#[rstest]
#[case(json!(1_900_000_000.5), 1_900_000_001)]
#[case(json!(1_900_000_000.0), 1_900_000_000)]
#[case(json!(1.9e9), 1_900_000_000)]
#[tokio::test]
async fn s_c6_times_with_fractions(#[case] exp: Value, #[case] seconds: i64) {
    let keys = quick_keys().await;
    let mut claims = claims();
    claims["exp"] = exp;
    claims["iat"] = json!(1_799_999_999.5);
    claims["nbf"] = json!(1_799_999_999.25);
    let verified = verdict(&keys, &claims).unwrap();
    assert_eq!(verified.expires_at, at(seconds));
    claims["exp"] = json!(1_799_999_989.5);
    assert_eq!(verdict(&keys, &claims), Err(JwtError::Expired));
}

#[rstest]
#[case("exp", NOW - 10, Some(JwtError::Expired))]
#[case("exp", NOW - 9, None)]
#[case("exp", i64::MIN, Some(JwtError::Expired))]
#[case("exp", i64::MAX, None)]
#[case("nbf", NOW + 10, None)]
#[case("nbf", NOW + 11, Some(JwtError::NotYet))]
#[case("iat", NOW + 11, Some(JwtError::NotYet))]
#[tokio::test]
async fn s28_3_leeway_of_10_seconds(
    #[case] claim: &str,
    #[case] value: i64,
    #[case] error: Option<JwtError>,
) {
    let keys = quick_keys().await;
    let mut claims = claims();
    claims[claim] = json!(value);
    assert_eq!(verdict(&keys, &claims).err(), error);
}

#[tokio::test]
async fn s28_3_another_issuer() {
    let keys = quick_keys().await;
    for issuer in ["http://localhost:5150/", "https://other.example", ""] {
        let error = refused(&keys, |_, claims| claims["iss"] = json!(issuer));
        assert_eq!(error, JwtError::Issuer, "{issuer}");
    }
}

#[tokio::test]
async fn az_25_a_hint_may_be_expired() {
    let keys = quick_keys().await;
    let mut claims = claims();
    claims["exp"] = json!(1);
    let token = keys.sign(SigningAlg::ES256, "JWT", &claims).expect("token");
    assert!(
        keys.verify(&token, JwtPurpose::IdTokenHint, at(NOW))
            .is_ok()
    );
}

#[tokio::test]
async fn c223_long_tokens_are_not_decoded() {
    let keys = quick_keys().await;
    let long = "a".repeat(8 * 1024 * 1024);
    assert_eq!(refused_text(&keys, &long), JwtError::TooLong);
    assert_eq!(
        refused_text(&keys, &"a".repeat(16 * 1024 + 1)),
        JwtError::TooLong
    );
}

#[rstest]
#[case("")]
#[case(".")]
#[case("..")]
#[case("a.b")]
#[case("a.b.c.d")]
#[case("e30.e30")]
#[case("W10.e30.")]
#[case("e30=.e30.")]
#[tokio::test]
async fn s28_3_not_a_compact_jws(#[case] token: &str) {
    let keys = quick_keys().await;
    assert_eq!(refused_text(&keys, token), JwtError::Malformed);
}

#[tokio::test]
async fn c225_every_changed_byte_is_noticed() {
    let keys = quick_keys().await;
    for (typ, purpose) in BOTH {
        for alg in [SigningAlg::ES256, SigningAlg::EdDsa] {
            let token = keys.sign(alg, typ, &claims()).expect("token");
            every_change(&token, |changed| {
                keys.verify(changed, purpose, at(NOW)).expect_err(changed);
            });
        }
    }
}

/// Checks each single changed byte of the decoded parts, and signatures of other lengths.
fn every_change(token: &str, check: impl Fn(&str)) {
    let parts: Vec<Vec<u8>> = token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url"))
        .collect();
    for (number, part) in parts.iter().enumerate() {
        for position in 0..part.len() {
            let mut changed = parts.clone();
            changed[number][position] ^= 1;
            check(&join(&changed));
        }
    }
    let (message, signature) = token.rsplit_once('.').expect("token");
    for changed in [
        "",
        &signature[..signature.len() - 4],
        &format!("{signature}AAAA"),
    ] {
        check(&format!("{message}.{changed}"));
    }
}

fn join(parts: &[Vec<u8>]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .collect();
    parts.join(".")
}
