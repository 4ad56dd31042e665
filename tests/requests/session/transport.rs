//! Bodies, origins, methods (EX-01, EX-02).

use rstest::rstest;
use serde_json::{Value, json};

use super::{PATH, exchange};
use crate::app::server::{ISSUER, TestServer};

const TRUSTED: &str = "https://spa.example";

fn trusting() -> Value {
    json!({ "session_exchange_origins": [TRUSTED] })
}

#[rstest]
#[case::form("application/x-www-form-urlencoded", "remember=true", 415)]
#[case::text("text/plain", "{}", 415)]
#[case::charset("application/json; charset=utf-8", "{}", 200)]
#[case::not_json("application/json", "{", 400)]
#[case::list("application/json", "[null, true]", 400)]
#[case::other_type("application/json", r#"{"remember":"yes"}"#, 400)]
#[case::twice("application/json", r#"{"remember":true,"remember":false}"#, 400)]
#[case::unknown_member("application/json", r#"{"x":1}"#, 200)]
#[case::deep("application/json", &format!("{{\"x\":{}", "[".repeat(5_000)), 400)]
#[tokio::test(flavor = "multi_thread")]
async fn ex_01_bodies(#[case] kind: &str, #[case] body: &str, #[case] status: u16) {
    let server = TestServer::start().await;
    let body = body.to_owned();
    let answer = exchange(&server, |request| {
        let request = request.header("origin", ISSUER);
        request.header("content-type", kind).body(body)
    })
    .await;
    if status == 200 {
        answer.ok();
    } else {
        answer.assert_error(status, "invalid_request");
        assert_eq!(server.rows().await.sessions, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ex_01_a_large_body() {
    let server = TestServer::start().await;
    let large = json!({ "x": "y".repeat(70_000) });
    let answer = exchange(&server, |request| {
        request.header("origin", ISSUER).json(&large)
    })
    .await;
    answer.assert_error(413, "invalid_request");
}

/// EX-02, for all three methods.
#[rstest]
#[case::own(Some(ISSUER), None, true)]
#[case::trusted(Some(TRUSTED), Some("same-site"), true)]
#[case::other(Some("https://evil.example"), None, false)]
#[case::other_that_lies(Some("https://evil.example"), Some("same-origin"), false)]
#[case::longer(Some("https://spa.example.evil.example"), None, false)]
#[case::null(Some("null"), Some("same-origin"), false)]
#[case::by_fetch_metadata(None, Some("same-origin"), true)]
#[case::cross_site(None, Some("cross-site"), false)]
#[case::by_hand(None, Some("none"), false)]
#[case::nothing(None, None, false)]
#[tokio::test(flavor = "multi_thread")]
async fn ex_02_origins(
    #[case] origin: Option<&str>,
    #[case] site: Option<&str>,
    #[case] allowed: bool,
) {
    let server = TestServer::with(trusting()).await;
    let from = |mut request: reqwest::RequestBuilder| {
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request
    };
    let answers = [
        exchange(&server, |request| from(request).json(&json!({}))).await,
        server.send(from(server.http.get(server.url(PATH)))).await,
        server
            .send(from(server.http.delete(server.url(PATH))))
            .await,
    ];
    for answer in answers {
        if allowed {
            assert!(matches!(answer.status, 200 | 204), "{answer:?}");
        } else {
            answer.assert_error(403, "access_denied");
        }
    }
    assert_eq!(server.rows().await.sessions, u64::from(allowed));
}

/// EX-02: credentials for exactly the named origins.
#[tokio::test(flavor = "multi_thread")]
async fn s30_2_cors_with_credentials() {
    let server = TestServer::with(trusting()).await;
    for path in [PATH, "/oauth/interaction"] {
        for (origin, allowed) in [(TRUSTED, true), ("https://evil.example", false)] {
            let preflight = server
                .http
                .request(reqwest::Method::OPTIONS, server.url(path))
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type");
            let preflight = server.send(preflight).await;
            let request = server.http.get(server.url(path)).header("origin", origin);
            for answer in [preflight, server.send(request).await] {
                let origins = answer.header("access-control-allow-origin");
                assert_eq!(origins, allowed.then_some(origin), "{path}");
                let vary = answer.header("vary").unwrap().to_lowercase();
                assert!(vary.contains("origin"), "{vary}");
            }
        }
        let request = server.http.get(server.url(path)).header("origin", TRUSTED);
        let answer = server.send(request).await;
        let credentials = answer.header("access-control-allow-credentials");
        assert_eq!(credentials, Some("true"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_3_other_methods() {
    let server = TestServer::start().await;
    for (path, allow) in [
        (PATH, vec!["DELETE", "GET", "POST"]),
        ("/oauth/interaction", vec!["GET", "POST"]),
    ] {
        for method in [reqwest::Method::HEAD, reqwest::Method::PUT] {
            let request = server.http.request(method, server.url(path));
            let answer = server.send(request).await;
            let mut methods: Vec<_> = answer.header("allow").unwrap().split(", ").collect();
            methods.sort_unstable();
            assert_eq!((answer.status, &methods), (405, &allow), "{path}");
        }
    }
}
