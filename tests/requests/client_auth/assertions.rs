//! `private_key_jwt` at the endpoints (CA-01 to CA-05).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use loco_oauth_server::internals::protocol::{
    client::{AuthMethod, Client},
    jwk::SigningAlg,
};
use ring::hmac;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::with_signer;
use crate::app::{
    assertions::{ClientKey, claims, signer, unsigned, with_assertion},
    browser::{Authorize, VERIFIER},
    fixtures::{self, CONF_CB},
    oauth_server::oauth_ephemerals,
    server::{Answer, TestServer},
    tokens::text,
};

impl TestServer {
    /// Assertions that were used.
    pub async fn used(&self) -> usize {
        let rows = oauth_ephemerals::Entity::find().all(&self.ctx.db).await;
        rows.unwrap().iter().filter(|row| row.kind == "jti").count()
    }
}

/// 401 `invalid_client`, and nothing of the assertion is used up.
async fn assert_refused(server: &TestServer, answer: &Answer) {
    answer.assert_error(401, "invalid_client");
    let challenge = answer.header("www-authenticate").unwrap();
    assert_eq!(challenge, "OAuth realm=\"https://as.example\"");
    assert_eq!(server.used().await, 0);
    assert!(server.access_tokens().await.is_empty());
    let rows = server.rows().await;
    assert_eq!((rows.codes, rows.interactions, rows.sessions), (0, 0, 0));
}

/// CA-05: spent for every endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn c101_an_assertion_used_twice() {
    let (server, key) = with_signer(json!({})).await;
    let assertion = key.assertion(&server, "signer", &json!({}));
    let token = server.assert_by(&assertion).await.ok();
    server
        .assert_by(&assertion)
        .await
        .assert_error(401, "invalid_client");
    let form = with_assertion(&assertion, &[("token", text(&token, "access_token"))]);
    let answer = server.post("/oauth/introspect", &form).await;
    answer.assert_error(401, "invalid_client");
    assert_eq!(server.used().await, 1);
    let fresh = key.assertion(&server, "signer", &json!({ "jti": "another" }));
    server.assert_by(&fresh).await.ok();
}

#[rstest]
#[case(json!({"exp": null}))]
#[case(json!({"jti": null}))]
#[case(json!({"iss": null}))]
#[case(json!({"sub": null}))]
#[case(json!({"aud": null}))]
#[case(json!({"iss": "conf"}))]
#[case(json!({"iss": "conf", "sub": "conf"}))]
#[case(json!({"exp": 1_600_000_000}))]
#[case(json!({"nbf": 4_000_000_000_i64}))]
#[case(json!({"exp": 4_000_000_000_i64}))]
#[tokio::test(flavor = "multi_thread")]
async fn c102_claims_that_are_missing_or_wrong(#[case] changes: Value) {
    let (server, key) = with_signer(json!({})).await;
    let assertion = key.assertion(&server, "signer", &changes);
    assert_refused(&server, &server.assert_by(&assertion).await).await;
}

/// C102: five minutes ago, and in an hour.
#[tokio::test(flavor = "multi_thread")]
async fn c102_times_that_are_over_or_to_come() {
    let (server, key) = with_signer(json!({})).await;
    let before = server.everything().await;
    let now = server.now();
    for times in [
        json!({ "exp": now - 300, "iat": now - 400 }),
        json!({ "nbf": now + 3600, "exp": now + 3660 }),
        json!({ "iat": now + 3600, "exp": now + 3660 }),
    ] {
        let assertion = key.assertion(&server, "signer", &times);
        assert_refused(&server, &server.assert_by(&assertion).await).await;
    }
    assert_eq!(server.everything().await, before);
}

/// C103, C217, C218: no signature, and one that everybody can make.
#[tokio::test(flavor = "multi_thread")]
async fn c103_algorithms_without_a_key_of_the_client() {
    let (server, key) = with_signer(json!({})).await;
    let claims = claims(&server, "signer", &json!({}));
    for alg in ["none", "None", "NONE"] {
        let message = unsigned(&json!({ "alg": alg, "kid": "k1" }), &claims);
        assert_refused(&server, &server.assert_by(&format!("{message}.")).await).await;
        assert_refused(&server, &server.assert_by(&message).await).await;
    }
    let message = unsigned(&json!({ "alg": "HS256", "kid": "k1" }), &claims);
    for secret in key.public_spellings() {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let tag = hmac::sign(&secret, message.as_bytes());
        let forged = format!("{message}.{}", base64_url(tag.as_ref()));
        assert_refused(&server, &server.assert_by(&forged).await).await;
    }
}

fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn c103_an_algorithm_that_is_not_the_registered_one() {
    let (server, key) = (TestServer::start().await, ClientKey::new("k1"));
    let client = Client {
        token_endpoint_auth_signing_alg: Some("ES256".to_owned()),
        ..signer(Some(key.jwks()))
    };
    fixtures::insert(&server, &client).await;
    let assertion = key.assertion(&server, "signer", &json!({}));
    assert_refused(&server, &server.assert_by(&assertion).await).await;
}

/// CA-03: signatures of all four algorithms, made by the keys of a server.
#[tokio::test(flavor = "multi_thread")]
async fn ca_03_every_offered_algorithm() {
    let settings = json!({ "keys": {
        "directory": "target/test_oauth_keys_of_assertions",
        "id_token_alg": "PS256",
        "access_token_alg": "EdDSA",
    }});
    for settings in [json!({}), settings] {
        let server = TestServer::with(settings).await;
        let keys = server.oauth().keys.clone();
        fixtures::insert(&server, &signer(Some(keys.jwks()))).await;
        for alg in keys.algorithms() {
            let jti = json!({ "jti": alg.as_str() });
            let claims = claims(&server, "signer", &jti);
            let assertion = keys.sign(alg, "JWT", &claims).unwrap();
            server.assert_by(&assertion).await.ok();
        }
        assert_eq!(server.used().await, keys.algorithms().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c104_certificates_in_headers_prove_nothing() {
    let (server, _) = with_signer(json!({})).await;
    for header in [
        "x-ssl-client-cert",
        "x-forwarded-client-cert",
        "client-cert",
    ] {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "signer"),
        ];
        let request = server.http.post(server.url("/oauth/token")).form(&form);
        let answer = server.send(request.header(header, "Subject=signer")).await;
        assert_refused(&server, &answer).await;
    }
}

/// CA-01, CA-02: a client has one method, and shows it once.
#[tokio::test(flavor = "multi_thread")]
async fn ca_01_ca_02_one_method_and_the_registered_one() {
    let (server, key) = with_signer(json!({})).await;
    let assertion = key.assertion(&server, "signer", &json!({}));
    let form = with_assertion(&assertion, &[("grant_type", "client_credentials")]);
    let with_secret = [form.as_slice(), &[("client_secret", "s")]].concat();
    let answer = server.post("/oauth/token", &with_secret).await;
    answer.assert_error(400, "invalid_request");
    let other_id = [form.as_slice(), &[("client_id", "conf")]].concat();
    let answer = server.post("/oauth/token", &other_id).await;
    answer.assert_error(400, "invalid_request");
    let answer = server.as_client("signer", "/oauth/token", &form).await;
    answer.assert_error(400, "invalid_request");
    // `conf` has keys, but is registered for its secret.
    let with_keys = Client {
        client_id: "keyed".to_owned(),
        jwks: Some(key.jwks()),
        ..fixtures::confidential("keyed", &[CONF_CB])
    };
    fixtures::insert(&server, &with_keys).await;
    let assertion = key.assertion(&server, "keyed", &json!({}));
    assert_refused(&server, &server.assert_by(&assertion).await).await;
    // The same id beside the assertion is no second method.
    let same_id = [form.as_slice(), &[("client_id", "signer")]].concat();
    server.post("/oauth/token", &same_id).await.ok();
}

/// TK-03.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_in_the_url() {
    let (server, key) = with_signer(json!({})).await;
    let assertion = key.assertion(&server, "signer", &json!({}));
    let path = format!("/oauth/token?client_assertion={assertion}");
    let form = [("grant_type", "client_credentials")];
    server
        .post(&path, &form)
        .await
        .assert_error(400, "invalid_request");
}

/// C219: what this server signed is no assertion, whoever has its keys.
#[tokio::test(flavor = "multi_thread")]
async fn c219_tokens_of_this_server_as_assertions() {
    let (server, key) = with_signer(json!({})).await;
    // A client that has the keys of the server itself.
    let keys = server.oauth().keys.clone();
    let twin = Client {
        client_id: "twin".to_owned(),
        ..signer(Some(keys.jwks()))
    };
    fixtures::insert(&server, &twin).await;
    let tokens = server.tokens(&Authorize::base()).await;
    let before = server.everything().await;
    let answer = server.assert_by(text(&tokens, "id_token")).await;
    answer.assert_error(401, "invalid_client");
    for typ in ["at+jwt", "logout+jwt", "dpop+jwt"] {
        let claims = claims(&server, "twin", &json!({}));
        let assertion = keys.sign(SigningAlg::ES256, typ, &claims).unwrap();
        let answer = server.assert_by(&assertion).await;
        answer.assert_error(401, "invalid_client");
    }
    for typ in ["at+jwt", "logout+jwt", "dpop+jwt"] {
        let claims = claims(&server, "signer", &json!({}));
        let assertion = key.sign(&json!({ "typ": typ }), &claims);
        let answer = server.assert_by(&assertion).await;
        answer.assert_error(401, "invalid_client");
    }
    assert_eq!(server.used().await, 0);
    assert_eq!(server.everything().await, before);
}

/// C220, C221, C222.
#[rstest]
#[case::kid_unknown(json!({"kid": "k2"}), json!({}))]
#[case::kid_path(json!({"kid": "../../../etc/passwd"}), json!({}))]
#[case::kid_sql(json!({"kid": "' OR '1'='1"}), json!({}))]
#[case::kid_long(json!({"kid": "k".repeat(10_000)}), json!({}))]
#[case::kid_number(json!({"kid": 7}), json!({}))]
#[case::crit(json!({"crit": ["b64"], "b64": false}), json!({}))]
#[case::exp_object(json!({}), json!({"exp": {}}))]
#[case::nbf_text(json!({}), json!({"nbf": "0"}))]
#[case::nbf_object(json!({}), json!({"nbf": {}}))]
#[tokio::test(flavor = "multi_thread")]
async fn c220_odd_headers_and_claims(#[case] header: Value, #[case] changes: Value) {
    let (server, key) = with_signer(json!({})).await;
    let assertion = key.sign(&header, &claims(&server, "signer", &changes));
    assert_refused(&server, &server.assert_by(&assertion).await).await;
}

/// C222: the right time in the wrong type.
#[rstest]
#[case::text("\"T\"")]
#[case::list("[T]")]
#[case::huge("T.0e290")]
#[tokio::test(flavor = "multi_thread")]
async fn c222_times_of_an_assertion(#[case] written: &str) {
    let (server, key) = with_signer(json!({})).await;
    for (name, from_now) in [("exp", 60), ("nbf", -60), ("iat", 0)] {
        let time = (server.now() + from_now).to_string();
        let time: Value = serde_json::from_str(&written.replace('T', &time)).unwrap();
        let assertion = key.assertion(&server, "signer", &json!({ name: time }));
        assert_refused(&server, &server.assert_by(&assertion).await).await;
    }
    let good = key.assertion(&server, "signer", &json!({}));
    server.assert_by(&good).await.ok();
}

/// C225: no changed byte, nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn c225_changed_bytes_of_an_assertion() {
    let (server, key) = with_signer(json!({})).await;
    let good = key.assertion(&server, "signer", &json!({}));
    let parts: Vec<Vec<u8>> = good
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap())
        .collect();
    for (number, part) in parts.iter().enumerate() {
        for position in 0..part.len() {
            let mut changed = parts.clone();
            changed[number][position] ^= 1;
            let changed: Vec<_> = changed.iter().map(|part| base64_url(part)).collect();
            let answer = server.assert_by(&changed.join(".")).await;
            let refused = [400, 401].contains(&answer.status);
            assert!(refused, "part {number}, {position}: {answer:?}");
        }
    }
    let (message, signature) = good.rsplit_once('.').unwrap();
    for signature in ["", &signature[4..], &format!("{signature}AAAA")] {
        let answer = server.assert_by(&format!("{message}.{signature}")).await;
        answer.assert_error(401, "invalid_client");
    }
    assert_eq!(server.used().await, 0);
    server.assert_by(&good).await.ok();
}

/// A key in the header is not the client's (RFC 8725 §3.10).
#[tokio::test(flavor = "multi_thread")]
async fn c220_a_key_in_the_header_is_nobodys() {
    let (server, _) = with_signer(json!({})).await;
    let stranger = ClientKey::new("k1");
    let header = json!({ "jwk": stranger.jwks()["keys"][0], "jku": "https://evil.example/keys" });
    let assertion = stranger.sign(&header, &claims(&server, "signer", &json!({})));
    assert_refused(&server, &server.assert_by(&assertion).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c223_assertions_that_are_too_long() {
    let (server, _) = with_signer(json!({})).await;
    let answer = server.assert_by(&"a".repeat(17 * 1024)).await;
    answer.assert_error(400, "invalid_request");
    let answer = server.assert_by(&"a".repeat(65 * 1024)).await;
    answer.assert_error(413, "invalid_request");
}

/// CC-01: the insert is the check.
#[tokio::test(flavor = "multi_thread")]
async fn c245_one_assertion_50_times_at_once() {
    let (server, key) = with_signer(json!({})).await;
    let assertion = key.assertion(&server, "signer", &json!({}));
    let requests = (0..50).map(|_| server.assert_by(&assertion));
    let answers = futures_util::future::join_all(requests).await;
    let good = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(good.count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.assert_error(401, "invalid_client");
    }
    assert_eq!(server.used().await, 1);
    assert_eq!(server.access_tokens().await.len(), 1);
}

/// The whole life of a grant by a web app that signs.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_signs_at_every_endpoint() {
    let (server, key) = (TestServer::start().await, ClientKey::new("k1"));
    let app = Client {
        token_endpoint_auth_method: AuthMethod::PrivateKeyJwt,
        jwks: Some(key.jwks()),
        ..fixtures::client("app", &[CONF_CB])
    };
    fixtures::insert(&server, &app).await;
    let code = server.browser().code(&Authorize::of("app", CONF_CB)).await;
    let send = async |path: &str, jti: &str, form: &[(&str, &str)]| {
        let assertion = key.assertion(&server, "app", &json!({ "jti": jti }));
        let form: Vec<(&str, &str)> = with_assertion(&assertion, form);
        server.post(path, &form).await
    };
    let redemption = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CONF_CB),
        ("code_verifier", VERIFIER),
    ];
    let tokens = send("/oauth/token", "1", &redemption).await.ok();
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
    ];
    let tokens = send("/oauth/token", "2", &refresh).await.ok();
    let token = [("token", text(&tokens, "access_token"))];
    let live = send("/oauth/introspect", "3", &token).await.ok();
    assert_eq!(live["active"], true);
    assert_eq!(send("/oauth/revoke", "4", &token).await.status, 200);
    let live = send("/oauth/introspect", "5", &token).await.ok();
    assert_eq!(live["active"], false);
    // A code that is not there ends in `invalid_grant`, not in a second use of the assertion.
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "loco_ac_unknown"),
        ("redirect_uri", CONF_CB),
        ("code_verifier", VERIFIER),
    ];
    let answer = send("/oauth/token", "6", &form).await;
    answer.assert_error(400, "invalid_grant");
}

/// ST-10: a client of the settings may sign, too.
#[tokio::test(flavor = "multi_thread")]
async fn st_10_a_static_client_that_signs() {
    let key = ClientKey::new("k1");
    let settings = json!({ "clients": [{
        "client_id": "static-signer",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": SigningAlg::EdDsa,
        "jwks": key.jwks(),
        "scopes": ["jobs"],
    }]});
    let server = TestServer::with(settings).await;
    let assertion = key.assertion(&server, "static-signer", &json!({}));
    server.assert_by(&assertion).await.ok();
    let answer = server.assert_by(&assertion).await;
    answer.assert_error(401, "invalid_client");
}
