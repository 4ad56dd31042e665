//! `/oauth/select-account`.

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, BOB, PASSWORD},
    server::{Answer, TestServer},
};

/// Alice, then bob signed in: bob is current.
async fn both(server: &TestServer) -> Browser<'_> {
    let mut browser = server.browser();
    browser.sign_in().await;
    browser.sign_in_as(BOB).await;
    browser
}

fn choose() -> Authorize {
    Authorize::base().with("prompt", "select_account")
}

async fn sid_of(server: &TestServer, email: &str) -> String {
    let user = server.user(email).await.unwrap();
    let sessions = server.sessions().await;
    let session = sessions.iter().find(|it| it.user_id == user.id);
    session.unwrap().sid.clone()
}

async fn press(browser: &mut Browser<'_>, page: &Answer, sid: &str) -> Answer {
    let form = Form::with_button(page, "sid", sid);
    let answer = browser.submit(&form).await;
    browser.follow(answer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_07_the_chosen_account_becomes_the_current_one() {
    let server = TestServer::start().await.with_bob().await;
    let mut browser = both(&server).await;
    let page = browser.authorize(&choose()).await;
    page.assert_page(200);
    let (alice, bob) = (sid_of(&server, ALICE).await, sid_of(&server, BOB).await);
    let place = |sid: &str| page.body.find(sid).unwrap();
    assert!(place(&bob) < place(&alice), "the current one first");
    let page = press(&mut browser, &page, &alice).await;
    assert!(page.body.contains(ALICE) && !page.body.contains(BOB));
    let answer = browser.allow(&page).await;
    answer.location_param("code").unwrap();
    let user = server.user(ALICE).await.unwrap();
    assert_eq!(server.codes().await[0].user_id, Some(user.id));
    // BS-03: a choice is no authentication; both accounts are still there.
    assert_eq!(server.rows().await.sessions, 2);
    let page = browser.authorize(&choose()).await;
    assert!(page.body.find(&alice) < page.body.find(&bob));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_open_until_made() {
    let server = TestServer::start().await.with_bob().await;
    let mut browser = both(&server).await;
    let page = browser.authorize(&choose()).await;
    let form = Form::of(&page);
    let none = browser.submit(&form).await;
    none.assert_page(400);
    let id = form.value("interaction").unwrap();
    let on = browser
        .get(&format!("/oauth/continue?interaction={id}"))
        .await;
    assert!(on.location().contains("/oauth/select-account?"));
    assert_eq!(server.rows().await.codes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_and_ended_sessions_cannot_be_chosen() {
    let server = TestServer::start().await.with_bob().await;
    let mut other = server.browser();
    other.sign_in_as(BOB).await;
    let foreign = sid_of(&server, BOB).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&choose()).await;
    assert!(!page.body.contains(&foreign));
    for sid in [foreign.as_str(), "unknown", ""] {
        let answer = browser.submit(&Form::of(&page).set("sid", sid)).await;
        answer.assert_page(400);
    }
    // One that ended since the page was shown.
    let mut browser = both(&server).await;
    let page = browser.authorize(&choose()).await;
    let alice = Form::of(&page);
    let user = server.user(ALICE).await.unwrap();
    let sid = page.body.split("name=\"sid\" value=\"").nth(2).unwrap();
    let sid = sid.split('"').next().unwrap();
    let new = loco_rs::hash::hash_password("another one").unwrap();
    server
        .change_user(ALICE, |it| it.password = sea_orm::Set(new))
        .await;
    let answer = browser.submit(&alice.set("sid", sid)).await;
    answer.assert_page(400);
    assert!(answer.body.contains("no longer signed in here"), "{user:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn use_another_opens_a_login() {
    let server = TestServer::start().await.with_bob().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&choose()).await;
    let form = Form::with_button(&page, "action", "use_another");
    let answer = browser.submit(&form).await;
    assert!(answer.location().contains("/oauth/login?"), "{answer:?}");
    let page = browser.follow(answer).await;
    let page = browser.log_in(&page, BOB, PASSWORD).await;
    assert!(page.body.contains(BOB));
    let answer = browser.allow(&page).await;
    answer.location_param("code").unwrap();
    let bob = server.user(BOB).await.unwrap();
    assert_eq!(server.codes().await[0].user_id, Some(bob.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn use_another_on_the_consent_page_opens_a_login_even_after_one() {
    let server = TestServer::start().await.with_bob().await;
    let (mut browser, page) = super::at_consent(&server, &Authorize::base()).await;
    let form = Form::with_button(&page, "action", "use_another");
    let answer = browser.submit(&form).await;
    assert!(answer.location().contains("/oauth/login?"), "{answer:?}");
    let page = browser.follow(answer).await;
    let page = browser.log_in(&page, BOB, PASSWORD).await;
    assert!(page.body.contains(BOB) && page.body.contains("name=\"decision\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_needs_an_interaction() {
    let server = TestServer::start().await;
    for page in ["select-account", "consent", "continue"] {
        let path = format!("/oauth/{page}");
        server.get(&path).await.assert_page(400);
        if page != "continue" {
            let form = [("decision", "allow"), ("sid", "x")];
            server.post(&path, &form).await.assert_page(400);
        }
    }
}
