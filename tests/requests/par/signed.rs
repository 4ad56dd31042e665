//! Signed requests (RFC 9101; JA-01 to JA-03), at the authorization endpoint and as they are pushed.

use loco_oauth_server::{
    Seconds,
    internals::protocol::client::{AuthMethod, Client},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{form, with_handle};
use crate::app::{
    assertions::ClientKey,
    browser::{Authorize, CHALLENGE},
    fixtures::{self, CONF_CB},
    https::{HttpsServer, Reply},
    server::{ISSUER, TestServer, param},
};

const OTHER_CB: &str = "https://app.example/other";

/// `jar` on, and a client `signs` with a key.
async fn server() -> (TestServer, ClientKey) {
    let settings = json!({ "jar": { "enabled": true } });
    let (server, key) = (TestServer::with(settings).await, ClientKey::new("k1"));
    fixtures::insert(&server, &signs(Some(key.jwks()))).await;
    (server, key)
}

fn signs(jwks: Option<Value>) -> Client {
    Client {
        jwks,
        ..fixtures::confidential("signs", &[CONF_CB, OTHER_CB])
    }
}

/// The claims of a good request object, changed: null takes one away.
fn claims(server: &TestServer, changes: &Value) -> Value {
    let now = server.oauth().clock.now();
    let mut claims = json!({
        "iss": "signs", "aud": ISSUER, "client_id": "signs",
        "exp": now + Seconds::minutes(1), "iat": now,
        "response_type": "code", "redirect_uri": CONF_CB, "scope": "openid read", "state": "S",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    for (name, change) in changes.as_object().unwrap() {
        claims[name] = change.clone();
    }
    let members = claims.as_object_mut().unwrap();
    members.retain(|_, value| !value.is_null());
    claims
}

/// A request that has nothing but the client and its object.
fn with_object(object: &str) -> Authorize {
    Authorize(Vec::new())
        .with("client_id", "signs")
        .with("request", object)
}

#[tokio::test(flavor = "multi_thread")]
async fn ja_03_a_signed_request() {
    let (server, key) = server().await;
    let changes =
        json!({ "max_age": 600, "resource": ["https://mcp.example/mcp"], "scope": "openid read" });
    let object = key.sign(
        &json!({ "typ": "oauth-authz-req+jwt" }),
        &claims(&server, &changes),
    );
    let location = server.browser().complete(&with_object(&object)).await;
    assert!(location.starts_with(CONF_CB), "{location}");
    assert_eq!(param(&location, "state").as_deref(), Some("S"));
    let rows = server.interactions().await;
    assert_eq!(rows[0].max_age, Some(600));
    assert!(
        rows[0]
            .resources
            .to_string()
            .contains("https://mcp.example/mcp")
    );
    let params = rows[0].params.clone().unwrap_or_default();
    assert_eq!(params, json!([]), "no claim of the JWT is a parameter");
    let metadata = server.get("/.well-known/openid-configuration").await.ok();
    assert_eq!(metadata["request_parameter_supported"], true);
    let algorithms = json!(["RS256", "PS256", "ES256", "EdDSA"]);
    assert_eq!(
        metadata["request_object_signing_alg_values_supported"],
        algorithms
    );
    assert_eq!(metadata.get("require_signed_request_object"), None);
}

/// Conformance: oidcc-ensure-request-object-with-redirect-uri.
#[tokio::test(flavor = "multi_thread")]
async fn ja_03_only_the_parameters_of_the_object_count() {
    let (server, key) = server().await;
    let changes = json!({ "redirect_uri": OTHER_CB, "state": null, "scope": "openid" });
    let object = key.sign(&json!({}), &claims(&server, &changes));
    let request = Authorize::of("signs", CONF_CB).with("request", &object);
    let location = server.browser().complete(&request).await;
    assert!(location.starts_with(OTHER_CB), "{location}");
    assert_eq!(param(&location, "state"), None);
    let elsewhere = json!({ "redirect_uri": "https://evil.example/cb" });
    let object = key.sign(&json!({}), &claims(&server, &elsewhere));
    let request = Authorize::of("signs", CONF_CB).with("request", &object);
    server.browser().get(&request.path()).await.assert_page(400);
    let scope = json!({ "scope": "openid admin" });
    let object = key.sign(&json!({}), &claims(&server, &scope));
    let answer = server.browser().get(&with_object(&object).path()).await;
    answer.assert_back(CONF_CB, "invalid_scope");
}

#[rstest]
#[case::other_issuer(json!({ "iss": "other" }))]
#[case::no_issuer(json!({ "iss": null }))]
#[case::other_audience(json!({ "aud": "https://other.example" }))]
#[case::no_audience(json!({ "aud": null }))]
#[case::other_client(json!({ "client_id": "conf" }))]
#[case::no_client(json!({ "client_id": null }))]
#[case::an_assertion(json!({ "sub": "signs" }))]
#[case::within(json!({ "request": "a.b.c" }))]
#[case::reference_within(json!({ "request_uri": "https://app.example/r" }))]
#[case::expired(json!({ "exp": 1 }))]
#[case::no_end(json!({ "exp": null }))]
#[case::too_long(json!({ "exp": 99_999_999_999_i64 }))]
#[case::not_yet(json!({ "nbf": 99_999_999_999_i64 }))]
#[case::odd_time(json!({ "exp": "tomorrow" }))]
#[case::odd_jti(json!({ "jti": 7 }))]
#[case::empty_jti(json!({ "jti": "" }))]
#[case::scope_list(json!({ "scope": ["openid", "read"] }))]
#[case::state_object(json!({ "state": { "a": 1 } }))]
#[case::resource_numbers(json!({ "resource": [1] }))]
#[case::too_long_value(json!({ "login_hint": "x".repeat(9000) }))]
#[tokio::test(flavor = "multi_thread")]
async fn ja_02_what_is_wrong_with_an_object(#[case] changes: Value) {
    let (server, key) = server().await;
    let object = key.sign(&json!({}), &claims(&server, &changes));
    assert_refused(&server, &object).await;
}

#[rstest]
#[case::none(json!({ "alg": "none" }))]
#[case::symmetric(json!({ "alg": "HS256" }))]
#[case::another(json!({ "alg": "ES256" }))]
#[case::assertion(json!({ "typ": "client-authentication+jwt" }))]
#[case::token(json!({ "typ": "at+jwt" }))]
#[case::unknown_key(json!({ "kid": "k2" }))]
#[case::critical(json!({ "crit": ["x"] }))]
#[tokio::test(flavor = "multi_thread")]
async fn ja_01_what_is_wrong_with_its_header(#[case] header: Value) {
    let (server, key) = server().await;
    let object = key.sign(&header, &claims(&server, &json!({})));
    assert_refused(&server, &object).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ja_01_what_is_no_object() {
    let (server, key) = server().await;
    let good = key.sign(&json!({}), &claims(&server, &json!({})));
    let (message, _) = good.rsplit_once('.').unwrap();
    let stranger = ClientKey::new("k1").sign(&json!({}), &claims(&server, &json!({})));
    let encrypted = "a.b.c.d.e".to_owned();
    let long = key.sign(
        &json!({}),
        &claims(&server, &json!({ "x": "x".repeat(30_000) })),
    );
    for object in [
        format!("{message}."),
        stranger,
        encrypted,
        "x".to_owned(),
        long,
    ] {
        assert_refused(&server, &object).await;
    }
}

/// AZ-10: back to the client where its redirect URI stands beside the object, else a page; JSON at a push.
async fn assert_refused(server: &TestServer, object: &str) {
    let before = server.everything().await;
    let beside = Authorize::of("signs", CONF_CB).with("request", object);
    // A request in a URL has its bound; longer ones come by POST.
    let answer = server.post("/oauth/authorize", &form(&beside)).await;
    if answer.status == 303 {
        answer.assert_back(CONF_CB, "invalid_request_object");
    } else {
        answer.assert_page(400);
    }
    let alone = with_object(object);
    let answer = server.post("/oauth/authorize", &form(&alone)).await;
    answer.assert_page(400);
    let pushed = server.push_as("signs", &alone).await;
    if object.len() <= 32 * 1024 {
        assert!(answer.body.contains("invalid_request_object"), "{answer:?}");
        pushed.assert_error(400, "invalid_request_object");
    } else {
        pushed.assert_error(400, "invalid_request");
    }
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn ja_02_a_jti_is_used_once() {
    let (server, key) = server().await;
    let object = key.sign(&json!({}), &claims(&server, &json!({ "jti": "1" })));
    let pushed = server.push_as("signs", &with_object(&object)).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let again = server.push_as("signs", &with_object(&object)).await;
    again.assert_error(400, "invalid_request_object");
    let handle = super::handle(&pushed.json()).to_owned();
    let location = server
        .browser()
        .complete(&with_handle("signs", &handle))
        .await;
    assert!(param(&location, "code").is_some(), "{location}");
    // An object without one may be opened again.
    let object = key.sign(&json!({}), &claims(&server, &json!({})));
    for _ in 0..2 {
        let location = server.browser().complete(&with_object(&object)).await;
        assert!(param(&location, "code").is_some(), "{location}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ja_01_the_registered_algorithm() {
    let (server, key) = server().await;
    let client = Client {
        client_id: "es256".to_owned(),
        request_object_signing_alg: Some("ES256".to_owned()),
        ..signs(Some(key.jwks()))
    };
    fixtures::insert(&server, &client).await;
    let changes = json!({ "iss": "es256", "client_id": "es256" });
    let object = key.sign(&json!({}), &claims(&server, &changes));
    let request = Authorize::of("es256", CONF_CB).with("request", &object);
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back(CONF_CB, "invalid_request_object");
}

#[tokio::test(flavor = "multi_thread")]
async fn az_10_signed_requests_are_off() {
    let server = TestServer::start().await;
    let request = Authorize::base().with("request", "a.b.c");
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back(CONF_CB, "request_not_supported");
    let answer = server.push_as("conf", &request).await;
    answer.assert_error(400, "request_not_supported");
}

/// The codes of AZ-10 stand on the page, too, if there is no redirect URI to send them to.
#[rstest]
#[case("request", "a.b.c", "request_not_supported")]
#[case("request_uri", "https://listener.test/x", "request_uri_not_supported")]
#[tokio::test(flavor = "multi_thread")]
async fn az_10_the_page_has_the_code(#[case] name: &str, #[case] value: &str, #[case] code: &str) {
    let server = TestServer::start().await;
    let request = Authorize::base().without("redirect_uri").with(name, value);
    let answer = server.browser().get(&request.path()).await;
    answer.assert_page(400);
    assert!(answer.body.contains(code), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn az_11_unsigned_requests_where_signed_ones_are_demanded() {
    let settings = json!({ "jar": { "enabled": true, "required": true } });
    let server = TestServer::with(settings).await;
    let metadata = server.get("/.well-known/openid-configuration").await.ok();
    assert_eq!(metadata["require_signed_request_object"], true);
    let answer = server.browser().get(&Authorize::base().path()).await;
    answer.assert_back(CONF_CB, "invalid_request");
    let answer = server.push_as("conf", &Authorize::base()).await;
    answer.assert_error(400, "invalid_request");

    let (server, key) = self::server().await;
    let strict = Client {
        client_id: "strict".to_owned(),
        require_signed_request_object: true,
        token_endpoint_auth_method: AuthMethod::None,
        ..signs(Some(key.jwks()))
    };
    fixtures::insert(&server, &strict).await;
    let request = Authorize::of("strict", CONF_CB);
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back(CONF_CB, "invalid_request");
    let changes = json!({ "iss": "strict", "client_id": "strict" });
    let object = key.sign(&json!({}), &claims(&server, &changes));
    let request = with_object(&object).with("client_id", "strict");
    let location = server.browser().complete(&request).await;
    assert!(param(&location, "code").is_some(), "{location}");
}

/// The keys are those of assertions: fetched once, and again for an unknown `kid`.
#[tokio::test(flavor = "multi_thread")]
async fn ja_01_keys_at_jwks_uri() {
    let (old, new) = (ClientKey::new("k1"), ClientKey::new("k2"));
    let https = HttpsServer::start().await;
    https.serve("/keys", Reply::json(&old.jwks()));
    let settings = https.settings(&json!({ "jar": { "enabled": true } }));
    let server = TestServer::with(settings).await;
    let client = Client {
        jwks_uri: Some(https.url("/keys")),
        ..signs(None)
    };
    fixtures::insert(&server, &client).await;
    let aud = json!({ "aud": server.oauth().urls.issuer });
    let push = async |key: &ClientKey| {
        let object = key.sign(&json!({}), &claims(&server, &aud));
        server.push_as("signs", &with_object(&object)).await.status
    };
    assert_eq!((push(&old).await, push(&old).await), (201, 201));
    assert_eq!(https.connections(), 1);
    https.serve("/keys", Reply::json(&new.jwks()));
    assert_eq!(push(&new).await, 400);
    server.advance(60);
    assert_eq!((push(&new).await, push(&old).await), (201, 400));
    assert_eq!(https.connections(), 2);
    https.serve("/keys", Reply::status(500));
    server.advance(2 * 86400);
    assert_eq!(
        push(&new).await,
        503,
        "a fault of the host is none of the client"
    );
}
