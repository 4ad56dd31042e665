//! BS-01 to BS-06 beyond login and sign-out: how sessions live and end.

mod identity;

use loco_oauth_server::{
    UnixTime,
    internals::{
        protocol::{row_id::SessionId, secret::SecretHash},
        store::sessions::{self, Renewal},
    },
};
use sea_orm::{EntityTrait, Set};
use serde_json::json;

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, BOB, PASSWORD},
    server::TestServer,
    users,
};

const SESSION: &str = "__Host-oauth_session";

async fn is_signed_in(browser: &mut Browser<'_>) -> bool {
    let silent = Authorize::base().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.location_param("error").as_deref() != Some("login_required")
}

async fn remembered(server: &TestServer) -> Browser<'_> {
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD)
        .set("remember", "on");
    browser.submit(&form).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_04_an_idle_session_ends() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = server.browser();
    browser.sign_in().await;
    server.advance(86_399);
    assert!(is_signed_in(&mut browser).await);
    // Used just now: another day.
    server.advance(86_399);
    assert!(is_signed_in(&mut browser).await);
    server.advance(86_400);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_04_use_does_not_outlive_the_absolute_end() {
    let settings = json!({ "session_ttl_seconds": 7200, "session_idle_ttl_seconds": 3600 });
    let server = TestServer::with(settings).await;
    server.advance(0);
    let mut browser = server.browser();
    browser.sign_in().await;
    for _ in 0..2 {
        server.advance(3500);
        assert!(is_signed_in(&mut browser).await);
    }
    server.advance(200);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_01_remembered_sessions_have_a_max_age_and_no_idle_end() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = remembered(&server).await;
    let cookie = browser.set_cookies.last().unwrap();
    assert!(cookie.starts_with(SESSION), "{cookie}");
    assert!(cookie.ends_with("; Max-Age=1209600"), "{cookie}");
    assert!(server.sessions().await[0].remembered);
    server.advance(1_209_599);
    assert!(is_signed_in(&mut browser).await);
    server.advance(1);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_04_a_changed_password_ends_sessions_and_grants() {
    for revokes in [true, false] {
        let settings = json!({ "revoke_on_credential_change": revokes });
        let server = TestServer::with(settings).await;
        server.advance(0);
        let mut browser = server.browser();
        let code = browser.code(&Authorize::base()).await;
        server.redeem(&code).await.ok();
        let new = loco_rs::hash::hash_password("a new password").unwrap();
        server
            .change_user(ALICE, |alice| alice.password = Set(new))
            .await;
        assert!(!is_signed_in(&mut browser).await);
        let session = &server.sessions().await[0];
        assert_eq!(session.end_reason.as_deref(), Some("credential_change"));
        let grant = &server.codes().await[0];
        assert_eq!(grant.revoked_at.is_some(), revokes);
        let reason = revokes.then_some("credential_change");
        assert_eq!(grant.revoke_reason.as_deref(), reason);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_04_inactive_and_deleted_users_are_signed_out() {
    let server = TestServer::start().await.with_bob().await;
    server.advance(0);
    let mut browser = server.browser();
    browser.sign_in().await;
    server
        .change_user(ALICE, |alice| alice.active = Set(false))
        .await;
    assert!(!is_signed_in(&mut browser).await);
    let session = &server.sessions().await[0];
    assert_eq!(session.end_reason.as_deref(), Some("user_gone"));
    let mut browser = server.browser();
    browser.sign_in_as(BOB).await;
    let bob = server.user(BOB).await.unwrap();
    users::Entity::delete_by_id(bob.id)
        .exec(&server.ctx.db)
        .await
        .unwrap();
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_04_the_next_account_takes_over() {
    let server = TestServer::start().await.with_bob().await;
    server.advance(0);
    let mut browser = server.browser();
    browser.sign_in().await;
    browser.sign_in_as(BOB).await;
    server.change_user(BOB, |bob| bob.active = Set(false)).await;
    let page = browser.authorize(&Authorize::base()).await;
    assert!(page.body.contains(ALICE), "{}", page.body);
}

/// New people, one after the other: `p0@example.com` to `p5@example.com`.
async fn sign_in_six(browser: &mut Browser<'_>, server: &TestServer) {
    for number in 0..6 {
        let email = format!("p{number}@example.com");
        users::Model::create(&server.ctx.db, &email, PASSWORD)
            .await
            .unwrap();
        browser.sign_in_as(&email).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_01_a_cookie_holds_five_accounts() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = server.browser();
    sign_in_six(&mut browser, &server).await;
    let cookie = browser.cookies[SESSION].clone();
    assert_eq!(cookie.split('.').count(), 5);
    assert!(cookie.split('.').all(|secret| secret.len() == 43));
    // Unknown ones are dropped silently; a longer list is cut.
    let odd = format!("{}.x.{cookie}.{}", "A".repeat(43), "B".repeat(43));
    browser.cookies.insert(SESSION.to_owned(), odd);
    let choose = Authorize::base().with("prompt", "select_account");
    let page = browser.authorize(&choose).await;
    assert!(page.body.contains("p5@example.com"));
    assert!(!page.body.contains("p0@example.com"));
}

/// Nobody has the secret of a session that the cookie has no room for.
#[tokio::test(flavor = "multi_thread")]
async fn bs_01_the_sixth_account_ends_the_oldest() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = server.browser();
    sign_in_six(&mut browser, &server).await;
    let sessions = server.sessions().await;
    let ended: Vec<Option<&str>> = sessions
        .iter()
        .map(|session| session.end_reason.as_deref())
        .collect();
    assert_eq!(ended, [Some("replaced"), None, None, None, None, None]);
}

/// The cookie lives as the account in front asked for.
#[tokio::test(flavor = "multi_thread")]
async fn bs_01_signing_one_account_out_leaves_the_other_remembered() {
    let server = TestServer::start().await.with_bob().await;
    server.advance(0);
    let mut browser = remembered(&server).await;
    browser.sign_in_as(BOB).await;
    let cookie = browser.set_cookies.last().unwrap();
    assert!(!cookie.contains("Max-Age"), "bob did not ask: {cookie}");
    server.advance(100);
    let page = browser.get("/oauth/logout").await;
    let form = Form::with_button(&page, "action", "sign_out");
    browser.submit(&form).await.assert_page(200);
    let cookie = browser.set_cookies.last().unwrap();
    assert!(cookie.ends_with("; Max-Age=1209500"), "{cookie}");
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_01_only_hashes_are_stored() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = server.browser();
    browser.sign_in().await;
    browser.authorize(&Authorize::base()).await;
    let rows = format!(
        "{:?}{:?}",
        server.sessions().await,
        server.interactions().await
    );
    for secret in browser.cookies.values() {
        assert!(!rows.contains(secret.as_str()));
    }
    let session = &server.sessions().await[0];
    assert_eq!(session.token_hash.len(), 32);
    assert_eq!(session.sid.len(), 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_03_use_does_not_move_the_authentication() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = server.browser();
    browser.sign_in().await;
    let before = server.sessions().await.remove(0);
    server.advance(1000);
    assert!(is_signed_in(&mut browser).await);
    let after = server.sessions().await.remove(0);
    assert_eq!(after.auth_time, before.auth_time);
    assert_eq!((&after.acr, &after.amr), (&before.acr, &before.amr));
    assert_eq!(after.amr, Some(json!(["pwd"])));
    assert_eq!(after.last_seen_at, before.last_seen_at + 1000);
    assert_eq!(after.expires_at, before.expires_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_02_users_are_signed_in_beside_each_other() {
    let server = TestServer::start().await.with_bob().await;
    server.advance(0);
    let mut browser = server.browser();
    browser.sign_in().await;
    let alice = browser.cookies[SESSION].clone();
    browser.sign_in_as(BOB).await;
    let both = browser.cookies[SESSION].clone();
    assert!(both.ends_with(&format!(".{alice}")), "the new one in front");
    assert_eq!(server.rows().await.sessions, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn bs_06_a_bearer_token_is_no_session() {
    let server = TestServer::start().await;
    server.advance(0);
    let tokens = server.tokens(&Authorize::base()).await;
    let access = tokens["access_token"].as_str().unwrap();
    let silent = Authorize::base().with("prompt", "none");
    let request = server.http.get(server.url(&silent.path()));
    let answer = server.send(request.bearer_auth(access)).await;
    assert_eq!(answer.location_param("error").unwrap(), "login_required");
}

/// BS-02: of two logins that saw the same session, one renews it; the cookie that was answered first
/// stays good.
#[tokio::test(flavor = "multi_thread")]
async fn bs_02_a_session_is_renewed_by_who_knows_its_secret() {
    let server = TestServer::start().await;
    server.browser().sign_in().await;
    let row = server.sessions().await.remove(0);
    let oauth = server.oauth();
    let renewal = |secret| Renewal {
        id: SessionId::new(row.id),
        previous: SecretHash(row.token_hash.clone().try_into().unwrap()),
        token_hash: SecretHash([secret; 32]),
        auth_time: UnixTime::from_seconds(row.auth_time),
        acr: row.acr.clone(),
        amr: row.amr.clone(),
        remembered: row.remembered,
        credential_stamp: row.credential_stamp.clone(),
        now: UnixTime::from_seconds(row.last_seen_at),
        idle_expires_at: UnixTime::from_seconds(row.idle_expires_at),
        expires_at: UnixTime::from_seconds(row.expires_at),
    };
    let mut renewed = Vec::new();
    for secret in [1, 2] {
        let renewal = renewal(secret);
        let renew = |db| sessions::renew(db, oauth.store.tables(), &renewal);
        renewed.push(oauth.store.run(renew).await.unwrap());
    }
    assert_eq!(renewed, [true, false]);
    assert_eq!(server.sessions().await[0].token_hash, [1; 32]);
}
