//! What is not offered is left out of a registration and of its update, and the answer says what
//! was registered (RFC 7591 §3.2.1).

use rstest::rstest;
use serde_json::{Value, json};

use super::{description, settings, update_of};
use crate::app::{registration::metadata, server::TestServer};

#[rstest]
#[case::claude(
    json!({ "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"] }),
    json!({ "grant_types": ["authorization_code", "refresh_token"] }),
)]
#[case::vs_code(
    json!({ "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"] }),
    json!({ "grant_types": ["authorization_code"] }),
)]
#[case::the_advertised_list(
    json!({ "grant_types": ["authorization_code", "refresh_token", "client_credentials"] }),
    json!({ "grant_types": ["authorization_code", "refresh_token"] }),
)]
#[case::old_grants(
    json!({ "grant_types": ["implicit", "authorization_code", "password", "authorization_code"] }),
    json!({ "grant_types": ["authorization_code"] }),
)]
#[case::response_types(
    json!({ "response_types": ["code", "token", "id_token", "code id_token", "none"] }),
    json!({ "response_types": ["code"] }),
)]
#[case::response_types_in_another_order(
    json!({ "response_types": ["id_token token", "code"] }),
    json!({ "response_types": ["code"] }),
)]
#[case::scopes(
    json!({ "scope": "openid mcp:read admin something:else" }),
    json!({ "scope": "openid mcp:read" }),
)]
#[case::no_known_scope(
    json!({ "scope": "everything else" }),
    json!({ "scope": "openid profile email offline_access mcp:read" }),
)]
#[case::no_allowed_scope(
    json!({ "scope": "admin jobs" }),
    json!({ "scope": "openid profile email offline_access mcp:read" }),
)]
#[case::all_at_once(
    json!({
        "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:token-exchange"],
        "response_types": ["code", "token"], "scope": "mcp:read nonsense",
    }),
    json!({ "grant_types": ["authorization_code"], "response_types": ["code"], "scope": "mcp:read" }),
)]
#[tokio::test(flavor = "multi_thread")]
async fn s_c1_what_is_not_offered_is_left_out(#[case] sent: Value, #[case] registered: Value) {
    let server = TestServer::with(settings(&json!({}))).await;
    let sent = metadata(&sent);
    let by_stranger = server.registered(&sent).await;
    let plain = server.registered(&metadata(&json!({}))).await;
    let updated = server
        .manage("PUT", &plain, Some(&update_of(&plain, sent.clone())))
        .await
        .ok();
    let read = server.manage("GET", &plain, None).await.ok();
    for answer in [&by_stranger, &updated, &read] {
        for (name, value) in registered.as_object().unwrap() {
            assert_eq!(&answer[name], value, "{name}");
        }
    }
    // An initial access token makes no difference, but for machines.
    let answer = server.register_with_token(&sent).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// Refused only if nothing usable is left; the answer names member, value and what is offered.
#[rstest]
#[case(json!({ "grant_types": ["implicit"] }), &["grant_types: ", "implicit", "authorization_code refresh_token"])]
#[case(json!({ "grant_types": ["urn:ietf:params:oauth:grant-type:jwt-bearer"] }), &["grant_types: ", "jwt-bearer", "authorization_code"])]
#[case(json!({ "grant_types": ["refresh_token"] }), &["grant_types: refresh_token needs authorization_code"])]
#[case(json!({ "grant_types": ["password", "implicit"] }), &["grant_types: ", "password implicit"])]
#[case(json!({ "response_types": ["token"] }), &["response_types: only code", "token", "offered: code"])]
#[case(json!({ "response_types": ["id_token", "id_token token"] }), &["response_types: ", "id_token id_token token"])]
#[tokio::test(flavor = "multi_thread")]
async fn s_c1_nothing_usable_is_refused(#[case] sent: Value, #[case] named: &[&str]) {
    let server = TestServer::with(settings(&json!({}))).await;
    let client = server.registered(&metadata(&json!({}))).await;
    let before = server.everything().await;
    let sent = metadata(&sent);
    let update = update_of(&client, sent.clone());
    for answer in [
        server.register(&sent).await,
        server.manage("PUT", &client, Some(&update)).await,
    ] {
        answer.assert_error(400, "invalid_client_metadata");
        let text = description(&answer);
        for part in named {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
    assert_eq!(server.everything().await, before);
}

/// The operator's mistakes are said: nothing is left out of the settings.
#[tokio::test(flavor = "multi_thread")]
async fn s_c1_the_operators_clients_are_not_narrowed() {
    use crate::app::database::TestDatabase;
    for (entry, named) in [
        (
            json!({ "grant_types": ["authorization_code", "implicit"] }),
            "clients[0].grant_types",
        ),
        (
            json!({ "response_types": ["code", "token"] }),
            "clients[0].response_types",
        ),
        (
            json!({ "scopes": ["openid", "nonsense"] }),
            "clients[0].scopes",
        ),
        (
            json!({ "client_uri": "http://app.example" }),
            "clients[0].client_uri",
        ),
    ] {
        let mut client = json!({ "client_id": "own", "redirect_uris": ["https://app.example/cb"] });
        for (name, value) in entry.as_object().unwrap() {
            client[name] = value.clone();
        }
        let database = std::sync::Arc::new(TestDatabase::create().await);
        let boot = TestServer::try_node(database, json!({ "clients": [client] })).await;
        let error = boot
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(error.contains(named), "{named}: {error}");
    }
}
