//! `register/{client_id}` (C160; RFC 7592 §2, §13.4).

use serde_json::{Value, json};

use super::shown;
use crate::app::{
    registration::{metadata, open},
    server::{Answer, TestServer},
    tokens::{assert_shows_none, show, snapshot, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn s13_4_a_client_reads_its_metadata() {
    let server = TestServer::with(open()).await;
    let body = server
        .registered(&metadata(&json!({ "client_name": "Shop" })))
        .await;
    let answer = server.manage("GET", &body, None).await;
    snapshot!("registration_read", shown(&answer));
    // RFC 7592 §3 wants the token the caller just sent; the secret appears once only.
    let read = answer.ok();
    assert_eq!(
        read["registration_access_token"],
        body["registration_access_token"]
    );
    assert_eq!(read["client_id_issued_at"], body["client_id_issued_at"]);
    assert!(read.get("client_secret").is_none());
}

/// RFC 7592 §3: nothing secret but the token that the caller just sent.
#[tokio::test(flavor = "multi_thread")]
async fn c069_managing_a_client_shows_no_secret() {
    let server = TestServer::with(open()).await;
    let body = server.registered(&metadata(&json!({}))).await;
    let mut secrets = server.hashes().await;
    secrets.push(text(&body, "client_secret").to_owned());
    let mut update = metadata(&json!({ "client_name": "Shop" }));
    update["client_id"] = body["client_id"].clone();
    for (method, sent) in [("GET", None), ("PUT", Some(&update))] {
        let answer = server.manage(method, &body, sent).await;
        let told = answer.ok();
        assert_eq!(told["client_id"], body["client_id"]);
        assert!(told.get("client_secret").is_none(), "{told}");
        assert_shows_none(&answer.body, &secrets);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_4_an_update_replaces_the_metadata() {
    let server = TestServer::with(open()).await;
    let first = metadata(&json!({ "client_name": "Shop", "tos_uri": "https://new.example/tos" }));
    let body = server.registered(&first).await;
    let before = server.client_row(&body).await;
    let update = json!({
        "client_id": body["client_id"],
        "client_secret": body["client_secret"],
        "redirect_uris": ["https://new.example/other"],
        "client_name": "Other shop",
    });
    let answer = server.manage("PUT", &body, Some(&update)).await;
    snapshot!("registration_updated", shown(&answer));
    let after = server.client_row(&body).await;
    assert_eq!(after.version, before.version + 1);
    assert_eq!(after.tos_uri, None);
    assert_eq!(after.client_secret_hash, before.client_secret_hash);
    assert_eq!(
        after.registration_token_hash,
        before.registration_token_hash
    );
    assert_eq!((after.kind, after.status), (before.kind, before.status));
    let read = server.manage("GET", &body, None).await;
    assert_eq!(read.ok(), answer.ok());
}

/// RFC 7592 §2.2.
#[tokio::test(flavor = "multi_thread")]
async fn s13_4_an_update_says_which_client_it_means_and_follows_the_rules() {
    let server = TestServer::with(open()).await;
    let body = server.registered(&metadata(&json!({}))).await;
    let other = server.registered(&metadata(&json!({}))).await;
    let before = server.client_row(&body).await;
    let with = |changes: Value| {
        let mut update = metadata(&changes);
        if update.get("client_id").is_none() {
            update["client_id"] = body["client_id"].clone();
        }
        update
    };
    for (update, error) in [
        (metadata(&json!({})), "invalid_client_metadata"),
        (
            with(json!({ "client_id": other["client_id"] })),
            "invalid_client_metadata",
        ),
        (
            with(json!({ "client_secret": other["client_secret"] })),
            "invalid_client_metadata",
        ),
        (with(json!({ "client_name": 1 })), "invalid_client_metadata"),
        (
            with(json!({ "grant_types": ["client_credentials"] })),
            "invalid_client_metadata",
        ),
        (
            with(json!({ "redirect_uris": ["http://a.example/"] })),
            "invalid_redirect_uri",
        ),
        (
            with(json!({ "redirect_uris": null })),
            "invalid_redirect_uri",
        ),
    ] {
        let answer = server.manage("PUT", &body, Some(&update)).await;
        answer.assert_error(400, error);
    }
    let after = server.client_row(&body).await;
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
    // What the answer had comes back harmlessly.
    let whole = server.manage("PUT", &body, Some(&body)).await.ok();
    assert!(whole.get("client_secret").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_4_the_secret_follows_the_method() {
    let server = TestServer::with(open()).await;
    let public = metadata(&json!({ "token_endpoint_auth_method": "none" }));
    let body = server.registered(&public).await;
    let method = |method: &str| {
        let mut update = metadata(&json!({ "token_endpoint_auth_method": method }));
        update["client_id"] = body["client_id"].clone();
        update
    };
    let update = method("client_secret_post");
    let answer = server.manage("PUT", &body, Some(&update)).await.ok();
    let secret = text(&answer, "client_secret").to_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("client_id", text(&body, "client_id")),
        ("client_secret", &secret),
    ];
    server
        .post("/oauth/token", &form)
        .await
        .assert_error(400, "invalid_grant");
    let answer = server
        .manage("PUT", &body, Some(&method("none")))
        .await
        .ok();
    assert!(answer.get("client_secret").is_none());
    assert!(answer.get("client_secret_expires_at").is_none());
    server
        .post("/oauth/token", &form)
        .await
        .assert_error(401, "invalid_client");
    assert_eq!(server.client_row(&body).await.client_secret_hash, None);
}

/// One answer for everything that is not this client's own token.
#[tokio::test(flavor = "multi_thread")]
async fn c160_missing_wrong_and_foreign_tokens_and_unknown_clients() {
    let server = TestServer::with(open()).await;
    let body = server.registered(&metadata(&json!({}))).await;
    let other = server.registered(&metadata(&json!({}))).await;
    let disabled = server.registered(&metadata(&json!({}))).await;
    server
        .set_client_status(text(&disabled, "client_id"), "disabled")
        .await;
    let before = server.everything().await;
    let own = text(&body, "registration_access_token");
    let foreign = text(&other, "registration_access_token");
    let secret = text(&body, "client_secret");
    let at = |id: &str| json!({ "registration_client_uri": format!("/oauth/register/{id}") });
    let mut seen: Vec<String> = Vec::new();
    for method in ["GET", "PUT", "DELETE"] {
        for (target, authorization) in [
            (body.clone(), None),
            (body.clone(), Some("Bearer wrong".to_owned())),
            (body.clone(), Some("Bearer ".to_owned())),
            (body.clone(), Some("Basic YTpi".to_owned())),
            (body.clone(), Some(format!("Bearer {foreign}"))),
            (body.clone(), Some(format!("Bearer {secret}"))),
            (
                disabled.clone(),
                Some(format!(
                    "Bearer {}",
                    text(&disabled, "registration_access_token")
                )),
            ),
            (at("client_unknown"), Some(format!("Bearer {own}"))),
            (at("conf"), Some(format!("Bearer {own}"))),
            (at("dyn"), Some("Bearer ".to_owned())),
            (at("%FF"), Some(format!("Bearer {own}"))),
            (at("a%00b"), Some(format!("Bearer {own}"))),
        ] {
            let mut request = server.at_registration(method, &target);
            if let Some(authorization) = &authorization {
                request = request.header("authorization", authorization);
            }
            if method == "PUT" {
                let mut update = metadata(&json!({ "client_name": "Hijacked" }));
                update["client_id"] = body["client_id"].clone();
                request = request.json(&update);
            }
            let answer: Answer = server.send(request).await;
            answer.assert_error(401, "invalid_token");
            seen.push(show(&answer));
        }
    }
    snapshot!("registration_refused", &seen[0]);
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert_eq!(server.everything().await, before);
}
