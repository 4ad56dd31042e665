//! Many requests at once.

use futures_util::future::join_all;
use loco_oauth_server::testing::DpopKey;
use serde_json::json;

use crate::app::{
    dpop::Shown,
    guarded::MCP,
    server::{Answer, TestServer},
    tokens::text,
};

fn successes(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 200).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn c209_dp_03_one_proof_twenty_times_at_once() {
    let server = TestServer::guarded().await;
    let twin = server.twin(crate::app::guarded::settings()).await;
    let nodes = [&server, &twin];
    let key = DpopKey::new();
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "mcp:read"),
        ("resource", MCP),
    ];
    let proof = server.token_proof(&key);
    let proofs = [proof.as_str()];
    let requests = (0..20).map(|turn| nodes[turn % 2].token_with("robot", &form, &proofs));
    let answers = join_all(requests).await;
    assert_eq!(successes(&answers), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.assert_error(400, "invalid_dpop_proof");
    }
    let won = answers.iter().find(|answer| answer.status == 200).unwrap();
    let token = text(&won.json(), "access_token").to_owned();
    let proof = key.proof_with_token(&server.ctx, "GET", "/mcp", &token);
    let proofs = [proof.as_str()];
    let requests = (0..20).map(|turn| nodes[turn % 2].show(Shown::get("/mcp", &token, &proofs)));
    let answers = join_all(requests).await;
    assert_eq!(successes(&answers), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.assert_error(401, "invalid_dpop_proof");
    }
    // Twenty proofs are twenty requests.
    let requests = (0..20).map(|_| server.show_bound("/mcp", &token, &key));
    assert_eq!(successes(&join_all(requests).await), 20);
}

/// CC-01 with proofs of one key: one code, one pair of tokens.
#[tokio::test(flavor = "multi_thread")]
async fn cc_01_one_code_with_many_proofs_at_once() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let code = server.code_of("pub").await;
    let proofs: Vec<String> = (0..10).map(|_| server.token_proof(&key)).collect();
    let proofs: Vec<[&str; 1]> = proofs.iter().map(|proof| [proof.as_str()]).collect();
    let requests = proofs
        .iter()
        .map(|proof| server.redeem_by("pub", &code, proof));
    let answers = join_all(requests).await;
    assert_eq!(successes(&answers), 1, "{answers:?}");
    assert_eq!(server.access_tokens().await.len(), 1);
}

/// Two keys at the first refresh with a proof: one of them gets the grant.
#[tokio::test(flavor = "multi_thread")]
async fn tk_25_two_keys_at_once() {
    let server = TestServer::start().await;
    let code = server.code_of("pub").await;
    let tokens = server.redeem_by("pub", &code, &[]).await.ok();
    let keys = [DpopKey::new(), DpopKey::new(), DpopKey::new()];
    let proofs = keys.each_ref().map(|key| server.token_proof(key));
    let proofs = proofs.each_ref().map(|proof| [proof.as_str()]);
    let requests = proofs
        .iter()
        .map(|proof| server.refresh_by("pub", &tokens, proof));
    let answers = join_all(requests).await;
    assert!(successes(&answers) <= 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    assert!(server.grants().await[0].dpop_jkt.is_some());
}

/// What a proof costs: one statement, and a bearer request none.
#[tokio::test(flavor = "multi_thread")]
async fn dp_03_statements() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let tokens = server.bound_tokens("pub", &key).await;
    server.database.recorder.take();
    let proof = server.token_proof(&key);
    let next = server.refresh_by("pub", &tokens, &[&proof]).await.ok();
    assert_eq!(server.database.recorder.take().len(), 3);
    let access = text(&next, "access_token");
    server
        .show_bound("/oauth/userinfo", access, &key)
        .await
        .ok();
    assert_eq!(server.database.recorder.take().len(), 2);
    let bearer = server.twin(json!({})).await;
    let code = bearer.code_of("pub").await;
    server.database.recorder.take();
    let tokens = bearer.redeem_by("pub", &code, &[]).await.ok();
    assert_eq!(server.database.recorder.take().len(), 2);
    bearer.userinfo(text(&tokens, "access_token")).await.ok();
    assert_eq!(server.database.recorder.take().len(), 1);
}
