//! A person is asked for each claim that no scope covers (CO-01 to CO-04).

use serde_json::{Value, json};

use super::{asking, consent_page, in_id_token, userinfo};
use crate::app::{
    browser::{Authorize, Browser},
    fixtures::{ALICE, CONF_CB, PASSWORD},
    server::{TestServer, param},
    tokens::text,
};

fn name_and_email() -> Authorize {
    asking(&json!({ "userinfo": { "name": null, "email": null }, "id_token": { "email": null } }))
}

async fn is_covered(browser: &mut Browser<'_>, request: &Authorize) -> bool {
    let silent = request.clone().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    let covered = answer.location_param("code").is_some();
    if !covered {
        answer.assert_back(CONF_CB, "consent_required");
    }
    covered
}

#[tokio::test(flavor = "multi_thread")]
async fn co_02_claims_are_shown_in_words_and_remembered() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser
        .code(&Authorize::base().with("scope", "openid"))
        .await;
    let asked = name_and_email();
    assert!(!is_covered(&mut browser, &asked).await);
    let (form, body) = consent_page(&mut browser, &asked).await;
    assert!(body.contains("See your full name") && body.contains("See your email address"));
    assert!(body.contains("New"), "what was allowed before is not new");
    let answer = browser.submit(&form).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    assert!(is_covered(&mut browser, &asked).await);
    let less = asking(&json!({ "id_token": { "name": null } }));
    assert!(is_covered(&mut browser, &less).await);
    let more = asking(&json!({ "id_token": { "team": null } }));
    assert!(!is_covered(&mut browser, &more).await);
    let stored = server.consents().await;
    let claims = stored[0].claims.clone().unwrap();
    let names: Vec<&Value> = claims
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["claim"])
        .collect();
    assert_eq!(names, ["email", "name"]);
    server
        .change_client("conf", |client| client.version = sea_orm::Set(2))
        .await;
    assert!(
        !is_covered(&mut browser, &asked).await,
        "another version of the client"
    );
}

/// CO-02: a scope that was accepted covers its claims, and claims say nothing about scopes.
#[tokio::test(flavor = "multi_thread")]
async fn co_02_an_accepted_scope_covers_its_claims() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser
        .code(&Authorize::base().with("scope", "openid profile"))
        .await;
    let name = asking(&json!({ "userinfo": { "name": null } }));
    assert!(is_covered(&mut browser, &name).await);
    let email = asking(&json!({ "userinfo": { "email": null } }));
    assert!(!is_covered(&mut browser, &email).await);
    let (form, _) = consent_page(&mut browser, &email).await;
    browser.submit(&form).await;
    assert!(is_covered(&mut browser, &email).await);
    assert!(
        !is_covered(
            &mut browser,
            &Authorize::base().with("scope", "openid email")
        )
        .await
    );
}

/// CO-04: what was unticked is not granted, in either place, and is asked for again.
#[tokio::test(flavor = "multi_thread")]
async fn co_04_an_unticked_claim_is_not_granted() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let (form, _) = consent_page(&mut browser, &name_and_email()).await;
    let answer = browser.submit(&form.without("claim", "email")).await;
    let tokens = server
        .redeem(&answer.location_param("code").unwrap())
        .await
        .ok();
    assert_eq!(userinfo(&server, &tokens).await, json!({ "name": "alice" }));
    assert_eq!(in_id_token(&tokens), json!({}));
    assert!(!is_covered(&mut browser, &name_and_email()).await);
    // CO-03: what is left unticked later goes.
    let (form, _) = consent_page(&mut browser, &name_and_email()).await;
    browser.submit(&form.without("claim", "name")).await;
    let name = asking(&json!({ "userinfo": { "name": null } }));
    assert!(!is_covered(&mut browser, &name).await);
    let email = asking(&json!({ "userinfo": { "email": null } }));
    assert!(is_covered(&mut browser, &email).await);
}

/// Nothing is granted that was not asked for, whatever a form says.
#[tokio::test(flavor = "multi_thread")]
async fn co_04_a_form_adds_no_claims() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let asked = asking(&json!({ "userinfo": { "name": null } }));
    let (mut form, _) = consent_page(&mut browser, &asked).await;
    form.fields.push(("claim".to_owned(), "email".to_owned()));
    let answer = browser.submit(&form).await;
    let tokens = server
        .redeem(&answer.location_param("code").unwrap())
        .await
        .ok();
    assert_eq!(userinfo(&server, &tokens).await, json!({ "name": "alice" }));
    let (mut form, _) = consent_page(&mut browser, &asked.with("prompt", "consent")).await;
    form.fields.push(("claim[]".to_owned(), "email".to_owned()));
    browser.submit(&form).await.assert_page(400);
}

/// A scope that is unticked takes its claims along.
#[tokio::test(flavor = "multi_thread")]
async fn co_04_a_claim_goes_with_its_scope() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let asked = name_and_email().with("scope", "openid email");
    let (form, body) = consent_page(&mut browser, &asked).await;
    assert!(!body.contains("name=\"claim\" value=\"email\""));
    let answer = browser.submit(&form.without("scope", "email")).await;
    let tokens = server
        .redeem(&answer.location_param("code").unwrap())
        .await
        .ok();
    assert_eq!(userinfo(&server, &tokens).await, json!({ "name": "alice" }));
}

/// All or nothing: the page has no boxes, and says what is shared.
#[tokio::test(flavor = "multi_thread")]
async fn co_04_without_narrowing_the_page_names_what_it_grants() {
    let server = TestServer::with(json!({ "consent_allows_narrowing": false })).await;
    let mut browser = server.browser();
    let (form, body) = consent_page(&mut browser, &name_and_email()).await;
    assert!(body.contains("See your email address") && !body.contains("checkbox"));
    let answer = browser.submit(&form).await;
    let tokens = server
        .redeem(&answer.location_param("code").unwrap())
        .await
        .ok();
    assert_eq!(in_id_token(&tokens), json!({ "email": ALICE }));
}

/// CO-01: the operator's own apps are asked for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn co_01_a_client_without_consent_gets_its_claims() {
    let server = TestServer::start().await;
    server
        .change_client("conf", |client| client.skip_consent = sea_orm::Set(true))
        .await;
    let mut browser = server.browser();
    let page = browser.authorize(&name_and_email()).await;
    let answer = browser.log_in(&page, ALICE, PASSWORD).await;
    let tokens = server
        .redeem(&answer.location_param("code").unwrap())
        .await
        .ok();
    assert_eq!(in_id_token(&tokens), json!({ "email": ALICE }));
    assert_eq!(server.rows().await.consents, 0);
}

/// A script sees the claims, and grants those that it names.
#[tokio::test(flavor = "multi_thread")]
async fn s8_8_a_script_grants_the_claims_that_it_names() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let id = browser.open(&server, &name_and_email()).await;
    let seen = browser.see(&server, &id).await.ok();
    let line = json!({ "name": "email", "description": "See your email address", "is_new": true, "checked": true });
    assert_eq!(seen["claims"][0], line);
    let act = json!({ "action": "allow", "claims": ["name"] });
    let answer = browser.act(&server, &id, act).await.ok();
    let code = param(text(&answer, "location"), "code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    assert_eq!(userinfo(&server, &tokens).await, json!({ "name": "alice" }));
    // A script that knows nothing of claims grants none.
    let id = browser.open(&server, &name_and_email()).await;
    let act = json!({ "action": "allow" });
    let answer = browser.act(&server, &id, act).await.ok();
    let code = param(text(&answer, "location"), "code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    assert_eq!(userinfo(&server, &tokens).await, json!({}));
}

/// So does a page of the app.
#[tokio::test(flavor = "multi_thread")]
async fn s8_6_an_own_page_grants_the_claims_that_it_names() {
    let server = TestServer::with(json!({ "consent_url": "/own/consent" })).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    for (claim, expected) in [("", json!({})), ("name", json!({ "name": "alice" }))] {
        let answer = browser.get(&name_and_email().path()).await;
        let page = answer.location().to_owned();
        let shown = browser.get(&page).await.ok();
        assert_eq!(shown["claims"], json!(["email", "name"]));
        let token = text(&shown, "csrf_token");
        let form = [
            ("csrf_token", token),
            ("decision", "allow"),
            ("scope", "openid"),
            ("claim", claim),
        ];
        let answer = browser.post(&page, &form).await;
        let code = answer.location_param("code").unwrap();
        let tokens = server.redeem(&code).await.ok();
        assert_eq!(userinfo(&server, &tokens).await, expected);
    }
}
