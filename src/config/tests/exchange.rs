//! `token_exchange` and `jwt_bearer`.

use loco_rs::environment::Environment::Development;
use rstest::rstest;
use serde_json::{Value, json};

use super::{assert_one_finding, findings, settings};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Everything that can be written, with one entry of each kind, changed at a place.
fn block(place: &str, value: Value) -> Value {
    let mut block = json!({
        "base_url": "https://app.example",
        "grant_types": ["authorization_code", EXCHANGE, JWT_BEARER],
        "resources": [{ "prefix": "/mcp", "scopes": ["read"] }, { "uri": "https://api.example", "scopes": ["read"] }],
        "token_exchange": {
            "rules": [{
                "client": "gateway", "from_resource": "/mcp", "to_resource": "https://API.example/",
                "scopes": ["read"],
            }],
            "id_jag": [{
                "client": "wiki", "audience": "https://chat.example",
                "resources": ["https://chat.example/mcp"], "scopes": ["chat.read"],
            }],
        },
        "jwt_bearer": { "issuers": [{
            "issuer": "https://idp.example", "jwks_uri": "https://idp.example/jwks",
            "clients": ["wiki"], "resources": ["/mcp"], "scopes": ["read"],
        }] },
    });
    if let Some(target) = block.pointer_mut(place) {
        *target = value;
    }
    block
}

#[test]
fn st_exchanges_are_resolved() {
    let settings = settings(block("/none", Value::Null));
    let rule = &settings.token_exchange.rules[0];
    assert_eq!(rule.from_resource, "https://app.example/mcp");
    assert_eq!(rule.to_resource, "https://api.example");
    assert_eq!(settings.token_exchange.id_jag[0].audience_client_id, "wiki");
    let issuer = &settings.jwt_bearer_issuers[0];
    assert_eq!(issuer.resources, ["https://app.example/mcp"]);
    assert_eq!(issuer.subject_claim, "sub");
}

#[rstest]
#[case("/token_exchange/rules/0/from_resource", json!("/other"), "token_exchange.rules[0].from_resource")]
#[case("/token_exchange/rules/0/to_resource", json!(""), "token_exchange.rules[0].to_resource")]
#[case("/token_exchange/rules/0/client", json!(""), "token_exchange.rules[0].client")]
#[case("/token_exchange/rules/0/scopes", json!(["raed"]), "token_exchange.rules[0].scopes[0]")]
#[case("/token_exchange/rules/0/scopes", json!(["openid"]), "token_exchange.rules[0].scopes[0]")]
#[case("/token_exchange/id_jag/0/audience", json!("https://app.example"), "token_exchange.id_jag[0].audience")]
#[case("/token_exchange/id_jag/0/audience", json!("chat"), "token_exchange.id_jag[0].audience")]
#[case("/token_exchange/id_jag/0/resources", json!([]), "token_exchange.id_jag[0].resources")]
#[case("/token_exchange/id_jag/0/resources", json!(["/mcp"]), "token_exchange.id_jag[0].resources")]
#[case("/token_exchange/id_jag/0/scopes", json!(["a b"]), "token_exchange.id_jag[0].scopes[0]")]
#[case("/jwt_bearer/issuers/0/issuer", json!("https://app.example"), "jwt_bearer.issuers[0].issuer")]
#[case("/jwt_bearer/issuers/0/issuer", json!("idp"), "jwt_bearer.issuers[0].issuer")]
#[case("/jwt_bearer/issuers/0/jwks_uri", json!("http://idp.example/jwks"), "jwt_bearer.issuers[0].jwks_uri")]
#[case("/jwt_bearer/issuers/0/clients", json!([]), "jwt_bearer.issuers[0].clients")]
#[case("/jwt_bearer/issuers/0/resources", json!([]), "jwt_bearer.issuers[0].resources")]
#[case("/jwt_bearer/issuers/0/resources", json!(["/other"]), "jwt_bearer.issuers[0].resources[0]")]
#[case("/jwt_bearer/issuers/0/scopes", json!(["offline_access"]), "jwt_bearer.issuers[0].scopes[0]")]
fn st_06_st_11_mistakes_in_exchanges(#[case] place: &str, #[case] value: Value, #[case] key: &str) {
    assert_one_finding(block(place, value), key, "");
}

#[test]
fn st_11_entries_need_their_grant() {
    let block = block("/grant_types", json!(["authorization_code"]));
    let found = findings(block, &Development);
    for key in ["token_exchange", "jwt_bearer"] {
        let start = format!("oauth_server: {key}: has entries");
        assert!(
            found.iter().any(|line| line.starts_with(&start)),
            "{found:#?}"
        );
    }
}

#[test]
fn st_03_unknown_keys_in_entries() {
    let mut block = block("/none", Value::Null);
    block["token_exchange"]["rules"][0]["form_resource"] = json!("/mcp");
    assert_one_finding(
        block,
        "token_exchange.rules[0].form_resource",
        "`from_resource`",
    );
}
