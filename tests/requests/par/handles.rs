//! The browser that comes with a handle (PR-06).

use rstest::rstest;
use serde_json::json;

use super::{HANDLE, assert_handle_refused, come, with_handle};
use crate::app::{
    browser::Authorize,
    fixtures::{ALICE, CONF_CB, PASSWORD},
    server::{TestServer, param},
};

/// Conformance: par-without-duplicate-parameters.
#[tokio::test(flavor = "multi_thread")]
async fn pr_06_client_and_handle_are_enough() {
    let server = TestServer::start().await;
    let handle = server.pushed(&Authorize::base().with("nonce", "N")).await;
    let mut browser = server.browser();
    let location = browser.complete(&with_handle("conf", &handle)).await;
    assert!(location.starts_with(CONF_CB), "{location}");
    assert_eq!(param(&location, "state").as_deref(), Some("S"));
    let tokens = server.redeem(&param(&location, "code").unwrap()).await.ok();
    assert_eq!(tokens["scope"], "openid read");
    assert_eq!(server.rows().await.interactions, 1);
}

/// RFC 9126 §4: what stands beside the handle does not count.
#[tokio::test(flavor = "multi_thread")]
async fn az_09_other_parameters_are_ignored() {
    let server = TestServer::start().await;
    let handle = server
        .pushed(&Authorize::base().with("scope", "openid"))
        .await;
    let request = Authorize::of("conf", "https://evil.example/cb")
        .with("scope", "openid read write")
        .with("state", "evil")
        .with("response_type", "token")
        .with("request", "a.b.c")
        .with("request_uri", &handle);
    let location = server.browser().complete(&request).await;
    assert!(location.starts_with(CONF_CB), "{location}");
    assert_eq!(param(&location, "state").as_deref(), Some("S"));
    let tokens = server.redeem(&param(&location, "code").unwrap()).await.ok();
    assert_eq!(tokens["scope"], "openid");
}

#[tokio::test(flavor = "multi_thread")]
async fn c203_pr_06_the_handle_of_another_client() {
    let server = TestServer::start().await;
    let handle = server.pushed(&Authorize::base()).await;
    let before = server.everything().await;
    let answer = server
        .browser()
        .get(&with_handle("other", &handle).path())
        .await;
    assert_handle_refused(&answer);
    let unknown = server
        .browser()
        .get(&with_handle("conf", &format!("{HANDLE}x")).path())
        .await;
    assert_handle_refused(&unknown);
    assert_eq!(server.everything().await, before);
    let location = server
        .browser()
        .complete(&with_handle("conf", &handle))
        .await;
    assert!(param(&location, "code").is_some(), "{location}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c204_pr_06_a_handle_whose_request_was_answered() {
    let server = TestServer::start().await;
    let handle = server.pushed(&Authorize::base()).await;
    let mut browser = server.browser();
    let code = browser.code(&with_handle("conf", &handle)).await;
    assert_handle_refused(&come(&mut browser, &handle).await);
    assert_handle_refused(&come(&mut server.browser(), &handle).await);
    server.redeem(&code).await.ok();
    assert_handle_refused(&come(&mut browser, &handle).await);
    assert_eq!(server.rows().await.codes, 1);
}

/// A code at once, and an error at once, use the handle up as a page does.
#[rstest]
#[case::code_at_once("openid read", true)]
#[case::consent_missing("openid read write", false)]
#[tokio::test(flavor = "multi_thread")]
async fn c204_pr_06_an_answer_without_a_page(#[case] scope: &str, #[case] has_code: bool) {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    for prompt in ["none", ""] {
        if !has_code && prompt.is_empty() {
            continue;
        }
        let codes = server.rows().await.codes;
        let request = Authorize::base()
            .with("scope", scope)
            .with("prompt", prompt);
        let handle = server.pushed(&request).await;
        let answer = come(&mut browser, &handle).await;
        assert_eq!(
            answer.location_param("code").is_some(),
            has_code,
            "{answer:?}"
        );
        if !has_code {
            answer.assert_back(CONF_CB, "consent_required");
        }
        assert_handle_refused(&come(&mut browser, &handle).await);
        assert_eq!(server.rows().await.codes, codes + u64::from(has_code));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c205_pr_06_an_expired_handle() {
    let server = TestServer::with(json!({ "par": { "ttl_seconds": 5 } })).await;
    let (late, early) = (
        server.pushed(&Authorize::base()).await,
        server.pushed(&Authorize::base()).await,
    );
    let mut browser = server.browser();
    let page = browser.authorize(&with_handle("conf", &early)).await;
    server.advance(5);
    assert_handle_refused(&come(&mut server.browser(), &late).await);
    // The first use counts: the person may take longer.
    let page_again = browser.authorize(&with_handle("conf", &early)).await;
    page_again.assert_page(200);
    let consent = browser.log_in(&page, ALICE, PASSWORD).await;
    let answer = browser.allow(&consent).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    server.advance(7200);
    assert_handle_refused(&come(&mut server.browser(), &late).await);
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(server.rows().await.interactions, 0);
}

/// Conformance: par-ensure-reused-request-uri-prior-to-auth-completion-succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn pr_06_the_first_browser_may_come_again_until_the_end() {
    let server = TestServer::start().await;
    let handle = server
        .pushed(&Authorize::base().with("prompt", "login"))
        .await;
    let request = with_handle("conf", &handle);
    let mut browser = server.browser();
    let first = browser.authorize(&request).await;
    let second = browser.authorize(&request).await;
    assert!(second.body.contains("name=\"password\""), "{second:?}");
    let consent = browser.log_in(&first, ALICE, PASSWORD).await;
    let again = browser.authorize(&request).await;
    assert!(again.body.contains("name=\"decision\""), "{again:?}");
    assert_handle_refused(&come(&mut server.browser(), &handle).await);
    let answer = browser.allow(&consent).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    assert_eq!(server.rows().await.interactions, 1);
}

/// AZ-01: a POST carries no cookie of this site; its browser is known at `continue`.
#[tokio::test(flavor = "multi_thread")]
async fn pr_06_a_handle_by_form_post() {
    let server = TestServer::start().await;
    let handle = server.pushed(&Authorize::base()).await;
    let form = [("client_id", "conf"), ("request_uri", handle.as_str())];
    let sent = server.post("/oauth/authorize", &form).await;
    let mut browser = server.browser();
    let page = browser.follow(sent).await;
    assert!(page.body.contains("name=\"password\""), "{page:?}");
    assert_handle_refused(&come(&mut server.browser(), &handle).await);
    let again = server.post("/oauth/authorize", &form).await;
    let elsewhere = server.browser().follow(again).await;
    elsewhere.assert_page(400);
    let consent = browser.log_in(&page, ALICE, PASSWORD).await;
    let answer = browser.allow(&consent).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    let over = server.post("/oauth/authorize", &form).await;
    assert_handle_refused(&over);
}

/// Ten browsers of people who all agreed before.
#[tokio::test(flavor = "multi_thread")]
async fn c246_one_handle_in_ten_browsers_at_once() {
    let server = TestServer::start().await;
    let mut signed_in = server.browser();
    signed_in.code(&Authorize::base()).await;
    let codes = server.rows().await.codes;
    let handle = server.pushed(&Authorize::base()).await;
    let come = |_| {
        let mut browser = signed_in.twin();
        // Another browser of the same person.
        browser.cookies.remove("__Host-oauth_browser");
        let path = with_handle("conf", &handle).path();
        async move { browser.get(&path).await }
    };
    let answers = futures_util::future::join_all((0..10).map(come)).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 303);
    assert_eq!((won.len(), lost.len()), (1, 9));
    assert!(won[0].location_param("code").is_some());
    lost.into_iter().for_each(assert_handle_refused);
    assert_eq!(server.rows().await.codes, codes + 1);
}

/// AR-06: the handle survives a client that is switched off, and a redirect URI that is withdrawn gets no code.
#[tokio::test(flavor = "multi_thread")]
async fn az_08_a_disabled_client_and_its_handle() {
    let server = TestServer::start().await;
    let handle = server.pushed(&Authorize::base()).await;
    server.set_client_status("conf", "disabled").await;
    let answer = come(&mut server.browser(), &handle).await;
    answer.assert_page(400);
    server.set_client_status("conf", "active").await;
    let location = server
        .browser()
        .complete(&with_handle("conf", &handle))
        .await;
    assert!(param(&location, "code").is_some(), "{location}");
}
