//! GET, POST interaction: pages that a script of the app draws.

use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Browser},
    fixtures::{ALICE, BOB, CONF_CB},
    server::{Answer, ISSUER, TestServer, param},
    tokens::text,
};

const PATH: &str = "/oauth/interaction";

/// Alice at the consent step.
async fn at_consent<'a>(server: &'a TestServer, request: &Authorize) -> (Browser<'a>, String) {
    let mut browser = server.browser();
    browser.sign_in().await;
    let id = browser.open(server, request).await;
    (browser, id)
}

fn location(answer: &Answer) -> String {
    text(&answer.ok(), "location").to_owned()
}

/// Every field, and no null (GE-07).
#[tokio::test(flavor = "multi_thread")]
async fn s8_8_a_script_sees_the_interaction() {
    let server = TestServer::start().await;
    let request = Authorize::base()
        .with("login_hint", "alice")
        .with("ui_locales", "de fr")
        .with("display", "popup")
        .with("acr_values", "gold")
        .with("max_age", "600")
        .with("tenant", "acme")
        .and("resource", "https://mcp.example/mcp");
    let (mut browser, id) = at_consent(&server, &request).await;
    let answer = browser.see(&server, &id).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut seen = answer.ok();
    let members = seen.as_object_mut().unwrap();
    let token = members.remove("csrf_token").unwrap();
    assert!(token.as_str().unwrap().contains('.'));
    assert_eq!(members.remove("state"), Some(json!(id)));
    let return_to = format!("{ISSUER}/oauth/continue?interaction={id}");
    assert_eq!(members.remove("return_to"), Some(json!(return_to)));
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_json_snapshot!("script_pages_interaction", seen);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_8_before_the_login_nobody_is_named() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let id = browser.open(&server, &Authorize::base()).await;
    let seen = browser.see(&server, &id).await.ok();
    assert_eq!(seen["intent"], "login");
    assert_eq!(seen.get("user"), None);
    assert_eq!(seen["scopes"][1]["name"], "read");
    assert_eq!(seen["scopes"][1]["description"], "Read your notes");
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_8_allow_leads_to_the_client() {
    let server = TestServer::start().await;
    let (mut browser, id) = at_consent(&server, &Authorize::base()).await;
    let act = json!({ "action": "allow", "scopes": ["openid"] });
    let answer = browser.act(&server, &id, act.clone()).await;
    let to = location(&answer);
    assert!(to.starts_with(CONF_CB), "{to}");
    assert_eq!(param(&to, "state").as_deref(), Some("S"));
    // IX-05: the same again, for the same browser.
    assert_eq!(location(&browser.act(&server, &id, act).await), to);
    assert_eq!(server.rows().await.codes, 1);
    let tokens = server.redeem(&param(&to, "code").unwrap()).await.ok();
    assert_eq!(tokens["scope"], "openid", "read was not ticked");
    let answer = browser
        .act(&server, &id, json!({ "action": "allow" }))
        .await;
    answer.assert_error(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_8_allow_without_scopes_allows_what_was_shown() {
    let server = TestServer::start().await;
    let (mut browser, id) = at_consent(&server, &Authorize::base()).await;
    let act = json!({ "action": "allow" });
    location(&browser.act(&server, &id, act).await);
    assert_eq!(server.codes().await[0].scopes, json!(["openid", "read"]));
}

#[rstest]
#[case("deny")]
#[case("cancel")]
#[tokio::test(flavor = "multi_thread")]
async fn s8_8_a_refusal_leads_to_the_client(#[case] action: &str) {
    let server = TestServer::start().await;
    let (mut browser, id) = at_consent(&server, &Authorize::base()).await;
    let answer = browser.act(&server, &id, json!({ "action": action })).await;
    let to = location(&answer);
    assert_eq!(param(&to, "error").as_deref(), Some("access_denied"));
    assert_eq!(server.rows().await.consents, 0);
}

/// An allow counts only while consent is asked.
#[tokio::test(flavor = "multi_thread")]
async fn s8_3_an_allow_before_the_login_leads_on() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let id = browser.open(&server, &Authorize::base()).await;
    let answer = browser
        .act(&server, &id, json!({ "action": "allow" }))
        .await;
    let next = format!("{ISSUER}/oauth/continue?interaction={id}");
    assert_eq!(location(&answer), next);
    assert_eq!(server.rows().await.codes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_8_an_account_is_chosen() {
    let server = TestServer::start().await.with_bob().await;
    let mut browser = server.browser();
    browser.sign_in_as(BOB).await;
    browser.sign_in_as(ALICE).await;
    let request = Authorize::base().with("prompt", "select_account");
    let id = browser.open(&server, &request).await;
    let seen = browser.see(&server, &id).await.ok();
    let accounts = seen["accounts"].as_array().unwrap();
    let logins: Vec<&Value> = accounts.iter().map(|account| &account["login"]).collect();
    assert_eq!(logins, [ALICE, BOB]);
    let unknown = json!({ "action": "select", "sid": "unknown" });
    let answer = browser.act(&server, &id, unknown).await;
    answer.assert_error(400, "invalid_request");
    let nobody = browser
        .act(&server, &id, json!({ "action": "select" }))
        .await;
    nobody.assert_error(400, "invalid_request");
    let bob = json!({ "action": "select", "sid": accounts[1]["sid"] });
    let answer = browser.act(&server, &id, bob).await;
    assert!(location(&answer).contains("/oauth/consent?"), "{answer:?}");
    let seen = browser.see(&server, &id).await.ok();
    assert_eq!(seen["user"]["login"], BOB);
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_8_another_account() {
    let server = TestServer::start().await;
    let (mut browser, id) = at_consent(&server, &Authorize::base()).await;
    let act = json!({ "action": "use_another" });
    let answer = browser.act(&server, &id, act).await;
    assert!(location(&answer).contains("/oauth/login?"), "{answer:?}");
    assert_eq!(browser.see(&server, &id).await.ok()["intent"], "login");
}

/// IX-03: another browser learns nothing.
#[tokio::test(flavor = "multi_thread")]
async fn ix_03_another_browser() {
    let server = TestServer::start().await;
    let (_, id) = at_consent(&server, &Authorize::base()).await;
    let mut other = server.browser();
    let answer = other.see(&server, &id).await;
    answer.assert_error(400, "invalid_request");
    assert!(!answer.body.contains("conf"), "{answer:?}");
    let answer = other.act(&server, &id, json!({ "action": "deny" })).await;
    answer.assert_error(400, "invalid_request");
    for query in ["", "?interaction=", "?interaction=a&interaction=b"] {
        let request = server.http.get(server.url(&format!("{PATH}{query}")));
        let answer = server
            .send(request.header("sec-fetch-site", "same-origin"))
            .await;
        answer.assert_error(400, "invalid_request");
    }
}

/// CS-01; and a token of another step, account or interaction.
#[tokio::test(flavor = "multi_thread")]
async fn cs_01_without_the_token_of_the_page() {
    let server = TestServer::start().await;
    let (mut browser, id) = at_consent(&server, &Authorize::base()).await;
    let other = browser.open(&server, &Authorize::base()).await;
    let foreign = browser.see(&server, &other).await.ok();
    let before = server.rows().await;
    for token in [json!(""), json!("-.x"), foreign["csrf_token"].clone()] {
        let act = json!({ "action": "allow", "csrf_token": token });
        let answer = browser.act(&server, &id, act).await;
        answer.assert_error(403, "access_denied");
    }
    assert_eq!(server.rows().await, before);
}

/// EX-01, EX-02.
#[tokio::test(flavor = "multi_thread")]
async fn ex_02_a_script_of_another_origin() {
    let trusted = "https://spa.example";
    let server = TestServer::with(json!({ "session_exchange_origins": [trusted] })).await;
    let (mut browser, id) = at_consent(&server, &Authorize::base()).await;
    let token = browser.see(&server, &id).await.ok()["csrf_token"].clone();
    let body = json!({ "interaction": id, "csrf_token": token, "action": "allow" });
    let from = |origin: &str, site: &str| {
        let request = server.http.post(server.url(PATH)).header("origin", origin);
        request.header("sec-fetch-site", site)
    };
    let evil = from("https://evil.example", "cross-site").json(&body);
    let answer = browser.send(evil).await;
    answer.assert_error(403, "access_denied");
    let text = from(ISSUER, "same-origin")
        .header("content-type", "text/plain")
        .body(body.to_string());
    let answer = browser.send(text).await;
    answer.assert_error(415, "invalid_request");
    let see = server
        .http
        .get(server.url(&format!("{PATH}?interaction={id}")));
    let answer = browser.send(see).await;
    answer.assert_error(403, "access_denied");
    // Another origin of the same site, which the app trusts.
    let good = from(trusted, "same-site").json(&body);
    location(&browser.send(good).await);
}

#[rstest]
#[case::unknown_action(json!({ "action": "approve" }))]
#[case::no_action(json!({}))]
#[case::c258_number(json!({ "action": 1 }))]
#[case::c258_map(json!({ "action": { "allow": true } }))]
#[case::c258_scopes_of_numbers(json!({ "action": "allow", "scopes": [1] }))]
#[case::scopes_as_text(json!({ "action": "allow", "scopes": "openid" }))]
#[tokio::test(flavor = "multi_thread")]
async fn s35_1_bodies_that_are_not_understood(#[case] act: Value) {
    let server = TestServer::start().await;
    let (mut browser, id) = at_consent(&server, &Authorize::base()).await;
    let answer = browser.act(&server, &id, act).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(server.rows().await.codes, 0);
}
