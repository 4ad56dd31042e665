//! A refused registration names the member, the value and what would do.

use rstest::rstest;
use serde_json::{Value, json};

use super::{description, settings};
use crate::app::{registration::metadata, server::TestServer};

#[rstest]
#[case::unlisted_scheme(
    json!({ "redirect_uris": ["https://new.example/cb", "myapp://cb"] }),
    &["redirect_uris[1]: ", "myapp://cb", "com.example.app:/callback", "cursor vscode"],
)]
#[case::plain_http(
    json!({ "redirect_uris": ["http://new.example/cb"] }),
    &["redirect_uris[0]: ", "127.0.0.1", "use https", "http://new.example/cb"],
)]
#[case::script(
    json!({ "redirect_uris": ["javascript:alert(1)"] }),
    &["redirect_uris[0]: ", "never a redirect URI", "javascript:alert(1)"],
)]
#[case::method(
    json!({ "token_endpoint_auth_method": "tls_client_auth" }),
    &["token_endpoint_auth_method: ", "private_key_jwt", "tls_client_auth"],
)]
#[case::type_of_application(
    json!({ "application_type": "spa" }), &["application_type: web or native", "spa"],
)]
#[case::algorithm(
    json!({ "id_token_signed_response_alg": "HS256" }),
    &["id_token_signed_response_alg: ", "HS256", "ES256"],
)]
#[case::subject(json!({ "subject_type": "other" }), &["subject_type: public or pairwise", "other"])]
#[case::number(json!({ "default_max_age": -1 }), &["default_max_age: ", "received: -1"])]
#[case::kind_of_value(json!({ "client_name": 5 }), &["client_name: a text is expected", "received: 5"])]
#[case::kind_of_entry(json!({ "redirect_uris": [{ "a": 1 }] }), &["redirect_uris[0]: a text", "an object"])]
#[case::login_link(
    json!({ "initiate_login_uri": "http://new.example/" }),
    &["initiate_login_uri: an https URL", "http://new.example/"],
)]
#[tokio::test(flavor = "multi_thread")]
async fn s_d5_the_wrong_value_and_what_is_offered(#[case] changes: Value, #[case] named: &[&str]) {
    let server = TestServer::with(settings(&json!({}))).await;
    let answer = server.register(&metadata(&changes)).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    let text = description(&answer);
    for part in named {
        assert!(text.contains(part), "{part} in {text}");
    }
}

/// What is long or odd is cut and made plain; secrets are not told.
#[tokio::test(flavor = "multi_thread")]
async fn s_d5_what_is_told_is_short_plain_and_no_secret() {
    let server = TestServer::with(settings(&json!({}))).await;
    let long = format!("my\"app\\ü\u{7}://{}", "x".repeat(500));
    for changes in [
        json!({ "redirect_uris": [long] }),
        json!({ "grant_types": [long] }),
        json!({ "application_type": long }),
        json!({ "token_endpoint_auth_method": long }),
        json!({ "id_token_signed_response_alg": long }),
        json!({ "post_logout_redirect_uris": [long] }),
    ] {
        let answer = server.register(&metadata(&changes)).await;
        assert_eq!(answer.status, 400, "{changes}");
        let text = description(&answer);
        assert!(text.contains("..."), "{text}");
    }
    let private = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA", "d": "a-private-key" });
    let answer = server
        .register(&metadata(&json!({ "jwks": { "keys": [private] } })))
        .await;
    answer.assert_error(400, "invalid_client_metadata");
    assert!(!answer.body.contains("a-private-key"), "{answer:?}");
    let client = server.registered(&metadata(&json!({}))).await;
    let update =
        metadata(&json!({ "client_id": client["client_id"], "client_secret": "not-the-secret" }));
    let answer = server.manage("PUT", &client, Some(&update)).await;
    answer.assert_error(400, "invalid_client_metadata");
    assert!(!answer.body.contains("not-the-secret"), "{answer:?}");
}
