//! Bound tokens at UserInfo and at guards (UI-04, GU-03, DP-05).

use loco_oauth_server::testing::DpopKey;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{
    dpop::{Shown, proof_header},
    guarded::{API, MCP},
    server::TestServer,
    tokens::{show, snapshot, text},
};

impl TestServer {
    /// A token of the machine `robot` that is bound to the key.
    async fn bound_robot(&self, key: &DpopKey, scope: &str, resource: &str) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("resource", resource),
        ];
        let proof = self.token_proof(key);
        let tokens = self.token_with("robot", &form, &[&proof]).await.ok();
        text(&tokens, "access_token").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c213_ui_04_a_bound_token_is_no_bearer_token() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let tokens = server.bound_tokens("pub", &key).await;
    let access = text(&tokens, "access_token");
    let answer = server.userinfo(access).await;
    answer.assert_error(401, "invalid_token");
    snapshot!("dpop_bound_as_bearer", show(&answer));
    let form = [("access_token", access)];
    server
        .post("/oauth/userinfo", &form)
        .await
        .assert_error(401, "invalid_token");
    let claims = server
        .show_bound("/oauth/userinfo", access, &key)
        .await
        .ok();
    assert!(claims["sub"].is_string());
    let proof = key.proof_with_token(&server.ctx, "POST", "/oauth/userinfo", access);
    let proofs = [proof.as_str()];
    let post = Shown {
        method: Method::POST,
        ..Shown::get("/oauth/userinfo", access, &proofs)
    };
    server.show(post).await.ok();
    let answer = server
        .show_bound("/oauth/userinfo", access, &DpopKey::new())
        .await;
    answer.assert_error(401, "invalid_token");
    snapshot!("dpop_other_key", show(&answer));
    let answer = server
        .show(Shown::get("/oauth/userinfo", access, &[]))
        .await;
    answer.assert_error(401, "invalid_dpop_proof");
    snapshot!("dpop_no_proof", show(&answer));
}

/// `dpop-negative-tests` of the certification suite, at a guard.
#[tokio::test(flavor = "multi_thread")]
async fn gu_03_dp_05_what_a_guard_refuses() {
    let server = TestServer::guarded().await;
    let key = DpopKey::new();
    let token = server.bound_robot(&key, "mcp:read", MCP).await;
    let good = || key.proof_with_token(&server.ctx, "GET", "/mcp", &token);
    let changed = |part: usize, name: &str, value: Value| {
        let proof = good();
        let mut parts = [
            crate::app::tokens::jwt_part(&proof, 0),
            crate::app::tokens::jwt_part(&proof, 1),
        ];
        parts[part][name] = value;
        key.sign(&parts[0], &parts[1])
    };
    let mut private = key.jwk();
    private["d"] = json!("AAAA");
    let bad = [
        "proof".to_owned(),
        changed(0, "typ", Value::Null),
        changed(0, "typ", json!("JWT")),
        changed(0, "alg", Value::Null),
        changed(0, "alg", json!("none")),
        changed(0, "alg", json!("RS256")),
        changed(0, "jwk", Value::Null),
        changed(0, "jwk", private),
        changed(1, "jti", Value::Null),
        changed(1, "htm", Value::Null),
        changed(1, "htm", json!("POST")),
        changed(1, "htu", Value::Null),
        changed(1, "htu", json!("https://as.example/api")),
        changed(1, "iat", Value::Null),
        changed(1, "iat", json!(server.now() - 3600)),
        changed(1, "iat", json!(server.now() + 3600)),
        changed(1, "ath", Value::Null),
        changed(1, "ath", json!("AAAA")),
        format!("{}A", good()),
    ];
    for proof in &bad {
        let answer = server.show(Shown::get("/mcp", &token, &[proof])).await;
        answer.assert_error(401, "invalid_dpop_proof");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("DPoP realm="), "{challenge}");
        assert!(
            challenge.contains("algs=\"ES256 EdDSA RS256 PS256\""),
            "{challenge}"
        );
        assert!(
            challenge.contains("error=\"invalid_dpop_proof\""),
            "{challenge}"
        );
    }
    let proofs = [good(), good()];
    let two = [proofs[0].as_str(), &proofs[1]];
    let answer = server.show(Shown::get("/mcp", &token, &two)).await;
    answer.assert_error(401, "invalid_dpop_proof");
    server
        .call("/mcp", &token)
        .await
        .assert_error(401, "invalid_token");
    let answer = server.show(Shown::get("/mcp", &token, &[])).await;
    answer.assert_error(401, "invalid_dpop_proof");
    // The proof of a token request holds for no resource.
    let proof = server.token_proof(&key);
    let answer = server.show(Shown::get("/mcp", &token, &[&proof])).await;
    answer.assert_error(401, "invalid_dpop_proof");
    // Once.
    let proof = good();
    server
        .show(Shown::get("/mcp", &token, &[&proof]))
        .await
        .ok();
    let answer = server.show(Shown::get("/mcp", &token, &[&proof])).await;
    answer.assert_error(401, "invalid_dpop_proof");
    snapshot!("dpop_guard_used_proof", show(&answer));
}

/// And what it accepts.
#[tokio::test(flavor = "multi_thread")]
async fn gu_03_dp_02_what_a_guard_accepts() {
    let server = TestServer::guarded().await;
    let key = DpopKey::new();
    let token = server.bound_robot(&key, "mcp:read", MCP).await;
    let with = |name: &str, value: Value| {
        let proof = key.proof_with_token(&server.ctx, "GET", "/mcp", &token);
        let mut claims = crate::app::tokens::jwt_part(&proof, 1);
        claims[name] = value;
        key.sign(&proof_header(&key), &claims)
    };
    let good = [
        with("htu", json!("https://AS.example:443/mcp?a=b#c")),
        with("nbf", json!(server.now() + 100)),
        with("exp", json!(server.now() - 100)),
        with("more", json!([1])),
        with("iat", json!(server.now() - 10)),
        with("iat", json!(server.now() + 10)),
    ];
    for proof in &good {
        server.show(Shown::get("/mcp", &token, &[proof])).await.ok();
    }
    for scheme in ["dpop", "DPOP", "dPoP"] {
        let proof = key.proof_with_token(&server.ctx, "GET", "/mcp", &token);
        let proofs = [proof.as_str()];
        let shown = Shown {
            scheme,
            ..Shown::get("/mcp", &token, &proofs)
        };
        server.show(shown).await.ok();
    }
    let proof = key.proof_with_token(&server.ctx, "GET", "/mcp", &token);
    server
        .show(Shown::get("/mcp?query=1", &token, &[&proof]))
        .await
        .ok();
    let proof = key.proof_with_token(&server.ctx, "POST", "/mcp", &token);
    let proofs = [proof.as_str()];
    let post = Shown {
        method: Method::POST,
        ..Shown::get("/mcp", &token, &proofs)
    };
    server.show(post).await.ok();
}

/// Extractors, and a layer around one: a proof is used up once in a request, also where two guards look at it.
#[tokio::test(flavor = "multi_thread")]
async fn gu_03_extractors_and_layers() {
    let server = TestServer::guarded().await;
    let key = DpopKey::new();
    let token = server.bound_robot(&key, "notes:read", API).await;
    for path in ["/api/notes", "/api/layered", "/api/public"] {
        server.show_bound(path, &token, &key).await.ok();
        server
            .call(path, &token)
            .await
            .assert_error(401, "invalid_token");
        let proof = key.proof_with_token(&server.ctx, "GET", path, &token);
        server.show(Shown::get(path, &token, &[&proof])).await.ok();
        let again = server.show(Shown::get(path, &token, &[&proof])).await;
        again.assert_error(401, "invalid_dpop_proof");
    }
    // Who lacks a scope has not used the proof up.
    let poor = server.bound_robot(&key, "notes:write", API).await;
    for _ in 0..2 {
        let proof = key.proof_with_token(&server.ctx, "GET", "/api/notes", &poor);
        let proofs = [proof.as_str()];
        let shown = Shown::get("/api/notes", &poor, &proofs);
        server
            .show(shown)
            .await
            .assert_error(403, "insufficient_scope");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gu_03_a_token_that_is_not_bound_needs_the_scheme_bearer() {
    let server = TestServer::guarded().await;
    let token = server.robot_token("mcp:read", MCP).await;
    server.call("/mcp", &token).await.ok();
    let answer = server.show_bound("/mcp", &token, &DpopKey::new()).await;
    answer.assert_error(401, "invalid_token");
    snapshot!("dpop_guard_not_bound", show(&answer));
}

/// UR-03: a proxy takes the path of `base_url` away; clients know the public address.
#[tokio::test(flavor = "multi_thread")]
async fn dp_02_ur_03_the_url_is_the_public_one() {
    let settings = json!({ "base_url": "https://as.example/t1" });
    let server = TestServer::guarded_with(settings).await;
    let key = DpopKey::new();
    let resource = "https://as.example/t1/mcp";
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "mcp:read"),
        ("resource", resource),
    ];
    let proof = key.proof(&server.ctx, "POST", "https://as.example/t1/oauth/token");
    let tokens = server.token_with("robot", &form, &[&proof]).await.ok();
    let token = text(&tokens, "access_token");
    let proof = key.proof_with_token(&server.ctx, "GET", resource, token);
    server.show(Shown::get("/mcp", token, &[&proof])).await.ok();
    let stripped = "https://as.example/mcp";
    let proof = key.proof_with_token(&server.ctx, "GET", stripped, token);
    let answer = server.show(Shown::get("/mcp", token, &[&proof])).await;
    answer.assert_error(401, "invalid_dpop_proof");
}

#[tokio::test(flavor = "multi_thread")]
async fn gu_01_a_request_without_a_token_is_offered_both_schemes() {
    let server = TestServer::guarded().await;
    let answer = server.get("/mcp").await;
    assert_eq!(answer.status, 401);
    snapshot!("dpop_guard_no_token", show(&answer));
    let answer = server.get("/oauth/userinfo").await;
    assert_eq!(answer.status, 401);
    snapshot!("dpop_userinfo_no_token", show(&answer));
}
