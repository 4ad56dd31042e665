//! Requests that a guard refuses, and how it says so (GU-01, GU-04, GU-06).

use rstest::rstest;
use serde_json::json;

use crate::app::{
    guarded::{API, MCP},
    server::TestServer,
    tokens::{show, snapshot},
};

/// C132's twin; GU-01: no error code, and where to learn more (RFC 6750 §3.1, RFC 9728 §5.1).
#[tokio::test(flavor = "multi_thread")]
async fn c139_c132_without_a_token() {
    let server = TestServer::guarded().await;
    let answer = server.get("/mcp").await;
    snapshot!("guard_no_token", show(&answer));
    let challenge = answer.header("www-authenticate").unwrap();
    let (_, rest) = challenge.split_once("resource_metadata=\"").unwrap();
    let (url, _) = rest.split_once('"').unwrap();
    let document = server.get(url).await.ok();
    assert_eq!(document["resource"], MCP);
    assert_eq!(
        document["authorization_servers"],
        json!(["https://as.example"])
    );
    let basic = server
        .http
        .get(server.url("/mcp"))
        .basic_auth("a", Some("b"));
    assert_eq!(show(&server.send(basic).await), show(&answer));
    assert_eq!(show(&server.post("/mcp", &[]).await), show(&answer));
    // The router's own 405 is behind the guard, too.
    let delete = server.send(server.http.delete(server.url("/mcp"))).await;
    assert_eq!(
        (delete.status, delete.header("www-authenticate")),
        (401, Some(challenge))
    );
    let extracted = server.get("/api/notes").await;
    snapshot!("guard_no_token_at_an_extractor", show(&extracted));
}

/// C135's twin: query and body are not read.
#[tokio::test(flavor = "multi_thread")]
async fn c135_gu_01_query_and_body_are_not_read() {
    let server = TestServer::guarded().await;
    let token = server.agent_token("mcp:read", MCP).await;
    server.call("/mcp", &token).await.ok();
    let query = server.get(&format!("/mcp?access_token={token}")).await;
    let body = server.post("/mcp", &[("access_token", &token)]).await;
    for answer in [query, body] {
        assert_eq!(answer.status, 401);
        assert!(!answer.header("www-authenticate").unwrap().contains("error"));
    }
}

/// C136's twin: a token in two places.
#[tokio::test(flavor = "multi_thread")]
async fn c136_gu_01_two_headers() {
    let server = TestServer::guarded().await;
    let token = server.agent_token("mcp:read", MCP).await;
    for path in ["/mcp", "/api/notes"] {
        let twice = server.http.get(server.url(path)).bearer_auth(&token);
        let answer = server.send(twice.bearer_auth(&token)).await;
        answer.assert_error(400, "invalid_request");
        if path == "/mcp" {
            snapshot!("guard_two_tokens", show(&answer));
        }
    }
}

#[rstest]
#[case("Bearer")]
#[case("Bearer ")]
#[case("Bearer a b")]
#[tokio::test(flavor = "multi_thread")]
async fn gu_01_malformed_headers(#[case] header: &str) {
    let server = TestServer::guarded().await;
    let request = server.http.get(server.url("/mcp"));
    let answer = server.send(request.header("authorization", header)).await;
    answer.assert_error(400, "invalid_request");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("error=\"invalid_request\""),
        "{challenge}"
    );
}

/// GU-04: at a layer, at an extractor, and inside a handler, which names the layer's scopes too.
#[tokio::test(flavor = "multi_thread")]
async fn c140_a_token_without_the_scope() {
    let server = TestServer::guarded().await;
    let other = server.agent_token("openid notes:write", API).await;
    let before = server.everything().await;
    let answer = server.call("/api/notes", &other).await;
    answer.assert_error(403, "insufficient_scope");
    snapshot!("guard_insufficient_scope", show(&answer));
    assert_eq!(
        show(&server.call("/api/layered", &other).await),
        show(&answer)
    );
    assert_eq!(server.everything().await, before);
    let reader = server.agent_token("mcp:read", MCP).await;
    let answer = server.call_post("/mcp/write", &reader).await;
    answer.assert_error(403, "insufficient_scope");
    snapshot!("guard_step_up", show(&answer));
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("scope=\"mcp:read mcp:write\""),
        "{challenge}"
    );
    // A handler that only looks is not answered for.
    let looked = server.call("/mcp/look", &reader).await.ok();
    assert_eq!(looked["may_write"], false);
}

/// GU-04: closed transitively.
#[rstest]
#[case("mcp:read", 403)]
#[case("mcp:write", 200)]
#[case("mcp:admin", 200)]
#[tokio::test(flavor = "multi_thread")]
async fn gu_04_implied_scopes(#[case] scope: &str, #[case] status: u16) {
    let server = TestServer::guarded().await;
    let token = server.agent_token(scope, MCP).await;
    assert_eq!(server.call("/mcp", &token).await.status, 200);
    assert_eq!(server.call_post("/mcp/write", &token).await.status, status);
}

/// GU-06.
#[tokio::test(flavor = "multi_thread")]
async fn gu_06_a_database_that_is_away() {
    let server = TestServer::guarded().await;
    let opaque = server.agent_token("mcp:read", MCP).await;
    let jwt = server.agent_token("notes:read", API).await;
    server.ctx.db.clone().close().await.unwrap();
    let answer = server.call("/mcp", &opaque).await;
    answer.assert_error(503, "temporarily_unavailable");
    snapshot!("guard_unavailable", show(&answer));
    assert_eq!(answer.header("www-authenticate"), None);
    let answer = server.call("/api/notes", &jwt).await;
    answer.assert_error(503, "temporarily_unavailable");
    // Who brings nothing needs no database.
    assert_eq!(server.get("/mcp").await.status, 401);
}

/// Scripts of other origins may read the challenge, and the preflight passes the guard.
#[tokio::test(flavor = "multi_thread")]
async fn s30_2_mcp_clients_in_browsers() {
    let cors = json!({ "cors": { "enable": true } });
    let server = TestServer::guarded_with(json!({ "middlewares": cors })).await;
    let from = |request: reqwest::RequestBuilder| request.header("origin", "https://spa.example");
    let answer = server.send(from(server.http.get(server.url("/mcp")))).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let exposed = answer.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("WWW-Authenticate"), "{exposed}");
    let preflight = server
        .http
        .request(reqwest::Method::OPTIONS, server.url("/mcp"))
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    let answer = server.send(from(preflight.try_clone().unwrap())).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("access-control-allow-headers").is_some());
    // Without that middleware the guard of MCP routes answers; behind other guards nothing does.
    let plain = TestServer::guarded().await;
    for (path, status) in [("/mcp", 200), ("/api/layered", 405)] {
        let preflight = plain
            .http
            .request(reqwest::Method::OPTIONS, plain.url(path))
            .header("access-control-request-method", "POST");
        assert_eq!(plain.send(from(preflight)).await.status, status, "{path}");
    }
    // What only looks like one is a request without a token.
    let options = plain
        .http
        .request(reqwest::Method::OPTIONS, plain.url("/mcp"));
    assert_eq!(plain.send(options).await.status, 401);
}

/// The answer names the request.
#[tokio::test(flavor = "multi_thread")]
async fn s29_4_refusals_have_a_reference() {
    let server = TestServer::guarded().await;
    let request = server.http.get(server.url("/mcp"));
    let answer = server
        .send(request.header("x-request-id", "0123456789abcdef"))
        .await;
    assert_eq!(answer.header("x-request-id"), Some("0123456789abcdef"));
}
