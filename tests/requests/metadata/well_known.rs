//! The well-known names belong to the server, also in an app that answers everything with its
//! page (MD-01, MD-02).

use std::path::PathBuf;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    guarded,
    server::{Answer, TestServer},
};

const PAGE: &str = "<!doctype html><title>The app</title>";

/// A folder with the page of a single-page app, and a document of the app's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("s_c10_{name}_{}", uuid::Uuid::new_v4()));
    let own = folder.join("tenant/.well-known");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(folder.join("index.html"), PAGE).unwrap();
    std::fs::write(
        own.join("openid-configuration"),
        "{\"issuer\":\"https://other.example\"}",
    )
    .unwrap();
    folder
}

/// An app with a single-page fallback of one of Loco's two kinds.
async fn single_page(kind: &str) -> TestServer {
    let folder = folder(kind);
    let page = folder.join("index.html");
    let middlewares = match kind {
        "fallback" => json!({ "fallback": { "enable": true, "file": page, "code": 200 } }),
        "text" => json!({ "fallback": { "enable": true, "not_found": PAGE, "code": 200 } }),
        // As the client-side starter has it.
        _ => json!({
            "fallback": { "enable": false },
            "static": {
                "enable": true, "must_exist": true, "precompressed": false,
                "folder": { "uri": "/", "path": folder }, "fallback": page,
            },
        }),
    };
    let mut settings = guarded::settings();
    settings["middlewares"] = middlewares;
    TestServer::with(settings).await
}

async fn ask(server: &TestServer, method: &str, path: &str) -> Answer {
    let method: Method = method.parse().unwrap();
    let request = server.http.request(method, server.url(path));
    server
        .send(request.header("origin", "https://inspector.example"))
        .await
}

#[track_caller]
fn assert_missing(answer: &Answer, path: &str) {
    assert_eq!(answer.status, 404, "{path}: {answer:?}");
    for (name, value) in [
        ("content-type", "application/json"),
        ("access-control-allow-origin", "*"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{path}: {name}");
        assert_eq!(
            answer.headers.get_all(name).iter().count(),
            1,
            "{path}: {name}"
        );
    }
    assert!(answer.header("x-request-id").is_some());
}

/// What the MCP SDKs, VS Code, Cursor, Claude and `ChatGPT` ask for beside what exists.
const PROBES: [&str; 24] = [
    "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/oauth-authorization-server/mcp/",
    "/.well-known/oauth-authorization-server/",
    "/.well-known/oauth-authorization-server/oauth",
    "/.well-known/oauth-authorization-server/a/b/c",
    "/.well-known/openid-configuration/mcp",
    "/.well-known/openid-configuration/mcp/",
    "/.well-known/openid-configuration/",
    "/.well-known/openid-configuration/sse",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/",
    "/.well-known/oauth-protected-resource/sse",
    "/.well-known/oauth-protected-resource/mcp/sse",
    "/.well-known/oauth-protected-resource/mcp//",
    "/mcp/.well-known/oauth-authorization-server",
    "/mcp/.well-known/oauth-authorization-server/",
    "/mcp/.well-known/openid-configuration",
    "/mcp/.well-known/oauth-protected-resource",
    "/mcp/.well-known/oauth-protected-resource/mcp",
    "/mcp//.well-known/openid-configuration",
    "/oauth/.well-known/openid-configuration",
    "/oauth/token/.well-known/openid-configuration",
    "/app/.well-known/oauth-authorization-server?x=1",
    "/.well-known/oauth-authorization-server/.well-known/openid-configuration",
];

#[rstest]
#[case("fallback")]
#[case("text")]
#[case("static")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c10_probes_in_a_single_page_app(#[case] kind: &str) {
    let server = single_page(kind).await;
    for path in PROBES {
        let answer = ask(&server, "GET", path).await;
        assert_missing(&answer, path);
        assert_eq!(answer.json()["error"], "invalid_request");
        assert_missing(&ask(&server, "HEAD", path).await, path);
        assert_eq!(ask(&server, "HEAD", path).await.body, "");
        let answer = ask(&server, "OPTIONS", path).await;
        if path.starts_with("/.well-known/oauth-protected-resource") {
            // A route of the server, whose OPTIONS are always answered.
            assert!(matches!(answer.status, 200 | 404), "{path}: {answer:?}");
        } else {
            assert_missing(&answer, path);
        }
        let preflight = server
            .http
            .request(Method::OPTIONS, server.url(path))
            .header("origin", "https://inspector.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "mcp-protocol-version");
        let answer = server.send(preflight).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let allowed = answer.header("access-control-allow-headers").unwrap();
        assert!(allowed.contains("mcp-protocol-version"), "{allowed}");
    }
}

/// What exists, and the app's own page for everything else.
#[rstest]
#[case("fallback")]
#[case("static")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c10_what_exists_is_served_as_before(#[case] kind: &str) {
    let server = single_page(kind).await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource/mcp/",
    ] {
        let answer = ask(&server, "GET", path).await;
        let document: Value = answer.ok();
        assert!(document["issuer"] == "https://as.example" || document["resource"].is_string());
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    }
    for path in [
        "/",
        "/deep/link",
        "/.well-known/acme-challenge/x",
        "/.well-known/",
        "/well-known",
    ] {
        let answer = ask(&server, "GET", path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, PAGE), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    // The guarded route has a route of its own.
    assert_eq!(ask(&server, "GET", "/mcp").await.status, 401);
    let own = ask(&server, "GET", "/tenant/.well-known/openid-configuration").await;
    if kind == "static" {
        assert_eq!(own.ok()["issuer"], "https://other.example");
    } else {
        assert_missing(&own, "tenant");
    }
}

/// The resource `/` has its document at the bare address, also with a slash at the end.
#[tokio::test(flavor = "multi_thread")]
async fn s_c10_the_bare_address_of_a_resource() {
    let settings = json!({ "resources": [{ "prefix": "/", "scopes": ["a:read"] }] });
    let server = TestServer::with(settings).await;
    for path in ["", "/"] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        let answer = ask(&server, "GET", &path).await;
        assert!(answer.ok()["resource"].is_string(), "{path}");
    }
}

/// Without any fallback, and below an issuer with a path.
#[tokio::test(flavor = "multi_thread")]
async fn s_c10_an_issuer_with_a_path() {
    let server = TestServer::with(json!({ "issuer": "https://as.example/t1" })).await;
    for path in [
        "/.well-known/oauth-authorization-server/t1",
        "/.well-known/openid-configuration/t1",
        "/t1/.well-known/openid-configuration",
    ] {
        assert_eq!(
            ask(&server, "GET", path).await.ok()["issuer"],
            "https://as.example/t1"
        );
        assert_missing(&ask(&server, "GET", &format!("{path}/")).await, path);
    }
    for path in [
        "/t1/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/t2",
        "/t1/.well-known/oauth-protected-resource",
    ] {
        assert_missing(&ask(&server, "GET", path).await, path);
    }
}
