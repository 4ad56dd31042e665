//! Methods, encodings and sizes: AZ-01 to AZ-03.

use std::io::{Read, Write};

use rstest::rstest;
use serde_json::json;

use super::{alice, refused_back, refused_here, server};
use crate::app::{
    browser::{Authorize, Form},
    rows::Rows,
    server::{Answer, TestServer, param},
};

async fn request(server: &TestServer, method: &str, path: &str) -> Answer {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let request = server.http.request(method, server.url(path));
    server
        .send(request.header("origin", "https://evil.example"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn az_01_other_methods_are_a_405_page_that_names_these() {
    let server = server().await;
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let page = request(&server, method, &Authorize::base().path()).await;
        page.assert_page(405);
        assert_eq!(page.header("allow"), Some("GET, POST"), "{method}");
        assert!(page.body.contains("invalid_request"));
    }
    let page = request(&server, "POST", "/oauth/continue").await;
    page.assert_page(405);
    assert_eq!(page.header("allow"), Some("GET"));
}

#[tokio::test(flavor = "multi_thread")]
async fn c033_the_authorization_endpoint_has_no_cors() {
    let server = server().await;
    let path = Authorize::base().path();
    let before = server.everything().await;
    let preflight = request(&server, "OPTIONS", &path).await;
    assert_eq!(server.everything().await, before);
    let stranger = request(&server, "GET", &path).await;
    // Where there is a code at once, it is not readable either.
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    let from_there = server.http.get(server.url(&path));
    let from_there = from_there.header("origin", "https://evil.example");
    let signed_in = browser.send(from_there).await;
    assert!(signed_in.location_param("code").is_some());
    for answer in [preflight, stranger, signed_in] {
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c034_head_gives_no_code() {
    let server = server().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    let before = server.rows().await;
    let url = server.url(&Authorize::base().path());
    let answer = browser.send(server.http.head(url)).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), Some("GET, POST"));
    assert_eq!(answer.header("location"), None);
    assert_eq!(server.rows().await, before);
    // The same request by GET gives one at once: HEAD did not fail for another reason.
    let code = browser.get(&Authorize::base().path()).await;
    assert!(code.location_param("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn c025_az_01_a_post_has_the_same_answers() {
    let server = server().await;
    let mut browser = alice(&server).await;
    let fields = Authorize::base().0;
    let form: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    // The query of a POST is ignored.
    let stored = browser
        .post("/oauth/authorize?client_id=nope&scope=%22", &form)
        .await;
    assert!(
        stored.location().contains("/oauth/continue?interaction="),
        "{stored:?}"
    );
    assert!(!stored.location().contains("state=S"));
    let page = browser.follow(stored).await;
    let answer = browser.allow(&page).await;
    assert_eq!(answer.location_param("state").as_deref(), Some("S"));
    assert!(answer.location_param("code").is_some());
    assert_eq!(server.rows().await.codes, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn c025_az_15_a_posts_errors_go_back_too() {
    let server = server().await;
    let mut browser = alice(&server).await;
    let fields = Authorize::base().with("response_type", "token").0;
    let form: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = browser.post("/oauth/authorize", &form).await;
    answer.assert_back(crate::app::fixtures::CONF_CB, "unsupported_response_type");
    let answer = browser
        .post("/oauth/authorize", &[("client_id", "nope")])
        .await;
    answer.assert_page(400);
    assert_eq!(server.rows().await.interactions, 0);
}

#[rstest]
#[case::json("application/json", r#"{"client_id":"conf"}"#)]
#[case::multipart("multipart/form-data; boundary=x", "--x--")]
#[case::text("text/plain", "client_id=conf")]
#[case::charset("application/x-www-form-urlencoded; charset=utf-16", "client_id=conf")]
#[tokio::test(flavor = "multi_thread")]
async fn az_01_a_post_is_form_encoded(#[case] content_type: &str, #[case] body: &str) {
    let server = TestServer::bare(json!({})).await;
    for path in ["/oauth/authorize", "/oauth/login", "/oauth/consent"] {
        let request = server.http.post(server.url(path));
        let request = request.header("content-type", content_type);
        let page = server.send(request.body(body.to_owned())).await;
        page.assert_page(415);
        assert!(page.body.contains("invalid_request"));
    }
    let page = server
        .send(server.http.post(server.url("/oauth/login")))
        .await;
    page.assert_page(415);
}

/// Everything that takes the form of a page.
const PAGES: [&str; 12] = [
    "/oauth/authorize",
    "/oauth/end-session",
    "/oauth/login",
    "/oauth/signup",
    "/oauth/consent",
    "/oauth/select-account",
    "/oauth/logout",
    "/oauth/forgot-password",
    "/oauth/reset-password",
    "/oauth/apps/revoke-all",
    "/oauth/apps/1/revoke",
    "/oauth/sessions/x/end",
];

#[tokio::test(flavor = "multi_thread")]
async fn c251_az_02_bodies_end_at_64_kib() {
    let server = TestServer::bare(json!({})).await;
    for path in PAGES {
        let body = format!("client_id=conf&x={}", "x".repeat(64 * 1024));
        let request = server.http.post(server.url(path));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let page = server.send(request.body(body)).await;
        page.assert_page(413);
        assert!(page.body.contains("invalid_request"));
    }
}

/// 10 MB that are announced or come in pieces: reading stops at the limit, whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn c251_large_bodies_of_pages() {
    let server = server().await;
    let before = server.everything().await;
    let part = format!("client_id=conf&x={}", "x".repeat(66 * 1024));
    let form = "application/x-www-form-urlencoded";
    let pages = PAGES.map(|path| (path, form));
    let scripts = ["/oauth/session", "/oauth/interaction"].map(|path| (path, "application/json"));
    for (path, content_type) in pages.into_iter().chain(scripts) {
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: as.example\r\nContent-Type: {content_type}\r\n");
        for request in [
            format!("{head}Content-Length: 10485760\r\n\r\n{part}"),
            format!("{head}Transfer-Encoding: chunked\r\n\r\nA00000\r\n{part}"),
        ] {
            let answer = server.raw(&request).await;
            assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
        }
    }
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c254_az_02_a_long_state_is_fine_and_a_huge_one_is_not() {
    let server = server().await;
    let state = "s".repeat(5000);
    let request = Authorize::base()
        .with("state", &state)
        .with("prompt", "none");
    let answer = server.browser().get(&request.path()).await;
    assert_eq!(answer.location_param("state"), Some(state));
    // One value over 8 KiB, then the request line over 16 KiB, then what no HTTP server reads.
    let path = Authorize::base().with("state", &"s".repeat(8193)).path();
    refused_here(&server, &path, 400).await;
    let path = Authorize::base().and("x", &"x".repeat(16 * 1024)).path();
    refused_here(&server, &path, 414).await;
    // The longest request line that reaches the app: a page.
    let path = Authorize::base().with("state", &"s".repeat(60_000)).path();
    refused_here(&server, &path, 414).await;
    let before = server.everything().await;
    let path = Authorize::base().with("state", &"s".repeat(1 << 20)).path();
    let status = raw_get(&server, &path);
    assert!(matches!(&*status, "414" | "431"), "{status}");
    assert_eq!(server.everything().await, before);
}

/// Status of a GET that is longer than any client sends.
fn raw_get(server: &TestServer, path: &str) -> String {
    let mut socket = std::net::TcpStream::connect(server.address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: as.example\r\nConnection: close\r\n\r\n");
    // The server may hang up before it has read everything.
    let _ = socket.write_all(head.as_bytes());
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[9..]).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn az_02_long_urls_are_refused_on_pages_and_posts_too() {
    let server = TestServer::bare(json!({})).await;
    let long = "x".repeat(16 * 1024);
    for page in [
        "authorize",
        "continue",
        "login",
        "signup",
        "consent",
        "logout",
    ] {
        let path = format!("/oauth/{page}?x={long}");
        server.get(&path).await.assert_page(414);
        if page != "continue" {
            server.post(&path, &[("x", "1")]).await.assert_page(414);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn az_02_a_hundred_parameters_are_enough() {
    let server = server().await;
    let many = (0..100).fold(Authorize::base(), |request, number| {
        request.and(&format!("x{number}"), "1")
    });
    refused_here(&server, &many.path(), 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c252_c253_az_03_bad_encoding_is_refused() {
    let server = server().await;
    let names = [
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "response_type",
        "response_mode",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "resource",
        "claims",
        "display",
        "ui_locales",
        "acr_values",
        "login_hint",
        "id_token_hint",
        "foo",
    ];
    for name in names {
        for value in ["%00", "%FF%FE", "%C0%AF", "%zz", "%4", "a%00b"] {
            let path = Authorize::base()
                .without(name)
                .raw(&format!("{name}={value}"));
            refused_here(&server, &path, 400).await;
        }
    }
    let before = server.everything().await;
    for path in PAGES {
        for bytes in ["%FF%FE", "%C0%AF", "%00"] {
            let form = format!("login=alice{bytes}&password=x");
            let request = server.http.post(server.url(path)).body(form);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let page = server.send(request).await;
            assert_eq!(page.status, 400, "{path}");
            page.assert_page(400);
        }
    }
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c255_line_breaks_stay_inside_their_value() {
    let server = server().await;
    let evil = "S\r\nSet-Cookie: x=1";
    let silent = Authorize::base().with("prompt", "none").with("state", evil);
    let answer = server.browser().get(&silent.path()).await;
    answer.assert_back_with("https://app.example/cb", "login_required", Some(evil));
    assert_eq!(answer.location_param("state").as_deref(), Some(evil));
    assert!(!format!("{:?}", answer.headers).contains("\"x=1"));
    let hint = Authorize::base().with("login_hint", evil);
    let page = server.browser().authorize(&hint).await;
    page.assert_page(200);
    let cookies = page.headers.get_all("set-cookie");
    assert!(
        cookies
            .iter()
            .all(|cookie| !cookie.as_bytes().starts_with(b"x="))
    );
    let uri = Authorize::of("conf", "https://app.example/cb\r\nSet-Cookie: x=1");
    refused_here(&server, &uri.path(), 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c256_only_the_exact_path_is_the_endpoint() {
    let server = TestServer::bare(json!({})).await;
    for path in [
        "//oauth/authorize",
        "/oauth//authorize",
        "/oauth/authorize/",
        "/oauth/authorize;x",
        "/oauth/%61uthorize",
        "/OAUTH/authorize",
        "/oauth/AUTHORIZE",
        "/oauth/login/",
    ] {
        let url = format!("http://{}{path}?client_id=x", server.address);
        let answer = server.send(server.http.get(url)).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c259_identifiers_are_data() {
    let server = server().await;
    for id in [
        "conf' --",
        "con%",
        "_onf",
        "conf\"",
        "conf;drop table users",
    ] {
        let request = Authorize::base().with("client_id", id);
        let page = refused_here(&server, &request.path(), 400).await;
        assert!(page.body.contains("invalid_client"), "{id}");
        let literal = id.replace('%', "%25").replace([' ', '"'], "+");
        let before = server.everything().await;
        for path in [
            format!("/oauth/sessions/{literal}/end"),
            format!("/oauth/apps/{literal}/revoke"),
        ] {
            let answer = server.post(&path, &[]).await;
            assert!((300..500).contains(&answer.status), "{path}: {answer:?}");
        }
        let reset = format!("/oauth/reset-password?token={literal}");
        let answer = server.get(&reset).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
        assert_eq!(server.everything().await, before);
        let path = format!("/oauth/continue?interaction={}", id.replace('%', "%25"));
        server.get(&path).await.assert_page(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c261_pages_are_html_whatever_is_accepted() {
    let server = server().await;
    // A page of the login begins an interaction; nothing else is stored.
    let stored = async || Rows {
        interactions: 0,
        ..server.rows().await
    };
    let before = stored().await;
    let is_html = |path: &str, page: &Answer| {
        let html = page.header("content-type");
        assert_eq!(html, Some("text/html; charset=utf-8"), "{path}: {page:?}");
        for sign in ["panicked", "RUST_BACKTRACE", ".rs:"] {
            assert!(!page.body.contains(sign), "{path}: {}", page.body);
        }
    };
    for accept in ["application/json", "image/*"] {
        for path in PAGES {
            let post = server.http.post(server.url(path)).form(&[("x", "1")]);
            let page = server.send(post.header("accept", accept)).await;
            // Some send the person to the login first.
            if page.status != 303 {
                assert!((200..500).contains(&page.status), "{path}: {page:?}");
                is_html(path, &page);
            }
        }
        for path in [
            "/oauth/authorize",
            "/oauth/login",
            "/oauth/signup",
            "/oauth/consent",
            "/oauth/select-account",
        ] {
            let get = server.http.get(server.url(path));
            is_html(path, &server.send(get.header("accept", accept)).await);
        }
    }
    assert_eq!(stored().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn ge_11_without_the_code_grant_the_endpoint_names_the_setting() {
    let settings = json!({
        "grant_types": ["client_credentials"],
        "developer_errors": true,
    });
    let server = TestServer::bare(settings).await;
    let page = server.get(&Authorize::base().path()).await;
    page.assert_page(404);
    assert!(page.body.contains("grant_types"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn c026_ge_04_unknown_parameters_have_no_effect() {
    let server = server().await;
    let request = Authorize::base()
        .and("foo", "1")
        .and("bar[]", "2")
        .and("foo[]", "3");
    let location = server.browser().complete(&request).await;
    assert!(param(&location, "code").is_some(), "{location}");
    assert_eq!(param(&location, "foo"), None);
    let codes = server.codes().await;
    assert_eq!(codes.len(), 1);
    // Kept for the app's own pages.
    let params = server.interactions().await[0].params.clone();
    assert_eq!(
        params,
        Some(json!([["foo", "1"], ["bar[]", "2"], ["foo[]", "3"]]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c040_authorization_details_are_ignored() {
    let server = server().await;
    let details = r#"[{"type":"payment"}]"#;
    let request = Authorize::base().with("authorization_details", details);
    let tokens = server.tokens(&request).await;
    assert_eq!(tokens["scope"], "openid read");
    assert_eq!(tokens.get("authorization_details"), None);
    let metadata = server
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    let advertised = metadata.get("authorization_details_types_supported");
    assert_eq!(advertised, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn ge_02_az_25_an_empty_value_is_no_value() {
    let server = server().await;
    let names = [
        "state",
        "prompt",
        "max_age",
        "resource",
        "nonce",
        "id_token_hint",
        "response_mode",
        "request",
        "request_uri",
        "registration",
        "login_hint",
    ];
    let request = names
        .iter()
        .fold(Authorize::base(), |request, name| request.with(name, ""));
    let location = server.browser().complete(&request).await;
    assert!(param(&location, "code").is_some(), "{location}");
    assert_eq!(param(&location, "state"), None);
    let bad = request.with("response_type", "");
    let answer = refused_back(&server, &bad.path(), "invalid_request").await;
    assert_eq!(answer.location_param("state"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn c065_a_decision_in_the_query_has_no_effect() {
    let server = server().await;
    let mut browser = alice(&server).await;
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of_consent(&page);
    let id = form.value("interaction").unwrap().to_owned();
    let path = format!("/oauth/consent?interaction={id}&approve=true&decision=allow&scope=openid");
    let again = browser.get(&path).await;
    again.assert_page(200);
    assert!(again.body.contains("name=\"decision\""));
    let head = browser.send(server.http.head(server.url(&path))).await;
    assert_eq!(head.status, 405);
    let rows = server.rows().await;
    assert_eq!((rows.consents, rows.codes), (0, 0));
}
