//! Assertions that are not what they should be, and keys that cannot be read (JB-01).

use rstest::rstest;
use serde_json::{Value, json};

use super::{
    JWT_BEARER,
    jwt_bearer::{IDP, Trusting, present},
};
use crate::app::{
    assertions::{ClientKey, with_assertion},
    fixtures::{self, ALICE},
    hooks::Heard,
    https::Reply,
    tokens::text,
};

#[rstest]
#[case::audience(json!({ "aud": "https://other.example" }))]
#[case::audiences(json!({ "aud": ["https://other.example", "https://third.example"] }))]
#[case::client(json!({ "client_id": "other" }))]
#[case::no_client(json!({ "client_id": null }))]
#[case::expired(json!({ "exp": 1_000_000_000 }))]
#[case::for_too_long(json!({ "exp": 9_000_000_000_i64 }))]
#[case::no_exp(json!({ "exp": null }))]
#[case::no_jti(json!({ "jti": null }))]
#[case::issuer(json!({ "iss": "https://evil.example" }))]
#[case::no_issuer(json!({ "iss": null }))]
#[case::no_subject(json!({ "sub": null }))]
#[case::bound(json!({ "cnf": { "jkt": "x" } }))]
#[case::nul(json!({ "resource": ["\u{0}"] }))]
#[tokio::test(flavor = "multi_thread")]
async fn jb_01_implausible_assertions_fetch_and_store_nothing(#[case] changes: Value) {
    let trusting = Trusting::start().await;
    let before = trusting.server.everything().await;
    let answer = trusting
        .present(&trusting.assertion(&changes).await, &[])
        .await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(trusting.https.connections(), 0);
    assert_eq!(trusting.server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn jb_01_what_is_no_assertion() {
    let trusting = Trusting::start().await;
    let good = trusting.claims(&json!({})).await;
    let stranger = ClientKey::new("k1");
    let header = json!({ "typ": "oauth-id-jag+jwt" });
    for (what, assertion) in [
        ("no JWT", "x".to_owned()),
        ("two parts", "a.b".to_owned()),
        ("without type", trusting.key.sign(&json!({}), &good)),
        ("a JWT", trusting.key.sign(&json!({ "typ": "JWT" }), &good)),
        (
            "an access token",
            trusting.key.sign(&json!({ "typ": "at+jwt" }), &good),
        ),
        (
            "alg none",
            trusting
                .key
                .sign(&json!({ "typ": "oauth-id-jag+jwt", "alg": "none" }), &good),
        ),
        (
            "crit",
            trusting.key.sign(
                &json!({ "typ": "oauth-id-jag+jwt", "crit": ["exp"] }),
                &good,
            ),
        ),
        ("of a stranger", stranger.sign(&header, &good)),
    ] {
        let answer = trusting.present(&assertion, &[]).await;
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        answer.assert_error(400, "invalid_grant");
    }
    let none = trusting.present("", &[]).await;
    none.assert_error(400, "invalid_request");
    let long = trusting.present(&"a".repeat(17 * 1024), &[]).await;
    long.assert_error(400, "invalid_request");
    let twice = [("assertion", "x")];
    trusting
        .present("x", &twice)
        .await
        .assert_error(400, "invalid_request");
    assert_eq!(trusting.server.grants().await.len(), 0);
}

/// JB-01: an issuer counts for the clients of its entry; the event names it.
#[tokio::test(flavor = "multi_thread")]
async fn jb_01_clients_of_an_issuer() {
    let trusting = Trusting::start().await;
    let for_other = trusting
        .assertion(&json!({ "client_id": "elsewhere" }))
        .await;
    let answer = present(&trusting.server, "elsewhere", &for_other, &[]).await;
    answer.assert_error(400, "invalid_grant");
    let public = loco_oauth_server::internals::protocol::client::Client {
        token_endpoint_auth_method:
            loco_oauth_server::internals::protocol::client::AuthMethod::None,
        secrets: Vec::new(),
        ..super::exchanger("public")
    };
    fixtures::insert(&trusting.server, &public).await;
    let form = [
        ("grant_type", JWT_BEARER),
        ("assertion", "x"),
        ("client_id", "public"),
    ];
    let answer = trusting.server.post("/oauth/token", &form).await;
    answer.assert_error(400, "unauthorized_client");
    let form = [("grant_type", JWT_BEARER), ("assertion", "x")];
    let answer = trusting.server.token(&form).await;
    answer.assert_error(400, "unauthorized_client");

    let refused = trusting.assertion(&json!({ "sub": "stranger" })).await;
    trusting
        .present(&refused, &[])
        .await
        .assert_error(400, "invalid_grant");
    let heard = trusting.server.ctx.shared_store.get::<Heard>().unwrap();
    let event = heard.wait_for("assertion.refused", "wiki").await;
    assert_eq!(event.details["issuer"], IDP);
}

/// The keys are those of clients' assertions in all but their place: kept for an hour, read again once a minute for
/// an unknown one.
#[tokio::test(flavor = "multi_thread")]
async fn jb_01_keys_of_the_issuer() {
    let trusting = Trusting::start().await;
    let (server, https) = (&trusting.server, &trusting.https);
    let next = ClientKey::new("k2");
    let status = async |key: &ClientKey, jti: &str| {
        let assertion = trusting.signed_by(key, &json!({ "jti": jti })).await;
        trusting.present(&assertion, &[]).await.status
    };
    for jti in ["1", "2"] {
        assert_eq!(status(&trusting.key, jti).await, 200);
    }
    assert_eq!(https.connections(), 1);
    https.serve("/jwks", Reply::json(&next.jwks()));
    assert_eq!(status(&next, "3").await, 400, "within the minute");
    assert_eq!(https.connections(), 1);
    server.advance(60);
    assert_eq!(status(&next, "4").await, 200);
    assert_eq!(https.connections(), 2);
    assert_eq!(status(&trusting.key, "5").await, 400, "the old key is gone");
    // The site is down: the copy serves, and without the key nobody is at fault.
    https.serve("/jwks", Reply::status(500));
    server.advance(2 * 3600);
    assert_eq!(status(&next, "6").await, 200);
    server.advance(60);
    assert_eq!(status(&ClientKey::new("k3"), "7").await, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn jb_01_keys_that_were_never_read() {
    let trusting = Trusting::start().await;
    trusting.https.serve("/jwks", Reply::status(404));
    let assertion = trusting.assertion(&json!({})).await;
    let answer = trusting.present(&assertion, &[]).await;
    answer.assert_error(503, "temporarily_unavailable");
    assert!(answer.header("retry-after").is_some());
    trusting
        .https
        .serve("/jwks", Reply::json(&trusting.key.jwks()));
    trusting.present(&assertion, &[]).await.ok();
}

/// C219: a JWT of one purpose is none of another.
#[tokio::test(flavor = "multi_thread")]
async fn c219_assertions_of_the_wrong_kind() {
    let trusting = Trusting::start().await;
    let server = &trusting.server;
    let assertion = trusting.assertion(&json!({})).await;
    // As the proof of a client, as an access token, and at introspection.
    let form = with_assertion(&assertion, &[("grant_type", "client_credentials")]);
    server
        .post("/oauth/token", &form)
        .await
        .assert_error(401, "invalid_client");
    assert_eq!(server.call("/mcp", &assertion).await.status, 401);
    assert_eq!(
        server.introspect(&assertion).await,
        json!({ "active": false })
    );
    // An id token of this server itself.
    let tokens = server.tokens(&crate::app::browser::Authorize::base()).await;
    let own = trusting.present(text(&tokens, "id_token"), &[]).await;
    own.assert_error(400, "invalid_grant");
    assert!(server.user(ALICE).await.is_some());
}
