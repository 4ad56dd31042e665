//! `response_mode=form_post` (AR-03, AZ-14): every answer to the client is a form.

use base64::{Engine, engine::general_purpose::STANDARD};
use rstest::rstest;
use scraper::{Html, Selector};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, CONF_CB, PASSWORD},
    server::{Answer, ISSUER, TestServer},
    tokens::text,
};

fn request() -> Authorize {
    Authorize::base()
        .with("response_mode", "form_post")
        .with("state", "S<&\">é")
}

/// The form of an answer: to the client, with its button, and the one script that the policy allows.
#[track_caller]
fn posted(answer: &Answer) -> Form {
    answer.assert_page(200);
    assert!(answer.header("cross-origin-opener-policy").is_none());
    let html = Html::parse_document(&answer.body);
    let script = Selector::parse("script").unwrap();
    let scripts: Vec<String> = html.select(&script).map(|it| it.text().collect()).collect();
    let [script] = scripts.as_slice() else {
        panic!("one script is expected: {answer:?}");
    };
    let policy = answer.header("content-security-policy").unwrap();
    let hash = STANDARD.encode(Sha256::digest(script));
    assert!(
        policy.contains(&format!("script-src 'sha256-{hash}';")),
        "{policy}"
    );
    assert!(
        policy.contains("form-action 'self' https://app.example "),
        "{policy}"
    );
    let button = Selector::parse("form button[type=submit]").unwrap();
    assert_eq!(html.select(&button).count(), 1, "{answer:?}");
    let forms = Form::all(answer);
    let [form] = forms.as_slice() else {
        panic!("one form is expected: {answer:?}");
    };
    assert_eq!(form.action, CONF_CB);
    assert_eq!(form.value("state"), Some("S<&\">é"));
    assert_eq!(form.value("iss"), Some(ISSUER));
    form.clone()
}

#[track_caller]
fn assert_posted_error(answer: &Answer, error: &str) {
    let form = posted(answer);
    assert_eq!(form.value("error"), Some(error));
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["error", "error_description", "state", "iss"]);
}

/// Alice at the consent page.
async fn at_consent<'a>(server: &'a TestServer, request: &Authorize) -> (Browser<'a>, Answer) {
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.authorize(request).await;
    (browser, page)
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_03_a_code_by_form() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &request()).await;
    let answer = browser.allow(&page).await;
    let form = posted(&answer);
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    // IX-05: a double click and a reload get the same form.
    assert_eq!(posted(&browser.allow(&page).await).fields, form.fields);
    let id = server.interactions().await[0].state.clone();
    let reload = browser
        .get(&format!("/oauth/continue?interaction={id}"))
        .await;
    assert_eq!(posted(&reload).fields, form.fields);
    server.redeem(form.value("code").unwrap()).await.ok();
    let over = browser
        .get(&format!("/oauth/continue?interaction={id}"))
        .await;
    over.assert_page(400);
    let metadata = server.get("/.well-known/openid-configuration").await.ok();
    assert_eq!(
        metadata["response_modes_supported"],
        json!(["query", "form_post"])
    );
}

/// AR-05: the form takes the place of the hand-off page.
#[tokio::test(flavor = "multi_thread")]
async fn ar_03_a_browser_that_navigates() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.navigates = true;
    let page = browser.authorize(&request()).await;
    let consent = browser.log_in(&page, ALICE, PASSWORD).await;
    let form = posted(&browser.allow(&consent).await);
    server.redeem(form.value("code").unwrap()).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_03_a_code_without_a_page() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    for prompt in ["", "none"] {
        let answer = browser.get(&request().with("prompt", prompt).path()).await;
        let form = posted(&answer);
        server.redeem(form.value("code").unwrap()).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_03_errors_without_a_page() {
    let server = TestServer::start().await;
    let silent = request().with("prompt", "none");
    let answer = server.browser().get(&silent.path()).await;
    assert_posted_error(&answer, "login_required");
    let (mut browser, _) = at_consent(&server, &request()).await;
    assert_posted_error(&browser.get(&silent.path()).await, "consent_required");
    for (name, value, error) in [
        ("scope", "openid admin", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("request", "a.b.c", "request_not_supported"),
    ] {
        let answer = browser.get(&request().with(name, value).path()).await;
        assert_posted_error(&answer, error);
        let bad = request().with(name, value);
        let form: Vec<(&str, &str)> = { bad.0.iter() }
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = server.post("/oauth/authorize", &form).await;
        assert_posted_error(&answer, error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_03_errors_after_a_page() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &request()).await;
    let deny = Form::of_consent(&page).set("decision", "deny");
    assert_posted_error(&browser.submit(&deny).await, "access_denied");

    let mut browser = server.browser();
    let page = browser.authorize(&request()).await;
    let cancel = Form::with_button(&page, "action", "cancel");
    let answer = browser.submit(&cancel).await;
    assert_posted_error(&answer, "access_denied");
}

/// A script gets the address at which the form waits.
#[tokio::test(flavor = "multi_thread")]
async fn ar_03_a_page_of_the_app() {
    let server = TestServer::start().await;
    for (action, field) in [("allow", "code"), ("deny", "error")] {
        let mut browser = server.browser();
        browser.sign_in().await;
        let id = browser
            .open(&server, &request().with("prompt", "consent"))
            .await;
        let answer = browser.act(&server, &id, json!({ "action": action })).await;
        let location = text(&answer.ok(), "location").to_owned();
        assert_eq!(
            location,
            format!("{ISSUER}/oauth/continue?interaction={id}")
        );
        let form = posted(&browser.get(&location).await);
        assert!(form.value(field).is_some());
    }
}

/// AR-04: a stranger's error stays here; the way back is a button, because no link can post.
#[tokio::test(flavor = "multi_thread")]
async fn ar_04_the_way_back_of_a_stranger() {
    let server = TestServer::start().await;
    let request = Authorize::of("dyn", crate::app::fixtures::DYN_CB)
        .with("response_mode", "form_post")
        .with("scope", "openid admin");
    let answer = server.browser().get(&request.path()).await;
    answer.assert_page(400);
    let forms = Form::all(&answer);
    let [form] = forms.as_slice() else {
        panic!("one form is expected: {answer:?}");
    };
    assert_eq!(form.action, crate::app::fixtures::DYN_CB);
    assert_eq!(form.value("error"), Some("invalid_scope"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.contains("form-action 'self' https://tool.example "),
        "{policy}"
    );
    assert!(!policy.contains("script-src"), "{policy}");
}

#[rstest]
#[case::unknown("conf", CONF_CB, "fragment")]
#[case::two("conf", CONF_CB, "query form_post")]
#[case::private_scheme("native", "com.example.app:/cb", "form_post")]
#[tokio::test(flavor = "multi_thread")]
async fn az_14_a_mode_that_does_not_reach_the_client(
    #[case] client: &str,
    #[case] redirect_uri: &str,
    #[case] mode: &str,
) {
    let server = TestServer::start().await;
    let request = Authorize::of(client, redirect_uri).with("response_mode", mode);
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back(redirect_uri, "invalid_request");
}

/// RFC 8252 §7.3: a loopback client may take forms, also at an IPv6 address, which no policy can name.
#[rstest]
#[case(
    "http://127.0.0.1:4711/cb",
    "form-action 'self' http://127.0.0.1:4711 https:;"
)]
#[case("http://[::1]:4711/cb", "form-action 'self' http: https:;")]
#[tokio::test(flavor = "multi_thread")]
async fn ar_03_the_policy_of_a_loopback_client(#[case] redirect_uri: &str, #[case] wanted: &str) {
    let server = TestServer::start().await;
    let request = Authorize::of("native", redirect_uri)
        .with("response_mode", "form_post")
        .with("prompt", "none");
    let answer = server.browser().get(&request.path()).await;
    answer.assert_page(200);
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains(wanted), "{policy}");
}

/// OpenID Connect Core §3.1.2.1: `display` changes how pages look, and no value of it is an error.
#[rstest]
#[case("popup", " display-popup")]
#[case("touch", " display-touch")]
#[case("page", " display-page")]
#[case("wap", "")]
#[case("<x>", "")]
#[tokio::test(flavor = "multi_thread")]
async fn s9_1_display(#[case] display: &str, #[case] class: &str) {
    let server = TestServer::start().await;
    let request = Authorize::base().with("display", display);
    let page = server.browser().authorize(&request).await;
    page.assert_page(200);
    let body = format!("<body class=\"page-login{class}\">");
    assert!(page.body.contains(&body), "{page:?}");
    let metadata = server.get("/.well-known/openid-configuration").await.ok();
    assert_eq!(
        metadata["display_values_supported"],
        json!(["page", "popup", "touch"])
    );
}
