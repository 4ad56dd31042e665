//! What the client and its developer read.

use rstest::rstest;
use scraper::{Html, Selector};
use serde_json::json;

use crate::app::{
    browser::Authorize,
    fixtures::{self, CONF_CB},
    server::{Answer, TestServer},
};

/// The developer's box: its terms with what stands beside them.
fn terms(page: &Answer) -> Vec<(String, String)> {
    let html = Html::parse_document(&page.body);
    let rows = Selector::parse(".dev dt, .dev dd").unwrap();
    let texts: Vec<String> = html
        .select(&rows)
        .map(|row| row.text().collect::<String>().trim().to_owned())
        .collect();
    assert!(!texts.is_empty(), "no box: {page:?}");
    texts
        .chunks(2)
        .map(|pair| (pair[0].clone(), pair[1].clone()))
        .collect()
}

fn term<'a>(terms: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = terms.iter().filter(|(term, _)| term == name);
    found.next().map(|(_, text)| text.as_str())
}

/// The marked pieces: of what was sent, and of what is registered.
fn marks(page: &Answer) -> Vec<String> {
    let html = Html::parse_document(&page.body);
    let marks = Selector::parse(".dev mark").unwrap();
    html.select(&marks)
        .map(|mark| mark.text().collect())
        .collect()
}

async fn developing() -> TestServer {
    TestServer::with(json!({ "developer_errors": true })).await
}

#[rstest]
#[case::slash("https://app.example/cb/", ["/", ""], "trailing slash")]
#[case::scheme("http://app.example/cb", ["", "s"], "the scheme")]
#[case::port("https://app.example:8443/cb", [":8443", ""], "the port")]
#[case::host("https://www.app.example/cb", ["www.", ""], "the host")]
#[case::path("https://app.example/xb", ["x", "c"], "the path")]
#[case::query("https://app.example/cb?x=1", ["?x=1", ""], "the query")]
#[tokio::test(flavor = "multi_thread")]
async fn s_d6_both_redirect_uris_are_shown_and_the_difference_is_marked(
    #[case] sent: &str,
    #[case] marked: [&str; 2],
    #[case] words: &str,
) {
    let server = developing().await;
    let page = server.get(&Authorize::of("conf", sent).path()).await;
    page.assert_page(400);
    let terms = terms(&page);
    assert_eq!(term(&terms, "Received"), Some(sent), "{terms:?}");
    assert_eq!(term(&terms, "Nearest registered"), Some(CONF_CB));
    let difference = term(&terms, "Difference").unwrap();
    assert!(difference.contains(words), "{difference}");
    assert_eq!(marks(&page), marked);
}

/// Of several the one that is most like what was sent.
#[tokio::test(flavor = "multi_thread")]
async fn s_d6_the_nearest_of_several_is_compared() {
    let server = developing().await;
    let uris = [
        "http://127.0.0.1/cb",
        "https://b.example/",
        "https://app.example/oauth/cb",
    ];
    fixtures::insert(&server, &fixtures::client("several", &uris)).await;
    for (sent, nearest) in [
        ("https://app.example/oauth/cb2", uris[2]),
        ("https://b.example", uris[1]),
        ("http://localhost/cb", uris[0]),
    ] {
        let page = server.get(&Authorize::of("several", sent).path()).await;
        let terms = terms(&page);
        assert_eq!(term(&terms, "Nearest registered"), Some(nearest), "{sent}");
    }
}

/// Markup in an address is text, and secrets in it are none of the page's business.
#[tokio::test(flavor = "multi_thread")]
async fn s_d6_what_was_sent_is_text() {
    let server = developing().await;
    let sent = "https://app.example/<b onmouseover=alert(1)>?code=abcdefgh";
    let page = server.get(&Authorize::of("conf", sent).path()).await;
    page.assert_page(400);
    assert!(!page.body.contains("<b onmouseover"), "{page:?}");
    assert!(!page.body.contains("abcdefgh"), "{page:?}");
    assert!(page.body.contains("&lt;b onmouseover"), "{page:?}");
}

/// Rows that do not apply are not there, and there is always something to do.
#[tokio::test(flavor = "multi_thread")]
async fn s_d8_no_row_of_the_box_is_empty() {
    let server = developing().await;
    let base = Authorize::base;
    for path in [
        "/oauth/authorize".to_owned(),
        base().with("client_id", "nobody").path(),
        base().and("client_id", "other").path(),
        base().with("redirect_uri", "https://evil.example/").path(),
        Authorize::of("multi", "").without("redirect_uri").path(),
        Authorize::of("dyn", "https://tool.example/cb")
            .with("response_type", "token")
            .path(),
        "/oauth/continue".to_owned(),
        "/oauth/continue?interaction=unknown".to_owned(),
        "/oauth/login?interaction=unknown".to_owned(),
        "/oauth/login?a=%zz".to_owned(),
    ] {
        let page = server.get(&path).await;
        page.assert_page(400);
        let terms = terms(&page);
        for (name, text) in &terms {
            assert!(!text.is_empty(), "{path}: {name} in {terms:?}");
            assert!(!text.contains("… (0)"), "{path}: {terms:?}");
        }
        let fix = term(&terms, "What to do").unwrap();
        let verbs = [
            "Send", "Set", "Register", "Start", "Let", "Encode", "Use", "Reload", "Open", "Go",
            "Switch",
        ];
        assert!(
            verbs.iter().any(|verb| fix.starts_with(verb)),
            "{path}: {fix}"
        );
        assert_ne!(term(&terms, "What was wrong"), Some(fix));
    }
}

/// Which parameter, and what is offered.
#[rstest]
#[case("prompt", "sometimes", "none, login, consent, select_account, create")]
#[case("response_mode", "fragment", "query, form_post")]
#[tokio::test(flavor = "multi_thread")]
async fn s_d5_the_client_reads_what_is_offered(
    #[case] parameter: &str,
    #[case] value: &str,
    #[case] offered: &str,
) {
    let server = TestServer::start().await;
    let request = Authorize::base().with(parameter, value);
    let answer = server.get(&request.path()).await;
    let told = answer.location_param("error_description").unwrap();
    assert!(told.starts_with(parameter), "{told}");
    assert!(told.ends_with(&format!("offered: {offered}")), "{told}");
    assert!(!told.contains(value), "{told}");
}

/// A parameter of ours that was sent twice is named; a foreign name is not reflected.
#[tokio::test(flavor = "multi_thread")]
async fn s_d5_a_repeated_parameter_is_named() {
    let server = TestServer::start().await;
    for (name, told) in [
        ("scope", "A parameter was sent twice or as a list: scope"),
        ("foreign", "A parameter was sent twice or as a list"),
    ] {
        let request = Authorize::base().and(name, "1").and(name, "2");
        let answer = server.get(&request.path()).await;
        answer.assert_back(CONF_CB, "invalid_request");
        let description = answer.location_param("error_description");
        assert_eq!(description.as_deref(), Some(told));
    }
}
