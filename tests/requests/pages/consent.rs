//! `/oauth/consent`.

use sea_orm::Set;
use serde_json::json;

use super::at_consent;
use crate::app::{
    browser::{Authorize, Form},
    fixtures::{self, ALICE, BOB, CONF_CB, DYN_CB, PASSWORD, PUB_CB},
    server::{TestServer, param},
};

fn is_consent(body: &str) -> bool {
    body.contains("name=\"decision\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn c052_cs_03_consent_needs_the_token_of_its_form() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    let form = Form::of_consent(&page).set("decision", "allow");
    let token = form.value("csrf_token").unwrap().to_owned();
    // Of another form of this browser, of nobody, none.
    let login = browser.get("/oauth/login").await;
    let login = Form::of(&login).value("csrf_token").unwrap().to_owned();
    for wrong in ["x", "-.x", &login] {
        let page = browser.submit(&form.clone().set("csrf_token", wrong)).await;
        page.assert_page(403);
        assert!(is_consent(&page.body));
    }
    let bare = form.clone().without("csrf_token", &token);
    browser.submit(&bare).await.assert_page(403);
    let rows = server.rows().await;
    assert_eq!((rows.consents, rows.codes), (0, 0));
    // Of another interaction of this browser.
    let other = browser.authorize(&Authorize::base()).await;
    let other = Form::of_consent(&other);
    let mixed = form
        .clone()
        .set("csrf_token", other.value("csrf_token").unwrap());
    browser.submit(&mixed).await.assert_page(403);
    assert!(browser.submit(&form).await.location_param("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn c057_the_page_says_what_is_at_stake() {
    let server = TestServer::start().await;
    let request = Authorize::base()
        .with("scope", "openid read write")
        .with("resource", "https://mcp.example/mcp");
    let (_, page) = at_consent(&server, &request).await;
    let text = crate::requests::authorize::snapshots::summary(&page);
    for what in [
        "The conf app",
        "app.example",
        "Confirm who you are",
        "Read your notes",
        "write",
        "https://mcp.example/mcp",
        "Access lasts",
        ALICE,
        "Not you?",
    ] {
        assert!(text.contains(what), "{what}: {text}");
    }
    assert!(!text.contains("Not verified"));
    let (_, page) = at_consent(&server, &Authorize::of("dyn", DYN_CB)).await;
    let text = crate::requests::authorize::snapshots::summary(&page);
    assert!(text.contains("Not verified") && text.contains("tool.example"));
    let native = Authorize::of("native", "http://127.0.0.1:1234/cb");
    let (_, page) = at_consent(&server, &native).await;
    let text = crate::requests::authorize::snapshots::summary(&page);
    assert!(text.contains("Access goes to a program on this device"));
}

#[tokio::test(flavor = "multi_thread")]
async fn c058_co_04_posted_scopes_only_narrow() {
    let server = TestServer::start().await;
    let request = Authorize::base().with("scope", "openid read write");
    let (mut browser, page) = at_consent(&server, &request).await;
    let mut form = Form::of_consent(&page).set("decision", "allow");
    for scope in ["admin", "profile"] {
        form.fields.push(("scope".to_owned(), scope.to_owned()));
    }
    let code = browser.submit(&form).await.location_param("code").unwrap();
    assert_eq!(
        server.redeem(&code).await.ok()["scope"],
        "openid read write"
    );
    let consent = &server.consents().await[0];
    assert_eq!(consent.scopes, json!(["openid", "read", "write"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn c059_co_03_deny_changes_nothing() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    let form = Form::of_consent(&page).set("decision", "deny");
    let answer = browser.submit(&form).await;
    answer.assert_back(CONF_CB, "access_denied");
    assert_eq!(answer.location_param("state").as_deref(), Some("S"));
    let rows = server.rows().await;
    assert_eq!((rows.consents, rows.codes), (0, 0));
    assert_eq!(server.interactions().await[0].intent, "denied");
    // The answer stands, whatever is pressed afterwards (IX-05).
    let form = Form::of_consent(&page).set("decision", "allow");
    let again = browser.submit(&form).await;
    assert_eq!(again.location(), answer.location());
    assert_eq!(server.rows().await.codes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn c060_co_04_an_unticked_scope_is_not_granted() {
    let server = TestServer::start().await;
    let request = Authorize::base().with("scope", "openid read write");
    let (mut browser, page) = at_consent(&server, &request).await;
    let form = Form::of_consent(&page)
        .set("decision", "allow")
        .without("scope", "write");
    let code = browser.submit(&form).await.location_param("code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    assert_eq!(tokens["scope"], "openid read");
    assert_eq!(server.consents().await[0].scopes, json!(["openid", "read"]));
    assert_eq!(server.codes().await[0].scopes, json!(["openid", "read"]));
    // The smaller consent does not cover the same request again.
    let page = browser.authorize(&request).await;
    assert!(is_consent(&page.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn co_04_openid_stays_and_nothing_left_is_a_deny() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    let none = Form::of_consent(&page)
        .set("decision", "allow")
        .without("scope", "openid")
        .without("scope", "read");
    let code = browser.submit(&none).await.location_param("code").unwrap();
    assert_eq!(server.redeem(&code).await.ok()["scope"], "openid");
    let request = Authorize::base().with("scope", "read write");
    let page = browser.authorize(&request).await;
    let none = Form::of_consent(&page)
        .set("decision", "allow")
        .without("scope", "read")
        .without("scope", "write");
    let answer = browser.submit(&none).await;
    answer.assert_back(CONF_CB, "access_denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn co_04_without_narrowing_it_is_all_or_nothing() {
    let server = TestServer::with(json!({ "consent_allows_narrowing": false })).await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    assert!(!page.body.contains("type=\"checkbox\""));
    let form = Form::of_consent(&page)
        .set("decision", "allow")
        .without("scope", "read");
    let code = browser.submit(&form).await.location_param("code").unwrap();
    assert_eq!(server.redeem(&code).await.ok()["scope"], "openid read");
}

#[tokio::test(flavor = "multi_thread")]
async fn c061_co_05_the_form_is_for_the_account_it_was_shown_to() {
    let server = TestServer::start().await.with_bob().await;
    let (mut browser, first) = at_consent(&server, &Authorize::base()).await;
    let logout = browser.get("/oauth/logout").await;
    let form = Form::with_button(&logout, "action", "sign_out");
    browser.submit(&form).await.assert_page(200);
    let out = browser.allow(&first).await;
    assert!(out.location().contains("/oauth/continue?"), "signed out");
    browser.sign_in_as(BOB).await;
    let page = browser.allow(&first).await;
    page.assert_page(400);
    assert!(page.body.contains("switched to another account"));
    assert!(page.body.contains(BOB), "the page anew, for bob");
    let rows = server.rows().await;
    assert_eq!((rows.consents, rows.codes), (0, 0));
    // The new page's form works, for bob.
    browser.allow(&page).await.location_param("code").unwrap();
    let bob = server.user(BOB).await.unwrap();
    assert_eq!(server.codes().await[0].user_id, Some(bob.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn c062_co_02_unassured_clients_are_asked_every_time() {
    let server = TestServer::start().await;
    for request in [
        Authorize::of("dyn", DYN_CB),
        Authorize::of("native", "http://127.0.0.1:1234/cb"),
        Authorize::of("native", "com.example.app:/cb"),
    ] {
        let (mut browser, page) = at_consent(&server, &request).await;
        browser.allow(&page).await.location_param("code").unwrap();
        server.advance(60);
        let page = browser.authorize(&request).await;
        assert!(is_consent(&page.body));
        let silent = browser.get(&request.with("prompt", "none").path()).await;
        assert_eq!(silent.location_param("error").unwrap(), "consent_required");
    }
    // Pre-registered with an https redirect URI: remembered, although public.
    let known = Authorize::of("pub", PUB_CB);
    let (mut browser, page) = at_consent(&server, &known).await;
    browser.allow(&page).await.location_param("code").unwrap();
    let answer = browser.get(&known.path()).await;
    assert!(answer.location_param("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn c063_co_03_consent_grows_only_by_approval() {
    let server = TestServer::start().await;
    let read = Authorize::base();
    let (mut browser, page) = at_consent(&server, &read).await;
    browser.allow(&page).await.location_param("code").unwrap();
    let more = Authorize::base().with("scope", "openid read write");
    let page = browser.authorize(&more).await;
    assert!(is_consent(&page.body));
    assert!(page.body.contains("You have already allowed"));
    let deny = Form::of_consent(&page).set("decision", "deny");
    browser.submit(&deny).await;
    assert_eq!(server.consents().await[0].scopes, json!(["openid", "read"]));
    let page = browser.authorize(&more).await;
    browser.allow(&page).await.location_param("code").unwrap();
    let consents = server.consents().await;
    assert_eq!(consents.len(), 1);
    assert_eq!(consents[0].scopes, json!(["openid", "read", "write"]));
    let answer = browser.get(&read.path()).await;
    let code = answer.location_param("code").unwrap();
    assert_eq!(server.redeem(&code).await.ok()["scope"], "openid read");
    // Nor does a smaller approval take anything away.
    let again = browser.authorize(&read.with("prompt", "consent")).await;
    browser.allow(&again).await.location_param("code").unwrap();
    let consents = server.consents().await;
    assert_eq!(consents[0].scopes, json!(["openid", "read", "write"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn c064_co_03_clients_never_share_a_consent() {
    let server = TestServer::start().await;
    let mut twin = fixtures::confidential("twin", &["https://app.example/cb2"]);
    twin.client_name = Some("The conf app".to_owned());
    fixtures::insert(&server, &twin).await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    browser.allow(&page).await.location_param("code").unwrap();
    let before = server.consents().await;
    let twin = Authorize::of("twin", "https://app.example/cb2");
    let page = browser.authorize(&twin).await;
    assert!(is_consent(&page.body));
    browser.allow(&page).await.location_param("code").unwrap();
    let after = server.consents().await;
    assert_eq!(after.len(), 2);
    assert_eq!(after[0], before[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn co_01_sensitive_scopes_are_asked_each_time() {
    let scopes = json!({ "read": {}, "write": { "sensitive": true }, "jobs": {}, "admin": {} });
    let server = TestServer::with(json!({ "scopes": scopes })).await;
    let request = Authorize::base().with("scope", "openid write");
    let (mut browser, page) = at_consent(&server, &request).await;
    assert!(page.body.contains("Sensitive"));
    browser.allow(&page).await.location_param("code").unwrap();
    let page = browser.authorize(&request).await;
    assert!(is_consent(&page.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn co_01_skip_consent_issues_at_once() {
    let server = TestServer::start().await;
    for client in ["conf", "dyn"] {
        server
            .change_client(client, |client| client.skip_consent = Set(true))
            .await;
    }
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let answer = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(answer.location_param("code").is_some());
    assert_eq!(server.rows().await.consents, 0);
    // Not for a client that nobody vouches for.
    let page = browser.authorize(&Authorize::of("dyn", DYN_CB)).await;
    assert!(is_consent(&page.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn co_02_a_changed_client_is_asked_for_anew() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    browser.allow(&page).await.location_param("code").unwrap();
    server
        .change_client("conf", |client| client.version = Set(2))
        .await;
    let page = browser.authorize(&Authorize::base()).await;
    assert!(is_consent(&page.body));
    browser.allow(&page).await.location_param("code").unwrap();
    assert_eq!(server.consents().await[0].client_version, 2);
    let answer = browser.get(&Authorize::base().path()).await;
    assert!(answer.location_param("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_one_of_two() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    for decision in ["", "yes", "ALLOW"] {
        let form = Form::of_consent(&page).set("decision", decision);
        let page = browser.submit(&form).await;
        page.assert_page(400);
        assert!(is_consent(&page.body));
    }
    let mut both = Form::of_consent(&page).set("decision", "deny");
    both.fields
        .push(("decision".to_owned(), "allow".to_owned()));
    browser.submit(&both).await.assert_page(400);
    let rows = server.rows().await;
    assert_eq!((rows.consents, rows.codes), (0, 0));
    let location = browser.allow(&page).await.location().to_owned();
    assert!(param(&location, "code").is_some());
}
