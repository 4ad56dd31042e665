//! How much strangers may store (C247, C251; RG-02, RG-03).

use std::collections::BTreeSet;

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;

use super::shown;
use crate::app::{
    oauth_server::oauth_clients,
    registration::{metadata, open, open_and},
    server::TestServer,
    tokens::{snapshot, text},
};

#[rstest]
#[case::one_connection(1)]
#[case::five_connections(5)]
#[tokio::test(flavor = "multi_thread")]
async fn c247_a_hundred_registrations_at_once(#[case] connections: u32) {
    let settings = json!({ "max_connections": connections });
    let server = TestServer::with(open_and(&settings)).await;
    let before = server.clients().await.len();
    let metadata = metadata(&json!({}));
    let answers = join_all((0..100).map(|_| server.register(&metadata))).await;
    let mut ids = BTreeSet::new();
    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        ids.insert(text(&answer.json(), "client_id").to_owned());
    }
    assert_eq!(ids.len(), 100);
    assert_eq!(server.clients().await.len(), before + 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn rg_03_a_ceiling_of_clients_that_were_never_used() {
    let server = TestServer::with(open_and(&json!({ "max_unused_clients": 2 }))).await;
    let first = server.registered(&metadata(&json!({}))).await;
    server.registered(&metadata(&json!({}))).await;
    let answer = server.register(&metadata(&json!({}))).await;
    snapshot!("register_too_many_unused", shown(&answer));
    // A client that was used does not count, nor does one that was removed.
    let id = text(&first, "client_id");
    server
        .set_client(id, oauth_clients::Column::LastUsedAt, 1_i64)
        .await;
    let third = server.registered(&metadata(&json!({}))).await;
    let answer = server.register(&metadata(&json!({}))).await;
    answer.assert_error(429, "temporarily_unavailable");
    assert_eq!(server.manage("DELETE", &third, None).await.status, 204);
    server.registered(&metadata(&json!({}))).await;
}

/// RG-02: 64 KiB; reading stops at the limit, with and without a length.
#[tokio::test(flavor = "multi_thread")]
async fn c251_large_bodies_of_register() {
    let server = TestServer::with(open()).await;
    let before = server.everything().await;
    let part = format!("{{\"client_name\":\"{}", "x".repeat(66 * 1024));
    for (method, path) in [
        ("POST", "/oauth/register"),
        ("PUT", "/oauth/register/client_x"),
    ] {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: as.example\r\nContent-Type: application/json\r\n"
        );
        let announced = format!("{head}Content-Length: 10485760\r\n\r\n{part}");
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\nA00000\r\n{part}");
        for request in [announced, chunked] {
            let answer = server.raw(&request).await;
            assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
            assert!(
                answer.contains("{\"error\":\"invalid_client_metadata\""),
                "{answer}"
            );
        }
    }
    assert_eq!(server.everything().await, before);
    let padded = |length: usize| {
        let body = metadata(&json!({})).to_string();
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    for (length, status) in [(64 * 1024, 201), (64 * 1024 + 1, 413)] {
        let request = server.http.post(server.url("/oauth/register"));
        let request = request
            .header("content-type", "application/json")
            .body(padded(length));
        assert_eq!(server.send(request).await.status, status);
    }
    let url = format!("/oauth/register?x={}", "x".repeat(16 * 1024));
    let request = server
        .http
        .post(server.url(&url))
        .json(&metadata(&json!({})));
    server
        .send(request)
        .await
        .assert_error(414, "invalid_request");
}
