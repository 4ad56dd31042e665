//! What is remembered of a consent: per resource, as it was left ticked, for this version of the
//! client (CO-02, CO-03).

use rstest::rstest;
use sea_orm::{ActiveModelTrait, Set};
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, CONF_CB},
    oauth_server::oauth_consents,
    server::{Answer, TestServer},
};

const API: &str = "https://api.example";
const MCP: &str = "https://mcp.example/mcp";

fn request(resources: &[&str], scope: &str) -> Authorize {
    let request = Authorize::base().with("scope", scope);
    resources
        .iter()
        .fold(request, |request, uri| request.and("resource", uri))
}

/// Alice allows all that is asked.
async fn allow(browser: &mut Browser<'_>, request: &Authorize) {
    let page = browser.authorize(request).await;
    assert!(is_consent(&page), "{page:?}");
    browser.allow(&page).await.location_param("code").unwrap();
}

fn is_consent(page: &Answer) -> bool {
    page.body.contains("name=\"decision\"")
}

/// Whether a request gets its code without a page.
async fn is_covered(browser: &mut Browser<'_>, request: &Authorize) -> bool {
    let silent = request.clone().with("prompt", "none").path();
    let answer = browser.get(&silent).await;
    let code = answer.location_param("code").is_some();
    if !code {
        answer.assert_back(CONF_CB, "consent_required");
    }
    let page = browser.authorize(request).await;
    assert_eq!(is_consent(&page), !code, "with and without a page alike");
    code
}

#[rstest]
#[case::not_added_up(&[API], "openid write", false)]
#[case::nor_the_other_way_round(&[MCP], "openid read", false)]
#[case::what_was_allowed(&[API], "openid read", true)]
#[case::less_of_it(&[API], "openid", true)]
#[case::there(&[MCP], "openid write", true)]
#[case::one_more(&[API], "openid read write", false)]
#[case::both_at_once(&[API, MCP], "openid read", false)]
#[case::both_at_once_for_what_both_have(&[MCP, API], "openid", true)]
#[case::the_app_itself(&[], "openid read", false)]
#[case::the_app_itself_for_what_both_have(&[], "openid", false)]
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_a_scope_is_allowed_for_its_resource(
    #[case] resources: &[&str],
    #[case] scope: &str,
    #[case] covered: bool,
) {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    allow(&mut browser, &request(&[MCP], "openid write")).await;
    allow(&mut browser, &request(&[API], "openid read")).await;
    let asked = request(resources, scope);
    assert_eq!(is_covered(&mut browser, &asked).await, covered);
}

/// The app itself is a resource of its own, too.
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_what_is_allowed_without_a_resource_is_allowed_for_none() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    allow(&mut browser, &request(&[], "openid read write")).await;
    assert!(is_covered(&mut browser, &request(&[], "openid write")).await);
    assert!(!is_covered(&mut browser, &request(&[API], "openid read")).await);
    assert!(!is_covered(&mut browser, &request(&[API], "openid")).await);
}

/// What is shown of a request says what is news for its resource.
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_the_page_says_what_is_new_for_the_resource() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    allow(&mut browser, &request(&[MCP], "openid write")).await;
    allow(&mut browser, &request(&[API], "openid read")).await;
    let asked = request(&[API], "openid read write");
    let id = browser.open(&server, &asked).await;
    let seen = browser.see(&server, &id).await.ok();
    let is_new = |name: &str| {
        let scopes = seen["scopes"].as_array().unwrap();
        let scope = scopes.iter().find(|scope| scope["name"] == name).unwrap();
        scope["is_new"].as_bool().unwrap()
    };
    assert_eq!(
        ["openid", "read", "write"].map(is_new),
        [false, false, true]
    );
    let page = browser.authorize(&asked).await;
    assert!(page.body.contains("You have already allowed"), "{page:?}");
    // Nothing is known of this combination.
    let page = browser.authorize(&request(&[API, MCP], "read write")).await;
    assert!(page.body.contains("You have already allowed"), "openid");
    let page = browser.authorize(&request(&[], "openid read")).await;
    assert!(!page.body.contains("You have already allowed"), "{page:?}");
}

/// Alice looks again and unticks one scope.
async fn untick(browser: &mut Browser<'_>, request: &Authorize, scope: &str) {
    let page = browser
        .authorize(&request.clone().with("prompt", "consent"))
        .await;
    let form = Form::of_consent(&page)
        .without("scope", scope)
        .set("decision", "allow");
    let answer = browser.submit(&form).await;
    answer.location_param("code").unwrap();
}

#[rstest]
#[case::no_resource(&[])]
#[case::one(&[API])]
#[case::several(&[MCP, API])]
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_what_is_unticked_later_is_forgotten(#[case] resources: &[&str]) {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let both = request(resources, "openid read write");
    allow(&mut browser, &both).await;
    let page = browser.get("/oauth/apps").await;
    assert!(page.body.contains("write"), "{}", page.body);
    untick(&mut browser, &both, "write").await;
    assert!(!is_covered(&mut browser, &request(resources, "openid write")).await);
    assert!(is_covered(&mut browser, &request(resources, "openid read")).await);
    let page = browser.get("/oauth/apps").await;
    assert!(!page.body.contains("write"), "{}", page.body);
    let consents = server.consents().await;
    assert_eq!(consents.len(), 1);
    assert_eq!(consents[0].scopes, json!(["openid", "read"]));
    assert_eq!(consents[0].resources, json!(resources));
}

/// What was not shown stays: for this resource and for the others.
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_what_was_not_shown_stays() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    for resource in [API, MCP] {
        allow(&mut browser, &request(&[resource], "openid read write")).await;
    }
    untick(&mut browser, &request(&[API], "openid read"), "read").await;
    assert!(is_covered(&mut browser, &request(&[API], "openid write")).await);
    assert!(!is_covered(&mut browser, &request(&[API], "openid read")).await);
    assert!(is_covered(&mut browser, &request(&[MCP], "openid read write")).await);
}

/// A refusal changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_a_refusal_takes_nothing_away() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let asked = request(&[API], "openid read");
    allow(&mut browser, &asked).await;
    let before = server.consents().await;
    let again = asked.clone().with("prompt", "consent");
    let page = browser.authorize(&again).await;
    let deny = Form::of_consent(&page)
        .without("scope", "read")
        .set("decision", "deny");
    browser
        .submit(&deny)
        .await
        .assert_back(CONF_CB, "access_denied");
    assert_eq!(server.consents().await, before);
    assert!(is_covered(&mut browser, &asked).await);
}

/// The set of an older version of the client does not come back with the next approval.
#[rstest]
#[case::the_same_resource(&[API], &[API])]
#[case::another_one(&[API], &[MCP])]
#[case::none(&[], &[])]
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_a_changed_client_begins_anew(#[case] before: &[&str], #[case] after: &[&str]) {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    allow(&mut browser, &request(before, "openid read write")).await;
    server
        .change_client("conf", |client| client.version = Set(2))
        .await;
    allow(&mut browser, &request(after, "openid read")).await;
    assert!(is_covered(&mut browser, &request(after, "openid read")).await);
    for resources in [before, after] {
        assert!(!is_covered(&mut browser, &request(resources, "openid write")).await);
    }
    assert_eq!(server.consents().await[0].scopes, json!(["openid", "read"]));
    // Nor does it come back with the older version of the client.
    server
        .change_client("conf", |client| client.version = Set(1))
        .await;
    assert!(!is_covered(&mut browser, &request(before, "openid read")).await);
}

/// A row as an older version of the plugin wrote it: one set of scopes, one of resources.
async fn flat(server: &TestServer, scopes: Value, resources: Value, history: Option<Value>) {
    let row = oauth_consents::ActiveModel {
        client_id: Set("conf".to_owned()),
        user_id: Set(server.user(ALICE).await.unwrap().id),
        reference: Set(String::new()),
        client_version: Set(1),
        scopes: Set(scopes),
        resources: Set(resources),
        history: Set(history),
        granted_at: Set(1_700_000_000),
        ..Default::default()
    };
    row.insert(&server.ctx.db).await.unwrap();
}

#[rstest]
#[case::nothing(None)]
#[case::an_empty_list(Some(json!([])))]
#[case::scopes_without_resources(Some(json!([{ "scope": "read", "at": 1 }, { "scope": "openid", "at": 1 }])))]
#[case::something_else(Some(json!({ "scope": "read" })))]
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_an_older_row_covers_nothing_and_is_replaced(
    #[case] history: Option<Value>,
    #[values(json!([]), json!([API]), json!([API, MCP]))] resources: Value,
) {
    let server = TestServer::start().await;
    flat(
        &server,
        json!(["openid", "read", "write"]),
        resources,
        history,
    )
    .await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.get("/oauth/apps").await;
    assert!(
        page.body.contains("The conf app"),
        "it is shown: {}",
        page.body
    );
    for asked in [request(&[API], "openid read"), request(&[], "openid read")] {
        assert!(!is_covered(&mut browser, &asked).await);
        let page = browser.authorize(&asked).await;
        assert!(!page.body.contains("You have already allowed"), "{page:?}");
    }
    let asked = request(&[API], "openid read");
    allow(&mut browser, &asked).await;
    assert!(is_covered(&mut browser, &asked).await);
    assert!(!is_covered(&mut browser, &request(&[API], "openid write")).await);
    let consents = server.consents().await;
    assert_eq!(consents.len(), 1, "the same row");
    assert_eq!(consents[0].scopes, json!(["openid", "read"]));
}

/// A consent that ended is no part of a later one.
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_an_ended_consent_is_not_revived() {
    use sea_orm::IntoActiveModel;
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    allow(&mut browser, &request(&[API], "openid read write")).await;
    let mut row = server.consents().await.remove(0).into_active_model();
    row.expires_at = Set(Some(server.now()));
    row.update(&server.ctx.db).await.unwrap();
    assert!(!is_covered(&mut browser, &request(&[API], "openid read")).await);
    allow(&mut browser, &request(&[API], "openid read")).await;
    assert!(is_covered(&mut browser, &request(&[API], "openid read")).await);
    assert!(!is_covered(&mut browser, &request(&[API], "openid write")).await);
}

/// The same by the app's own page and by its scripts.
#[tokio::test(flavor = "multi_thread")]
async fn s_b4_scripts_untick_alike() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let asked = request(&[API], "openid read write");
    allow(&mut browser, &asked).await;
    let again = asked.clone().with("prompt", "consent");
    let id = browser.open(&server, &again).await;
    let act = json!({ "action": "allow", "scopes": ["openid", "read"] });
    browser.act(&server, &id, act).await.ok();
    assert!(is_covered(&mut browser, &request(&[API], "openid read")).await);
    assert!(!is_covered(&mut browser, &asked).await);
}
