//! What strangers can make the server keep, in bytes and rows.

use loco_oauth_server::internals::operations::cleanup::Cleanup;
use rstest::rstest;
use serde_json::{Value, json};

use super::{description, settings, update_of};
use crate::{
    app::{
        browser::Authorize, https::Reply, oauth_server::oauth_clients, registration::metadata,
        server::TestServer, tokens::text,
    },
    requests::documents::{CALLBACK, Site},
};

const DAY: i64 = 86_400;

fn bulky() -> Value {
    metadata(&json!({
        "client_name": "Bulky", "client_name#de": "Sperrig",
        "client_uri": "https://new.example/", "logo_uri": "https://new.example/logo.png",
        "tos_uri": "https://new.example/tos", "policy_uri": "https://new.example/privacy",
        "contacts": ["ops@new.example"], "initiate_login_uri": "https://new.example/login",
        "software_id": "bulk", "software_version": "2", "software_statement": "x".repeat(4000),
        "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" }] },
        "default_acr_values": ["a"], "post_logout_redirect_uris": ["https://new.example/bye"],
        "default_max_age": 60, "id_token_signed_response_alg": "ES256",
        "token_endpoint_auth_signing_alg": "EdDSA",
    }))
}

/// RG-02.
#[tokio::test(flavor = "multi_thread")]
async fn s_b8_a_software_statement_has_4_kib() {
    let server = TestServer::with(settings(&json!({}))).await;
    let of = |length: usize| metadata(&json!({ "software_statement": "x".repeat(length) }));
    let client = server.registered(&of(4096)).await;
    for length in [4097, 60_000] {
        let answer = server.register(&of(length)).await;
        answer.assert_error(400, "invalid_client_metadata");
        assert!(description(&answer).starts_with("software_statement: at most 4096"));
        let update = update_of(&client, of(length));
        let answer = server.manage("PUT", &client, Some(&update)).await;
        answer.assert_error(400, "invalid_client_metadata");
    }
}

/// Each list and text is within its own limit; together they are too much.
#[rstest]
#[case::contacts(json!({ "contacts": vec!["c".repeat(1900); 20] }))]
#[case::redirects(json!({ "redirect_uris": (0..20).map(|n| format!("https://new.example/{n}/{}", "r".repeat(1900))).collect::<Vec<_>>() }))]
#[case::post_logout(json!({ "post_logout_redirect_uris": (0..20).map(|n| format!("https://new.example/{n}/{}", "r".repeat(1900))).collect::<Vec<_>>() }))]
#[case::acr(json!({ "default_acr_values": vec!["a".repeat(1900); 20] }))]
#[case::languages((0..20).map(|n| (format!("tos_uri#de-{n}"), json!(format!("https://new.example/{}", "t".repeat(1900))))).collect())]
#[case::keys(json!({ "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AAAA", "x5c": vec!["c".repeat(1900); 20] }] } }))]
#[case::extra_members_of_the_set(json!({ "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" }], "pad": "p".repeat(40_000) } }))]
#[tokio::test(flavor = "multi_thread")]
async fn s_b8_the_metadata_of_a_client_is_bounded_in_all(#[case] changes: Value) {
    let server = TestServer::with(settings(&json!({}))).await;
    let client = server.registered(&metadata(&json!({}))).await;
    let before = server.client_row(&client).await;
    let sent = metadata(&changes);
    for answer in [
        server.register(&sent).await,
        server.register_with_token(&sent).await,
        server
            .manage("PUT", &client, Some(&update_of(&client, sent.clone())))
            .await,
    ] {
        answer.assert_error(400, "invalid_client_metadata");
        assert!(description(&answer).contains("16384 bytes"), "{answer:?}");
    }
    let after = server.client_row(&client).await;
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
}

/// What nobody asked to keep is not kept.
#[tokio::test(flavor = "multi_thread")]
async fn s_b8_unknown_members_fill_no_row() {
    let server = TestServer::with(settings(&json!({}))).await;
    let pad = "p".repeat(50_000);
    let sent = metadata(&json!({ "pad": pad, "pad#de": "x", "nested": { "pad": [1, 2, 3] } }));
    let client = server.registered(&sent).await;
    let row = serde_json::to_string(&server.client_row(&client).await).unwrap();
    assert!(row.len() < 4000, "{}", row.len());
}

#[track_caller]
fn assert_buried(row: &oauth_clients::Model) {
    assert_eq!(row.status, "deleted");
    assert!(row.deleted_at.is_some());
    let shown = serde_json::to_string(row).unwrap();
    for text in [
        "new.example",
        "Bulky",
        "Sperrig",
        "xxxx",
        "Ed25519",
        "client_secret_basic\":\"",
    ] {
        assert!(!shown.contains(text), "{text} in {shown}");
    }
    assert_eq!(row.redirect_uris, json!([]));
    assert_eq!(row.grant_types, json!([]));
    let empty = (&row.jwks, &row.scopes, &row.localized, &row.contacts);
    assert_eq!(empty, (&None, &None, &None, &None));
    assert_eq!(
        (&row.client_secret_hash, &row.registration_token_hash),
        (&None, &None)
    );
}

/// By the client, by the operator, and because nobody used it.
#[tokio::test(flavor = "multi_thread")]
async fn s_b8_a_tombstone_keeps_no_metadata() {
    let server = TestServer::with(settings(&json!({}))).await;
    let by_itself = server.registered(&bulky()).await;
    assert_eq!(server.manage("DELETE", &by_itself, None).await.status, 204);
    let by_operator = server.registered(&bulky()).await;
    let id = text(&by_operator, "client_id");
    assert!(server.oauth().registrar.delete(id).await.unwrap());
    let unused = server.registered(&bulky()).await;
    server.advance(2 * DAY);
    let oauth = server.oauth();
    Cleanup(&oauth).run_as_configured().await.unwrap();
    for client in [&by_itself, &by_operator, &unused] {
        assert_buried(&server.client_row(client).await);
        // And it still explains itself.
        let request = Authorize::of(text(client, "client_id"), "https://new.example/cb");
        let page = server.get(&request.path()).await;
        page.assert_page(400);
        assert!(page.body.contains("removed"), "{page:?}");
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", text(client, "client_id")),
        ];
        let answer = server.post("/oauth/token", &form).await;
        answer.assert_error(401, "invalid_client");
    }
}

/// Register and go, again and again.
#[tokio::test(flavor = "multi_thread")]
async fn s_b8_tombstones_of_unused_clients_are_bounded_in_number() {
    let server = TestServer::with(settings(&json!({ "max_unused_clients": 3 }))).await;
    let before = server.clients().await.len();
    let mut last = Value::Null;
    for _ in 0..8 {
        last = server.registered(&metadata(&json!({}))).await;
        assert_eq!(server.manage("DELETE", &last, None).await.status, 204);
        server.advance(1);
    }
    // One that people used is remembered as long as ever.
    let used = server.registered(&metadata(&json!({}))).await;
    let id = text(&used, "client_id");
    server
        .set_client(id, oauth_clients::Column::LastUsedAt, 1_i64)
        .await;
    assert_eq!(server.manage("DELETE", &used, None).await.status, 204);
    let oauth = server.oauth();
    Cleanup(&oauth).run_as_configured().await.unwrap();
    assert_eq!(server.clients().await.len(), before + 4);
    assert_eq!(
        server.client_row(&last).await.status,
        "deleted",
        "the newest stay"
    );
    assert_eq!(server.client_row(&used).await.status, "deleted");
}

/// The copies of documents are rows like others.
#[tokio::test(flavor = "multi_thread")]
async fn s_b8_documents_are_under_the_ceiling() {
    let site = Site::with(&settings(&json!({ "max_unused_clients": 2 }))).await;
    for number in 0..5 {
        let path = format!("/{number}.json");
        let id = site.https.url(&path);
        site.https.serve(
            &path,
            Reply::json(&site.document(&json!({ "client_id": id }))),
        );
        let request = Authorize::of(&id, CALLBACK).with("scope", "openid");
        site.server.get(&request.path()).await.location();
        site.server.advance(1);
    }
    let kept = site.rows().await.into_iter().map(|row| row.client_id);
    let kept: std::collections::BTreeSet<String> = kept.collect();
    let kept: Vec<String> = kept.into_iter().collect();
    assert_eq!(kept, [site.https.url("/3.json"), site.https.url("/4.json")]);
    // They count for whoever registers without a token …
    let answer = site.server.register(&metadata(&json!({}))).await;
    answer.assert_error(429, "temporarily_unavailable");
    // … and do not keep out whom the operator let in.
    for _ in 0..3 {
        let answer = site.server.register_with_token(&metadata(&json!({}))).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

/// However many strangers register: a document works.
#[tokio::test(flavor = "multi_thread")]
async fn s_b8_registrations_keep_no_document_out() {
    let site = Site::with(&settings(&json!({ "max_unused_clients": 1 }))).await;
    site.server.registered(&metadata(&json!({}))).await;
    site.server
        .register(&metadata(&json!({})))
        .await
        .assert_error(429, "temporarily_unavailable");
    let code = site.server.browser().code(&site.request()).await;
    let tokens = site.redeem(&code, &[]).await.ok();
    site.refresh(text(&tokens, "refresh_token")).await.ok();
}

/// A copy that nobody used goes for good: its client is not "removed" for 90 days by somebody who
/// only looked at it.
#[tokio::test(flavor = "multi_thread")]
async fn s_b8_the_copy_of_a_document_leaves_no_tombstone() {
    let site = Site::with(&settings(&json!({}))).await;
    site.authorize().await.location();
    assert_eq!(site.rows().await.len(), 1);
    site.server.advance(2 * DAY);
    let oauth = site.server.oauth();
    Cleanup(&oauth).run_as_configured().await.unwrap();
    assert_eq!(site.rows().await, []);
    site.authorize().await.location();
    // The operator's word lasts.
    assert!(oauth.registrar.delete(&site.id).await.unwrap());
    site.authorize().await.assert_page(400);
    site.server.advance(2 * DAY);
    Cleanup(&oauth).run_as_configured().await.unwrap();
    site.authorize().await.assert_page(400);
}
