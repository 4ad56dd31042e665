//! Words that nobody defined are ignored wherever a scope is sent.

use rstest::rstest;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    server::{Answer, TestServer},
    tokens::{show, text},
};

/// Clients repeat at a refresh what they sent to the authorization endpoint.
#[rstest]
#[case("openid read zzz", "openid read")]
#[case("zzz openid read", "openid read")]
#[case("read https://unknown.example/scope", "read")]
#[case("zzz read yyy", "read")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c8_unknown_words_are_ignored_at_a_refresh(#[case] sent: &str, #[case] granted: &str) {
    let server = TestServer::start().await;
    let request = Authorize::base().with("scope", &format!("openid read {sent}"));
    let tokens = server.tokens(&request).await;
    let refresh = text(&tokens, "refresh_token");
    let answer = server.refresh_with(refresh, &[("scope", sent)]).await;
    assert_eq!(answer.ok()["scope"], granted);
    // The retry of the same request, and of what it means.
    for again in [sent, granted] {
        let retried = server.refresh_with(refresh, &[("scope", again)]).await;
        assert_eq!(show(&retried), show(&answer), "{again}");
        assert_eq!(retried.body, answer.body, "{again}");
    }
    assert_eq!(server.revocations().await, [None]);
}

/// Only unknown words are no scope at all; what is defined and was not granted is refused as before.
#[rstest]
#[case("zzz")]
#[case("zzz yyy")]
#[case("write zzz")]
#[case("openid read write zzz")]
#[case("openid mcp:read")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c8_nothing_left_or_more_than_granted_is_refused(#[case] scope: &str) {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let before = server.ledger().await;
    let refresh = text(&tokens, "refresh_token");
    let answer = server.refresh_with(refresh, &[("scope", scope)]).await;
    answer.assert_error(400, "invalid_scope");
    assert_eq!(server.ledger().await, before);
    server.refresh(refresh).await.ok();
}

async fn machine(server: &TestServer, scope: &str) -> Answer {
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    server.as_client("m2m", "/oauth/token", &form).await
}

/// TK-29.
#[tokio::test(flavor = "multi_thread")]
async fn s_c8_unknown_words_are_ignored_for_machines() {
    let server = TestServer::start().await;
    for sent in ["jobs zzz", "zzz jobs", "jobs urn:x:y jobs"] {
        assert_eq!(machine(&server, sent).await.ok()["scope"], "jobs", "{sent}");
    }
    for refused in [
        "zzz",
        "jobs read zzz",
        "jobs openid",
        "jobs address",
        "phone",
        "jo\"bs",
    ] {
        let answer = machine(&server, refused).await;
        answer.assert_error(400, "invalid_scope");
    }
}

/// The log has what the client may ask for and what it asked for.
#[tokio::test(flavor = "multi_thread")]
async fn s_c8_a_refused_scope_is_named_in_the_log() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let refresh = text(&tokens, "refresh_token");
    server.oauth().events.take();
    let answer = server
        .refresh_with(refresh, &[("scope", "read write zzz")])
        .await;
    answer.assert_error(400, "invalid_scope");
    let told = server.event("request.refused").details;
    assert_eq!(told["expected"], "scopes of the grant: openid read");
    assert_eq!(told["received"], "write");
    machine(&server, "jobs read")
        .await
        .assert_error(400, "invalid_scope");
    let told = server.event("request.refused").details;
    assert_eq!(
        (&told["expected"], &told["received"]),
        (&json!("one of: jobs"), &json!("read"))
    );
}
