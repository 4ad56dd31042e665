//! What a refused form says: where it should have come from, and how long a field may be (CS-02,
//! PG-08).

use loco_oauth_server::events::RuleId;
use rstest::rstest;
use serde_json::json;

use crate::{
    app::{
        browser::{Authorize, Browser, Form},
        fixtures::{ALICE, BOB, PASSWORD},
        server::{Answer, TestServer},
    },
    requests::pages::password::linked,
};

const EXPIRED: &str = "open for too long";

/// What a browser says of where a form came from.
#[derive(Clone, Copy)]
struct Header<'a> {
    name: &'a str,
    value: &'a str,
}

async fn post_from(
    browser: &mut Browser<'_>,
    server: &TestServer,
    form: &Form,
    header: Header<'_>,
) -> Answer {
    let request = server
        .http
        .post(server.url(&form.action))
        .form(&form.fields);
    browser
        .send(request.header(header.name, header.value))
        .await
}

/// Every form of the pages, by the browser's own word of another origin.
#[rstest]
#[case::another_site("origin", "https://evil.example", "Origin: https://evil.example")]
#[case::another_port("origin", "https://as.example:8443", "Origin: https://as.example:8443")]
#[case::another_scheme("origin", "http://as.example", "Origin: http://as.example")]
#[case::another_name("origin", "http://localhost:5150", "Origin: http://localhost:5150")]
#[case::cross_site("sec-fetch-site", "cross-site", "Sec-Fetch-Site: cross-site")]
#[case::same_site("sec-fetch-site", "same-site", "Sec-Fetch-Site: same-site")]
#[tokio::test(flavor = "multi_thread")]
async fn s_d4_a_form_of_another_origin_is_told_so(
    #[case] name: &str,
    #[case] value: &str,
    #[case] received: &str,
) {
    let server = TestServer::with(json!({ "mailer": { "stub": true } })).await;
    let mut browser = server.browser();
    let login = browser.get("/oauth/login").await;
    let signup = browser.get("/oauth/signup").await;
    let forgot = browser.get("/oauth/forgot-password").await;
    let link = linked(&server).await;
    let reset = browser.get(&link).await;
    let mut forms = vec![
        Form::of(&login)
            .set("login", ALICE)
            .set("password", PASSWORD),
        Form::of(&signup)
            .set("email", BOB)
            .set("password", PASSWORD),
        Form::of(&forgot).set("login", ALICE),
        Form::of(&reset).set("password", "another horse battery"),
    ];
    browser.sign_in().await;
    let consent = browser.authorize(&Authorize::base()).await;
    forms.push(Form::of_consent(&consent).set("decision", "allow"));
    let choose = Authorize::base().with("prompt", "select_account");
    let choose = browser.authorize(&choose).await;
    forms.push(Form::with_button(&choose, "action", "use_another"));
    let logout = browser.get("/oauth/logout").await;
    forms.push(Form::with_button(&logout, "action", "sign_out"));
    for form in forms {
        server.oauth().events.take();
        let page = post_from(&mut browser, &server, &form, Header { name, value }).await;
        page.assert_page(403);
        assert!(
            !page.body.contains(EXPIRED),
            "{}: {}",
            form.action,
            page.body
        );
        let told = "another address than https://as.example";
        assert!(page.body.contains(told), "{}: {}", form.action, page.body);
        assert!(!page.body.contains("evil.example"), "{}", form.action);
        let refused = server.event("request.refused");
        assert_eq!(refused.rule, Some(RuleId::new("CS-02")), "{}", form.action);
        let detail = |name: &str| refused.details[name].as_str().unwrap().to_owned();
        assert!(detail("expected").contains("https://as.example"));
        assert!(
            detail("received").contains(received),
            "{}",
            detail("received")
        );
    }
    let rows = server.rows().await;
    assert_eq!((rows.users, rows.codes), (1, 0), "nothing was done");
}

/// A form that is really old says what it always did; the log knows which of the two it was.
#[tokio::test(flavor = "multi_thread")]
async fn s_d4_a_token_of_something_else_is_another_matter() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    for (token, received) in [
        (Some("x"), "a csrf_token of something else"),
        (None, "no csrf_token"),
    ] {
        let mut form = form.clone();
        form.fields.retain(|(name, _)| name != "csrf_token");
        if let Some(token) = token {
            form = form.set("csrf_token", token);
        }
        server.oauth().events.take();
        let page = browser.submit(&form).await;
        page.assert_page(403);
        assert!(page.body.contains(EXPIRED), "{}", page.body);
        let refused = server.event("request.refused");
        assert_eq!(refused.rule, Some(RuleId::new("CS-01")));
        assert_eq!(refused.details["received"], received);
    }
}

/// EX-02: the log of a script's refusal, too.
#[tokio::test(flavor = "multi_thread")]
async fn s_d4_a_script_of_another_origin_is_told_in_the_log() {
    let trusted = json!({ "session_exchange_origins": ["https://spa.example"] });
    let server = TestServer::with(trusted).await;
    let jwt = server.jwt(ALICE, json!({})).await;
    server.oauth().events.take();
    let request = server.http.post(server.url("/oauth/session"));
    let request = request.header("origin", "https://evil.example");
    let answer = server.send(request.bearer_auth(jwt).json(&json!({}))).await;
    answer.assert_error(403, "access_denied");
    let refused = server.event("request.refused");
    let expected = refused.details["expected"].as_str().unwrap();
    assert!(expected.contains("https://spa.example"), "{expected}");
    let received = refused.details["received"].as_str().unwrap();
    assert!(received.contains("https://evil.example"), "{received}");
}

const AT_MOST: &str = "at most 1024 characters";

#[tokio::test(flavor = "multi_thread")]
async fn s_d10_a_field_that_is_too_long_says_how_long_it_may_be() {
    let server = TestServer::with(json!({ "mailer": { "stub": true } })).await;
    let long = "x".repeat(1025);
    let mut browser = server.browser();
    let page = browser.get("/oauth/signup").await;
    for (email, password) in [(long.as_str(), PASSWORD), (BOB, &long)] {
        let form = Form::of(&page)
            .set("email", email)
            .set("password", password);
        let page = browser.submit(&form).await;
        page.assert_page(400);
        assert!(page.body.contains(AT_MOST), "{}", page.body);
    }
    let page = browser.get("/oauth/forgot-password").await;
    let page = browser.submit(&Form::of(&page).set("login", &long)).await;
    assert!(page.body.contains(AT_MOST), "{}", page.body);
    let link = linked(&server).await;
    let page = browser.get(&link).await;
    let page = browser
        .submit(&Form::of(&page).set("password", &long))
        .await;
    page.assert_page(400);
    assert!(page.body.contains(AT_MOST), "{}", page.body);
}
