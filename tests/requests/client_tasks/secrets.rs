//! `oauth:client:rotate_secret` (CA-02).

use serde_json::Value;

use super::{json_of, task};
use crate::app::{
    browser::encoded,
    fixtures::SECRET,
    oauth_server::oauth_clients,
    server::{Basic, TestServer},
    tokens::text,
};

/// The end of the old secret, seconds from now; the clock may have moved on.
#[track_caller]
fn assert_ends_in(server: &TestServer, rotated: &Value, seconds: i64) {
    let end = rotated["previous_secret_expires_at"].as_i64().unwrap();
    let left = end - server.now();
    assert!((seconds - 10..=seconds).contains(&left), "{rotated}");
}

/// CA-02: two secrets work during the overlap, then the new one alone.
#[tokio::test(flavor = "multi_thread")]
async fn s32_1_rotate_secret_overlaps() {
    let server = TestServer::start().await;
    let works = async |secret: &str| {
        let form = [("grant_type", "authorization_code"), ("code", "x")];
        let answer = server
            .post_as(Basic::of("conf", secret), "/oauth/token", &form)
            .await;
        match answer.status {
            400 => true,
            401 => false,
            _ => panic!("{answer:?}"),
        }
    };
    let old = encoded(SECRET);
    let pairs = [("id", "conf"), ("overlap_seconds", "3600")];
    let rotated = json_of(&server, "rotate_secret", &pairs).await;
    let second = text(&rotated, "client_secret").to_owned();
    assert_ends_in(&server, &rotated, 3600);
    assert_eq!(rotated["client_secret_expires_at"], 0);
    assert!(works(&old).await && works(&second).await);
    server.advance(3500);
    assert!(works(&old).await);
    server.advance(100);
    assert!(!works(&old).await && works(&second).await);

    // 0: the old one dies at once. Its predecessor does not come back.
    let pairs = [("id", "conf"), ("overlap_seconds", "0")];
    let rotated = json_of(&server, "rotate_secret", &pairs).await;
    let third = text(&rotated, "client_secret").to_owned();
    assert!(rotated.get("previous_secret_expires_at").is_none());
    assert!(!works(&old).await && !works(&second).await && works(&third).await);

    // Two rotations within one overlap: the newest two work, no third.
    let rotated = json_of(&server, "rotate_secret", &[("id", "conf")]).await;
    let fourth = text(&rotated, "client_secret").to_owned();
    assert_ends_in(&server, &rotated, 86_400);
    let rotated = json_of(&server, "rotate_secret", &[("id", "conf")]).await;
    let fifth = text(&rotated, "client_secret").to_owned();
    assert!(!works(&third).await && works(&fourth).await && works(&fifth).await);

    let printed = task(&server, "rotate_secret", &[("id", "conf")])
        .await
        .unwrap();
    assert!(printed.contains("client_secret: loco_cs_"), "{printed}");
    assert!(printed.contains("(shown once)"), "{printed}");
    assert!(printed.contains("the old secret works until"), "{printed}");
}

/// An overlap never lengthens the life of a secret that ends earlier.
#[tokio::test(flavor = "multi_thread")]
async fn s32_1_rotate_secret_keeps_an_earlier_end() {
    let server = TestServer::start().await;
    let end = server.now() + 60;
    let column = oauth_clients::Column::ClientSecretExpiresAt;
    server.set_client("conf", column, end).await;
    let rotated = json_of(&server, "rotate_secret", &[("id", "conf")]).await;
    assert_eq!(rotated["previous_secret_expires_at"], end);
}
