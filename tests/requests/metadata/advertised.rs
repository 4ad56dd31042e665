//! C177: every value of the metadata's lists works, and others get the fitting error. What is tried
//! is read from the document, so that nothing can be added to it that was not tried here.

use loco_oauth_server::internals::protocol::{
    client::{AuthMethod, Client},
    jwk::SigningAlg,
};
use serde_json::{Value, json};

use crate::app::{
    assertions::{ClientKey, claims, signer, with_assertion},
    browser::Authorize,
    fixtures::{self, CONF_CB, SECRET},
    server::{Answer, TestServer},
    tokens::{jwt_part, text},
};

async fn document(server: &TestServer) -> Value {
    let path = "/.well-known/oauth-authorization-server";
    server.get(path).await.ok()
}

/// A list of the document that must not be empty.
#[track_caller]
fn list<'a>(document: &'a Value, name: &str) -> Vec<&'a str> {
    let list = document[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name}"));
    assert!(!list.is_empty(), "{name}");
    list.iter().map(|value| value.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn c177_grants() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    let listed = list(&document, "grant_types_supported");
    let tokens = server.tokens(&Authorize::base()).await;
    for grant in &listed {
        match *grant {
            "authorization_code" => assert!(tokens["access_token"].is_string()),
            "refresh_token" => {
                server.refresh(text(&tokens, "refresh_token")).await.ok();
            }
            "client_credentials" => {
                let form = [("grant_type", "client_credentials")];
                server.as_client("m2m", "/oauth/token", &form).await.ok();
            }
            other => panic!("nobody has tried {other}"),
        }
    }
    for other in [
        "password",
        "implicit",
        "AUTHORIZATION_CODE",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:openid:params:grant-type:ciba",
    ] {
        assert!(!listed.contains(&other));
        let answer = server.token(&[("grant_type", other)]).await;
        answer.assert_error(400, "unsupported_grant_type");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c177_values_of_an_authorization_request() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    for (name, parameter, others, error) in [
        (
            "response_types_supported",
            "response_type",
            ["token", "id_token", "code id_token", "none"].as_slice(),
            "unsupported_response_type",
        ),
        (
            "response_modes_supported",
            "response_mode",
            &["fragment", "jwt", "query.jwt", "web_message"],
            "invalid_request",
        ),
        (
            "code_challenge_methods_supported",
            "code_challenge_method",
            &["plain", "s256", "S512"],
            "invalid_request",
        ),
        ("scopes_supported", "scope", &["root"], "invalid_scope"),
        // No value of it is an error.
        ("display_values_supported", "display", &[], ""),
        (
            "prompt_values_supported",
            "prompt",
            &["signup", "LOGIN"],
            "invalid_request",
        ),
    ] {
        let listed = list(&document, name);
        for value in &listed {
            let scopes = match name {
                // Of all scopes of the server, a client may have those it is registered for.
                "scopes_supported" => vec![(*value).to_owned()],
                _ => vec!["openid".to_owned()],
            };
            let scope = scopes.join(" ");
            server
                .change_client("conf", |conf| {
                    conf.scopes = sea_orm::Set(Some(json!(scopes)));
                })
                .await;
            let request = Authorize::base()
                .with("scope", &scope)
                .with(parameter, value);
            let answer = browser.authorize(&request).await;
            assert_no_error(&answer, parameter, value);
        }
        for value in others {
            assert!(!listed.contains(value), "{value}");
            let request = Authorize::base()
                .with("scope", "openid")
                .with(parameter, value);
            let answer = browser.authorize(&request).await;
            answer.assert_back(CONF_CB, error);
        }
    }
}

/// A page, or a code.
#[track_caller]
fn assert_no_error(answer: &Answer, parameter: &str, value: &str) {
    match answer.status {
        200 => assert!(
            answer.body.contains("<form"),
            "{parameter}={value}: {answer:?}"
        ),
        303 => assert!(
            answer.location_param("code").is_some(),
            "{parameter}={value}: {answer:?}"
        ),
        _ => panic!("{parameter}={value}: {answer:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c177_ways_to_authenticate() {
    let (server, key) = (TestServer::start().await, ClientKey::new("k1"));
    let post = Client {
        token_endpoint_auth_method: AuthMethod::ClientSecretPost,
        ..fixtures::confidential("poster", &[CONF_CB])
    };
    fixtures::insert(&server, &post).await;
    fixtures::insert(&server, &signer(Some(key.jwks()))).await;
    let document = document(&server).await;
    for (endpoint, path) in [
        ("token_endpoint", "/oauth/token"),
        ("revocation_endpoint", "/oauth/revoke"),
        ("introspection_endpoint", "/oauth/introspect"),
    ] {
        let listed = list(&document, &format!("{endpoint}_auth_methods_supported"));
        for (number, method) in listed.iter().enumerate() {
            let form = [
                ("token", "x"),
                ("grant_type", "refresh_token"),
                ("refresh_token", "x"),
            ];
            let form = match path {
                "/oauth/token" => &form[1..],
                _ => &form[..1],
            };
            let answer = match *method {
                "none" => {
                    let form = [form, &[("client_id", "pub")]].concat();
                    server.post(path, &form).await
                }
                "client_secret_basic" => server.as_client("conf", path, form).await,
                "client_secret_post" => {
                    let secret = [("client_id", "poster"), ("client_secret", SECRET)];
                    server.post(path, &[form, &secret].concat()).await
                }
                "private_key_jwt" => {
                    let jti = json!({ "jti": format!("{endpoint}{number}") });
                    let assertion = key.assertion(&server, "signer", &jti);
                    server.post(path, &with_assertion(&assertion, form)).await
                }
                other => panic!("nobody has tried {other}"),
            };
            // Who is not known is told 401.
            match path {
                "/oauth/token" if *method == "private_key_jwt" => {
                    answer.assert_error(400, "unauthorized_client");
                }
                "/oauth/token" => answer.assert_error(400, "invalid_grant"),
                _ => assert_eq!(answer.status, 200, "{method}: {answer:?}"),
            }
        }
        if !listed.contains(&"none") {
            let form = [("token", "x"), ("client_id", "pub")];
            let answer = server.post(path, &form).await;
            answer.assert_error(401, "invalid_client");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c177_algorithms_of_assertions() {
    let settings = json!({ "keys": {
        "directory": "target/test_oauth_keys_of_advertised",
        "id_token_alg": "PS256",
        "access_token_alg": "EdDSA",
    }});
    let mut tried = Vec::new();
    for settings in [json!({}), settings] {
        // A client with the keys of a server: somebody has to have keys of all kinds.
        let server = TestServer::with(settings).await;
        let keys = server.oauth().keys.clone();
        fixtures::insert(&server, &signer(Some(keys.jwks()))).await;
        for alg in keys.algorithms() {
            let jti = json!({ "jti": alg.as_str() });
            let assertion = keys
                .sign(alg, "JWT", &claims(&server, "signer", &jti))
                .unwrap();
            server.assert_by(&assertion).await.ok();
            tried.push(alg.as_str());
        }
    }
    let document = document(&TestServer::start().await).await;
    for endpoint in ["token", "revocation", "introspection"] {
        let name = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
        for alg in list(&document, &name) {
            assert!(tried.contains(&alg), "nobody has tried {alg}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c177_algorithms_of_id_tokens_and_subjects() {
    let settings = json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
        "pairwise_secret": "a pairwise secret of 32 characters",
    });
    let server = TestServer::with(settings).await;
    let document = document(&server).await;
    let algorithms = list(&document, "id_token_signing_alg_values_supported");
    let subjects = list(&document, "subject_types_supported");
    let of = |member: &str, value: &str| {
        json!({
            "redirect_uris": [CONF_CB],
            "token_endpoint_auth_method": "none",
            member: value,
        })
    };
    let id_token = async |metadata: &Value| {
        let client = server.registered(metadata).await;
        let id = text(&client, "client_id");
        let request = Authorize::of(id, CONF_CB).with("scope", "openid");
        let code = server.browser().code(&request).await;
        let form = crate::app::tokens::redemption(&code, &[("client_id", Some(id))]);
        let tokens = server.post("/oauth/token", &form).await.ok();
        text(&tokens, "id_token").to_owned()
    };
    for alg in &algorithms {
        let token = id_token(&of("id_token_signed_response_alg", alg)).await;
        assert_eq!(jwt_part(&token, 0)["alg"], *alg);
    }
    let alice = server.user(fixtures::ALICE).await.unwrap().pid.to_string();
    for subject in &subjects {
        let token = id_token(&of("subject_type", subject)).await;
        let is_public = jwt_part(&token, 1)["sub"] == alice.as_str();
        assert_eq!(is_public, *subject == "public", "{subject}");
    }
    let every = [
        SigningAlg::RS256,
        SigningAlg::PS256,
        SigningAlg::ES256,
        SigningAlg::EdDsa,
    ];
    let others = every.iter().map(|alg| alg.as_str());
    for alg in others.chain(["none", "HS256", "RS1"]) {
        if algorithms.contains(&alg) {
            continue;
        }
        let answer = server
            .register(&of("id_token_signed_response_alg", alg))
            .await;
        assert_eq!(answer.status, 400, "{alg}: {answer:?}");
        answer.assert_error(400, "invalid_client_metadata");
    }
    let answer = server.register(&of("subject_type", "secret")).await;
    answer.assert_error(400, "invalid_client_metadata");
}
