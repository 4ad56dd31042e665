//! What a device is told while it waits, and when it has waited (DV-01 to DV-05).

use rstest::rstest;

use super::{GRANT, devices, devices_with};
use crate::app::{
    oauth_server::oauth_authorization_codes::Column,
    server::{Answer, TestServer},
    tokens::{jwt_part, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn c190_dv_03_a_device_waits_its_interval() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let before = server.ledger().await;
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
    server.poll(&codes).await.assert_error(400, "slow_down");
    assert_eq!(server.device().await.poll_interval, Some(10));
    server.advance(9);
    server.poll(&codes).await.assert_error(400, "slow_down");
    // Each breach adds five seconds for good.
    server.advance(14);
    server.poll(&codes).await.assert_error(400, "slow_down");
    server.advance(20);
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
    server.advance(20);
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
    assert_eq!(server.device().await.poll_interval, Some(20));
    assert_eq!(server.ledger().await, before);
}

/// A device that waits did nothing wrong: no event tells of a refusal, and no limit counts one.
#[tokio::test(flavor = "multi_thread")]
async fn dv_04_a_wait_is_no_refusal() {
    let server = devices().await;
    let codes = server.device_codes().await;
    server.events(&[]);
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
    server.poll(&codes).await.assert_error(400, "slow_down");
    let told = server.events(&["request.refused"]);
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].rule.map(|rule| rule.to_string()).as_deref(),
        Some("DV-03")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn dv_05_an_approved_device_gets_tokens_once() {
    let server = devices().await;
    let codes = server.device_codes().await;
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
    let mut browser = server.browser();
    browser.sign_in().await;
    let signed_in = server.sessions().await[0].auth_time;
    server.advance(3);
    let done = browser.decide(&codes, "allow").await;
    assert!(done.body.contains("Your device is connected"), "{done:?}");
    // The interval counts for the answer, too.
    server.poll(&codes).await.assert_error(400, "slow_down");
    server.advance(10);
    let tokens = server.poll(&codes).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "openid read offline_access");
    let claims = jwt_part(text(&tokens, "id_token"), 1);
    assert_eq!(claims["auth_time"], signed_in);
    assert_eq!(claims["aud"], "tv");
    assert!(claims.get("nonce").is_none());
    assert_eq!(
        server.userinfo(text(&tokens, "access_token")).await.ok()["sub"],
        claims["sub"]
    );
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
        ("client_id", "tv"),
    ];
    let next = server.post("/oauth/token", &form).await.ok();
    assert!(next["refresh_token"].is_string());
    // DV-02: a device whose connection broke asks again, which is no theft.
    server.poll(&codes).await.assert_error(400, "invalid_grant");
    server.userinfo(text(&next, "access_token")).await.ok();
    assert_eq!(server.revocations().await, [None]);
    let names = [
        "device.requested",
        "device.approved",
        "consent.granted",
        "token.issued",
        "code.redeemed",
    ];
    let told = server.events(&names);
    let told: Vec<&str> = told.iter().map(|event| event.event.as_str()).collect();
    assert_eq!(
        told,
        [
            "device.requested",
            "consent.granted",
            "device.approved",
            "token.issued"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c195_denied() {
    let server = devices().await;
    let codes = server.device_codes().await;
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
    let mut browser = server.browser();
    browser.sign_in().await;
    let done = browser.decide(&codes, "deny").await;
    assert!(done.body.contains("Nothing was connected"), "{done:?}");
    for _ in 0..2 {
        server.poll(&codes).await.assert_error(400, "access_denied");
    }
    server.advance(601);
    server.poll(&codes).await.assert_error(400, "access_denied");
    assert!(server.access_tokens().await.is_empty());
    let told = server.events(&["device.denied"]);
    assert_eq!(told.len(), 1);
    assert!(told[0].user_id.is_some());
}

#[rstest]
#[case::undecided(false)]
#[case::approved(true)]
#[tokio::test(flavor = "multi_thread")]
async fn c195_expired(#[case] approved: bool) {
    let server = devices().await;
    let codes = server.device_codes().await;
    if approved {
        let mut browser = server.browser();
        browser.sign_in().await;
        browser.decide(&codes, "allow").await;
    }
    server.advance(600);
    for _ in 0..2 {
        server.poll(&codes).await.assert_error(400, "expired_token");
    }
    assert!(server.access_tokens().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn c196_another_client_gets_nothing() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    browser.decide(&codes, "allow").await;
    let before = server.ledger().await;
    let form = [
        ("grant_type", GRANT),
        ("device_code", text(&codes, "device_code")),
    ];
    let answer = server.as_client("box", "/oauth/token", &form).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(server.ledger().await, before);
    assert_eq!(server.events(&["code.foreign"]).len(), 1);
    server.poll(&codes).await.ok();
}

/// One device code is no authorization code, and the other way round.
#[tokio::test(flavor = "multi_thread")]
async fn dv_01_codes_of_the_two_kinds_do_not_mix() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", text(&codes, "device_code")),
    ];
    server.token(&form).await.assert_error(400, "invalid_grant");
    let code = server.code().await;
    let form = [("grant_type", GRANT), ("device_code", code.as_str())];
    let answer = server.as_client("box", "/oauth/token", &form).await;
    answer.assert_error(400, "invalid_grant");
    server.redeem(&code).await.ok();
}

#[rstest]
#[case::missing(&[], "invalid_request")]
#[case::empty(&[("device_code", "")], "invalid_request")]
#[case::twice(&[("device_code", "a"), ("device_code", "b")], "invalid_request")]
#[case::as_list(&[("device_code[]", "a")], "invalid_request")]
#[case::unknown(&[("device_code", "loco_dc_unknown")], "invalid_grant")]
#[case::user_code(&[("device_code", "BCDF-GHJK")], "invalid_grant")]
#[tokio::test(flavor = "multi_thread")]
async fn dv_01_bad_device_codes(#[case] sent: &[(&str, &str)], #[case] error: &str) {
    let server = devices().await;
    let form = [&[("grant_type", GRANT), ("client_id", "tv")], sent].concat();
    server
        .post("/oauth/token", &form)
        .await
        .assert_error(400, error);
    let in_query = format!("/oauth/token?device_code=x&grant_type={GRANT}");
    let answer = server.post(&in_query, &form).await;
    answer.assert_error(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn c244_twenty_polls_at_once_get_one_answer() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    browser.decide(&codes, "allow").await;
    let polls = (0..20).map(|_| server.poll(&codes));
    let answers: Vec<Answer> = futures_util::future::join_all(polls).await;
    let good = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(good.count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.assert_error(400, "invalid_grant");
    }
    assert_eq!(server.access_tokens().await.len(), 1);
    assert_eq!(server.generations().await.len(), 1);
    assert_eq!(server.revocations().await, [None]);
}

/// Of many requests of a waiting device at once, one is in time.
#[tokio::test(flavor = "multi_thread")]
async fn dv_03_twenty_polls_at_once_while_waiting() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let polls = (0..20).map(|_| server.poll(&codes));
    let answers: Vec<Answer> = futures_util::future::join_all(polls).await;
    let pending = answers
        .iter()
        .filter(|answer| answer.json()["error"] == "authorization_pending");
    assert_eq!(pending.count(), 1);
    assert_eq!(server.device().await.poll_interval, Some(5 + 19 * 5));
}

/// Two nodes: what one issued, the other one answers for.
#[tokio::test(flavor = "multi_thread")]
async fn dv_05_another_node_answers() {
    let server = devices().await;
    let twin = server
        .twin(serde_json::json!({ "grant_types": super::grants_with_devices() }))
        .await;
    let codes = server.device_codes().await;
    let mut browser = twin.browser();
    browser.sign_in().await;
    browser.decide(&codes, "allow").await;
    server.poll(&codes).await.ok();
    twin.poll(&codes).await.assert_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn dv_04_the_settings_say_how_long() {
    let server = devices_with(serde_json::json!({
        "device": { "ttl_seconds": 120, "interval_seconds": 2 },
    }))
    .await;
    let codes = server.device_codes().await;
    assert_eq!(
        (&codes["expires_in"], &codes["interval"]),
        (&120.into(), &2.into())
    );
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
    server.advance(2);
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
    server.advance(118);
    server.poll(&codes).await.assert_error(400, "expired_token");
}

/// What an older or newer node left there: nothing is given out, and nothing breaks.
#[tokio::test(flavor = "multi_thread")]
async fn dv_04_odd_rows_wait() {
    let server = devices().await;
    let codes = server.device_codes().await;
    change(&server, Column::DeviceStatus, Some("done")).await;
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
    change(&server, Column::DeviceStatus, None).await;
    server.advance(5);
    server
        .poll(&codes)
        .await
        .assert_error(400, "authorization_pending");
}

async fn change(server: &TestServer, column: Column, value: Option<&str>) {
    use sea_orm::{EntityTrait, sea_query::Expr};
    crate::app::oauth_server::oauth_authorization_codes::Entity::update_many()
        .col_expr(column, Expr::value(value.map(str::to_owned)))
        .exec(&server.ctx.db)
        .await
        .unwrap();
}
