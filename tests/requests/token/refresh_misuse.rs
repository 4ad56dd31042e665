//! No answer tells for free whether a refresh token was just rotated (RF-03).

use loco_oauth_server::events::RuleId;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::app::{
    browser::Authorize,
    oauth_server::{oauth_clients, oauth_ephemerals},
    server::{Answer, Basic, TestServer},
    tokens::{R1, R2, show, text},
};

const REPLAYED: &str = "refresh_replay";

impl TestServer {
    /// How often live refresh tokens were presented wrongly, by token.
    async fn misuses(&self) -> Vec<i64> {
        let rows = oauth_ephemerals::Entity::find().all(&self.ctx.db).await;
        let rows = rows.unwrap().into_iter();
        rows.filter(|row| row.kind == "refresh_misuse")
            .map(|row| row.counter)
            .collect()
    }

    pub async fn assert_family_is_dead(&self, tokens: &Value) {
        assert_eq!(self.revocations().await, [Some(REPLAYED.to_owned())]);
        assert!(self.live_generations().await.is_empty());
        for name in ["access_token", "refresh_token"] {
            assert!(!self.is_live(text(tokens, name)).await, "{name}");
        }
        let next = self.refresh(text(tokens, "refresh_token")).await;
        next.assert_error(400, "invalid_grant");
    }
}

pub async fn with_resource(server: &TestServer) -> Value {
    server.tokens(&Authorize::base().and("resource", R1)).await
}

/// A thief who polls with anything but the very request of the rightful client ends the family.
#[rstest]
#[case::unknown_word(&[("scope", "zzz")])]
#[case::several_unknown_words(&[("scope", "zzz yyy")])]
#[case::beyond_the_grant(&[("scope", "write")])]
#[case::malformed(&[("scope", "re\"ad")])]
#[case::narrower(&[("scope", "read")])]
#[case::all_of_it_by_name(&[("scope", "openid read")])]
#[case::of_the_grant(&[("resource", R1)])]
#[case::outside_the_grant(&[("resource", R2)])]
#[case::unknown_resource(&[("resource", "https://unknown.example")])]
#[case::no_resource(&[("resource", "urn:x")])]
#[case::both(&[("scope", "zzz"), ("resource", R2)])]
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_another_request_in_the_window_is_a_replay(#[case] more: &[(&str, &str)]) {
    let server = TestServer::start().await;
    let first = with_resource(&server).await;
    let refresh = text(&first, "refresh_token");
    let second = server.refresh(refresh).await.ok();
    server.oauth().events.take();
    let answer = server.refresh_with(refresh, more).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(
        server.event("refresh.replayed").rule,
        Some(RuleId::new("RF-03"))
    );
    server.assert_family_is_dead(&second).await;
}

/// The same after a refresh that had a scope of its own.
#[rstest]
#[case::none(&[])]
#[case::another(&[("scope", "openid")])]
#[case::more(&[("scope", "openid read")])]
#[case::unknown(&[("scope", "zzz")])]
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_another_scope_in_the_window_is_a_replay(#[case] more: &[(&str, &str)]) {
    let server = TestServer::start().await;
    let first = with_resource(&server).await;
    let refresh = text(&first, "refresh_token");
    let second = server
        .refresh_with(refresh, &[("scope", "read")])
        .await
        .ok();
    let answer = server.refresh_with(refresh, more).await;
    answer.assert_error(400, "invalid_grant");
    server.assert_family_is_dead(&second).await;
}

/// Scopes and resources are sets: another order or spelling is no other request.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_the_same_sets_are_the_same_request() {
    let server = TestServer::start().await;
    let request = Authorize::base().and("resource", R1).and("resource", R2);
    let first = server.tokens(&request).await;
    let refresh = text(&first, "refresh_token");
    let sent = [("scope", "openid read"), ("resource", R1), ("resource", R2)];
    let answer = server.refresh_with(refresh, &sent).await;
    answer.ok();
    for again in [
        [("scope", "read openid"), ("resource", R1), ("resource", R2)],
        [
            ("scope", "openid  read read"),
            ("resource", R2),
            ("resource", R1),
        ],
        [
            ("scope", "read openid zzz"),
            ("resource", "HTTPS://MCP.example:443/mcp/"),
            ("resource", R2),
        ],
    ] {
        let retried = server.refresh_with(refresh, &again).await;
        assert_eq!(retried.body, answer.body, "{again:?}");
        assert_eq!(show(&retried), show(&answer));
    }
    assert_eq!(server.revocations().await, [None]);
}

fn misuse(number: usize) -> [(&'static str, &'static str); 1] {
    let all = [
        ("scope", "zzz"),
        ("resource", R2),
        ("scope", "re\"ad"),
        ("scope", "write"),
    ];
    [all[number % all.len()]]
}

#[track_caller]
fn assert_told(answer: &Answer) {
    let error = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(
        ["invalid_scope", "invalid_target"].contains(&error.as_str()),
        "{answer:?}"
    );
    assert_eq!(answer.status, 400);
}

/// A developer is told three times what is wrong; then the token counts as stolen.
#[rstest]
#[case(0)]
#[case(1)]
#[case(2)]
#[case(3)]
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_a_live_token_is_refused_three_times_and_then_revoked(#[case] begin: usize) {
    let server = TestServer::start().await;
    let tokens = with_resource(&server).await;
    let refresh = text(&tokens, "refresh_token");
    for number in 0..3 {
        let more = misuse(begin + number);
        assert_told(&server.refresh_with(refresh, &more).await);
        assert_eq!(server.revocations().await, [None]);
        assert!(server.is_live(refresh).await);
    }
    server.oauth().events.take();
    let more = misuse(begin + 3);
    let answer = server.refresh_with(refresh, &more).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(
        server.event("refresh.replayed").rule,
        Some(RuleId::new("RF-03"))
    );
    server.assert_family_is_dead(&tokens).await;
}

/// Three errors cost nothing: the client that mends its request goes on.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_after_three_errors_a_good_request_still_works() {
    let server = TestServer::start().await;
    let tokens = with_resource(&server).await;
    let refresh = text(&tokens, "refresh_token");
    for number in 0..3 {
        assert_told(&server.refresh_with(refresh, &misuse(number)).await);
    }
    let second = server.refresh(refresh).await.ok();
    // The errors were the old token's. What comes of it now is a replay; the new one begins anew.
    for number in 0..3 {
        let more = misuse(number);
        let refresh = text(&second, "refresh_token");
        assert_told(&server.refresh_with(refresh, &more).await);
    }
    assert_eq!(server.misuses().await, [3, 3]);
    let third = server.refresh(text(&second, "refresh_token")).await.ok();
    let answer = server.refresh_with(refresh, &[("scope", "zzz")]).await;
    answer.assert_error(400, "invalid_grant");
    server.assert_family_is_dead(&third).await;
}

/// Public clients hold most of what is stolen.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_tokens_of_public_clients() {
    let server = TestServer::start().await;
    let tokens = server.public_tokens().await;
    let refresh = text(&tokens, "refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", "pub"),
        ("scope", "zzz"),
    ];
    for _ in 0..3 {
        let answer = server.post("/oauth/token", &form).await;
        answer.assert_error(400, "invalid_scope");
    }
    let answer = server.post("/oauth/token", &form).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(server.revocations().await, [Some(REPLAYED.to_owned())]);
}

/// A token that is not rotated stays the same token: good requests between do not reset the count.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_a_token_that_is_not_rotated_keeps_its_count() {
    let settings = json!({ "rotate_refresh_tokens": "public_only" });
    let server = TestServer::with(settings).await;
    let tokens = with_resource(&server).await;
    let refresh = text(&tokens, "refresh_token");
    for number in 0..3 {
        assert_told(&server.refresh_with(refresh, &misuse(number)).await);
        server.refresh(refresh).await.ok();
    }
    let answer = server.refresh_with(refresh, &[("scope", "zzz")]).await;
    answer.assert_error(400, "invalid_grant");
    server.assert_family_is_dead(&tokens).await;
}

/// What nobody can use any more is no misuse: an operator's mistake ends no family.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_a_client_that_lost_its_scopes_is_not_punished() {
    let server = TestServer::start().await;
    let tokens = with_resource(&server).await;
    let refresh = text(&tokens, "refresh_token");
    let column = oauth_clients::Column::Scopes;
    server.set_client("conf", column, json!(["write"])).await;
    for more in [
        &[][..],
        &[("scope", "openid read")],
        &[],
        &[("resource", R1)],
        &[],
    ] {
        let answer = server.refresh_with(refresh, more).await;
        answer.assert_error(400, "invalid_scope");
    }
    let all = json!(["openid", "read", "write"]);
    server.set_client("conf", column, all).await;
    assert!(server.misuses().await.is_empty());
    server.refresh(refresh).await.ok();
}

/// Somebody else's token tells nothing, costs its owner nothing, and is not counted; nor is what is
/// no token, or a request without the client's secret.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_strangers_learn_and_end_nothing() {
    let server = TestServer::start().await;
    let tokens = with_resource(&server).await;
    let refresh = text(&tokens, "refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("scope", "zzz"),
    ];
    let unknown = [form[0], ("refresh_token", "loco_rt_unknown"), form[2]];
    let of_nobody = server.as_client("other", "/oauth/token", &unknown).await;
    for _ in 0..5 {
        let foreign = server.as_client("other", "/oauth/token", &form).await;
        assert_eq!(show(&foreign), show(&of_nobody));
        let wrong = server
            .post_as(Basic::of("conf", "wrong"), "/oauth/token", &form)
            .await;
        wrong.assert_error(401, "invalid_client");
    }
    assert!(server.misuses().await.is_empty());
    server.refresh(refresh).await.ok();
}

/// A token that is over is told so, whatever is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_an_expired_or_revoked_token_is_not_counted() {
    let server = TestServer::start().await;
    server.advance(0);
    let expired = with_resource(&server).await;
    server.advance(2_592_000);
    let revoked = with_resource(&server).await;
    assert_eq!(
        server.revoke(text(&revoked, "refresh_token")).await.status,
        200
    );
    for tokens in [&expired, &revoked] {
        for _ in 0..5 {
            let refresh = text(tokens, "refresh_token");
            let answer = server.refresh_with(refresh, &[("scope", "zzz")]).await;
            answer.assert_error(400, "invalid_grant");
        }
    }
    assert!(server.misuses().await.is_empty());
    assert_eq!(
        server.revocations().await,
        [None, Some("client".to_owned())]
    );
}

/// A storage fault is no verdict: nothing is counted and nothing ends.
#[tokio::test(flavor = "multi_thread")]
async fn s_b3_a_fault_while_counting_is_503() {
    let server = TestServer::start().await;
    let tokens = with_resource(&server).await;
    let refresh = text(&tokens, "refresh_token");
    // What is noted after the answer has its own statements.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    // The statement before it reads the token; its user is read by the app's own model.
    server.oauth().store.faults().fail_once(1);
    let answer = server.refresh_with(refresh, &[("scope", "zzz")]).await;
    answer.assert_error(503, "temporarily_unavailable");
    server.oauth().store.faults().mend();
    assert!(server.misuses().await.is_empty());
    server.refresh(refresh).await.ok();
}
