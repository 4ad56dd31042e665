use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rstest::rstest;
use serde_json::json;

use super::*;

const NOW: i64 = 1_800_000_000;
const HERE: &str = "https://chat.example";

fn issuer(subject_claim: &str) -> AssertionIssuer {
    AssertionIssuer {
        issuer: "https://idp.example".to_owned(),
        jwks_uri: "https://idp.example/jwks".to_owned(),
        subject_claim: subject_claim.to_owned(),
        clients: vec!["wiki".to_owned()],
        scopes: Scopes::default(),
        resources: Vec::new(),
    }
}

fn parsed(header: &Value, changes: &Value) -> Result<Assertion, AssertionRefusal> {
    let mut claims = json!({
        "iss": "https://idp.example", "sub": "U1", "aud": HERE, "client_id": "wiki", "jti": "j1",
        "iat": NOW, "exp": NOW + 300, "resource": "https://chat.example/mcp",
    });
    for (name, value) in changes.as_object().expect("members") {
        claims[name] = value.clone();
    }
    let members = claims.as_object_mut().expect("an object");
    members.retain(|_, value| !value.is_null());
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}.AAAA", part(header), part(&claims));
    Assertion::parse_id_jag(&text)
}

fn good_header() -> Value {
    json!({ "alg": "ES256", "kid": "k", "typ": TYP })
}

fn checked(claim: &str, changes: &Value) -> Result<Option<Vec<String>>, AssertionError> {
    let assertion = parsed(&good_header(), changes).map_err(|refusal| refusal.error)?;
    let issuer = issuer(claim);
    let expected = Expected {
        issuer: &issuer,
        audience: HERE,
        client_id: "wiki",
        key: None,
        now: UnixTime::from_seconds(NOW),
    };
    let checked = IdJag::of(&assertion, &expected).map_err(|refusal| refusal.error)?;
    let texts = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
    Ok(checked.resources.map(texts))
}

#[rstest]
#[case::plain(json!({}))]
#[case::audience_in_a_list(json!({ "aud": [HERE] }))]
#[case::without_resource(json!({ "resource": null }))]
#[case::resources(json!({ "resource": ["https://a.example", "https://b.example"] }))]
#[case::clocks(json!({ "exp": NOW + 310, "iat": NOW + 30 }))]
#[case::just_over(json!({ "exp": NOW - 9 }))]
#[case::scope(json!({ "scope": "chat.read chat.write" }))]
fn jb_01_good_assertions(#[case] changes: Value) {
    assert!(checked("sub", &changes).is_ok(), "{changes}");
}

#[rstest]
#[case::aud_missing(json!({ "aud": null }), AssertionError::Claim("aud"))]
#[case::aud_other(json!({ "aud": "https://other.example" }), AssertionError::Claim("aud"))]
#[case::aud_slash(json!({ "aud": "https://chat.example/" }), AssertionError::Claim("aud"))]
#[case::aud_several(json!({ "aud": [HERE, "https://other.example"] }), AssertionError::Claim("aud"))]
#[case::aud_twice(json!({ "aud": [HERE, HERE] }), AssertionError::Claim("aud"))]
#[case::aud_empty(json!({ "aud": [] }), AssertionError::Claim("aud"))]
#[case::client_missing(json!({ "client_id": null }), AssertionError::Claim("client_id"))]
#[case::client_other(json!({ "client_id": "other" }), AssertionError::Claim("client_id"))]
#[case::client_list(json!({ "client_id": ["wiki"] }), AssertionError::Claim("client_id"))]
#[case::exp_missing(json!({ "exp": null }), AssertionError::Claim("exp"))]
#[case::exp_text(json!({ "exp": "1800000300" }), AssertionError::Claim("exp"))]
#[case::exp_over(json!({ "exp": NOW - 10 }), AssertionError::Expiry)]
#[case::exp_far(json!({ "exp": NOW + 311 }), AssertionError::Expiry)]
#[case::iat_missing(json!({ "iat": null }), AssertionError::Claim("iat"))]
#[case::iat_ahead(json!({ "iat": NOW + 31 }), AssertionError::NotYet)]
#[case::nbf_ahead(json!({ "nbf": NOW + 31 }), AssertionError::NotYet)]
#[case::jti_missing(json!({ "jti": null }), AssertionError::Claim("jti"))]
#[case::jti_empty(json!({ "jti": "" }), AssertionError::Claim("jti"))]
#[case::jti_long(json!({ "jti": "j".repeat(256) }), AssertionError::Claim("jti"))]
#[case::sub_missing(json!({ "sub": null }), AssertionError::Claim("sub"))]
#[case::sub_empty(json!({ "sub": "" }), AssertionError::Claim("sub"))]
#[case::sub_number(json!({ "sub": 1 }), AssertionError::Claim("sub"))]
#[case::resource_number(json!({ "resource": 1 }), AssertionError::Claim("resource"))]
#[case::resource_empty(json!({ "resource": [] }), AssertionError::Claim("resource"))]
#[case::resource_mixed(json!({ "resource": ["https://a.example", 1] }), AssertionError::Claim("resource"))]
#[case::scope_list(json!({ "scope": ["read"] }), AssertionError::Claim("scope"))]
#[case::scope_quote(json!({ "scope": "\"" }), AssertionError::Claim("scope"))]
// A proof of possession would be demanded.
#[case::bound(json!({ "cnf": { "jkt": "x" } }), AssertionError::Claim("cnf"))]
fn jb_01_bad_claims(#[case] changes: Value, #[case] expected: AssertionError) {
    assert_eq!(checked("sub", &changes), Err(expected), "{changes}");
}

#[test]
fn jb_01_the_claim_of_the_settings_names_the_person() {
    let with = json!({ "email": "alice@example.com" });
    assert!(checked("email", &with).is_ok());
    let missing = checked("email", &json!({}));
    assert_eq!(missing, Err(AssertionError::Claim("subject_claim")));
}

#[rstest]
#[case(json!({ "typ": null }), AssertionError::Type)]
#[case(json!({ "typ": "JWT" }), AssertionError::Type)]
#[case(json!({ "typ": "at+jwt" }), AssertionError::Type)]
#[case(json!({ "typ": "client-authentication+jwt" }), AssertionError::Type)]
#[case(json!({ "alg": "none" }), AssertionError::Algorithm)]
#[case(json!({ "alg": "HS256" }), AssertionError::Algorithm)]
#[case(json!({ "crit": ["exp"] }), AssertionError::Critical)]
fn jb_01_bad_headers(#[case] changes: Value, #[case] expected: AssertionError) {
    let mut header = good_header();
    for (name, value) in changes.as_object().expect("members") {
        header[name] = value.clone();
    }
    let refusal = parsed(&header, &json!({})).expect_err("refused");
    assert_eq!(refusal.error, expected, "{changes}");
}

#[test]
fn jb_01_the_type_may_be_written_as_a_media_type() {
    for typ in [
        "oauth-id-jag+jwt",
        "application/oauth-id-jag+jwt",
        "OAuth-ID-JAG+JWT",
    ] {
        let header = json!({ "alg": "ES256", "typ": typ });
        assert!(parsed(&header, &json!({})).is_ok(), "{typ}");
    }
}
