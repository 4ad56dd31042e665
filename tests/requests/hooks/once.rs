//! A request asks each hook of the app at most once, whatever it needs the answer for.

use sea_orm::ActiveValue::Set;
use serde_json::json;

use super::with_client;
use crate::app::{
    browser::{Authorize, Form, VERIFIER},
    fixtures::{ALICE, CONF_CB, PASSWORD},
    hooks::calls,
    tokens::text,
};

/// The client, and the organisation in whose name its user consents.
const COUNTED: &str = "counted";

/// The last request asked no hook twice, and those that it must have asked.
fn at_most_once(request: &str, must: &[&str]) {
    let asked = calls(COUNTED);
    let twice: Vec<_> = asked.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{request}: {twice:?}");
    for hook in must {
        assert!(asked.contains_key(*hook), "{request}: {hook} of {asked:?}");
    }
}

const DECIDING: [&str; 4] = [
    "select_account",
    "authorize_scopes",
    "post_login",
    "consent_reference",
];

/// Login, consent and code; a second request by the remembered consent; an account that is chosen
/// again; a token and its refresh.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_asks_each_hook_at_most_once() {
    let server = with_client(COUNTED).await;
    server
        .change_user(ALICE, |user| user.name = Set(format!("{COUNTED}/alice")))
        .await;
    let mut browser = server.browser();
    let request = Authorize::of(COUNTED, CONF_CB).with("scope", "openid read offline_access");

    let page = browser.get(&request.path()).await;
    at_most_once("authorize of a stranger", &[]);
    let login = browser.get(page.location()).await;
    at_most_once("login page", &["external_logins"]);
    let form = Form::of(&login)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    at_most_once("login", &DECIDING[1..]);
    let consent = browser.get(answer.location()).await;
    at_most_once("consent page", &DECIDING[1..]);
    let form = Form::of_consent(&consent).set("decision", "allow");
    let answer = browser.submit(&form).await;
    at_most_once("consent", &DECIDING[1..]);
    let code = answer.location_param("code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CONF_CB),
        ("code_verifier", VERIFIER),
    ];
    let tokens = server.as_client(COUNTED, "/oauth/token", &form).await.ok();
    at_most_once("token", &["token_response_fields", "id_token_claims"]);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
    ];
    server.as_client(COUNTED, "/oauth/token", &form).await.ok();
    at_most_once("refresh", &["token_response_fields"]);

    let again = browser.get(&request.path()).await;
    assert!(again.location_param("code").is_some(), "{again:?}");
    at_most_once("authorize", &DECIDING);
    let choosing = request.with("prompt", "select_account");
    let page = browser.get(&choosing.path()).await;
    at_most_once("authorize with a choice", &DECIDING);
    let chooser = browser.get(page.location()).await;
    at_most_once("chooser", &DECIDING);
    let sid = server
        .sessions()
        .await
        .last()
        .expect("a session")
        .sid
        .clone();
    let answer = browser.submit(&Form::of(&chooser).set("sid", &sid)).await;
    at_most_once("choice", &DECIDING[1..]);
    assert!(answer.status == 303, "{answer:?}");
}

/// A script that chooses the current account, which was loaded before its choice was looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_choice_by_a_script_asks_each_hook_at_most_once() {
    const SCRIPTED: &str = "scripted";
    let server = with_client(SCRIPTED).await;
    server
        .change_user(ALICE, |user| user.name = Set(format!("{SCRIPTED}/alice")))
        .await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let request = Authorize::of(SCRIPTED, CONF_CB).with("prompt", "select_account");
    let id = browser.open(&server, &request).await;
    calls(SCRIPTED);
    let seen = browser.see(&server, &id).await.ok();
    assert!(calls(SCRIPTED).values().all(|count| *count == 1));
    let choice = json!({
        "interaction": id,
        "csrf_token": seen["csrf_token"],
        "action": "select",
        "sid": seen["accounts"][0]["sid"],
    });
    let chosen = browser
        .send(server.script("/oauth/interaction", &choice))
        .await
        .ok();
    assert!(text(&chosen, "location").contains("/oauth/consent?"));
    let asked = calls(SCRIPTED);
    assert_eq!(asked["consent_reference"], 1, "{asked:?}");
    assert!(asked.values().all(|count| *count == 1), "{asked:?}");
}
