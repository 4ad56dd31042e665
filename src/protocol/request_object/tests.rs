//! Which parameters a request object has (JA-03). The checks of its claims are tried over HTTP.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::protocol::{authorize::is_text, error::ErrorCode};

fn object(claims: &str) -> RequestObject {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let jws = format!("{}.{}.c2ln", part(r#"{"alg":"ES256"}"#), part(claims));
    RequestObject::parse(&jws).unwrap()
}

#[test]
fn ja_03_values_as_they_would_stand_in_a_form() {
    let claims = json!({
        "iss": "a", "aud": "b", "exp": 1, "jti": "c", "client_id": "a",
        "scope": "openid", "max_age": 60, "extra": true, "state": null,
        "resource": ["https://a.example", "https://b.example"],
        "claims": { "userinfo": { "name": null } }, "list": [1, "x"],
    });
    let params = object(&claims.to_string()).params(is_text).unwrap();
    let mut pairs: Vec<_> = params.iter().collect();
    pairs.sort_unstable();
    let expected = [
        ("claims", r#"{"userinfo":{"name":null}}"#),
        ("client_id", "a"),
        ("extra", "true"),
        ("list", r#"[1,"x"]"#),
        ("max_age", "60"),
        ("resource", "https://a.example"),
        ("resource", "https://b.example"),
        ("scope", "openid"),
    ];
    assert_eq!(pairs, expected);
}

#[rstest]
#[case::list(json!({ "scope": ["openid"] }))]
#[case::object(json!({ "redirect_uri": {} }))]
#[case::resource(json!({ "resource": [{}] }))]
#[case::too_long(json!({ "x": "x".repeat(8193) }))]
fn ja_03_what_is_no_parameter(#[case] claims: Value) {
    let refused = object(&claims.to_string()).params(is_text).unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequestObject);
}

/// Two readers could take another one of the two.
#[test]
fn ja_01_a_member_that_stands_there_twice() {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    for (header, claims) in [
        (r#"{"alg":"ES256"}"#, r#"{"scope":"a","scope":"b"}"#),
        (r#"{"alg":"ES256","alg":"EdDSA"}"#, "{}"),
    ] {
        let jws = format!("{}.{}.c2ln", part(header), part(claims));
        let refused = RequestObject::parse(&jws).unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidRequestObject);
    }
}

#[test]
fn ja_03_texts_are_the_parameters_with_one_value() {
    for name in ["scope", "redirect_uri", "response_mode", "state", "nonce"] {
        assert!(is_text(name), "{name}");
    }
    for name in ["resource", "claims", "unknown"] {
        assert!(!is_text(name), "{name}");
    }
}
