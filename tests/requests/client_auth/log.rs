//! What the log says of a client that is not authenticated; its answer is always the same.

use loco_oauth_server::UnixTime;
use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use super::challenges::{form, sent};
use crate::app::{
    assertions::{ClientKey, signer, with_assertion},
    fixtures,
    oauth_server::oauth_clients,
    server::{Basic, TestServer},
    tokens::show,
};

/// The details of both events of a refusal; they are the same.
fn told(server: &TestServer) -> (Value, Value) {
    let events = server.oauth().events.take();
    let of_name = |name: &str| {
        let mut found = events.iter().filter(|event| event.event.as_str() == name);
        let event = found
            .next()
            .unwrap_or_else(|| panic!("no {name}: {events:?}"));
        assert!(found.next().is_none());
        let detail = |name: &str| event.details.get(name).cloned().unwrap_or_default();
        (detail("expected"), detail("received"))
    };
    let refused = of_name("request.refused");
    assert_eq!(of_name("client_auth.failed"), refused);
    refused
}

/// Names and values of a form.
type FormFields = Vec<(&'static str, &'static str)>;

/// Each failure has its own line, and all have one answer.
#[tokio::test(flavor = "multi_thread")]
async fn s_d2_the_log_says_which_check_failed() {
    let server = TestServer::start().await;
    server.set_client_status("other", "disabled").await;
    server.set_client_status("multi", "deleted").await;
    let basic = |id: &str, secret: &str| {
        use base64::{Engine, engine::general_purpose::STANDARD};
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    };
    let post = |id: &'static str| vec![("client_id", id), ("client_secret", "wrong-secret")];
    let cases: Vec<(FormFields, Option<String>, &str, &str)> = vec![
        (
            vec![],
            Some(basic("m2m", "wrong-secret")),
            "the secret of this client",
            "another secret",
        ),
        (
            vec![],
            Some(basic("nobody", "wrong-secret")),
            "a client that is registered here",
            "an unknown client_id",
        ),
        (
            vec![],
            Some(basic("other", "wrong-secret")),
            "an active client",
            "disabled",
        ),
        (
            vec![],
            Some(basic("multi", "wrong-secret")),
            "an active client",
            "deleted",
        ),
        (
            vec![],
            Some(basic("post", "wrong-secret")),
            "client_secret_post, the registered method",
            "client_secret_basic",
        ),
        (
            post("m2m"),
            None,
            "client_secret_basic, the registered method",
            "client_secret_post",
        ),
        (
            vec![("client_id", "m2m")],
            None,
            "client_secret_basic, the registered method",
            "none",
        ),
        (
            post("pub"),
            None,
            "none, the registered method",
            "client_secret_post",
        ),
        (vec![], None, "client_id in the body", "none of them"),
        (
            vec![],
            Some("Bearer abc".to_owned()),
            "base64 of client_id:client_secret",
            "another scheme",
        ),
        (
            vec![],
            Some("Basic !!!".to_owned()),
            "base64 of client_id:client_secret",
            "not base64",
        ),
        (
            vec![],
            Some(basic("", "s")),
            "base64 of client_id:client_secret",
            "an empty client_id",
        ),
    ];
    let mut lines = BTreeSet::new();
    let mut answers = BTreeSet::new();
    for (more, header, expected, received) in &cases {
        server.oauth().events.take();
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let answer = sent(&server, "/oauth/token", more, &header).await;
        answer.assert_error(401, "invalid_client");
        answers.insert(answer.body.clone());
        let (wanted, came) = told(&server);
        assert!(wanted.as_str().unwrap().contains(expected), "{wanted}");
        assert!(came.as_str().unwrap().contains(received), "{came}");
        assert!(!format!("{wanted}{came}").contains("wrong-secret"));
        lines.insert(format!("{wanted} {came}"));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    // Only the two that differ in nothing but the client share their words.
    assert_eq!(lines.len(), cases.len(), "{lines:#?}");
    let unknown = sent(&server, "/oauth/token", &[], &[&basic("nobody", "x")]).await;
    let wrong = sent(&server, "/oauth/token", &[], &[&basic("m2m", "x")]).await;
    assert_eq!(show(&unknown), show(&wrong));
}

/// A secret that was good before its rotation.
#[tokio::test(flavor = "multi_thread")]
async fn s_d2_an_expired_secret_is_named() {
    use loco_oauth_server::internals::protocol::{
        client::{Client, ClientSecret, GrantType},
        secret::{Purpose, hash},
    };
    let server = TestServer::start().await;
    let secret = |text, expires_at| ClientSecret {
        hash: hash(Purpose::Secret, text),
        expires_at,
    };
    let rotating = Client {
        grant_types: vec![GrantType::ClientCredentials],
        secrets: vec![
            secret("new", None),
            secret("old", Some(UnixTime::from_seconds(1))),
        ],
        ..fixtures::confidential("rotating", &[])
    };
    fixtures::insert(&server, &rotating).await;
    server.oauth().events.take();
    let form = form("/oauth/token");
    let answer = server
        .post_as(Basic::of("rotating", "old"), "/oauth/token", &form)
        .await;
    answer.assert_error(401, "invalid_client");
    assert_eq!(told(&server).1, "one that has expired");
}

/// Each claim and header of an assertion, with what was sent and what would have been taken.
#[rstest]
#[case::aud(json!({}), json!({"aud": "https://other.example/token"}), "https://as.example/oauth/token", "https://other.example/token")]
#[case::list(json!({}), json!({"aud": ["https://as.example", "https://b.example"]}), "a list of nothing else", "https://b.example")]
#[case::no_aud(json!({}), json!({"aud": null}), "https://as.example", "no aud")]
#[case::iss(json!({}), json!({"iss": "conf"}), "iss: signer", "iss: \"conf\"")]
#[case::exp(json!({}), json!({"exp": 1_600_000_000}), "exp: a number above", "1600000000")]
#[case::long(json!({}), json!({"exp": 4_000_000_000_i64}), "at most", "4000000000")]
#[case::exp_text(json!({}), json!({"exp": "soon"}), "a number of seconds", "soon")]
#[case::nbf(json!({}), json!({"nbf": 4_000_000_000_i64}), "nbf: at most", "4000000000")]
#[case::jti(json!({}), json!({"jti": null}), "jti: 1 to 255 characters", "no jti")]
#[case::alg(json!({"alg": "HS256"}), json!({}), "RS256, PS256, ES256, EdDSA", "HS256")]
#[case::typ(json!({"typ": "at+jwt"}), json!({}), "client-authentication+jwt", "at+jwt")]
#[case::kid(json!({"kid": "other"}), json!({}), "k1 (OKP)", "\"other\"")]
#[tokio::test(flavor = "multi_thread")]
async fn s_d2_each_fault_of_an_assertion(
    #[case] header: Value,
    #[case] claims: Value,
    #[case] expected: &str,
    #[case] received: &str,
) {
    let (server, key) = (TestServer::start().await, ClientKey::new("k1"));
    fixtures::insert(&server, &signer(Some(key.jwks()))).await;
    let claims = crate::app::assertions::claims(&server, "signer", &claims);
    let answer = server.assert_by(&key.sign(&header, &claims)).await;
    answer.assert_error(401, "invalid_client");
    assert_eq!(
        answer.json()["error_description"],
        "Client authentication failed"
    );
    let (wanted, came) = told(&server);
    assert!(wanted.as_str().unwrap().contains(expected), "{wanted}");
    assert!(came.as_str().unwrap().contains(received), "{came}");
}

/// A signature by another key, and an assertion that was used.
#[tokio::test(flavor = "multi_thread")]
async fn s_d2_wrong_signatures_and_used_assertions() {
    let (server, key) = (TestServer::start().await, ClientKey::new("k1"));
    fixtures::insert(&server, &signer(Some(key.jwks()))).await;
    let forged = ClientKey::new("k1").assertion(&server, "signer", &json!({}));
    server
        .assert_by(&forged)
        .await
        .assert_error(401, "invalid_client");
    let (wanted, came) = told(&server);
    assert!(
        wanted.as_str().unwrap().contains("a signature by the key"),
        "{wanted}"
    );
    assert_eq!(came, "a signature that is not this key's");
    let good = key.assertion(&server, "signer", &json!({}));
    server.assert_by(&good).await.ok();
    server.oauth().events.take();
    server
        .assert_by(&good)
        .await
        .assert_error(401, "invalid_client");
    assert_eq!(
        told(&server).0,
        "a jti that was not used before (used before)"
    );
}

/// The wrong type of assertion, and none.
#[rstest]
#[case(&[("client_assertion", "x"), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")], "saml2-bearer")]
#[case(&[("client_assertion", "x")], "no client_assertion_type")]
#[case(&[("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")], "client_assertion_type alone")]
#[case(&[("client_assertion", "x"), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")], "not a compact JWS")]
#[tokio::test(flavor = "multi_thread")]
async fn s_d2_what_is_no_assertion(#[case] more: &[(&str, &str)], #[case] received: &str) {
    let server = TestServer::start().await;
    let answer = sent(&server, "/oauth/token", more, &[]).await;
    answer.assert_error(401, "invalid_client");
    let (_, came) = told(&server);
    assert!(came.as_str().unwrap().contains(received), "{came}");
}

/// An assertion of a client that is registered for its secret.
#[tokio::test(flavor = "multi_thread")]
async fn s_d2_the_wrong_method_with_an_assertion() {
    let (server, key) = (TestServer::start().await, ClientKey::new("k1"));
    let column = oauth_clients::Column::Jwks;
    server.set_client("m2m", column, key.jwks()).await;
    let assertion = key.assertion(&server, "m2m", &json!({}));
    let plain = form("/oauth/token");
    let form = with_assertion(&assertion, &plain);
    let answer = server.post("/oauth/token", &form).await;
    answer.assert_error(401, "invalid_client");
    let (wanted, came) = told(&server);
    assert_eq!(wanted, "client_secret_basic, the registered method");
    assert_eq!(came, "private_key_jwt");
}
