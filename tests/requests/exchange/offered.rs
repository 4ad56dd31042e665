//! Where the grants are offered, and to whom (C100, RG-07).

use rstest::rstest;
use serde_json::{Value, json};

use super::{ACCESS_TOKEN, BILLING, EXCHANGE, JWT_BEARER, grants, start};
use crate::{
    app::{guarded::MCP, registration::metadata, server::TestServer},
    requests::register,
};

/// C100: off by default; then an audience outside of the rules.
#[tokio::test(flavor = "multi_thread")]
async fn c100_off_and_outside_of_the_rules() {
    let server = TestServer::start().await;
    let form = [
        ("grant_type", EXCHANGE),
        ("subject_token", "x"),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    let before = server.everything().await;
    server
        .token(&form)
        .await
        .assert_error(400, "unsupported_grant_type");
    let form = [("grant_type", JWT_BEARER), ("assertion", "x")];
    server
        .token(&form)
        .await
        .assert_error(400, "unsupported_grant_type");
    assert_eq!(server.everything().await, before);

    let server = start(&json!({})).await;
    let subject = server.agent_token("notes:read", MCP).await;
    let before = server.ledger().await;
    for target in [BILLING, "https://unknown.example"] {
        let answer = server
            .exchange("gateway", &subject, &[("audience", target)])
            .await;
        answer.assert_error(400, "invalid_target");
    }
    assert_eq!(server.ledger().await, before);
}

/// The metadata says what is on, and never whom the server trusts.
#[tokio::test(flavor = "multi_thread")]
async fn md_exchanges_in_the_metadata() {
    let path = "/.well-known/oauth-authorization-server";
    let profiles = "authorization_grant_profiles_supported";
    let types = "identity_chaining_requested_token_types_supported";
    let off = TestServer::start().await.get(path).await.ok();
    assert!(off.get(profiles).is_none() && off.get(types).is_none());

    let server = TestServer::with(json!({ "grant_types": [
        "authorization_code", EXCHANGE, JWT_BEARER,
    ] }))
    .await;
    let on = server.get(path).await.ok();
    assert_eq!(
        on["grant_types_supported"],
        json!(["authorization_code", EXCHANGE, JWT_BEARER])
    );
    assert_eq!(
        on[profiles],
        json!(["urn:ietf:params:oauth:grant-profile:id-jag"])
    );
    assert!(on.get(types).is_none(), "no client may ask for one");

    let entry = json!({
        "client": "wiki", "audience": "https://chat.example", "resources": ["https://chat.example/mcp"],
    });
    let server = TestServer::with(json!({
        "grant_types": grants(),
        "token_exchange": { "id_jag": [entry] },
    }))
    .await;
    let answer = server.get(path).await;
    assert_eq!(
        answer.ok()[types],
        json!(["urn:ietf:params:oauth:token-type:id-jag"])
    );
    assert!(!answer.body.contains("chat.example"));
}

/// RG-07: only the operator, or a caller whom the operator gave an initial access token, registers these grants.
#[rstest]
#[case(EXCHANGE)]
#[case(JWT_BEARER)]
#[tokio::test(flavor = "multi_thread")]
async fn rg_07_who_registers_these_grants(#[case] grant: &str) {
    let settings = register::settings(&json!({ "grant_types": grants() }));
    let server = TestServer::with(settings).await;
    let alone = metadata(&json!({ "grant_types": [grant], "redirect_uris": null }));
    let answer = server.register(&alone).await;
    answer.assert_error(400, "invalid_client_metadata");
    let among = metadata(&json!({ "grant_types": ["authorization_code", grant] }));
    let answer = server.register(&among).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["grant_types"], json!(["authorization_code"]));

    let answer = server.register_with_token(&among).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(
        answer.json()["grant_types"],
        json!(["authorization_code", grant])
    );
    let mut public: Value = among.clone();
    public["token_endpoint_auth_method"] = json!("none");
    let answer = server.register_with_token(&public).await;
    assert_eq!(
        answer.json()["grant_types"],
        json!(["authorization_code"]),
        "{answer:?}"
    );
}
