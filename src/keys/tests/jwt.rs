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

/// The parts of a good access token: header as JSON, payload and signature as they are.
fn parts(keys: &Keys) -> (Value, String, String) {
    let token = keys
        .sign(SigningAlg::ES256, "at+jwt", &claims())
        .expect("token");
    let mut parts = token.split('.');
    let mut next = || parts.next().expect("part").to_owned();
    let header = URL_SAFE_NO_PAD.decode(next()).expect("base64url");
    (
        serde_json::from_slice(&header).expect("JSON"),
        next(),
        next(),
    )
}

fn refused(keys: &Keys, token: &str) -> JwtError {
    keys.verify(token, Purpose::IdTokenHint, NOW)
        .expect_err("refused as hint");
    keys.verify(token, Purpose::AccessToken, NOW)
        .expect_err("refused as access token")
}

/// Signs any claims as an access token.
fn verdict(keys: &Keys, claims: &Value) -> Result<VerifiedJwt, JwtError> {
    let token = keys
        .sign(SigningAlg::EdDsa, "at+jwt", claims)
        .expect("token");
    keys.verify(&token, Purpose::AccessToken, NOW)
}

#[tokio::test]
async fn a_good_token_is_accepted() {
    let keys = quick_keys().await;
    let (header, ..) = parts(&keys);
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["alg"], "ES256");
    let jwt = verdict(&keys, &claims()).expect("good token");
    assert_eq!(
        (jwt.subject.as_str(), jwt.audiences.as_slice()),
        ("alice", ["web".to_owned()].as_slice())
    );
    assert_eq!((jwt.issued_at, jwt.expires_at), (NOW, NOW + 3600));
    assert_eq!(jwt.text("client_id"), Some("web"));
}

#[tokio::test]
async fn c217_alg_none() {
    let keys = quick_keys().await;
    let (mut header, payload, signature) = parts(&keys);
    for none in ["none", "None", "NONE", ""] {
        header["alg"] = json!(none);
        let header = part(&header);
        assert_eq!(
            refused(&keys, &format!("{header}.{payload}.")),
            JwtError::Algorithm
        );
        assert_eq!(
            refused(&keys, &format!("{header}.{payload}.{signature}")),
            JwtError::Algorithm
        );
    }
}

#[tokio::test]
async fn c218_hs256_with_the_public_key_as_secret() {
    let keys = quick_keys().await;
    let (mut header, payload, _) = parts(&keys);
    header["alg"] = json!("HS256");
    let jwk = &keys.jwks()["keys"][0];
    for secret in [jwk.to_string(), jwk["x"].to_string()] {
        let message = format!("{}.{payload}", part(&header));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
        assert_eq!(
            refused(&keys, &format!("{message}.{signature}")),
            JwtError::Algorithm
        );
    }
}

#[tokio::test]
async fn c218_the_algorithm_of_another_key() {
    let keys = quick_keys().await;
    let (mut header, payload, signature) = parts(&keys);
    header["alg"] = json!("EdDSA");
    let token = format!("{}.{payload}.{signature}", part(&header));
    assert_eq!(refused(&keys, &token), JwtError::Algorithm);
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
        let good = |purpose| keys.verify(&token, purpose, NOW).is_ok();
        assert_eq!(good(Purpose::IdTokenHint), hint, "{typ}");
        assert_eq!(good(Purpose::AccessToken), access, "{typ}");
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
    let (mut header, payload, signature) = parts(&keys);
    header["kid"] = kid;
    let token = format!("{}.{payload}.{signature}", part(&header));
    assert_eq!(refused(&keys, &token), JwtError::UnknownKey);
}

#[tokio::test]
async fn c220_keys_of_the_header_are_not_used() {
    let ours = quick_keys().await;
    let theirs = quick_keys().await;
    let (mut header, payload, signature) = parts(&theirs);
    header["jwk"] = theirs.jwks()["keys"][0].clone();
    header["jku"] = json!("https://evil.example/jwks");
    let token = format!("{}.{payload}.{signature}", part(&header));
    assert_eq!(refused(&ours, &token), JwtError::UnknownKey);
    header["kid"] = ours.jwks()["keys"][0]["kid"].clone();
    let token = format!("{}.{payload}.{signature}", part(&header));
    assert_eq!(
        ours.verify(&token, Purpose::AccessToken, NOW),
        Err(JwtError::Signature)
    );
}

#[rstest]
#[case(json!(["exp"]))]
#[case(json!(["b64"]))]
#[case(json!([]))]
#[case(json!(null))]
#[tokio::test]
async fn c221_crit(#[case] crit: Value) {
    let keys = quick_keys().await;
    let (mut header, payload, signature) = parts(&keys);
    header["crit"] = crit;
    let token = format!("{}.{payload}.{signature}", part(&header));
    assert_eq!(refused(&keys, &token), JwtError::Critical);
}

#[rstest]
#[case("exp", json!("1900000000"))]
#[case("exp", json!(1_900_000_000.5))]
#[case("exp", json!(1_900_000_000.0))]
#[case("exp", json!(1e300))]
#[case("exp", json!(u64::MAX))]
#[case("exp", json!({}))]
#[case("exp", json!(null))]
#[case("iat", json!("1800000000"))]
#[case("iat", json!(null))]
#[case("nbf", json!("1800000000"))]
#[case("nbf", json!(1_800_000_000.0))]
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
    let mut claims = claims();
    claims[claim] = value;
    assert_eq!(verdict(&keys, &claims), Err(JwtError::Claim(claim)));
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
    let mut claims = claims();
    claims["iss"] = json!("http://localhost:5150/");
    assert_eq!(verdict(&keys, &claims), Err(JwtError::Issuer));
}

#[tokio::test]
async fn az_25_a_hint_may_be_expired() {
    let keys = quick_keys().await;
    let mut claims = claims();
    claims["exp"] = json!(1);
    let token = keys.sign(SigningAlg::ES256, "JWT", &claims).expect("token");
    assert!(keys.verify(&token, Purpose::IdTokenHint, NOW).is_ok());
}

#[tokio::test]
async fn c223_long_tokens_are_not_decoded() {
    let keys = quick_keys().await;
    let long = "a".repeat(8 * 1024 * 1024);
    assert_eq!(refused(&keys, &long), JwtError::TooLong);
    assert_eq!(
        refused(&keys, &"a".repeat(16 * 1024 + 1)),
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
    assert_eq!(refused(&keys, token), JwtError::Malformed);
}

#[tokio::test]
async fn c225_every_changed_byte_is_noticed() {
    let keys = quick_keys().await;
    for alg in [SigningAlg::ES256, SigningAlg::EdDsa] {
        let token = keys.sign(alg, "at+jwt", &claims()).expect("token");
        let parts: Vec<Vec<u8>> = token
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url"))
            .collect();
        for (number, part) in parts.iter().enumerate() {
            for position in 0..part.len() {
                let mut changed = parts.clone();
                changed[number][position] ^= 1;
                refused(&keys, &join(&changed));
            }
        }
        let (message, signature) = token.rsplit_once('.').expect("token");
        for changed in [
            "",
            &signature[..signature.len() - 4],
            &format!("{signature}AAAA"),
        ] {
            refused(&keys, &format!("{message}.{changed}"));
        }
    }
}

fn join(parts: &[Vec<u8>]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .collect();
    parts.join(".")
}
