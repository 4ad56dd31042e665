//! What the app decides or brings along: a choice, subjects, cores, concurrent approvals.

use sea_orm::EntityTrait;

use crate::app::{
    browser::{Authorize, Form},
    fixtures::{self, ALICE, CONF_CB, PASSWORD},
    oauth_server::oauth_consents,
    server::TestServer,
    users,
};

/// The hook `select_account` asks for a choice, once per request.
#[tokio::test(flavor = "multi_thread")]
async fn nx_07_the_hook_can_want_an_account_to_be_chosen() {
    let server = TestServer::start().await;
    fixtures::insert(&server, &fixtures::confidential("chooser", &[CONF_CB])).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&Authorize::of("chooser", CONF_CB)).await;
    let sid = Form::of(&page);
    assert!(page.body.contains("name=\"sid\""), "{page:?}");
    let html = scraper::Html::parse_document(&page.body);
    let button = scraper::Selector::parse("button[name=sid]").unwrap();
    let account = html
        .select(&button)
        .next()
        .unwrap()
        .value()
        .attr("value")
        .unwrap();
    let answer = browser.submit(&sid.set("sid", account)).await;
    let page = browser.follow(answer).await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");

    let silent = Authorize::of("chooser", CONF_CB).with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "account_selection_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn su_02_a_subject_that_looks_like_a_client_cannot_sign_in() {
    let server = TestServer::start().await;
    let db = &server.ctx.db;
    users::Model::create(db, "client_x@example.com", PASSWORD)
        .await
        .unwrap();
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", "client_x@example.com")
        .set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    answer.assert_page(500);
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn fa_04_hashing_waits_for_a_core_and_then_says_that_it_is_busy() {
    let server = TestServer::start().await;
    let oauth = server.oauth();
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let all = u32::try_from(oauth.people.hashing.permits().available_permits()).unwrap();
    let busy = oauth
        .people
        .hashing
        .permits()
        .acquire_many(all)
        .await
        .unwrap();
    let answer = browser.submit(&form).await;
    answer.assert_page(503);
    assert_eq!(answer.header("retry-after"), Some("2"));
    drop(busy);
    assert_eq!(
        browser.submit(&form).await.status,
        303,
        "the same form works later"
    );
}

/// Two approvals at the same moment: neither is lost.
#[tokio::test(flavor = "multi_thread")]
async fn cc_06_concurrent_approvals_are_merged() {
    for _ in 0..10 {
        let server = TestServer::start().await;
        let mut browser = server.browser();
        browser.sign_in().await;
        let mut forms = Vec::new();
        for scope in ["openid read", "openid write"] {
            let page = browser
                .authorize(&Authorize::base().with("scope", scope))
                .await;
            forms.push(Form::of_consent(&page).set("decision", "allow"));
        }
        let (mut left, mut right) = (browser.twin(), browser.twin());
        let (left, right) = tokio::join!(left.submit(&forms[0]), right.submit(&forms[1]));
        assert!(left.location_param("code").is_some(), "{left:?}");
        assert!(right.location_param("code").is_some(), "{right:?}");
        let rows = oauth_consents::Entity::find()
            .all(&server.ctx.db)
            .await
            .unwrap();
        assert_eq!(rows.len(), 1);
        let scopes = rows[0].scopes.to_string();
        for scope in ["openid", "read", "write"] {
            assert!(scopes.contains(scope), "{scopes}");
        }
    }
}
