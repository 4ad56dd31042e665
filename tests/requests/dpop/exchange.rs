//! Proofs at the token endpoint (TK-08).

use loco_oauth_server::testing::DpopKey;
use serde_json::{Value, json};

use crate::app::{
    dpop::proof_header,
    server::TestServer,
    tokens::{jwt_part, text},
};

/// C207: token response, introspection, row of the grant.
#[tokio::test(flavor = "multi_thread")]
async fn c207_tk_08_a_code_for_bound_tokens() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let tokens = server.bound_tokens("conf", &key).await;
    let about = server.introspect(text(&tokens, "access_token")).await;
    assert_eq!(about["token_type"], "DPoP");
    assert_eq!(about["cnf"], json!({ "jkt": key.thumbprint() }));
    let about = server.introspect(text(&tokens, "refresh_token")).await;
    assert_eq!(about["active"], true);
    assert_eq!(
        about.get("cnf"),
        None,
        "a confidential client authenticates"
    );
    server.bound_tokens("pub", &key).await;
    let bound: Vec<_> = { server.grants().await.into_iter() }
        .map(|grant| grant.dpop_jkt)
        .collect();
    assert_eq!(bound, [None, Some(key.thumbprint())]);
    // Without a proof nothing changes.
    let code = server.code_of("conf").await;
    let tokens = server.redeem_by("conf", &code, &[]).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    let about = server.introspect(text(&tokens, "access_token")).await;
    assert_eq!(
        (&about["token_type"], about.get("cnf")),
        (&json!("Bearer"), None)
    );
}

/// RFC 9449 §6.1.
#[tokio::test(flavor = "multi_thread")]
async fn c207_a_jwt_access_token_names_the_key() {
    let server = TestServer::guarded().await;
    let key = DpopKey::new();
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "notes:read"),
        ("resource", crate::app::guarded::API),
    ];
    let proof = server.token_proof(&key);
    let tokens = server.token_with("robot", &form, &[&proof]).await.ok();
    assert_eq!(tokens["token_type"], "DPoP");
    let claims = jwt_part(text(&tokens, "access_token"), 1);
    assert_eq!(claims["cnf"], json!({ "jkt": key.thumbprint() }));
    let tokens = server.token_with("robot", &form, &[]).await.ok();
    let claims = jwt_part(text(&tokens, "access_token"), 1);
    assert_eq!(claims.get("cnf"), None);
}

/// C208, C210, C211: each is refused, and the code stays usable.
#[tokio::test(flavor = "multi_thread")]
async fn c208_c210_c211_bad_proofs_leave_the_code_unused() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let code = server.code_of("pub").await;
    let before = server.ledger().await;
    let header = |name: &str, value: Value| {
        let mut header = proof_header(&key);
        header[name] = value;
        key.sign(&header, &server.proof_claims())
    };
    let claim = |name: &str, value: Value| {
        let mut claims = server.proof_claims();
        claims[name] = value;
        key.sign(&proof_header(&key), &claims)
    };
    let good = server.token_proof(&key);
    let (message, _) = good.rsplit_once('.').unwrap();
    let mut private = key.jwk();
    private["d"] = json!("AAAA");
    let bad = [
        claim("htm", json!("GET")),
        claim("htu", json!("https://as.example/oauth/revoke")),
        claim("htu", json!("https://other.example/oauth/token")),
        claim("jti", Value::Null),
        claim("iat", Value::Null),
        claim("iat", json!(server.now() - 600)),
        claim("iat", json!(server.now() + 600)),
        header("typ", json!("JWT")),
        header("typ", Value::Null),
        header("alg", json!("none")),
        header("alg", json!("HS256")),
        header("jwk", private),
        header("jwk", DpopKey::new().jwk()),
        format!("{message}."),
        message.to_owned(),
        "proof".to_owned(),
        String::new(),
        "é".to_owned(),
        "x".repeat(8200),
    ];
    for proof in &bad {
        let answer = server.redeem_by("pub", &code, &[proof]).await;
        answer.assert_error(400, "invalid_dpop_proof");
        assert_eq!(answer.header("www-authenticate"), None);
    }
    assert_eq!(server.ledger().await, before);
    let soon = claim("iat", json!(server.now() + 5));
    let tokens = server.redeem_by("pub", &code, &[&soon]).await.ok();
    assert_eq!(tokens["token_type"], "DPoP");
}

#[tokio::test(flavor = "multi_thread")]
async fn c209_dp_03_a_proof_works_once() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let (first, second) = (server.code_of("pub").await, server.code_of("pub").await);
    let proof = server.token_proof(&key);
    server.redeem_by("pub", &first, &[&proof]).await.ok();
    let again = server.redeem_by("pub", &second, &[&proof]).await;
    again.assert_error(400, "invalid_dpop_proof");
    // The whole request again: the code is not taken for a replay, which would end the tokens.
    let again = server.redeem_by("pub", &first, &[&proof]).await;
    again.assert_error(400, "invalid_dpop_proof");
    assert_eq!(server.revocations().await, [None, None]);
    // On another node, too.
    let twin = server.twin(json!({})).await;
    let again = twin.redeem_by("pub", &second, &[&proof]).await;
    again.assert_error(400, "invalid_dpop_proof");
    let form = [("grant_type", "client_credentials")];
    let proof = server.token_proof(&key);
    server.token_with("m2m", &form, &[&proof]).await.ok();
    let again = server.token_with("m2m", &form, &[&proof]).await;
    again.assert_error(400, "invalid_dpop_proof");
    // As long as it would be accepted, and not longer than it has to be.
    server.advance(60);
    let again = server.token_with("m2m", &form, &[&proof]).await;
    again.assert_error(400, "invalid_dpop_proof");
    let mut claims = server.proof_claims();
    claims["jti"] = json!("the same");
    let proof = key.sign(&proof_header(&key), &claims);
    server.token_with("m2m", &form, &[&proof]).await.ok();
    let other = DpopKey::new();
    let proof = other.sign(&proof_header(&other), &claims);
    server.token_with("m2m", &form, &[&proof]).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn c212_dp_01_two_headers() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let code = server.code_of("pub").await;
    let proofs = [server.token_proof(&key), server.token_proof(&key)];
    let answer = server
        .redeem_by("pub", &code, &[&proofs[0], &proofs[1]])
        .await;
    answer.assert_error(400, "invalid_dpop_proof");
    let answer = server
        .redeem_by("pub", &code, &[&proofs[0], &proofs[0]])
        .await;
    answer.assert_error(400, "invalid_dpop_proof");
    server.redeem_by("pub", &code, &[&proofs[0]]).await.ok();
}

/// Who is not the client learns nothing from a proof, and stores nothing.
#[tokio::test(flavor = "multi_thread")]
async fn tk_06_tk_08_the_client_is_authenticated_first() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let proof = server.token_proof(&key);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_secret", "wrong"),
        ("client_id", "post"),
    ];
    let request = server.http.post(server.url("/oauth/token")).form(&form);
    let answer = server.send(request.header("DPoP", "bad")).await;
    answer.assert_error(401, "invalid_client");
    // A good proof with a code that nobody has: nothing is used up, and nothing stored.
    server.database.recorder.take();
    let answer = server.redeem_by("pub", "loco_ac_unknown", &[&proof]).await;
    answer.assert_error(400, "invalid_grant");
    let statements = server.database.recorder.take();
    assert!(
        statements.iter().all(|it| !it.contains("INSERT")),
        "{statements:?}"
    );
    let code = server.code_of("pub").await;
    server.redeem_by("pub", &code, &[&proof]).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn dp_01_a_server_that_reads_no_proofs_ignores_them() {
    let server = TestServer::with(json!({ "dpop": { "enabled": false } })).await;
    let code = server.code_of("pub").await;
    let tokens = server.redeem_by("pub", &code, &["bad", "worse"]).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    let metadata = server
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    assert_eq!(metadata.get("dpop_signing_alg_values_supported"), None);
    let answer = server.get("/oauth/userinfo").await;
    assert_eq!(answer.headers.get_all("www-authenticate").iter().count(), 1);
}

/// A revocation needs no proof: RFC 9449 asks for none, and who has only the token should be able to end it.
#[tokio::test(flavor = "multi_thread")]
async fn rv_02_a_revocation_needs_no_proof() {
    let server = TestServer::start().await;
    let key = DpopKey::new();
    let tokens = server.bound_tokens("pub", &key).await;
    let access = text(&tokens, "access_token");
    server
        .show_bound("/oauth/userinfo", access, &key)
        .await
        .ok();
    let form = [
        ("token", text(&tokens, "refresh_token")),
        ("client_id", "pub"),
    ];
    assert_eq!(server.post("/oauth/revoke", &form).await.status, 200);
    let answer = server.show_bound("/oauth/userinfo", access, &key).await;
    answer.assert_error(401, "invalid_token");
}
