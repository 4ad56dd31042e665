//! What may be pushed (PR-01 to PR-05).

use rstest::rstest;
use serde_json::json;

use super::{HANDLE, PATH, form, handle};
use crate::app::{
    assertions::{ClientKey, signer, with_assertion},
    browser::Authorize,
    fixtures::{self, CONF_CB},
    server::TestServer,
};
use loco_oauth_server::internals::protocol::client::{Client, GrantType};

#[tokio::test(flavor = "multi_thread")]
async fn c199_pr_05_a_valid_push() {
    let server = TestServer::start().await;
    let answer = server.push_as("conf", &Authorize::base()).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let body = answer.json();
    assert_eq!(body["expires_in"], 90);
    let random = handle(&body).strip_prefix(HANDLE).unwrap();
    assert_eq!(random.len(), 43, "256 bits of base64url");
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    let rows = server.interactions().await;
    let [row] = rows.as_slice() else {
        panic!("one row is expected: {rows:?}");
    };
    assert_eq!(
        (row.kind.as_str(), row.client_id.as_str()),
        ("pushed", "conf")
    );
    assert_eq!(row.request_uri_hash.as_ref().unwrap().len(), 32);
    assert_eq!(row.expires_at - row.started_at, 90);
    assert_ne!(
        handle(&server.push_as("conf", &Authorize::base()).await.json()),
        handle(&body)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c200_pr_01_a_confidential_client_without_authentication() {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let answer = server.post(PATH, &form(&Authorize::base())).await;
    answer.assert_error(401, "invalid_client");
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .starts_with("OAuth ")
    );
    let wrong = Authorize::base().with("client_secret", "wrong");
    let answer = server.post(PATH, &form(&wrong)).await;
    answer.assert_error(401, "invalid_client");
    let other = crate::app::server::Basic::of("conf", "wrong");
    let answer = server.post_as(other, PATH, &form(&Authorize::base())).await;
    answer.assert_error(401, "invalid_client");
    assert_eq!(server.everything().await, before);
}

/// A public client says who it is, and a client may also send its secret in the body, or an assertion for this
/// endpoint (CA-04).
#[tokio::test(flavor = "multi_thread")]
async fn pr_01_every_way_to_authenticate() {
    let server = TestServer::start().await;
    let key = ClientKey::new("k1");
    let signs = Client {
        grant_types: vec![GrantType::AuthorizationCode],
        response_types: vec!["code".to_owned()],
        redirect_uris: vec![CONF_CB.to_owned()],
        scopes: Some(vec!["openid".to_owned(), "read".to_owned()]),
        ..signer(Some(key.jwks()))
    };
    fixtures::insert(&server, &signs).await;
    let public = Authorize::of("pub", fixtures::PUB_CB);
    assert_eq!(server.post(PATH, &form(&public)).await.status, 201);
    let posts = Authorize::of("post", CONF_CB).with("client_secret", fixtures::SECRET);
    assert_eq!(server.post(PATH, &form(&posts)).await.status, 201);
    for (jti, audience) in [
        ("1", "https://as.example/oauth/par"),
        ("2", "https://as.example"),
        ("3", "https://as.example/oauth/token"),
    ] {
        let changes = json!({ "aud": audience, "jti": jti });
        let assertion = key.assertion(&server, "signer", &changes);
        let request = Authorize::of("signer", CONF_CB);
        let form = with_assertion(&assertion, &form(&request));
        let answer = server.post(PATH, &form).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let elsewhere = json!({ "aud": "https://as.example/oauth/revoke", "jti": "4" });
    let assertion = key.assertion(&server, "signer", &elsewhere);
    let request = Authorize::of("signer", CONF_CB);
    let form = with_assertion(&assertion, &form(&request));
    server
        .post(PATH, &form)
        .await
        .assert_error(401, "invalid_client");
    for row in server.interactions().await {
        let params = row.params.unwrap_or_default().to_string();
        assert!(
            !params.contains("client_"),
            "a credential is stored: {params}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c201_pr_02_a_request_uri_within_the_push() {
    let server = TestServer::start().await;
    let known = server.pushed(&Authorize::base()).await;
    let before = server.everything().await;
    for request_uri in [known.as_str(), "https://listener.test/x"] {
        let request = Authorize::base().with("request_uri", request_uri);
        let answer = server.push_as("conf", &request).await;
        answer.assert_error(400, "invalid_request");
    }
    let other = Authorize::base().with("client_id", "other");
    server
        .push_as("conf", &other)
        .await
        .assert_error(400, "invalid_request");
    assert_eq!(server.everything().await, before);
}

#[rstest]
#[case::unregistered("redirect_uri", "https://evil.example/cb", "invalid_request")]
#[case::scope("scope", "openid write admin", "invalid_scope")]
#[case::response_type("response_type", "token", "unsupported_response_type")]
#[case::plain("code_challenge_method", "plain", "invalid_request")]
#[case::mode("response_mode", "fragment", "invalid_request")]
#[case::prompt("prompt", "none login", "invalid_request")]
#[case::resource("resource", "https://unknown.example", "invalid_target")]
#[case::object("request", "a.b.c", "request_not_supported")]
#[case::hint("id_token_hint", "a.b.c", "invalid_request")]
#[case::registration("registration", "{}", "registration_not_supported")]
#[tokio::test(flavor = "multi_thread")]
async fn c202_pr_03_what_the_authorization_endpoint_would_refuse(
    #[case] name: &str,
    #[case] value: &str,
    #[case] error: &str,
) {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let request = Authorize::base().with(name, value);
    server
        .push_as("conf", &request)
        .await
        .assert_error(400, error);
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c202_pr_03_what_is_missing_or_twice() {
    let server = TestServer::start().await;
    let before = server.everything().await;
    for name in ["code_challenge", "redirect_uri", "response_type"] {
        let request = Authorize::base().without(name);
        let answer = server.push_as("conf", &request).await;
        answer.assert_error(400, "invalid_request");
    }
    for (name, value) in [
        ("scope", "openid"),
        ("state", ""),
        ("x", "1"),
        ("scope[]", "a"),
        ("client_secret[]", "a"),
    ] {
        let request = Authorize::base().with("x", "1").and(name, value);
        let answer = server.push_as("conf", &request).await;
        answer.assert_error(400, "invalid_request");
    }
    let machine = Authorize::of("m2m", CONF_CB);
    let answer = server.push_as("m2m", &machine).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(server.everything().await, before);
}

/// Conformance: par-attempt-invalid-http-method.
#[tokio::test(flavor = "multi_thread")]
async fn pr_01_another_method_and_another_body() {
    let server = TestServer::start().await;
    let answer = server.get(PATH).await;
    answer.assert_error(405, "invalid_request");
    assert_eq!(answer.header("allow"), Some("POST"));
    let json = server.http.post(server.url(PATH)).json(&json!({}));
    server.send(json).await.assert_error(415, "invalid_request");
    let query = format!("{PATH}?client_secret=x");
    let answer = server.post(&query, &form(&Authorize::base())).await;
    answer.assert_error(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn ge_11_par_switched_off() {
    let server = TestServer::with(json!({ "par": { "enabled": false } })).await;
    let answer = server.push_as("conf", &Authorize::base()).await;
    answer.assert_error(404, "invalid_request");
    assert!(answer.body.contains("par.enabled"), "{answer:?}");
    let metadata = server
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    assert_eq!(metadata.get("pushed_authorization_request_endpoint"), None);
    let request = super::with_handle("conf", &format!("{HANDLE}x")).with("redirect_uri", CONF_CB);
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back_with(CONF_CB, "request_uri_not_supported", None);
}

/// The limit of a client counts what it sent itself; that of a public client is the caller's.
#[tokio::test(flavor = "multi_thread")]
async fn pr_01_the_limit_of_a_client() {
    let limits = json!({ "par": [{ "limit": 2, "seconds": 60 }] });
    let server = TestServer::with(json!({ "rate_limits": limits })).await;
    let stranger = Authorize::base().with("client_secret", "wrong");
    for _ in 0..3 {
        server
            .post(PATH, &form(&stranger))
            .await
            .assert_error(401, "invalid_client");
    }
    for _ in 0..2 {
        server.pushed(&Authorize::base()).await;
    }
    let answer = server.push_as("conf", &Authorize::base()).await;
    answer.assert_error(429, "temporarily_unavailable");
    assert!(answer.header("retry-after").is_some());
    server
        .push_as("other", &Authorize::of("other", "https://other.example/cb"))
        .await;
}
