//! CS-01, CS-02: whose form it is, by token and by what the browser says.

use crate::app::{
    browser::{Browser, Form},
    fixtures::{ALICE, PASSWORD},
    server::{Answer, TestServer},
};

async fn log_in_with(
    browser: &mut Browser<'_>,
    server: &TestServer,
    headers: &[(&str, &str)],
) -> Answer {
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let mut request = server
        .http
        .post(server.url("/oauth/login"))
        .form(&form.fields);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn cs_02_the_browser_says_where_a_form_came_from() {
    let server = TestServer::start().await;
    for (headers, status) in [
        (&[("sec-fetch-site", "same-origin")][..], 303),
        (&[("sec-fetch-site", "none")], 303),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "odd")], 403),
        (&[("origin", "https://as.example")], 303),
        (&[("origin", "null")], 303),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "http://as.example")], 403),
        (&[("origin", "https://as.example:8443")], 403),
        (
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            303,
        ),
        (&[("sec-fetch-site", "cross-site"), ("origin", "null")], 403),
        (&[], 303),
    ] {
        let mut browser = server.browser();
        let answer = log_in_with(&mut browser, &server, headers).await;
        assert_eq!(answer.status, status, "{headers:?}");
        let signed_in = browser.cookies.contains_key("__Host-oauth_session");
        assert_eq!(signed_in, status == 303, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cs_01_a_token_is_for_one_route_and_one_browser() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let logout = browser.get("/oauth/logout").await;
    let logout = Form::with_button(&logout, "action", "sign_out");
    let login = browser.get("/oauth/login").await;
    let login = Form::of(&login);
    let token = login.value("csrf_token").unwrap();
    browser
        .submit(&logout.clone().set("csrf_token", token))
        .await
        .assert_page(403);
    // Its own token in another browser, and without the binding cookie.
    let mut other = server.browser();
    other.sign_in().await;
    other.submit(&logout).await.assert_page(403);
    let binding = browser.cookies.remove("__Host-oauth_browser").unwrap();
    browser.submit(&logout).await.assert_page(403);
    browser
        .cookies
        .insert("__Host-oauth_browser".to_owned(), binding);
    let sessions = server.sessions().await;
    assert!(sessions.iter().all(|session| session.ended_at.is_none()));
    browser.submit(&logout).await.assert_page(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn cs_03_every_form_of_the_flow_refuses_a_forged_token() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let request = crate::app::browser::Authorize::base();
    for (prompt, field, value) in [
        ("login", "action", "cancel"),
        ("create", "action", "cancel"),
        ("select_account", "action", "use_another"),
        ("select_account", "action", "cancel"),
        ("consent", "action", "use_another"),
        ("consent", "decision", "deny"),
    ] {
        let page = browser
            .authorize(&request.clone().with("prompt", prompt))
            .await;
        let form = Form::with_button(&page, field, value);
        let before = server.interactions().await;
        let page = browser.submit(&form.clone().set("csrf_token", "-.x")).await;
        page.assert_page(403);
        assert_eq!(server.interactions().await, before, "{prompt} {value}");
        assert_eq!(browser.submit(&form).await.status, 303, "{prompt} {value}");
    }
}
