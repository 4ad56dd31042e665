//! `Browser` and `sign_in_browser`.

use loco_oauth_server::testing::{Browser, assert_page, sign_in_browser};

use super::Kit;

#[tokio::test]
async fn a_signed_in_browser_signs_out() {
    let kit = Kit::start().await;
    let mut browser = sign_in_browser(&kit.request, &kit.ctx, &kit.alice).await;
    let silent = || kit.flow().prompt("none");
    silent()
        .browser(&browser)
        .expect_error("consent_required")
        .run()
        .await;

    let page = browser.open("/oauth/logout").await;
    assert_page(&page.response, 200);
    browser
        .submit(&page.form_with_button("action", "sign_out"))
        .await;

    silent()
        .browser(&browser)
        .expect_error("login_required")
        .run()
        .await;
}

#[tokio::test]
async fn two_browsers_share_nothing() {
    let mut kit = Kit::start().await;
    // Not even when the test server keeps cookies.
    kit.request.save_cookies();
    let signed_in = sign_in_browser(&kit.request, &kit.ctx, &kit.alice).await;
    let mut other = Browser::new(&kit.request, &kit.ctx);
    other.open("/oauth/login").await;

    assert!(
        signed_in
            .cookies()
            .keys()
            .any(|name| name.contains("session"))
    );
    assert!(!other.cookies().keys().any(|name| name.contains("session")));
}

#[tokio::test]
async fn cookies_can_be_handed_to_other_requests() {
    let kit = Kit::start().await;
    let mut browser = sign_in_browser(&kit.request, &kit.ctx, &kit.alice).await;
    let (name, value) = browser.cookie_header();
    let page = kit.request.get("/oauth/logout").add_header(name, value);
    assert!(page.await.text().contains("sign_out"));

    let cookies: Vec<String> = browser.cookies().keys().cloned().collect();
    for cookie in cookies {
        browser.forget(&cookie);
    }
    assert!(
        !browser
            .get("/oauth/logout")
            .await
            .text()
            .contains("sign_out")
    );
}
