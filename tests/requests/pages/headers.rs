//! Headers and cookies of pages (PG-07, BS-01).

use serde_json::json;

use super::at_consent;
use crate::app::{
    browser::{Authorize, Form},
    fixtures::ALICE,
    server::TestServer,
};

#[tokio::test(flavor = "multi_thread")]
async fn c053_pg_07_every_page_forbids_framing() {
    let server = TestServer::start().await;
    let (mut browser, consent) = at_consent(&server, &Authorize::base()).await;
    let choose = Authorize::base().with("prompt", "select_account");
    let pages = [
        consent,
        browser.authorize(&choose).await,
        browser.get("/oauth/login").await,
        browser.get("/oauth/signup").await,
        browser.get("/oauth/logout").await,
        browser.get("/oauth/authorize").await,
        browser.post("/oauth/login", &[("login", ALICE)]).await,
    ];
    let statuses = pages.each_ref().map(|page| page.status);
    assert_eq!(statuses, [200, 200, 200, 200, 200, 400, 403]);
    for page in pages {
        page.assert_page(page.status);
        assert_eq!(
            page.header("content-security-policy"),
            Some(
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                 frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
            )
        );
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("vary"), Some("Accept-Language"));
        assert_eq!(page.header("content-language"), Some("en"));
        let permissions = page.header("permissions-policy").unwrap();
        assert!(permissions.contains("camera=()"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_07_the_opener_stays_on_pages_of_an_interaction() {
    let server = TestServer::start().await;
    let (mut browser, consent) = at_consent(&server, &Authorize::base()).await;
    let opener = "cross-origin-opener-policy";
    assert_eq!(consent.header(opener), None);
    let redirect = browser.get(&Authorize::base().path()).await;
    assert_eq!(redirect.header(opener), None);
    let login = browser.get("/oauth/login").await;
    assert_eq!(login.header(opener), Some("same-origin"));
}

/// `name=value` gone, the attributes in order.
fn attributes(cookie: &str) -> (String, Vec<String>) {
    let mut parts = cookie.split("; ").map(str::to_owned);
    let name = parts.next().unwrap();
    let name = name.split('=').next().unwrap().to_owned();
    let mut attributes: Vec<String> = parts.collect();
    attributes.sort();
    (name, attributes)
}

#[tokio::test(flavor = "multi_thread")]
async fn c047_bs_01_cookies_over_https() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    browser.allow(&page).await;
    let logout = browser.get("/oauth/logout").await;
    let form = Form::with_button(&logout, "action", "sign_out");
    browser.submit(&form).await;
    let cookies: Vec<_> = browser
        .set_cookies
        .iter()
        .map(|it| attributes(it))
        .collect();
    let plain = ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"].map(str::to_owned);
    let gone = ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax", "Secure"].map(str::to_owned);
    let browser_cookie = "__Host-oauth_browser".to_owned();
    let session = "__Host-oauth_session".to_owned();
    assert_eq!(
        cookies,
        [
            (browser_cookie, plain.to_vec()),
            (session.clone(), plain.to_vec()),
            (session, gone.to_vec()),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c047_plain_names_only_with_an_http_base_url() {
    let server = TestServer::with(json!({ "base_url": "http://localhost:5150" })).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let cookies: Vec<_> = browser
        .set_cookies
        .iter()
        .map(|it| attributes(it))
        .collect();
    let plain = ["HttpOnly", "Path=/", "SameSite=Lax"].map(str::to_owned);
    assert_eq!(
        cookies,
        [
            ("oauth_browser".to_owned(), plain.to_vec()),
            ("oauth_session".to_owned(), plain.to_vec()),
        ]
    );
    let silent = Authorize::base().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    assert_eq!(answer.location_param("error").unwrap(), "consent_required");
    // The plain names mean nothing over https.
    let server = TestServer::start().await;
    let mut secure = server.browser();
    secure.sign_in().await;
    let value = secure.cookies.remove("__Host-oauth_session").unwrap();
    secure.cookies.insert("oauth_session".to_owned(), value);
    let answer = secure.get(&silent.path()).await;
    assert_eq!(answer.location_param("error").unwrap(), "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_04_every_page_works_without_script() {
    let server = TestServer::start().await;
    let (mut browser, consent) = at_consent(&server, &Authorize::base()).await;
    for page in [consent, browser.get("/oauth/login").await] {
        assert!(!page.body.contains("<script"));
        let sheet = page.body.split("href=\"").nth(1).unwrap();
        let sheet = sheet.split('"').next().unwrap().to_owned();
        assert_eq!(server.get(&sheet).await.status, 200);
    }
}
