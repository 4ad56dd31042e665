//! The parameter `claims` over HTTP (AZ-24, NX-04, CO-02; OpenID Connect Core §5.5).

mod consent;

use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, BOB, CONF_CB, PASSWORD},
    server::TestServer,
    tokens::{jwt_part, text},
};

/// A request with this parameter, for `openid` alone.
fn asking(claims: &Value) -> Authorize {
    Authorize::base()
        .with("scope", "openid")
        .with("claims", &claims.to_string())
}

/// What `UserInfo` tells of the person.
async fn userinfo(server: &TestServer, tokens: &Value) -> Value {
    let mut told = server.userinfo(text(tokens, "access_token")).await.ok();
    told.as_object_mut().unwrap().remove("sub");
    told
}

/// Claims about the person in the ID token.
fn in_id_token(tokens: &Value) -> Value {
    let mut claims = jwt_part(text(tokens, "id_token"), 1);
    let members = claims.as_object_mut().unwrap();
    members.retain(|name, _| ["name", "email", "email_verified", "team"].contains(&name.as_str()));
    claims
}

/// As `oidcc-claims-essential` of the certification suite asks.
#[tokio::test(flavor = "multi_thread")]
async fn s16_an_essential_claim_comes_from_userinfo() {
    let server = TestServer::start().await;
    let request = asking(&json!({ "userinfo": { "name": { "essential": true } } }));
    let tokens = server.tokens(&request).await;
    assert_eq!(userinfo(&server, &tokens).await, json!({ "name": "alice" }));
    assert_eq!(in_id_token(&tokens), json!({}));
    // Essential claims that nobody has are no error, nor is one that is not known.
    let unknown = json!({ "essential": true });
    let request = asking(&json!({ "userinfo": { "birthdate": unknown, "shoe_size": unknown } }));
    let tokens = server.tokens(&request).await;
    assert_eq!(userinfo(&server, &tokens).await, json!({}));
}

/// Each claim goes to the place that was named, and stays there when tokens are refreshed.
#[tokio::test(flavor = "multi_thread")]
async fn s16_each_place_has_its_claims() {
    let server = TestServer::start().await;
    let request = asking(&json!({
        "userinfo": { "email": null, "auth_time": null, "acr": null, "amr": null },
        "id_token": { "name": null, "team": { "value": "red" }, "auth_time": { "essential": true } },
    }));
    let tokens = server.tokens(&request).await;
    let told = userinfo(&server, &tokens).await;
    assert_eq!(told["email"], ALICE);
    assert_eq!(told["amr"], json!(["pwd"]));
    assert_eq!(told["acr"], "urn:mace:incommon:iap:bronze");
    let id_token = jwt_part(text(&tokens, "id_token"), 1);
    assert_eq!(told["auth_time"], id_token["auth_time"]);
    assert_eq!(told.get("team"), None);
    let expected = json!({ "name": "alice", "team": "blue" });
    assert_eq!(in_id_token(&tokens), expected);
    let tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
    assert_eq!(in_id_token(&tokens), expected);
    assert_eq!(userinfo(&server, &tokens).await, told);
}

/// OpenID Connect Core §5.5: scopes and claims add up. A token that was narrowed tells less.
#[tokio::test(flavor = "multi_thread")]
async fn s16_scopes_and_claims_add_up() {
    let server = TestServer::with(json!({ "id_token_scope_claims": false })).await;
    let request = asking(&json!({ "userinfo": { "name": null, "email": null } }));
    let tokens = server.tokens(&request.with("scope", "openid email")).await;
    let told = json!({ "name": "alice", "email": ALICE, "email_verified": false });
    assert_eq!(userinfo(&server, &tokens).await, told);
    assert_eq!(in_id_token(&tokens), json!({}));
    let narrow = [("scope", "openid")];
    let refresh = text(&tokens, "refresh_token");
    let narrowed = server.refresh_with(refresh, &narrow).await.ok();
    assert_eq!(
        userinfo(&server, &narrowed).await,
        json!({ "name": "alice" })
    );
    let request = asking(&json!({ "id_token": { "email": null } }));
    let tokens = server.tokens(&request.with("scope", "openid email")).await;
    assert_eq!(in_id_token(&tokens), json!({ "email": ALICE }));
}

/// No ID token and no `UserInfo`: nothing is asked, and nothing stored.
#[tokio::test(flavor = "multi_thread")]
async fn s16_without_openid_claims_have_no_place() {
    let server = TestServer::start().await;
    let request = asking(&json!({ "userinfo": { "name": null } }));
    server.browser().code(&request.with("scope", "read")).await;
    assert_eq!(server.codes().await[0].claims, None);
    assert_eq!(server.consents().await[0].claims, None);
}

#[rstest]
#[case::text("name", "claims is not a JSON object")]
#[case::list("[]", "claims is not a JSON object")]
#[case::open("{\"userinfo\":", "claims is not a JSON object")]
#[case::twice(r#"{"userinfo":{},"userinfo":{}}"#, "claims is not a JSON object")]
#[case::shape(r#"{"userinfo":["name"]}"#, "claims has a member of the wrong type")]
#[case::essential(
    r#"{"id_token":{"acr":{"essential":"true"}}}"#,
    "claims has a member of the wrong type"
)]
#[case::sub(
    r#"{"id_token":{"sub":{"value":null}}}"#,
    "claims has a member of the wrong type"
)]
#[tokio::test(flavor = "multi_thread")]
async fn az_24_what_is_not_of_the_standard_goes_back(#[case] claims: &str, #[case] text: &str) {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let request = Authorize::base().with("claims", claims);
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back(CONF_CB, "invalid_request");
    let description = answer.location_param("error_description");
    assert_eq!(description.as_deref(), Some(text));
    assert_eq!(server.everything().await, before);
}

#[rstest]
#[case::twice("claims=%7B%7D&claims=%7B%7D")]
#[case::brackets("claims[]=%7B%7D")]
#[tokio::test(flavor = "multi_thread")]
async fn az_13_the_parameter_stands_there_once(#[case] sent: &str) {
    let server = TestServer::start().await;
    let path = format!("{}&{sent}", Authorize::base().path());
    let answer = server.browser().get(&path).await;
    answer.assert_back(CONF_CB, "invalid_request");
}

/// GE-02: empty is not sent. Deep and large values are refused or ignored, and never a fault.
#[tokio::test(flavor = "multi_thread")]
async fn az_24_empty_and_large_values() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base().with("claims", "")).await;
    let deep = format!("{{\"userinfo\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    let answer = browser
        .get(&Authorize::base().with("claims", &deep).path())
        .await;
    answer.assert_back(CONF_CB, "invalid_request");
    let many: Vec<String> = (0..500).map(|n| format!("\"c{n}\":null")).collect();
    let many = format!("{{\"userinfo\":{{{}}}}}", many.join(","));
    browser.code(&Authorize::base().with("claims", &many)).await;
    assert_eq!(server.codes().await[1].claims, None);
}

/// The subject that `claims` names, as the client sees it.
fn wanting(sub: &Value) -> Authorize {
    asking(&json!({ "id_token": { "sub": sub } }))
}

async fn sub_of(server: &TestServer, login: &str) -> String {
    server.user(login).await.unwrap().pid.to_string()
}

/// NX-04: another person may sign in; who cannot do so is told by `login_required`.
#[tokio::test(flavor = "multi_thread")]
async fn nx_04_another_login_may_bring_the_wanted_person() {
    let server = TestServer::start().await.with_bob().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    let own = wanting(&json!({ "values": ["x", sub_of(&server, ALICE).await] }));
    let answer = browser.get(&own.path()).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");

    let bobs = wanting(&json!({ "value": sub_of(&server, BOB).await }));
    let silent = bobs.clone().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "login_required");
    let page = browser.authorize(&bobs).await;
    let page = browser.log_in(&page, BOB, PASSWORD).await;
    let code = browser.allow(&page).await.location_param("code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    let sub = sub_of(&server, BOB).await;
    assert_eq!(jwt_part(text(&tokens, "id_token"), 1)["sub"], sub.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_04_the_wrong_person_again_is_told_to_the_client() {
    let server = TestServer::start().await.with_bob().await;
    let mut browser = server.browser();
    let bobs = wanting(&json!({ "value": sub_of(&server, BOB).await }));
    let page = browser.authorize(&bobs).await;
    let answer = browser.log_in(&page, ALICE, PASSWORD).await;
    answer.assert_back(CONF_CB, "login_required");
    assert_eq!(server.rows().await.codes, 0);
}

/// The whole request waits while somebody signs in.
#[tokio::test(flavor = "multi_thread")]
async fn az_24_the_parameter_survives_the_login_and_a_post() {
    let server = TestServer::start().await;
    let claims = json!({ "userinfo": { "email": null } }).to_string();
    let request = Authorize::base()
        .with("claims", &claims)
        .with("scope", "openid");
    let mut browser = server.browser();
    let (_, query) = request
        .path()
        .split_once('?')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let sent = server
        .http
        .post(server.url("/oauth/authorize"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(query);
    let answer = browser.send(sent).await;
    let page = browser.follow(answer).await;
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(
        page.body.contains("See your email address"),
        "{}",
        page.body
    );
    let code = browser.allow(&page).await.location_param("code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    assert_eq!(userinfo(&server, &tokens).await, json!({ "email": ALICE }));
}

/// The consent page of a request, after alice signed in.
async fn consent_page(browser: &mut Browser<'_>, request: &Authorize) -> (Form, String) {
    let page = browser.authorize(request).await;
    let page = if page.body.contains("name=\"password\"") {
        browser.log_in(&page, ALICE, PASSWORD).await
    } else {
        page
    };
    (Form::of_consent(&page).set("decision", "allow"), page.body)
}
