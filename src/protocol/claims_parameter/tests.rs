//! The parameter `claims`: what is read of it, what is refused, what is granted.

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::protocol::error::ErrorCode;

fn supported() -> Vec<String> {
    ["name", "email", "email_verified", "team", "acr", "sub"]
        .map(str::to_owned)
        .to_vec()
}

fn read_json(parameter: &Value) -> RequestedClaims {
    read(&parameter.to_string(), &supported()).unwrap()
}

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).unwrap()
}

#[test]
fn az_24_the_example_of_the_standard() {
    // OpenID Connect Core §5.5.
    let read = read_json(&json!({
        "userinfo": {
            "given_name": { "essential": true },
            "nickname": null,
            "email": { "essential": true },
            "email_verified": { "essential": true },
            "picture": null,
            "http://example.info/claims/groups": null,
        },
        "id_token": {
            "auth_time": { "essential": true },
            "acr": { "values": ["urn:mace:incommon:iap:silver"] },
        },
    }));
    assert_eq!(read.userinfo, ["email", "email_verified"]);
    assert!(read.id_token.is_empty() && read.subjects.is_none());
    let acr = read.acr.unwrap();
    assert_eq!(acr.values, ["urn:mace:incommon:iap:silver"]);
    assert!(!acr.essential);
}

#[rstest]
#[case::nothing(json!({}))]
#[case::nowhere(json!({ "userinfo": {}, "id_token": {} }))]
#[case::other_members(json!({ "verified_claims": [1], "userinfo": { "unknown": null, "name#de": {} } }))]
#[case::without_values(json!({ "id_token": { "acr": { "essential": true }, "sub": null } }))]
#[case::registered(json!({ "id_token": { "iss": null, "exp": {}, "nonce": null } }))]
fn az_24_what_has_no_effect(#[case] parameter: Value) {
    assert!(read_json(&parameter).is_empty());
}

#[rstest]
#[case::not_json("name", "The body is not JSON")]
#[case::list("[]", "The body is not a JSON object")]
#[case::text("\"userinfo\"", "The body is not a JSON object")]
#[case::twice(r#"{"userinfo":{},"userinfo":{}}"#, "A member stands there twice")]
#[case::twice_below(
    r#"{"userinfo":{"name":null,"name":null}}"#,
    "A member stands there twice"
)]
#[case::nul(r#"{"userinfo":{"a\u0000":null}}"#, "A text has a NUL character")]
fn az_24_no_json_object(#[case] sent: &str, #[case] why: &str) {
    let error = read(sent, &supported()).unwrap_err();
    assert_eq!(
        (error.code, error.rule.as_str()),
        (ErrorCode::InvalidRequest, "AZ-24")
    );
    assert_eq!(error.received_text(), why);
}

#[rstest]
#[case::list(json!({ "userinfo": ["name"] }), "userinfo: an object")]
#[case::null(json!({ "id_token": null }), "id_token: an object")]
#[case::yes(json!({ "userinfo": { "name": true } }), "userinfo.name: null or an object")]
#[case::of_unknown(json!({ "userinfo": { "x": "y" } }), "userinfo.x: null or an object")]
#[case::essential(json!({ "userinfo": { "name": { "essential": "yes" } } }), "userinfo.name.essential: true or false")]
#[case::values(json!({ "id_token": { "acr": { "values": "a" } } }), "id_token.acr.values: a list of values")]
#[case::no_values(json!({ "id_token": { "acr": { "values": [] } } }), "id_token.acr.values: a list of values")]
#[case::both(json!({ "id_token": { "sub": { "value": "a", "values": ["a"] } } }), "id_token.sub.values: not beside value")]
#[case::number(json!({ "id_token": { "sub": { "value": 7 } } }), "a value of sub: a text")]
#[case::numbers(json!({ "id_token": { "acr": { "values": ["a", 1] } } }), "a value of acr: a text")]
fn az_24_a_member_of_another_type(#[case] parameter: Value, #[case] expected: &str) {
    let error = read(&parameter.to_string(), &supported()).unwrap_err();
    assert_eq!(error.rule.as_str(), "AZ-24");
    assert_eq!(error.wanted(), expected);
}

#[rstest]
#[case::one(json!({ "id_token": { "sub": { "value": "alice" } } }), &["alice"])]
#[case::several(json!({ "userinfo": { "sub": { "values": ["alice", "bob"] } } }), &["alice", "bob"])]
#[case::both_places(
    json!({ "id_token": { "sub": { "values": ["alice", "bob"] } }, "userinfo": { "sub": { "value": "bob" } } }),
    &["bob"]
)]
#[case::nobody(
    json!({ "id_token": { "sub": { "value": "alice" } }, "userinfo": { "sub": { "value": "bob" } } }),
    &[]
)]
fn nx_04_subjects_of_the_parameter(#[case] parameter: Value, #[case] subjects: &[&str]) {
    assert_eq!(read_json(&parameter).subjects.unwrap(), subjects);
}

#[test]
fn nx_06_an_essential_class_goes_before_a_wish() {
    let essential = json!({ "essential": true, "value": "gold" });
    let wish = json!({ "values": ["silver"] });
    let read = read_json(&json!({
        "id_token": { "acr": wish }, "userinfo": { "acr": essential },
    }));
    let acr = read.acr.unwrap();
    assert!(acr.essential);
    assert_eq!(acr.values, ["gold"]);
    assert_eq!(read.userinfo, ["acr"]);
}

#[rstest]
#[case::no_scope("openid", &["email", "name", "team"])]
#[case::covered("openid email", &["name", "team"])]
#[case::without_openid("email", &[])]
fn s16_claims_that_no_scope_covers(#[case] granted: &str, #[case] beyond: &[&str]) {
    let asked = read_json(&json!({
        "userinfo": { "name": null, "email": null, "acr": null },
        "id_token": { "email": null, "team": null },
    }));
    assert_eq!(asked.beyond(&scopes(granted)), beyond);
}

#[test]
fn s16_what_was_not_agreed_to_is_not_granted() {
    let asked = read_json(&json!({
        "userinfo": { "name": null, "email": null, "auth_time": null },
        "id_token": { "email": null, "team": null },
    }));
    let granted = asked.granted(&scopes("openid email"), &["team".to_owned()]);
    assert_eq!(granted.userinfo, ["auth_time", "email"]);
    assert_eq!(granted.id_token, ["email", "team"]);
    let column = granted.to_json();
    assert_eq!(GrantedClaims::read(column.as_ref()), granted);
    assert_eq!(asked.granted(&scopes("email"), &[]).to_json(), None);
    assert_eq!(
        GrantedClaims::read(Some(&json!(["email"]))),
        GrantedClaims::default()
    );
}

#[test]
fn s16_a_narrowed_token_tells_less() {
    let granted = GrantedClaims {
        userinfo: vec!["email".to_owned(), "team".to_owned()],
        id_token: Vec::new(),
    };
    let of_grant = scopes("openid email");
    assert_eq!(granted.of_userinfo(&of_grant, &of_grant), ["email", "team"]);
    assert_eq!(granted.of_userinfo(&of_grant, &scopes("openid")), ["team"]);
}
