//! Bad input at the JSON endpoints (C251-C253, C256, C258-C261; TK-02, GE-03, GE-04).

mod stored_text;

use base64::{Engine, engine::general_purpose::STANDARD};
use rstest::rstest;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::app::{
    browser::{Authorize, encoded},
    fixtures::SECRET,
    process::Process,
    server::{Basic, TestServer},
    tokens::text,
};

const FORM: &str = "application/x-www-form-urlencoded";
const POSTS: [&str; 4] = [
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/userinfo",
];

impl TestServer {
    /// A form body as it is, by `conf`.
    async fn raw_form(
        &self,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> crate::app::server::Answer {
        let request = self
            .http
            .post(self.url(path))
            .header("content-type", FORM)
            .body(body);
        let request = match path {
            "/oauth/userinfo" => request,
            _ => request.basic_auth("conf", Some(encoded(SECRET))),
        };
        self.send(request).await
    }

    /// Bytes on a socket, and all that comes back.
    pub async fn raw(&self, bytes: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(3), read).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// TK-02: 64 KiB; reading stops at the limit, with and without a length.
#[tokio::test(flavor = "multi_thread")]
async fn c251_large_bodies() {
    let server = TestServer::start().await;
    let before = server.everything().await;
    // Announced are 10 MB, sent is a little more than the limit: the answer does not wait.
    let part = format!("token={}", "x".repeat(66 * 1024));
    for path in POSTS {
        let head = format!("POST {path} HTTP/1.1\r\nHost: as.example\r\nContent-Type: {FORM}\r\n");
        let announced = format!("{head}Content-Length: 10485760\r\n\r\n{part}");
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\nA00000\r\n{part}");
        for request in [announced, chunked] {
            let answer = server.raw(&request).await;
            assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
            assert!(
                answer.contains("{\"error\":\"invalid_request\""),
                "{path}: {answer}"
            );
        }
    }
    let exact = |length: usize| format!("a={}", "b&".repeat(length))[..length].to_owned();
    let answer = server.raw_form("/oauth/revoke", exact(64 * 1024 + 1)).await;
    assert_eq!(answer.status, 413);
    let answer = server.raw_form("/oauth/revoke", exact(64 * 1024)).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(server.everything().await, before);
}

/// TK-02: values of 8 KiB, 100 parameters, URLs of 16 KiB.
#[tokio::test(flavor = "multi_thread")]
async fn tk_02_limits_of_values_parameters_and_urls() {
    let server = TestServer::start().await;
    let token = |length| format!("token={}", "x".repeat(length));
    assert_eq!(
        server
            .raw_form("/oauth/revoke", token(8 * 1024))
            .await
            .status,
        200
    );
    let long = server.raw_form("/oauth/revoke", token(8 * 1024 + 1)).await;
    long.assert_error(400, "invalid_request");
    let many = |count: usize| {
        let more: Vec<String> = (1..count).map(|number| format!("p{number}=1")).collect();
        format!("token=x&{}", more.join("&"))
    };
    assert_eq!(
        server.raw_form("/oauth/revoke", many(100)).await.status,
        200
    );
    let too_many = server.raw_form("/oauth/revoke", many(101)).await;
    too_many.assert_error(400, "invalid_request");
    for path in POSTS {
        let url = format!("{path}?x={}", "x".repeat(16 * 1024));
        server
            .raw_form(&url, "token=x")
            .await
            .assert_error(414, "invalid_request");
    }
}

/// Nothing is replaced silently (RFC 6749 Appendix B).
#[rstest]
#[case::c252_nul("%00")]
#[case::c253_no_utf8("%FF%FE")]
#[case::c253_overlong("%C0%AF")]
#[case::c253_surrogate("%ED%A0%80")]
#[case::c253_raw("\u{0}")]
#[case::broken_percent("%4-")]
#[case::no_hex("%zz")]
#[tokio::test(flavor = "multi_thread")]
async fn c252_c253_bytes_that_are_no_text(#[case] bytes: &str) {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let names = [
        "grant_type",
        "client_id",
        "client_secret",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "scope",
        "resource",
        "token",
        "token_type_hint",
        "client_assertion",
        "client_assertion_type",
        "subject_token",
        "unknown",
    ];
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        for name in names {
            let answer = server.raw_form(path, format!("{name}=a{bytes}b")).await;
            answer.assert_error(400, "invalid_request");
            let answer = server.raw_form(path, format!("{name}{bytes}=a")).await;
            answer.assert_error(400, "invalid_request");
        }
    }
    let answer = server
        .raw_form("/oauth/userinfo", format!("access_token={bytes}"))
        .await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(server.everything().await, before);
}

/// The same in HTTP Basic, whose two values are form-encoded (RFC 6749 §2.3.1).
#[rstest]
#[case::c252_nul("%00")]
#[case::c252_raw_nul("\u{0}")]
#[case::c253_no_utf8("%FF%FE")]
#[case::c253_overlong("%C0%AF")]
#[tokio::test(flavor = "multi_thread")]
async fn c252_c253_bytes_in_basic(#[case] bytes: &str) {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let form = [("grant_type", "client_credentials"), ("token", "x")];
    let (odd, conf) = (format!("conf{bytes}"), encoded(SECRET));
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        for basic in [Basic::of(&odd, &conf), Basic::of("conf", &odd)] {
            let answer = server.post_as(basic, path, &form).await;
            let error = match answer.status {
                400 => "invalid_request",
                _ => "invalid_client",
            };
            answer.assert_error(answer.status, error);
            assert!([400, 401].contains(&answer.status), "{answer:?}");
        }
    }
    assert_eq!(server.everything().await, before);
}

/// UR-04: paths are matched exactly; the rest is the app's 404.
#[rstest]
#[case("/oauth//token")]
#[case("//oauth/token")]
#[case("/oauth/token/")]
#[case("/oauth/token;x")]
#[case("/oauth/%74oken")]
#[case("/oauth/TOKEN")]
#[case("/oauth/token/../token")]
#[case("/oauth/unknown")]
#[tokio::test(flavor = "multi_thread")]
async fn c256_ur_04_odd_paths(#[case] path: &str) {
    let server = TestServer::start().await;
    let body = "grant_type=client_credentials&client_id=conf";
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: as.example\r\nContent-Type: {FORM}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = server.raw(&request).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    let real = server.raw(&request.replace(path, "/oauth/token")).await;
    assert!(real.starts_with("HTTP/1.1 401"), "{real}");
}

/// GE-04; JSON where a form belongs is C074.
#[rstest]
#[case("scope[]=a")]
#[case("client_id[x]=1")]
#[case("grant_type[0]=client_credentials")]
#[case("resource[]=https://mcp.example/mcp")]
#[case("code[")]
#[tokio::test(flavor = "multi_thread")]
async fn c258_lists_and_maps(#[case] parameter: &str) {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let body = format!("grant_type=client_credentials&{parameter}");
    let answer = server.raw_form("/oauth/token", body).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c258_brackets_elsewhere() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let token = text(&tokens, "refresh_token");
    let before = server.everything().await;
    for (path, body) in [
        ("/oauth/revoke", format!("token[]={token}")),
        (
            "/oauth/revoke",
            format!("token={token}&token_type_hint[]=a"),
        ),
        ("/oauth/introspect", format!("token[0]={token}")),
        ("/oauth/userinfo", "access_token[]=a".to_owned()),
    ] {
        let answer = server.raw_form(path, body).await;
        answer.assert_error(400, "invalid_request");
    }
    assert_eq!(server.everything().await, before);
    // GE-04: unknown parameters are ignored.
    let answer = server
        .raw_form("/oauth/revoke", "token=a&foo=1&bar[]=2")
        .await;
    assert_eq!(answer.status, 200);
}

#[rstest]
#[case("' OR '1'='1")]
#[case("x'; DROP TABLE oauth_clients; --")]
#[case("%")]
#[case("_")]
#[case("/* */")]
#[case("\\")]
#[case("con%")]
#[tokio::test(flavor = "multi_thread")]
async fn c259_quotes_and_wildcards_are_data(#[case] value: &str) {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let before = server.everything().await;
    let id = encoded(value);
    let form = [("token", value)];
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        let answer = server
            .post_as(
                Basic::of(&id, "x"),
                path,
                &[&form[..], &[("grant_type", "client_credentials")]].concat(),
            )
            .await;
        answer.assert_error(401, "invalid_client");
    }
    assert_eq!(server.introspect(value).await["active"], false);
    assert_eq!(server.revoke(value).await.status, 200);
    server
        .refresh(value)
        .await
        .assert_error(400, "invalid_grant");
    server
        .redeem(value)
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(server.everything().await, before);
    assert!(server.is_live(text(&tokens, "access_token")).await);
}

/// By Loco's way to serve, or by `OAuth::serve`, whose listener is another.
async fn served(by_plugin: bool) -> (TestServer, Option<Process>) {
    let mut server = TestServer::start().await;
    if !by_plugin {
        return (server, None);
    }
    let process = Process::start(&server.database).await;
    server.address = process.address;
    (server, Some(process))
}

/// RFC 9112 §6.3: what two readers could read differently is refused.
#[rstest]
#[case::in_the_app(false)]
#[case::served_by_the_plugin(true)]
#[tokio::test(flavor = "multi_thread")]
async fn c260_ambiguous_framing(#[case] by_plugin: bool) {
    let (server, _process) = served(by_plugin).await;
    let before = server.everything().await;
    let head =
        format!("POST /oauth/token HTTP/1.1\r\nHost: as.example\r\nContent-Type: {FORM}\r\n");
    let body = "grant_type=client_credentials&client_id=pub";
    let length = body.len();
    let requests = [
        format!("{head}Content-Length: 5\r\nContent-Length: {length}\r\n\r\n{body}"),
        format!("{head}Content-Length: +{length}\r\n\r\n{body}"),
        format!("{head}Transfer-Encoding: chunked, x\r\nContent-Length: {length}\r\n\r\n{body}"),
        format!("{head}Transfer-Encoding : chunked\r\n\r\n{body}"),
        format!("{head}Content-Length: {length}\r\n folded: x\r\n\r\n{body}"),
    ];
    for request in requests {
        let answer = server.raw(&request).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{request}\n{answer}"
        );
    }
    let old =
        format!("{head}Content-Length: {length}\r\n\r\n{body}").replace("HTTP/1.1", "HTTP/1.0");
    let answer = server.raw(&old).await;
    assert!(answer.contains("unauthorized_client"), "{answer}");
    // One of the two lengths is dropped together with the connection (RFC 9112 §6.3).
    let both = format!(
        "{head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"
    );
    let answer = server.raw(&both).await;
    assert!(
        answer.matches("HTTP/1.1").count() <= 1 || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
    assert_eq!(server.everything().await, before);
}

/// RFC 9112 §2.2 lets a server take a bare line feed for a line's end, and hyper does: it is one
/// request with one answer, and nothing of it is read as a second one. Elsewhere it is refused.
#[rstest]
#[case::in_the_app(false)]
#[case::served_by_the_plugin(true)]
#[tokio::test(flavor = "multi_thread")]
async fn c260_bare_line_feeds(#[case] by_plugin: bool) {
    let (server, _process) = served(by_plugin).await;
    let before = server.everything().await;
    let head = format!("POST /oauth/token HTTP/1.1\nHost: as.example\nContent-Type: {FORM}\n");
    let body = "grant_type=client_credentials&client_id=pub";
    let whole = format!(
        "{head}Connection: close\nContent-Length: {}\n\n{body}",
        body.len()
    );
    let answer = server.raw(&whole).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(answer.contains("unauthorized_client"), "{answer}");
    let chunked = "Transfer-Encoding: chunked\r\n\r\n";
    let head = head.replace('\n', "\r\n");
    let size = body.len();
    for request in [
        // Behind the size of a chunk, and behind its data.
        format!("{head}{chunked}{size:x}\n{body}\r\n0\r\n\r\n"),
        format!("{head}{chunked}{size:x}\r\n{body}\n0\r\n\r\n"),
        // A carriage return alone.
        format!("{head}X: a\rb\r\nContent-Length: {size}\r\n\r\n{body}"),
        format!("{head}X: a\r\rContent-Length: {size}\r\n\r\n{body}"),
    ] {
        let answer = server.raw(&request).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{request:?}\n{answer}"
        );
    }
    assert_eq!(server.everything().await, before);
}

/// RFC 6749 §5.2.
#[rstest]
#[case(Some("text/html"))]
#[case(Some("image/*"))]
#[case(Some("application/xml;q=1"))]
#[case(None)]
#[tokio::test(flavor = "multi_thread")]
async fn c261_json_whatever_accept_says(#[case] accept: Option<&str>) {
    let server = TestServer::with(json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    }))
    .await;
    let tokens = server.tokens(&Authorize::base()).await;
    let accept = accept.map_or_else(String::new, |accept| format!("Accept: {accept}\r\n"));
    let secret = STANDARD.encode(format!("m2m:{}", encoded(SECRET)));
    let basic = format!("Authorization: Basic {secret}\r\n");
    let bearer = text(&tokens, "access_token");
    let bearer = format!("Authorization: Bearer {bearer}\r\n");
    let machine = "grant_type=client_credentials";
    for (request, more, body, status) in [
        ("POST /oauth/token", "", "grant_type=foo", 400),
        ("POST /oauth/token", &*basic, machine, 200),
        ("POST /oauth/revoke", "", "token=x", 401),
        ("POST /oauth/introspect", &basic, "token=x", 200),
        ("POST /oauth/introspect", "", "token=x", 401),
        ("POST /oauth/register", "", "{}", 415),
        ("GET /oauth/userinfo", &bearer, "", 200),
        (
            "GET /oauth/userinfo",
            "Authorization: Bearer x\r\n",
            "",
            401,
        ),
        ("GET /oauth/jwks", "", "", 200),
        ("GET /.well-known/openid-configuration", "", "", 200),
        ("PUT /oauth/token", "", "", 405),
    ] {
        // On a socket: clients add an `Accept` of their own.
        let answer = server
            .raw(&format!(
                "{request} HTTP/1.1\r\nHost: as.example\r\nConnection: close\r\n{accept}{more}\
                 Content-Type: {FORM}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ))
            .await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = format!("HTTP/1.1 {status} ");
        assert!(head.starts_with(&status), "{request}: {answer}");
        let json = "content-type: application/json";
        assert!(head.contains(json), "{request}: {answer}");
        let body = body
            .find('{')
            .map(|start| &body[start..])
            .unwrap_or_default();
        assert!(
            body.trim_end_matches(['\r', '\n', '0']).ends_with('}'),
            "{answer}"
        );
    }
}
