//! Pages that are opened at another host than `base_url` (GE-09).

use loco_oauth_server::internals::operations::doctor;
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    oauth_server::OAuth,
    server::{Answer, TestServer},
};

/// A server at `127.0.0.1`, which is its `base_url`.
async fn at_loopback() -> TestServer {
    TestServer::with(json!({ "base_url": "self", "session_exchange_origins": [] })).await
}

fn get(server: &TestServer, path: &str, host: &str) -> RequestBuilder {
    server.http.get(server.url(path)).header("host", host)
}

async fn open(server: &TestServer, path: &str, host: &str) -> Answer {
    server.send(get(server, path, host)).await
}

#[rstest]
#[case::name("localhost")]
#[case::any_case("LOCALHOST")]
#[case::v6("[::1]")]
#[case::of_its_own("id.localhost")]
#[case::domain("dev.example.com")]
#[tokio::test(flavor = "multi_thread")]
async fn s_d3_pages_are_redirected_to_base_url(#[case] name: &str) {
    let server = at_loopback().await;
    let host = format!("{name}:{}", server.address.port());
    let base = server.oauth().settings.base_url.clone();
    for path in [
        Authorize::base().path(),
        "/oauth/login".to_owned(),
        "/oauth/login?next=apps&x=a%20b%2F&y=".to_owned(),
        "/oauth/signup".to_owned(),
        "/oauth/logout".to_owned(),
        "/oauth/apps".to_owned(),
        "/oauth/end-session?state=S".to_owned(),
        "/oauth/continue?interaction=x".to_owned(),
        "/oauth/consent?interaction=x".to_owned(),
        "/oauth/forgot-password".to_owned(),
    ] {
        let answer = open(&server, &path, &host).await;
        assert_eq!(answer.location(), format!("{base}{path}"));
        assert_eq!(answer.header("set-cookie"), None);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert!(server.interactions().await.is_empty(), "nothing was begun");
    // There it goes on in one browser.
    let mut browser = server.browser();
    let answer = browser
        .send(get(&server, &Authorize::base().path(), &host))
        .await;
    let page = browser.follow(answer).await;
    let page = browser
        .log_in(&page, "alice@example.com", crate::app::fixtures::PASSWORD)
        .await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");
}

/// Endpoints for programs, forms, and what never was a page.
#[tokio::test(flavor = "multi_thread")]
async fn s_d3_json_endpoints_and_forms_are_not_redirected() {
    let server = at_loopback().await;
    let host = format!("localhost:{}", server.address.port());
    for (path, status) in [
        ("/.well-known/oauth-authorization-server", 200),
        ("/oauth/jwks", 200),
        ("/oauth/userinfo", 401),
        ("/oauth/token", 405),
        ("/oauth/register/x", 404),
        ("/oauth/unknown", 404),
    ] {
        let answer = open(&server, path, &host).await;
        assert_eq!(answer.status, status, "{path}");
    }
    let post = server
        .http
        .post(server.url("/oauth/token"))
        .header("host", &host);
    let form = [("grant_type", "x"), ("client_id", "pub")];
    assert_eq!(server.send(post.form(&form)).await.status, 400);
    let login = server
        .http
        .post(server.url("/oauth/login"))
        .header("host", &host);
    let login = server.send(login.form(&[("login", "x")])).await;
    assert_ne!(login.status, 303, "{login:?}");
    let head = server
        .http
        .head(server.url("/oauth/login"))
        .header("host", &host);
    assert_eq!(server.send(head).await.status, 405);
}

/// What proxies write there: the page is shown as it always was.
#[rstest]
#[case::upstream("https://as.example", "app:5150", None)]
#[case::upstream_without_port("https://as.example", "backend", None)]
#[case::address("https://as.example", "10.0.0.7", None)]
#[case::loopback("https://as.example", "localhost", None)]
#[case::told("https://as.example", "www.as.example", Some(("x-forwarded-for", "192.0.2.1")))]
#[case::told_host("https://as.example", "www.as.example", Some(("x-forwarded-host", "as.example")))]
#[case::told_by_rfc("https://as.example", "www.as.example", Some(("forwarded", "for=192.0.2.1")))]
#[case::told_via("https://as.example", "www.as.example", Some(("via", "1.1 proxy")))]
#[case::development_proxy("http://localhost:5173", "127.0.0.1:5150", None)]
#[tokio::test(flavor = "multi_thread")]
async fn s_d3_behind_a_proxy_nothing_is_redirected(
    #[case] base_url: &str,
    #[case] host: &str,
    #[case] header: Option<(&str, &str)>,
) {
    let server = TestServer::with(json!({ "base_url": base_url })).await;
    let mut request = get(&server, "/oauth/login", host);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    server.send(request).await.assert_page(200);
}

/// A proxy that writes a name which a person could have typed: the browser is sent to where it is a
/// few times, and then gets its page; later ones get theirs at once.
#[tokio::test(flavor = "multi_thread")]
async fn s_d3_a_proxy_that_writes_another_name_makes_no_loop() {
    let server = at_loopback().await;
    let host = format!("localhost:{}", server.address.port());
    let mut redirects = 0;
    let page = loop {
        let answer = open(&server, "/oauth/login?next=apps", &host).await;
        if answer.status != 303 {
            break answer;
        }
        redirects += 1;
        assert!(redirects < 5, "a loop");
    };
    page.assert_page(200);
    open(&server, "/oauth/login", &host).await.assert_page(200);
}

/// GE-09: whatever stands there, the target is fixed.
#[rstest]
#[case("www.as.example")]
#[case("evil.example")]
#[case("evil.example:443")]
#[case("as.example.evil.example")]
#[tokio::test(flavor = "multi_thread")]
async fn s_d3_the_target_is_fixed(#[case] host: &str) {
    let server = TestServer::start().await;
    let path = "/oauth/login?next=//evil.example";
    let answer = open(&server, path, host).await;
    assert_eq!(answer.location(), format!("https://as.example{path}"));
}

/// The page, its developer box and the doctor say where this server is.
#[tokio::test(flavor = "multi_thread")]
async fn s_d3_what_is_wrong_is_told_with_base_url() {
    let settings = json!({ "base_url": "self", "developer_errors": true });
    let server = TestServer::with(settings).await;
    let base = server.oauth().settings.base_url.clone();
    let mut browser = server.browser();
    let first = browser.get(&Authorize::base().path()).await;
    let page = server.get(first.location()).await;
    page.assert_page(400);
    assert!(
        page.body.contains("Started in another browser"),
        "{}",
        page.body
    );
    assert!(page.body.matches(&base).count() >= 2, "{}", page.body);

    let host = format!("localhost:{}", server.address.port());
    open(&server, "/oauth/login", &host).await;
    let check = async || {
        let findings = doctor::lines(&doctor::findings::<OAuth>(&server.ctx).await);
        findings.contains("OS-06") && findings.contains(&base)
    };
    for _ in 0..50 {
        if check().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the doctor says nothing");
}
