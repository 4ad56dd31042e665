//! Texts that clients chose, on pages (PG-03, PG-09).

use super::at_consent;
use crate::app::{browser::Authorize, fixtures, server::TestServer};

const CB: &str = "https://evil.example/cb";

#[tokio::test(flavor = "multi_thread")]
async fn c054_pg_03_a_name_is_text() {
    let server = TestServer::start().await;
    let mut client = fixtures::client("evil", &[CB]);
    client.client_name = Some("<img src=x onerror=alert(1)>\"'&".to_owned());
    fixtures::insert(&server, &client).await;
    let mut browser = server.browser();
    let request = Authorize::of("evil", CB);
    let login = browser.authorize(&request).await;
    let (_, consent) = at_consent(&server, &request).await;
    for page in [login, consent] {
        assert!(!page.body.contains("<img"), "{}", page.body);
        assert!(page.body.contains("<bdi>&lt;img"), "isolated");
        let csp = page.header("content-security-policy").unwrap();
        assert!(csp.contains("default-src 'none'"), "{csp}");
        assert!(!csp.contains("script-src"), "{csp}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c055_pg_03_links_of_clients_are_https_or_missing() {
    let server = TestServer::start().await;
    for (id, uri) in [
        ("script", "javascript:alert(1)"),
        ("data", "data:text/html,x"),
        ("http", "http://evil.example/"),
    ] {
        let mut client = fixtures::client(id, &[CB]);
        client.client_uri = Some(uri.to_owned());
        client.policy_uri = Some(uri.to_owned());
        client.tos_uri = Some(uri.to_owned());
        client.logo_uri = Some(uri.to_owned());
        fixtures::insert(&server, &client).await;
        let (_, page) = at_consent(&server, &Authorize::of(id, CB)).await;
        assert!(!page.body.contains(&format!("\"{uri}")), "{uri}");
    }
    let mut client = fixtures::client("good", &[CB]);
    client.client_uri = Some("https://evil.example/home".to_owned());
    fixtures::insert(&server, &client).await;
    let (_, page) = at_consent(&server, &Authorize::of("good", CB)).await;
    let link = "href=\"https://evil.example/home\" rel=\"noopener noreferrer\"";
    assert!(page.body.contains(link), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn c056_pg_09_a_name_cannot_reorder_or_flood_the_page() {
    let server = TestServer::start().await;
    let mut client = fixtures::client("odd", &[CB]);
    client.client_name = Some(format!(
        "Bank\u{202e}evil\u{200b}\r\n{}{}",
        "a\u{301}".repeat(300),
        "end of the name"
    ));
    fixtures::insert(&server, &client).await;
    let (_, page) = at_consent(&server, &Authorize::of("odd", CB)).await;
    assert!(!page.body.contains("end of the name"), "at most 100 shown");
    assert!(!page.body.contains(['\u{202e}', '\u{200b}']));
}
