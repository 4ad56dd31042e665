//! What a registration answers and stores (C141, C142, C151-C153; RFC 7591 §3.2.1).

use loco_oauth_server::internals::protocol::secret::{Purpose, hash};
use serde_json::{Value, json};

use super::shown;
use crate::app::{
    browser::encoded,
    registration::{metadata, open, open_and},
    server::{Basic, TestServer},
    tokens::{snapshot, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn c141_a_registration_without_method_gets_a_secret_and_all_defaults() {
    let server = TestServer::with(open()).await;
    let before = server.clients().await.len();
    let answer = server.register(&metadata(&json!({}))).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    snapshot!("register", shown(&answer));

    let body = answer.json();
    assert_eq!(server.clients().await.len(), before + 1);
    let row = server.client_row(&body).await;
    let secret = text(&body, "client_secret");
    assert_eq!(row.client_secret_hash.as_ref().map(Vec::len), Some(32));
    assert_eq!(row.registration_token_hash.as_ref().map(Vec::len), Some(32));
    let stored = format!("{row:?}{}", serde_json::to_string(&row).unwrap());
    for secret in [secret, text(&body, "registration_access_token")] {
        assert!(!stored.contains(secret), "{stored}");
    }
    assert_eq!(
        (row.kind.as_str(), row.status.as_str()),
        ("dynamic", "active")
    );
    assert_eq!((row.user_id, row.last_used_at), (None, None));
    let answered = body["client_id_issued_at"].as_i64().unwrap();
    assert!((chrono_now() - answered).abs() < 60, "{answered}");
}

fn chrono_now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.unwrap().as_secs()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c142_a_public_client_gets_no_secret() {
    let server = TestServer::with(open()).await;
    let answer = server
        .register(&metadata(&json!({ "token_endpoint_auth_method": "none" })))
        .await;
    snapshot!("register_public", shown(&answer));
    let row = server.client_row(&answer.json()).await;
    assert_eq!(row.client_secret_hash, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_4_every_registered_member_comes_back() {
    let server = TestServer::with(open()).await;
    let all = json!({
        "redirect_uris": ["http://localhost:3000/cb", "com.example.app:/cb"],
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["refresh_token", "authorization_code"],
        "response_types": ["code"],
        "scope": "openid offline_access mcp:read admin unknown",
        "client_name": "Shop",
        "client_name#de": "Laden",
        "client_name#ja-Jpan-JP": "店",
        "contacts": ["ops@new.example"],
        "client_uri": "https://new.example/",
        "logo_uri": "https://new.example/logo.png",
        "tos_uri": "https://new.example/tos",
        "tos_uri#fr": "https://new.example/cgu",
        "policy_uri": "https://new.example/privacy",
        "initiate_login_uri": "https://new.example/login",
        "application_type": "native",
        "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] },
        "subject_type": "public",
        "id_token_signed_response_alg": "ES256",
        "token_endpoint_auth_signing_alg": "EdDSA",
        "default_max_age": 3600,
        "require_auth_time": true,
        "default_acr_values": ["urn:mace:incommon:iap:bronze"],
        "post_logout_redirect_uris": ["http://localhost:3000/bye"],
        "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "software_version": "2.1",
        "software_statement": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
        "frobnicate": true,
    });
    let answer = server.register(&all).await;
    snapshot!("register_every_member", shown(&answer));
    // What was stored is what was answered.
    let read = server.manage("GET", &answer.json(), None).await;
    let (mut answered, mut read) = (answer.json(), read.ok());
    for body in [&mut answered, &mut read] {
        body.as_object_mut().unwrap().remove("client_secret");
    }
    assert_eq!(read, answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn c151_numbers_of_the_server_are_its_own() {
    let server = TestServer::with(open()).await;
    let before = server.everything().await;
    let answer = server
        .register(&metadata(&json!({ "default_max_age": -1 })))
        .await;
    answer.assert_error(400, "invalid_client_metadata");
    assert_eq!(server.everything().await, before);
    let body = server
        .registered(&metadata(&json!({
            "access_token_lifetime": -5,
            "client_secret_expires_at": 1,
            "client_id_issued_at": 0,
        })))
        .await;
    assert_eq!(body["client_secret_expires_at"], 0);
    assert_ne!(body["client_id_issued_at"], 0);
    assert!(body.get("access_token_lifetime").is_none());
    let row = server.client_row(&body).await;
    assert_eq!(
        (row.default_max_age, row.client_secret_expires_at),
        (None, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c152_identity_and_secrets_are_made_here() {
    let server = TestServer::with(open()).await;
    let sent = json!({
        "client_id": "conf",
        "client_secret": "mine-mine-mine-mine-mine-mine-mine",
        "registration_access_token": "mine",
        "registration_client_uri": "https://evil.example/",
    });
    let body = server.registered(&metadata(&sent)).await;
    for (name, value) in sent.as_object().unwrap() {
        assert_ne!(&body[name], value);
    }
    let id = text(&body, "client_id");
    assert!(id.starts_with("client_") && id.len() == 29, "{id}");
    let token = json!({ "registration_access_token": "mine", "registration_client_uri": body["registration_client_uri"] });
    let answer = server.manage("GET", &token, None).await;
    answer.assert_error(401, "invalid_token");
    // Nor is the sent secret one of the client.
    let form = [("grant_type", "authorization_code"), ("code", "x")];
    let by = async |secret: &str| {
        let secret = encoded(secret);
        server
            .post_as(Basic::of(id, &secret), "/oauth/token", &form)
            .await
    };
    let answer = by("mine-mine-mine-mine-mine-mine-mine").await;
    answer.assert_error(401, "invalid_client");
    let answer = by(text(&body, "client_secret")).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    let row = server.client_row(&body).await;
    let issued = hash(Purpose::Secret, text(&body, "client_secret"));
    assert_eq!(row.client_secret_hash, Some(issued.0.to_vec()));
    let stored = serde_json::to_string(&row).unwrap();
    assert!(!stored.contains("mine"), "{stored}");
    assert!(!stored.contains("evil.example"), "{stored}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c153_a_stranger_gets_no_privileges() {
    let server = TestServer::with(open()).await;
    let before = server.everything().await;
    for grants in [
        json!(["client_credentials"]),
        json!(["urn:ietf:params:oauth:grant-type:jwt-bearer"]),
        json!(["urn:ietf:params:oauth:grant-type:token-exchange"]),
        json!(["password"]),
    ] {
        let answer = server
            .register(&metadata(&json!({ "grant_types": grants })))
            .await;
        answer.assert_error(400, "invalid_client_metadata");
    }
    let all = json!({
        "skip_consent": true, "trusted": true, "scope": "admin",
        "grant_types": ["client_credentials"],
    });
    let answer = server.register(&metadata(&all)).await;
    answer.assert_error(400, "invalid_client_metadata");
    assert_eq!(server.everything().await, before);

    // Beside what a stranger may have it is left out (RFC 7591 §3.2.1).
    let body = server
        .registered(&metadata(&json!({
            "grant_types": ["authorization_code", "client_credentials"],
            "scope": "admin",
        })))
        .await;
    assert_eq!(body["grant_types"], json!(["authorization_code"]));
    assert_eq!(
        body["scope"],
        "openid profile email offline_access mcp:read"
    );
    let body = server
        .registered(&metadata(&json!({
            "skip_consent": true,
            "trusted": true,
            "require_pkce": false,
            "kind": "operator",
            "scope": "openid admin",
        })))
        .await;
    assert_eq!(body["scope"], "openid");
    assert!(body.get("skip_consent").is_none() && body.get("trusted").is_none());
    let row = server.client_row(&body).await;
    assert_eq!(row.kind, "dynamic");
    assert!(row.require_pkce && !row.skip_consent);
}

/// RG-07: default and ceiling of the scopes.
#[tokio::test(flavor = "multi_thread")]
async fn s3_3_scopes_of_clients_that_register() {
    let server = TestServer::with(open()).await;
    let body = server.registered(&metadata(&json!({}))).await;
    assert_eq!(
        body["scope"],
        "openid profile email offline_access mcp:read"
    );

    let settings = json!({
        "client_registration_default_scopes": ["openid"],
        "client_registration_allowed_scopes": ["openid", "read"],
    });
    let server = TestServer::with(open_and(&settings)).await;
    let body = server.registered(&metadata(&json!({}))).await;
    assert_eq!(body["scope"], "openid");
    let asked = json!({ "scope": "write read email" });
    assert_eq!(server.registered(&metadata(&asked)).await["scope"], "read");
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_3_secrets_that_end() {
    let settings = json!({ "client_registration_client_secret_ttl_seconds": 3600 });
    let server = TestServer::with(open_and(&settings)).await;
    let body = server.registered(&metadata(&json!({}))).await;
    let end = body["client_secret_expires_at"].as_i64().unwrap();
    assert!((3590..=3600).contains(&(end - server.now())), "{end}");
    let basic = Basic::of(text(&body, "client_id"), text(&body, "client_secret"));
    let form = [("grant_type", "authorization_code"), ("code", "x")];
    let answer = server.post_as(basic, "/oauth/token", &form).await;
    answer.assert_error(400, "invalid_grant");
    server.advance(3600);
    let answer = server.post_as(basic, "/oauth/token", &form).await;
    answer.assert_error(401, "invalid_client");
    // RFC 7592 §2.2: an update gives the client another one.
    let mut update = metadata(&json!({}));
    update["client_id"] = body["client_id"].clone();
    let updated: Value = server.manage("PUT", &body, Some(&update)).await.ok();
    let basic = Basic::of(text(&body, "client_id"), text(&updated, "client_secret"));
    let answer = server.post_as(basic, "/oauth/token", &form).await;
    answer.assert_error(400, "invalid_grant");
}

/// AZ-22: the exemption from PKCE for certification runs reaches confidential OpenID clients only.
#[tokio::test(flavor = "multi_thread")]
async fn s3_3_pkce_of_clients_that_register() {
    let settings = json!({ "client_registration_require_pkce": false });
    let server = TestServer::with(open_and(&settings)).await;
    for (changes, required) in [
        (json!({}), false),
        (json!({ "scope": "email" }), true),
        (json!({ "token_endpoint_auth_method": "none" }), true),
    ] {
        let body = server.registered(&metadata(&changes)).await;
        let row = server.client_row(&body).await;
        assert_eq!(row.require_pkce, required, "{changes}");
    }
}
