//! `acr`: wished for, essential, by the client's registration, by the app's hook (AZ-27, NX-06).

use rstest::rstest;
use sea_orm::Set;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Browser},
    fixtures::{ALICE, CONF_CB, PASSWORD},
    server::{Answer, TestServer},
    tokens::{jwt_part, text},
};

/// With classes, and a login page of the app's own that says which one was reached.
async fn server() -> TestServer {
    let settings = json!({ "acr_values": ["pwd", "mfa", "hardware"], "login_url": "/own/login" });
    TestServer::with(settings).await
}

async fn log_in(browser: &mut Browser<'_>, page: &str, acr: &str) -> Answer {
    let form = [("email", ALICE), ("password", PASSWORD), ("acr", acr)];
    let answer = browser.post(page, &form).await;
    browser.follow(answer).await
}

/// Signs alice in with a class, and allows everything.
async fn signed_in(browser: &mut Browser<'_>, acr: &str) {
    let page = browser.get(&Authorize::base().path()).await;
    let page = log_in(browser, page.location(), acr).await;
    browser.allow(&page).await;
}

fn essential(values: &Value) -> Authorize {
    let claims = json!({ "id_token": { "acr": { "essential": true, "values": values } } });
    Authorize::base().with("claims", &claims.to_string())
}

async fn acr(server: &TestServer, answer: &Answer) -> Value {
    let code = answer.location_param("code");
    let code = code.unwrap_or_else(|| panic!("no code: {answer:?}"));
    let tokens = server.redeem(&code).await.ok();
    jwt_part(text(&tokens, "id_token"), 1)["acr"].clone()
}

/// As `oidcc-ensure-request-with-acr-values-succeeds` asks: the login page learns of the wish, and what
/// comes of it is accepted.
#[rstest]
#[case::granted("mfa", "mfa")]
#[case::not_granted("pwd", "pwd")]
#[case::more_than_wanted("hardware", "mfa")]
#[tokio::test(flavor = "multi_thread")]
async fn nx_06_a_wish_leads_to_one_login(#[case] reached: &str, #[case] told: &str) {
    let server = server().await;
    let mut browser = server.browser();
    signed_in(&mut browser, "pwd").await;
    let wish = Authorize::base().with("acr_values", "mfa unknown");
    let silent = wish.clone().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "login_required");
    let page = browser.get(&wish.path()).await.location().to_owned();
    assert!(page.contains("/own/login?"), "{page}");
    let shown = browser.get(&page).await.ok();
    assert_eq!(shown["acr_values"], json!(["mfa", "unknown"]));
    let answer = log_in(&mut browser, &page, reached).await;
    assert_eq!(acr(&server, &answer).await, told);
}

/// Unknown classes are no error and ask for nothing (OpenID Connect Core §3.1.2.1).
#[tokio::test(flavor = "multi_thread")]
async fn nx_06_unknown_classes_are_ignored() {
    let server = server().await;
    let mut browser = server.browser();
    signed_in(&mut browser, "pwd").await;
    let wish = Authorize::base().with("acr_values", "1 2");
    let answer = browser.get(&wish.path()).await;
    assert_eq!(acr(&server, &answer).await, "pwd");
    let wish = json!({ "id_token": { "acr": { "values": ["1"] } } });
    let wish = Authorize::base().with("claims", &wish.to_string());
    let answer = browser.get(&wish.path()).await;
    assert_eq!(acr(&server, &answer).await, "pwd");
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_06_an_essential_class_is_reached_or_refused() {
    let server = server().await;
    let mut browser = server.browser();
    signed_in(&mut browser, "pwd").await;
    let request = essential(&json!(["mfa", "unknown"]));
    let silent = request.clone().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "login_required");

    let page = browser.get(&request.path()).await.location().to_owned();
    let shown = browser.get(&page).await.ok();
    assert_eq!(shown["acr_values"], json!(["mfa", "unknown"]));
    let form = [("email", ALICE), ("password", PASSWORD), ("acr", "pwd")];
    let codes = server.rows().await.codes;
    let answer = browser.post(&page, &form).await;
    let location = answer.location().to_owned();
    let answer = browser.get(&location).await;
    answer.assert_back(CONF_CB, "unmet_authentication_requirements");
    assert_eq!(server.rows().await.codes, codes);

    let page = browser.get(&request.path()).await.location().to_owned();
    let answer = log_in(&mut browser, &page, "mfa").await;
    assert_eq!(acr(&server, &answer).await, "mfa");
    // A stronger session answers at once, with the class that was asked for (OpenID Connect Core §5.5.1.1).
    let mut strong = server.browser();
    let page = strong.get(&request.path()).await.location().to_owned();
    log_in(&mut strong, &page, "hardware").await;
    let answer = strong.get(&silent.path()).await;
    assert_eq!(acr(&server, &answer).await, "mfa");
    let hardware = Authorize::base().with("acr_values", "hardware");
    let answer = strong.get(&hardware.path()).await;
    assert_eq!(acr(&server, &answer).await, "hardware");
}

/// An essential class goes before `acr_values`, and those before a wish in `claims`.
#[tokio::test(flavor = "multi_thread")]
async fn nx_06_which_wish_counts() {
    let server = server().await;
    let mut browser = server.browser();
    let request = essential(&json!(["hardware"])).with("acr_values", "mfa");
    let page = browser.get(&request.path()).await.location().to_owned();
    let shown = browser.get(&page).await.ok();
    assert_eq!(shown["acr_values"], json!(["hardware"]));
    let wish = json!({ "id_token": { "acr": { "value": "hardware" } } }).to_string();
    let request = Authorize::base().with("claims", &wish);
    for (request, wanted) in [
        (request.clone(), "hardware"),
        (request.with("acr_values", "mfa"), "mfa"),
    ] {
        let page = browser.get(&request.path()).await.location().to_owned();
        let shown = browser.get(&page).await.ok();
        assert_eq!(shown["acr_values"], json!([wanted]));
    }
    // OpenID Connect Registration §2: what the client asks for when a request says nothing.
    let default = Some(json!(["mfa"]));
    server
        .change_client("conf", |client| client.default_acr_values = Set(default))
        .await;
    let page = browser
        .get(&Authorize::base().path())
        .await
        .location()
        .to_owned();
    let shown = browser.get(&page).await.ok();
    assert_eq!(shown["acr_values"], json!(["mfa"]));
}

/// AZ-27: before anybody signs in, and back to the client alone.
#[tokio::test(flavor = "multi_thread")]
async fn az_27_a_class_that_no_login_reaches() {
    let server = server().await;
    let before = server.everything().await;
    for request in [
        essential(&json!(["retina"])),
        essential(&json!(["", "pw d"])),
    ] {
        let answer = server.browser().get(&request.path()).await;
        answer.assert_back(CONF_CB, "unmet_authentication_requirements");
        let silent = request.with("prompt", "none");
        let answer = server.browser().get(&silent.path()).await;
        answer.assert_back(CONF_CB, "unmet_authentication_requirements");
    }
    assert_eq!(server.everything().await, before);
}

/// The hook `acr_for` says of a session what it is worth now.
#[tokio::test(flavor = "multi_thread")]
async fn nx_06_the_app_says_what_a_login_is_worth() {
    let server = server().await;
    let mut browser = server.browser();
    signed_in(&mut browser, "pwd").await;
    let request = essential(&json!(["mfa"]));
    let page = browser.get(&request.path()).await;
    assert!(page.location().contains("/own/login?"), "{page:?}");
    let named = |name: &str| {
        let name = name.to_owned();
        server.change_user(ALICE, move |user| user.name = Set(name))
    };
    named("acr/mfa").await;
    // The hook also answers for `consent_reference`: another organisation, another consent.
    let page = browser.get(&request.path()).await;
    let page = browser.follow(page).await;
    let answer = browser.allow(&page).await;
    assert_eq!(acr(&server, &answer).await, "mfa");
    named("acr-broken/alice").await;
    let answer = browser.get(&request.path()).await;
    answer.assert_back(CONF_CB, "server_error");
}

/// `acr` and `auth_time` of an access token, wherever it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn in_04_introspection_tells_the_class() {
    let server = server().await;
    let mut browser = server.browser();
    let request = Authorize::base().with("acr_values", "mfa");
    let page = browser.get(&request.path()).await.location().to_owned();
    let page = log_in(&mut browser, &page, "hardware").await;
    let code = browser.allow(&page).await.location_param("code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    let told = server.introspect(text(&tokens, "access_token")).await;
    assert_eq!(told["acr"], "mfa");
    let id_token = jwt_part(text(&tokens, "id_token"), 1);
    assert_eq!(told["auth_time"], id_token["auth_time"]);
}
