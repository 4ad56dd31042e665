//! MCP clients in a browser at routes behind `OAuth::mcp`.

use reqwest::{Method, RequestBuilder};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    guarded::MCP,
    server::{Answer, TestServer},
};

const ORIGIN: &str = "https://inspector.example";

fn cors_of_the_app(kind: &str) -> Value {
    let cors = match kind {
        "open" => json!({ "enable": true }),
        "strict" => json!({
            "enable": true, "allow_origins": ["https://app.example"], "allow_headers": ["x-app"],
            "allow_methods": ["PUT"], "allow_credentials": true, "expose_headers": ["x-total"],
        }),
        _ => return json!({}),
    };
    json!({ "middlewares": { "cors": cors } })
}

fn preflight(server: &TestServer, path: &str, method: &str) -> RequestBuilder {
    server
        .http
        .request(Method::OPTIONS, server.url(path))
        .header("origin", ORIGIN)
        .header("access-control-request-method", method)
        .header(
            "access-control-request-headers",
            "authorization,content-type,last-event-id,mcp-protocol-version,mcp-session-id,mcp-method",
        )
}

fn list(answer: &Answer, name: &str) -> Vec<String> {
    let value = answer.header(name).unwrap_or_default().to_ascii_lowercase();
    value
        .split(',')
        .map(|item| item.trim().to_owned())
        .collect()
}

#[track_caller]
fn assert_readable(answer: &Answer) {
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("*"),
        "{answer:?}"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    for name in [
        "access-control-allow-origin",
        "access-control-expose-headers",
    ] {
        assert_eq!(
            answer.headers.get_all(name).iter().count(),
            1,
            "{name}: {answer:?}"
        );
    }
    let exposed = list(answer, "access-control-expose-headers");
    for name in [
        "www-authenticate",
        "mcp-session-id",
        "mcp-protocol-version",
        "last-event-id",
        "retry-after",
        "x-request-id",
    ] {
        assert!(exposed.contains(&name.to_owned()), "{name}: {exposed:?}");
    }
}

#[rstest]
#[case("none")]
#[case("open")]
#[case("strict")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c14_the_preflight(#[case] kind: &str) {
    let server = TestServer::guarded_with(cors_of_the_app(kind)).await;
    for (path, methods) in [
        ("/mcp", &["get", "post"][..]),
        ("/mcp/write", &["post"]),
        ("/mcp/look", &["get"]),
        ("/mcp/stream", &["delete", "get", "post"]),
        ("/mcp/any", &["delete", "get", "post"]),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = server.send(preflight(&server, path, method)).await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
            assert_eq!(answer.header("access-control-allow-credentials"), None);
            let mut allowed = list(&answer, "access-control-allow-methods");
            allowed.sort();
            assert_eq!(allowed, methods, "{path}");
            let allowed = list(&answer, "access-control-allow-headers");
            for name in [
                "authorization",
                "content-type",
                "dpop",
                "mcp-protocol-version",
                "mcp-session-id",
                "last-event-id",
                "mcp-method",
            ] {
                assert!(allowed.contains(&name.to_owned()), "{name}: {allowed:?}");
            }
            assert_eq!(answer.header("access-control-max-age"), Some("3600"));
            assert_eq!(answer.header("www-authenticate"), None);
        }
    }
    // Only routes behind `OAuth::mcp`, and nothing that carries a token already.
    let api = server.send(preflight(&server, "/api/layered", "GET")).await;
    assert_eq!(api.status, if kind == "none" { 405 } else { 200 });
    if kind == "strict" {
        assert_ne!(api.header("access-control-allow-origin"), Some("*"));
    }
    let with_token = preflight(&server, "/mcp", "GET").bearer_auth("x");
    if kind == "none" {
        assert_eq!(server.send(with_token).await.status, 401);
    }
}

#[rstest]
#[case("none")]
#[case("open")]
#[case("strict")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c14_every_answer_can_be_read(#[case] kind: &str) {
    let server = TestServer::guarded_with(cors_of_the_app(kind)).await;
    let token = server.agent_token("mcp:read", MCP).await;
    let from = |request: RequestBuilder| request.header("origin", ORIGIN);
    let get = |path: &str| from(server.http.get(server.url(path)));
    let post = |path: &str| from(server.http.post(server.url(path)));

    let answer = server.send(get("/mcp")).await;
    assert_eq!(answer.status, 401);
    assert_readable(&answer);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains("resource_metadata="), "{challenge}");
    for (request, status) in [
        (get("/mcp").bearer_auth(&token), 200),
        (post("/mcp").bearer_auth(&token), 200),
        (get("/mcp").bearer_auth("loco_at_unknown"), 401),
        (get("/mcp").header("authorization", "Bearer"), 400),
        (post("/mcp/write").bearer_auth(&token), 403),
        (
            from(server.http.delete(server.url("/mcp/look"))).bearer_auth(&token),
            405,
        ),
        (
            from(server.http.delete(server.url("/mcp/stream"))).bearer_auth(&token),
            200,
        ),
        (get("/mcp/panic").bearer_auth(&token), 500),
    ] {
        let answer = server.send(request).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_readable(&answer);
    }
    let stream = server.send(get("/mcp/stream").bearer_auth(&token)).await;
    assert_eq!(stream.header("mcp-session-id"), Some("session-1"));
    assert_readable(&stream);
    if kind == "strict" {
        let exposed = list(&stream, "access-control-expose-headers");
        assert!(exposed.contains(&"x-total".to_owned()), "the app's stay");
    }
    server.ctx.db.clone().close().await.unwrap();
    let answer = server.send(get("/mcp").bearer_auth(&token)).await;
    assert_eq!(answer.status, 503);
    assert_readable(&answer);
    // Other guards leave it to the app.
    let other = server.send(get("/api/layered")).await;
    let allowed = other.header("access-control-allow-origin");
    assert_eq!(allowed, (kind == "open").then_some("*"));
}
