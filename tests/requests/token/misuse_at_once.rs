//! The count of misuses on several nodes and of requests at once.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;

use super::refresh_misuse::with_resource;
use crate::app::{
    server::{Answer, TestServer},
    tokens::text,
};

/// The count is in the database: it holds on every node and after a restart.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_all_nodes_count_together() {
    let server = TestServer::start().await;
    let twin = server.twin(json!({})).await;
    let tokens = with_resource(&server).await;
    let refresh = text(&tokens, "refresh_token");
    for node in [&server, &twin, &server] {
        let answer = node.refresh_with(refresh, &[("scope", "zzz")]).await;
        answer.assert_error(400, "invalid_scope");
    }
    drop(server);
    let restarted = twin.twin(json!({})).await;
    let answer = restarted.refresh_with(refresh, &[("scope", "zzz")]).await;
    answer.assert_error(400, "invalid_grant");
    restarted.assert_family_is_dead(&tokens).await;
}

/// At once, too, three are told and no more.
#[rstest]
#[case::one_connection(1)]
#[case::five_connections(5)]
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_many_wrong_requests_at_once(#[case] connections: u32) {
    let server = TestServer::with(json!({ "max_connections": connections })).await;
    let tokens = with_resource(&server).await;
    let refresh = text(&tokens, "refresh_token");
    let requests = (0..30).map(|_| server.refresh_with(refresh, &[("scope", "zzz")]));
    let answers = join_all(requests).await;
    let (told, denied): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.json()["error"] == "invalid_scope");
    assert_eq!(told.len(), 3);
    for answer in denied {
        answer.assert_error(400, "invalid_grant");
    }
    server.assert_family_is_dead(&tokens).await;
}

/// Wrong and good requests at once: whatever wins, nothing lives once a wrong one was denied.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_wrong_requests_beside_the_rightful_one() {
    let server = TestServer::start().await;
    for _ in 0..5 {
        let tokens = with_resource(&server).await;
        let refresh = text(&tokens, "refresh_token");
        let wrong = (0..10).map(|_| server.refresh_with(refresh, &[("scope", "zzz")]));
        let (good, wrong) = tokio::join!(server.refresh(refresh), join_all(wrong));
        assert!([200, 400].contains(&good.status), "{good:?}");
        assert!(wrong.iter().all(|answer| answer.status == 400), "{wrong:?}");
        let is_denied = |answer: &&Answer| answer.json()["error"] == "invalid_grant";
        assert!(wrong.iter().filter(is_denied).count() >= 7, "{wrong:?}");
        assert!(server.live_generations().await.is_empty());
    }
}
