//! A fault before each single statement and before the commit (FA-02).

use serde_json::Value;

use crate::app::{
    browser::{Authorize, Form},
    server::TestServer,
    tokens::text,
};

/// More than any request here has.
const STATEMENTS: u64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn c230_a_fault_before_each_statement_of_an_exchange() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let mut faults = 0;
    for passed in 0..STATEMENTS {
        let code = browser.code(&Authorize::base()).await;
        let before = server.ledger().await;
        server.oauth().store.faults().fail_once(passed);
        let answer = server.redeem(&code).await;
        server.oauth().store.faults().mend();
        if answer.status == 200 {
            break;
        }
        faults += 1;
        answer.assert_error(503, "temporarily_unavailable");
        assert_eq!(server.ledger().await, before, "after {passed} statements");
        server.redeem(&code).await.ok();
    }
    // Load; then one statement that redeems and stores, and on SQLite its commit.
    assert!((2..STATEMENTS).contains(&faults), "{faults}");
    server.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c230_a_fault_before_each_statement_of_a_refresh() {
    let server = TestServer::start().await;
    let mut tokens = server.tokens(&Authorize::base()).await;
    let mut faults = 0;
    for passed in 0..STATEMENTS {
        let before = server.ledger().await;
        server.oauth().store.faults().fail_once(passed);
        let answer = server.refresh(text(&tokens, "refresh_token")).await;
        server.oauth().store.faults().mend();
        if answer.status == 200 {
            break;
        }
        faults += 1;
        answer.assert_error(503, "temporarily_unavailable");
        assert_eq!(server.ledger().await, before, "after {passed} statements");
        tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
    }
    assert!((2..STATEMENTS).contains(&faults), "{faults}");
}

/// No code without consent, no consent without a code.
#[tokio::test(flavor = "multi_thread")]
async fn c230_a_fault_before_each_statement_of_a_consent() {
    let server = TestServer::start().await;
    let mut faults = 0;
    for passed in 0..STATEMENTS {
        let mut browser = server.browser();
        browser.sign_in().await;
        let request = Authorize::base().with("prompt", "consent");
        let page = browser.authorize(&request).await;
        let form = Form::of_consent(&page).set("decision", "allow");
        let before: Value = server.ledger().await;
        server.oauth().store.faults().fail_once(passed);
        let answer = browser.submit(&form).await;
        server.oauth().store.faults().mend();
        if answer.status == 303 && answer.location_param("code").is_some() {
            break;
        }
        faults += 1;
        if answer.status == 303 {
            answer.assert_back("https://app.example/cb", "temporarily_unavailable");
        } else {
            answer.assert_page(503);
        }
        assert_eq!(server.ledger().await, before, "after {passed} statements");
        let code = browser.submit(&form).await.location_param("code");
        server.redeem(&code.unwrap()).await.ok();
    }
    assert!((3..STATEMENTS).contains(&faults), "{faults}");
    server.assert_whole().await;
}
