//! Refresh tokens of public clients are bound to a key, those of confidential clients to their authentication
//! (TK-25, RFC 9449 §5).

use loco_oauth_server::testing::DpopKey;
use serde_json::json;

use crate::app::{server::TestServer, tokens::text};

#[tokio::test(flavor = "multi_thread")]
async fn c214_tk_25_a_public_client_needs_its_key() {
    let server = TestServer::start().await;
    let (key, other) = (DpopKey::new(), DpopKey::new());
    let tokens = server.bound_tokens("pub", &key).await;
    let answer = server.refresh_by("pub", &tokens, &[]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    let proof = server.token_proof(&other);
    let answer = server.refresh_by("pub", &tokens, &[&proof]).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(server.live_generations().await, [1], "not rotated");
    let proof = server.token_proof(&key);
    let next = server.refresh_by("pub", &tokens, &[&proof]).await.ok();
    assert_eq!(next["token_type"], "DPoP");
    server
        .show_bound("/oauth/userinfo", text(&next, "access_token"), &key)
        .await
        .ok();
    // A proof that was used says so, and costs no token.
    let answer = server.refresh_by("pub", &next, &[&proof]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    assert_eq!(server.live_generations().await, [2]);
}

/// RF-03: at most three uses without the key; then it counts as stolen.
#[tokio::test(flavor = "multi_thread")]
async fn rf_03_a_thief_without_the_key_ends_the_family() {
    let server = TestServer::start().await;
    let (key, other) = (DpopKey::new(), DpopKey::new());
    let tokens = server.bound_tokens("pub", &key).await;
    for _ in 0..3 {
        let proof = server.token_proof(&other);
        let answer = server.refresh_by("pub", &tokens, &[&proof]).await;
        answer.assert_error(400, "invalid_grant");
    }
    assert_eq!(server.revocations().await, [None]);
    let answer = server.refresh_by("pub", &tokens, &[]).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(
        server.revocations().await,
        [Some("refresh_replay".to_owned())]
    );
    // Malformed proofs are no use of the token.
    let tokens = server.bound_tokens("pub", &key).await;
    for _ in 0..10 {
        let answer = server.refresh_by("pub", &tokens, &["bad"]).await;
        answer.assert_error(400, "invalid_dpop_proof");
    }
    let proof = server.token_proof(&key);
    server.refresh_by("pub", &tokens, &[&proof]).await.ok();
}

/// RF-02: the same key gets the same bytes, with a new proof; another key is a replay.
#[tokio::test(flavor = "multi_thread")]
async fn rf_02_a_retry_is_by_the_same_key() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let tokens = server.bound_tokens("pub", &key).await;
    let proof = server.token_proof(&key);
    let first = server.refresh_by("pub", &tokens, &[&proof]).await;
    // A client or proxy that repeats the bytes of the request is told to make a new proof.
    let answer = server.refresh_by("pub", &tokens, &[&proof]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    let proof = server.token_proof(&key);
    let again = server.refresh_by("pub", &tokens, &[&proof]).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    for proofs in [vec![], vec![server.token_proof(&DpopKey::new())]] {
        let tokens = server.bound_tokens("pub", &key).await;
        let proof = server.token_proof(&key);
        server.refresh_by("pub", &tokens, &[&proof]).await.ok();
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        let answer = server.refresh_by("pub", &tokens, &proofs).await;
        answer.assert_error(400, "invalid_grant");
        let revoked = server.revocations().await;
        assert_eq!(revoked.last().unwrap().as_deref(), Some("refresh_replay"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_25_a_confidential_client_may_change_its_key() {
    let server = TestServer::start().await;
    let (key, other) = (DpopKey::new(), DpopKey::new());
    let tokens = server.bound_tokens("conf", &key).await;
    let proof = server.token_proof(&other);
    let next = server.refresh_by("conf", &tokens, &[&proof]).await.ok();
    let access = text(&next, "access_token");
    server
        .show_bound("/oauth/userinfo", access, &other)
        .await
        .ok();
    server
        .show_bound("/oauth/userinfo", access, &key)
        .await
        .assert_error(401, "invalid_token");
    let last = server.refresh_by("conf", &next, &[]).await.ok();
    assert_eq!(last["token_type"], "Bearer");
    // Also where its tokens are not rotated.
    let server = TestServer::with(json!({ "rotate_refresh_tokens": "public_only" })).await;
    let tokens = server.bound_tokens("conf", &key).await;
    for key in [&key, &other] {
        let proof = server.token_proof(key);
        let next = server.refresh_by("conf", &tokens, &[&proof]).await.ok();
        let access = text(&next, "access_token");
        server.show_bound("/oauth/userinfo", access, key).await.ok();
    }
}

/// RFC 9449 §5: a refresh token that a public client gets with a proof is bound, also if the first was not.
#[tokio::test(flavor = "multi_thread")]
async fn tk_25_a_client_that_begins_with_proofs_is_bound_from_then_on() {
    let server = TestServer::start().await;
    let (key, other) = (DpopKey::new(), DpopKey::new());
    let code = server.code_of("pub").await;
    let tokens = server.redeem_by("pub", &code, &[]).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    let proof = server.token_proof(&key);
    let next = server.refresh_by("pub", &tokens, &[&proof]).await.ok();
    assert_eq!(next["token_type"], "DPoP");
    assert_eq!(server.grants().await[0].dpop_jkt, Some(key.thumbprint()));
    let answer = server.refresh_by("pub", &next, &[]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    let proof = server.token_proof(&other);
    let answer = server.refresh_by("pub", &next, &[&proof]).await;
    answer.assert_error(400, "invalid_grant");
    let proof = server.token_proof(&key);
    server.refresh_by("pub", &next, &[&proof]).await.ok();
}

/// A public client of a server that reads no proofs any more cannot go on without its key.
#[tokio::test(flavor = "multi_thread")]
async fn tk_25_bound_tokens_stay_bound_when_proofs_are_switched_off() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let tokens = server.bound_tokens("pub", &key).await;
    let off = server.twin(json!({ "dpop": { "enabled": false } })).await;
    let proof = server.token_proof(&key);
    let answer = off.refresh_by("pub", &tokens, &[&proof]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    let access = text(&tokens, "access_token");
    off.userinfo(access)
        .await
        .assert_error(401, "invalid_token");
    assert_eq!(
        off.show_bound("/oauth/userinfo", access, &key).await.status,
        401
    );
    server
        .show_bound("/oauth/userinfo", access, &key)
        .await
        .ok();
}
