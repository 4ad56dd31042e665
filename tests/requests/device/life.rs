//! How the grant of a device lives and ends: apps page, revocation, sign-out, changed passwords, cleanup.

use rstest::rstest;
use serde_json::json;

use super::{devices, devices_with};
use crate::app::{
    browser::{Browser, Form},
    oauth_server::oauth_clients::Column,
    server::{Answer, TestServer},
    tokens::text,
    users,
};

async fn signed_in(server: &TestServer) -> Browser<'_> {
    let mut browser = server.browser();
    browser.sign_in().await;
    browser
}

async fn sign_out(browser: &mut Browser<'_>) {
    let page = browser.get("/oauth/logout").await;
    let form = Form::with_button(&page, "action", "sign_out");
    browser.submit(&form).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ap_01_the_device_is_among_the_apps_and_is_taken_away_there() {
    let server = devices().await;
    let mut browser = signed_in(&server).await;
    let codes = server.device_codes().await;
    browser.decide(&codes, "allow").await;
    let tokens = server.poll(&codes).await.ok();
    let page = browser.get("/oauth/apps").await;
    assert!(page.body.contains("The tv app"), "{page:?}");
    let form = Form::all(&page)
        .into_iter()
        .find(|form| form.action.contains("/apps/"));
    browser.submit(&form.unwrap()).await;
    let answer = server.userinfo(text(&tokens, "access_token")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(server.revocations().await, [Some("user".to_owned())]);
}

/// Taken away before the device has fetched its tokens, or before the person has decided.
#[rstest]
#[case::decided(true)]
#[case::undecided(false)]
#[tokio::test(flavor = "multi_thread")]
async fn ap_01_what_is_taken_away_meanwhile(#[case] decided: bool) {
    let server = devices().await;
    let mut browser = signed_in(&server).await;
    let first = server.device_codes().await;
    browser.decide(&first, "allow").await;
    let second = server.device_codes().await;
    if decided {
        browser.decide(&second, "allow").await;
    } else {
        browser.enter(text(&second, "user_code")).await;
    }
    let page = browser.get("/oauth/apps").await;
    let form = Form::all(&page)
        .into_iter()
        .find(|form| form.action.contains("/apps/"));
    browser.submit(&form.unwrap()).await;
    for codes in [&first, &second] {
        server.poll(codes).await.assert_error(400, "invalid_grant");
    }
    assert!(server.access_tokens().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn rv_02_the_device_revokes_its_grant() {
    let server = devices().await;
    let mut browser = signed_in(&server).await;
    let codes = server.device_codes().await;
    browser.decide(&codes, "allow").await;
    let tokens = server.poll(&codes).await.ok();
    let form = [
        ("token", text(&tokens, "refresh_token")),
        ("client_id", "tv"),
    ];
    assert_eq!(server.post("/oauth/revoke", &form).await.status, 200);
    let answer = server.userinfo(text(&tokens, "access_token")).await;
    assert_eq!(answer.status, 401);
}

/// BS-05: a sign-out right after the decision ends what it ends of tokens that were fetched.
#[rstest]
#[case::offline("online", "openid offline_access", true)]
#[case::online("online", "openid", false)]
#[case::session("session", "openid", true)]
#[case::all("all", "openid offline_access", false)]
#[tokio::test(flavor = "multi_thread")]
async fn bs_05_sign_out_before_the_device_asks(
    #[case] logout_revokes: &str,
    #[case] scope: &str,
    #[case] lives: bool,
) {
    let server = devices_with(json!({ "logout_revokes": logout_revokes })).await;
    let mut browser = signed_in(&server).await;
    let codes = server.ask(&[("scope", scope)]).await.ok();
    browser.decide(&codes, "allow").await;
    sign_out(&mut browser).await;
    let answer: Answer = server.poll(&codes).await;
    if lives {
        answer.ok();
    } else {
        answer.assert_error(400, "invalid_grant");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_16_a_changed_password_and_a_locked_account() {
    let server = devices().await;
    let mut browser = signed_in(&server).await;
    let codes = server.device_codes().await;
    browser.decide(&codes, "allow").await;
    server.set_user(users::Column::Password, "changed").await;
    server.poll(&codes).await.assert_error(400, "invalid_grant");
    assert!(server.access_tokens().await.is_empty());
}

/// A client that is switched off, changed or removed meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn az_08_the_client_meanwhile() {
    let server = devices().await;
    let mut browser = signed_in(&server).await;
    let codes = server.device_codes().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    server.set_client("tv", Column::Version, 2).await;
    let again = browser.press(&page, "allow").await;
    assert!(again.body.contains("Connect this device?"), "{again:?}");
    assert_eq!(server.device_status().await, "claimed");
    server.set_client("tv", Column::Status, "disabled").await;
    browser.press(&again, "allow").await.assert_page(400);
    server
        .poll(&codes)
        .await
        .assert_error(401, "invalid_client");
    assert!(server.access_tokens().await.is_empty());
}

/// Undecided requests go an hour after their end, decided ones with their tokens.
#[tokio::test(flavor = "multi_thread")]
async fn cl_01_what_nobody_decided_goes_after_an_hour() {
    let server = devices().await;
    let mut browser = signed_in(&server).await;
    let approved = server.device_codes().await;
    browser.decide(&approved, "allow").await;
    server.poll(&approved).await.ok();
    let claimed = server.device_codes().await;
    browser.enter(text(&claimed, "user_code")).await;
    let pending = server.device_codes().await;
    server.advance(600 + 3599);
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(server.grants().await.len(), 3);
    server
        .poll(&pending)
        .await
        .assert_error(400, "expired_token");
    server.advance(1);
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(server.grants().await.len(), 1);
    assert!(server.interactions().await.is_empty());
    server
        .poll(&pending)
        .await
        .assert_error(400, "invalid_grant");
}

/// What is approved and never fetched goes a day later, as unused codes do.
#[tokio::test(flavor = "multi_thread")]
async fn cl_01_what_nobody_fetched_goes_after_a_day() {
    let server = devices().await;
    let mut browser = signed_in(&server).await;
    let codes = server.device_codes().await;
    browser.decide(&codes, "allow").await;
    let row = server.device().await;
    assert_eq!(row.retain_until, row.expires_at);
    server.advance(600 + 86_400);
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert!(server.grants().await.is_empty());
}
