//! Nonces (DP-04, RFC 9449 §8).

use loco_oauth_server::testing::DpopKey;
use serde_json::json;

use crate::app::{
    dpop::{Shown, proof_header},
    server::{Answer, TestServer},
    tokens::text,
};

fn settings() -> serde_json::Value {
    json!({ "dpop": { "nonce": true }, "secret": "a root secret that all nodes of the test share" })
}

fn nonce(answer: &Answer) -> String {
    answer.header("dpop-nonce").expect("a nonce").to_owned()
}

impl TestServer {
    fn proof_with_nonce(&self, key: &DpopKey, nonce: &str) -> String {
        let mut claims = self.proof_claims();
        claims["nonce"] = json!(nonce);
        key.sign(&proof_header(key), &claims)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c216_dp_04_a_nonce_is_asked_for_and_given() {
    let server = TestServer::with(settings()).await;
    let key = DpopKey::new();
    let code = server.code_of("pub").await;
    let proof = server.token_proof(&key);
    let answer = server.redeem_by("pub", &code, &[&proof]).await;
    answer.assert_error(400, "use_dpop_nonce");
    let first = nonce(&answer);
    let exposed = answer.header("access-control-expose-headers");
    let names = exposed.unwrap_or_default().to_ascii_lowercase();
    assert!(names.contains("dpop-nonce") || names.is_empty(), "{names}");
    let proof = server.proof_with_nonce(&key, "another");
    let answer = server.redeem_by("pub", &code, &[&proof]).await;
    answer.assert_error(400, "use_dpop_nonce");
    // Another node knows it.
    let twin = server.twin(settings()).await;
    let proof = server.proof_with_nonce(&key, &first);
    let answer = twin.redeem_by("pub", &code, &[&proof]).await;
    let tokens = answer.ok();
    assert_eq!(nonce(&answer), first, "a fresh one comes with success, too");
    // It is accepted for five to ten minutes.
    let form = [("grant_type", "client_credentials")];
    server.advance(300);
    let proof = server.proof_with_nonce(&key, &first);
    let answer = server.token_with("m2m", &form, &[&proof]).await;
    answer.ok();
    assert_ne!(nonce(&answer), first);
    server.advance(300);
    let proof = server.proof_with_nonce(&key, &first);
    let answer = server.token_with("m2m", &form, &[&proof]).await;
    answer.assert_error(400, "use_dpop_nonce");
    // Requests without a proof have nothing to do with nonces.
    let answer = server.token_with("m2m", &form, &[]).await;
    answer.ok();
    assert_eq!(answer.header("dpop-nonce"), None);
    assert_eq!(tokens["token_type"], "DPoP");
}

#[tokio::test(flavor = "multi_thread")]
async fn c216_dp_04_nonces_at_resources() {
    let server = TestServer::guarded_with(settings()).await;
    let key = DpopKey::new();
    let current = server.oauth().tokens.nonces().unwrap().current;
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "mcp:read notes:read"),
    ];
    for (resource, path) in [
        (crate::app::guarded::MCP, "/mcp"),
        (crate::app::guarded::API, "/api/notes"),
    ] {
        let scope = if path == "/mcp" {
            "mcp:read"
        } else {
            "notes:read"
        };
        let form = [form[0], ("scope", scope), ("resource", resource)];
        let proof = server.proof_with_nonce(&key, &current);
        let tokens = server.token_with("robot", &form, &[&proof]).await.ok();
        let token = text(&tokens, "access_token");
        let answer = server.show_bound(path, token, &key).await;
        answer.assert_error(401, "use_dpop_nonce");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("DPoP "), "{challenge}");
        assert!(
            challenge.contains("error=\"use_dpop_nonce\""),
            "{challenge}"
        );
        let proof = key.proof_with_token(&server.ctx, "GET", path, token);
        let mut claims = crate::app::tokens::jwt_part(&proof, 1);
        claims["nonce"] = json!(nonce(&answer));
        let proof = key.sign(&proof_header(&key), &claims);
        let answer = server.show(Shown::get(path, token, &[&proof])).await;
        answer.ok();
        nonce(&answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c216_dp_04_nonces_at_userinfo() {
    let server = TestServer::with(settings()).await;
    let key = DpopKey::new();
    let code = server.code_of("pub").await;
    let current = server.oauth().tokens.nonces().unwrap().current;
    let proof = server.proof_with_nonce(&key, &current);
    let tokens = server.redeem_by("pub", &code, &[&proof]).await.ok();
    let token = text(&tokens, "access_token");
    let answer = server.show_bound("/oauth/userinfo", token, &key).await;
    answer.assert_error(401, "use_dpop_nonce");
    assert_eq!(nonce(&answer), current);
    let proof = key.proof_with_token(&server.ctx, "GET", "/oauth/userinfo", token);
    let mut claims = crate::app::tokens::jwt_part(&proof, 1);
    claims["nonce"] = json!(current);
    let proof = key.sign(&proof_header(&key), &claims);
    let answer = server
        .show(Shown::get("/oauth/userinfo", token, &[&proof]))
        .await;
    answer.ok();
    assert_eq!(nonce(&answer), current);
}
