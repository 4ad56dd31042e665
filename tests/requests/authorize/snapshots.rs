//! How the endpoint answers, as the client and the person see it.

use super::{alice, server};
use crate::app::{
    browser::Authorize,
    fixtures::DYN_CB,
    server::{Answer, TestServer},
};
use serde_json::json;

/// Status, the headers that differ between answers (the others: C053), and the main text.
pub fn summary(answer: &Answer) -> String {
    let mut lines = vec![format!("{}", answer.status)];
    for name in [
        "location",
        "allow",
        "retry-after",
        "content-type",
        "content-language",
        "cache-control",
        "cross-origin-opener-policy",
    ] {
        lines.extend(answer.header(name).map(|value| format!("{name}: {value}")));
    }
    let html = scraper::Html::parse_document(&answer.body);
    let main = scraper::Selector::parse("main").unwrap();
    for main in html.select(&main) {
        let words: Vec<&str> = main.text().flat_map(str::split_whitespace).collect();
        lines.push(String::new());
        lines.push(words.join(" "));
    }
    lines.join("\n")
}

/// Snapshot without what is random.
#[macro_export]
macro_rules! assert_answer {
    ($name:literal, $answer:expr) => {
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            filters => vec![
                (r"loco_ac_[A-Za-z0-9_-]{43}", "[code]"),
                (r"interaction=[A-Za-z0-9_-]{22}", "interaction=[id]"),
                (r"mod-[0-9a-f]{16}", "[app]"),
                (r"[0-9a-f]{8}-[0-9a-f-]{27}", "[reference]"),
            ],
        }, {
            insta::assert_snapshot!($name, $crate::requests::authorize::snapshots::summary($answer));
        });
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_the_authorization_endpoint() {
    let server = server().await;
    let mut browser = alice(&server).await;
    let step = browser.get(&Authorize::base().path()).await;
    assert_answer!("authorize_to_consent", &step);
    browser.code(&Authorize::base()).await;
    let code = browser.get(&Authorize::base().path()).await;
    assert_answer!("authorize_code_at_once", &code);
    let error = Authorize::base().with("scope", "admin");
    let error = browser.get(&error.path()).await;
    assert_answer!("authorize_error_back", &error);
    let unknown = browser.get("/oauth/authorize?client_id=nope").await;
    assert_answer!("authorize_error_page", &unknown);
    let stranger = Authorize::of("dyn", DYN_CB).with("scope", "admin");
    let page = server.get(&stranger.path()).await;
    assert_answer!("authorize_error_of_a_stranger", &page);
    let method = server.http.delete(server.url("/oauth/authorize"));
    let method = server.send(method).await;
    assert_answer!("authorize_method", &method);
}

/// A developer reads the rule, what was wrong, what was expected, what came, and the fix.
#[tokio::test(flavor = "multi_thread")]
async fn developers_see_the_rule() {
    let server = TestServer::with(json!({ "developer_errors": true })).await;
    let wrong = Authorize::of("conf", "https://app.example/wrong-callback");
    let page = server.get(&wrong.path()).await;
    assert_answer!("authorize_error_page_for_developers", &page);
    let page = TestServer::start().await.get(&wrong.path()).await;
    assert!(!page.body.contains("AZ-12"), "only with developer_errors");
    assert!(
        !page.body.contains("wrong-callback"),
        "nothing of the request"
    );
}
