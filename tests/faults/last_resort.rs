//! Answers of last resort: unknown addresses, panics, pages that are broken (PG-02).

use std::os::unix::fs::symlink;

use loco_oauth_server::internals::protocol::client::Client;
use rstest::rstest;
use serde_json::json;

use crate::app::{
    browser::{Authorize, Browser},
    fixtures::{self, CONF_CB},
    process::Process,
    server::{Answer, TestServer},
    tokens::redemption,
};

/// What a stranger must not learn.
const INTERNALS: [&str; 7] = ["panic", "hook", "tera", ".rs", ".html", "/tmp", "template"];

#[track_caller]
fn assert_nothing_told(answer: &Answer) {
    let body = answer.body.to_lowercase();
    for word in INTERNALS {
        assert!(!body.contains(word), "{word}: {answer:?}");
    }
}

/// The app answers what is not ours; below our addresses with the headers that ours have.
#[tokio::test(flavor = "multi_thread")]
async fn c272_unknown_addresses() {
    for fallback in [
        json!({ "enable": false }),
        json!({ "enable": true, "not_found": "nothing here" }),
    ] {
        let middlewares = json!({ "fallback": fallback });
        let server = TestServer::with(json!({ "middlewares": middlewares })).await;
        for path in ["/oauth/nothing", "/oauth/token/x", "/oauth/.env"] {
            let answer = server.get(path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_nothing_told(&answer);
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("x-frame-options"), Some("DENY"));
            assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        }
        let elsewhere = server.get("/elsewhere").await;
        assert_eq!(elsewhere.status, 404);
        assert_eq!(elsewhere.header("x-frame-options"), None);
        let asset = server.get("/oauth/assets/nothing.css").await;
        asset.assert_error(404, "invalid_request");
        assert_eq!(asset.header("x-content-type-options"), Some("nosniff"));
    }
}

/// Hooks of the app panic: at an endpoint, and before a page.
#[tokio::test(flavor = "multi_thread")]
async fn c272_a_panic_is_an_answer_of_the_usual_shape() {
    let settings = json!({ "developer_errors": false });
    let server = TestServer::with(settings).await;
    for hook in ["authorize_scopes", "id_token_claims"] {
        let client = format!("panicking-{hook}");
        let client = Client {
            skip_consent: true,
            ..fixtures::confidential(&client, &[CONF_CB])
        };
        fixtures::insert(&server, &client).await;
    }
    let ask = |hook: &str| Authorize::of(&format!("panicking-{hook}"), CONF_CB);
    let mut browser = server.browser();
    browser.sign_in().await;

    let page = browser.authorize(&ask("authorize_scopes")).await;
    page.assert_page(500);
    assert_nothing_told(&page);

    let code = browser.code(&ask("id_token_claims")).await;
    let form = redemption(&code, &[]);
    let client = "panicking-id_token_claims";
    let endpoint = server.as_client(client, "/oauth/token", &form).await;
    endpoint.assert_error(500, "server_error");
    assert_eq!(endpoint.header("x-content-type-options"), Some("nosniff"));
    assert_nothing_told(&endpoint);

    // The server goes on.
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
}

/// Debug builds tell the developer in the log, and the person that something is wrong; what a
/// release build shows instead is PG-02's.
#[rstest]
#[case::broken("{% if %}")]
#[case::missing("{% include 'oauth_server/nothing.html' %}")]
#[tokio::test(flavor = "multi_thread")]
async fn c272_a_page_that_is_broken(#[case] template: &str) {
    let folder = tempfile::tempdir().unwrap();
    let views = folder.path().join("assets/views/oauth_server");
    std::fs::create_dir_all(&views).unwrap();
    std::fs::write(views.join("login.html"), template).unwrap();
    // The keys of the fixtures.
    let target = std::env::current_dir().unwrap().join("target");
    symlink(target, folder.path().join("target")).unwrap();
    let mut server = TestServer::start().await;
    let settings = json!({ "developer_errors": false });
    let process = Process::within(folder.path(), &server.database, &settings).await;
    server.address = process.address;

    let answer = Browser::new(&server).get("/oauth/login").await;
    assert_eq!(answer.status, 500, "{answer:?}");
    assert_eq!(answer.body, "server_error\n");
    for name in ["content-security-policy", "x-frame-options", "x-request-id"] {
        assert!(answer.header(name).is_some(), "{name}: {answer:?}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    server.get("/oauth/jwks").await.ok();
}
