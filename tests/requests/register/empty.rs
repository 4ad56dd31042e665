//! Empty members are how clients write that they have no value (RG-05).

use rstest::rstest;
use serde_json::{Value, json};

use super::{settings, update_of};
use crate::app::{registration::metadata, server::TestServer, tokens::text};

const TEXTS: [&str; 23] = [
    "token_endpoint_auth_method",
    "scope",
    "client_name",
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "application_type",
    "subject_type",
    "id_token_signed_response_alg",
    "initiate_login_uri",
    "software_id",
    "software_version",
    "software_statement",
    "jwks_uri",
    "token_endpoint_auth_signing_alg",
    "sector_identifier_uri",
    "client_name#de",
    "client_uri#de",
    "logo_uri#fr",
    "tos_uri#ja-Jpan-JP",
    "policy_uri#en",
    "client_secret",
];
const LISTS: [&str; 5] = [
    "grant_types",
    "response_types",
    "contacts",
    "default_acr_values",
    "post_logout_redirect_uris",
];
const OTHERS: [&str; 3] = ["jwks", "default_max_age", "require_auth_time"];

/// All members at once, and each alone, with this value.
fn bodies(empty: &Value) -> Vec<Value> {
    let names = match empty {
        Value::Null => [&TEXTS[..], &LISTS, &OTHERS].concat(),
        Value::String(_) => TEXTS.to_vec(),
        _ => [&LISTS[..], &["jwks", "scope", "client_name"]].concat(),
    };
    let mut all = metadata(&json!({}));
    let mut bodies = Vec::new();
    for name in names {
        all[name] = empty.clone();
        bodies.push(metadata(&json!({ name: empty })));
    }
    bodies.push(all);
    bodies
}

/// What differs from registration to registration.
fn without_secrets(mut answer: Value) -> Value {
    for name in [
        "client_id",
        "client_secret",
        "client_id_issued_at",
        "registration_access_token",
        "registration_client_uri",
    ] {
        answer.as_object_mut().unwrap().remove(name);
    }
    answer
}

#[rstest]
#[case::null(json!(null))]
#[case::text(json!(""))]
#[case::list(json!([]))]
#[tokio::test(flavor = "multi_thread")]
async fn s_c5_empty_members_count_as_not_sent(#[case] empty: Value) {
    let server = TestServer::with(settings(&json!({}))).await;
    let plain = server.registered(&metadata(&json!({}))).await;
    let expected = without_secrets(plain.clone());
    for body in bodies(&empty) {
        let answer = server.register(&body).await;
        assert_eq!(answer.status, 201, "{body}: {answer:?}");
        assert_eq!(without_secrets(answer.json()), expected, "{body}");
        let update = update_of(&plain, body.clone());
        let updated = server.manage("PUT", &plain, Some(&update)).await.ok();
        assert_eq!(without_secrets(updated), expected, "{body}");
    }
    let row = server.client_row(&plain).await;
    let texts = [
        &row.client_name,
        &row.client_uri,
        &row.logo_uri,
        &row.software_id,
    ];
    assert!(texts.into_iter().all(Option::is_none), "{row:?}");
}

/// Empty entries of lists, too; but an empty redirect URI is a mistake.
#[tokio::test(flavor = "multi_thread")]
async fn s_c5_empty_entries_of_lists() {
    let server = TestServer::with(settings(&json!({}))).await;
    let client = server
        .registered(&metadata(&json!({
            "contacts": ["", "ops@new.example", null],
            "grant_types": ["authorization_code", ""],
            "response_types": [null, "code"],
            "post_logout_redirect_uris": [""],
        })))
        .await;
    assert_eq!(client["contacts"], json!(["ops@new.example"]));
    assert_eq!(client["grant_types"], json!(["authorization_code"]));
    assert!(client.get("post_logout_redirect_uris").is_none());
    let answer = server
        .register(&json!({ "redirect_uris": ["https://new.example/cb", ""] }))
        .await;
    answer.assert_error(400, "invalid_redirect_uri");
    for none in [json!(null), json!([]), json!("")] {
        let answer = server.register(&json!({ "redirect_uris": none })).await;
        answer.assert_error(400, "invalid_redirect_uri");
    }
}

/// An update empties what was there.
#[tokio::test(flavor = "multi_thread")]
async fn s_c5_an_update_with_empty_members_removes_them() {
    let server = TestServer::with(settings(&json!({}))).await;
    let full = metadata(&json!({
        "client_name": "Shop", "client_name#de": "Laden", "client_uri": "https://new.example/",
        "contacts": ["ops@new.example"],
    }));
    let client = server.registered(&full).await;
    let update = metadata(&json!({
        "client_name": "", "client_name#de": "", "client_uri": null, "contacts": [],
    }));
    let update = update_of(&client, update);
    let updated = server.manage("PUT", &client, Some(&update)).await.ok();
    for name in ["client_name", "client_name#de", "client_uri", "contacts"] {
        assert!(updated.get(name).is_none(), "{name}: {updated}");
    }
}

/// A link that no page may show is left out: the app works without it.
#[rstest]
#[case("http://localhost:3080")]
#[case("http://app.example/")]
#[case("javascript:alert(1)")]
#[case("data:text/html,x")]
#[case("app.example")]
#[case("https://u:p@app.example/")]
#[case("https://app.example/\r\nSet-Cookie: a=b")]
#[case("  ")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c5_links_that_may_not_be_shown_are_left_out(#[case] link: &str) {
    let server = TestServer::with(settings(&json!({}))).await;
    let names = [
        "client_uri",
        "logo_uri",
        "tos_uri",
        "policy_uri",
        "client_uri#de",
        "logo_uri#de",
    ];
    let all: Value = names
        .into_iter()
        .map(|name| (name.to_owned(), json!(link)))
        .collect();
    let sent = metadata(&all);
    let client = server.registered(&sent).await;
    let plain = server.registered(&metadata(&json!({}))).await;
    let updated = server
        .manage("PUT", &plain, Some(&update_of(&plain, sent)))
        .await
        .ok();
    for answer in [&client, &updated] {
        for name in names {
            assert!(answer.get(name).is_none(), "{name}: {answer}");
        }
    }
    let row = server.client_row(&client).await;
    assert_eq!(
        (row.client_uri, row.logo_uri, row.localized),
        (None, None, None)
    );
    assert!(text(&client, "client_id").starts_with("client_"));
}
