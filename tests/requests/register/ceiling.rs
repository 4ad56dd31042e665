//! What strangers do at the endpoint keeps nobody out whom the operator let in (RG-03).

use rstest::rstest;
use serde_json::json;

use super::{TOKEN, by_a_person, machine, settings, update_of};
use crate::app::{limits::Caller, registration::metadata, server::TestServer, tokens::text};

/// RG-03 comes after RG-04, and only for callers without an initial access token.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_rg_03_the_ceiling_is_for_callers_without_a_token() {
    let mut all = settings(&json!({ "max_unused_clients": 1 }));
    let server = TestServer::with(all.clone()).await;
    server.registered(&metadata(&json!({}))).await;
    let answer = server.register(&metadata(&json!({}))).await;
    answer.assert_error(429, "temporarily_unavailable");
    assert!(answer.header("retry-after").is_some());
    for sent in [metadata(&json!({})), machine(&json!({}))] {
        let answer = server.register_with_token(&sent).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    // Who may not register at all hears that, and not how full it is.
    all["allow_unauthenticated_client_registration"] = json!(false);
    let server = TestServer::with(all).await;
    server.register_with_token(&metadata(&json!({}))).await;
    server
        .register(&metadata(&json!({})))
        .await
        .assert_error(401, "invalid_token");
    let request = server.http.post(server.url("/oauth/register"));
    let request = request.bearer_auth("wrong").json(&metadata(&json!({})));
    server
        .send(request)
        .await
        .assert_error(401, "invalid_token");
    let mut browser = server.browser();
    browser.sign_in().await;
    let answer = by_a_person(&server, &mut browser, &metadata(&json!({}))).await;
    answer.assert_error(429, "temporarily_unavailable");
}

/// RG-03: an update is counted like a registration, with a good token and with a bad one.
#[rstest]
#[case::own_token(None)]
#[case::wrong_token(Some("wrong"))]
#[case::initial_access_token(Some(TOKEN))]
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_rg_03_updates_are_limited(#[case] token: Option<&str>) {
    let limits =
        json!({ "register": [{ "limit": 3, "seconds": 60 }, { "limit": 100, "seconds": 60 }] });
    let server = TestServer::with(settings(&json!({ "rate_limits": limits }))).await;
    let client = server.registered(&metadata(&json!({}))).await;
    let own = text(&client, "registration_access_token");
    let update = update_of(&client, metadata(&json!({})));
    let put = async || {
        let request = server.at_registration("PUT", &client);
        let request = request.bearer_auth(token.unwrap_or(own)).json(&update);
        server.send(request).await
    };
    for _ in 0..2 {
        assert_ne!(put().await.status, 429);
    }
    let answer = put().await;
    answer.assert_error(429, "temporarily_unavailable");
    assert!(answer.header("retry-after").is_some());
    assert_eq!(
        server.client_row(&client).await.version,
        if token.is_none() { 3 } else { 1 }
    );
    // It is one account with registrations.
    server
        .register(&metadata(&json!({})))
        .await
        .assert_error(429, "temporarily_unavailable");
}

/// RG-03: strangers who may not register raise no counter that others meet, and those who may share
/// a ceiling that is theirs alone.
#[rstest]
#[case::strangers_are_refused(false, 401)]
#[case::strangers_register(true, 201)]
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_rg_03_the_ceiling_of_the_server_is_for_strangers(
    #[case] open: bool,
    #[case] first: u16,
) {
    let limits =
        json!({ "register": [{ "limit": 5, "seconds": 60 }, { "limit": 4, "seconds": 60 }] });
    let mut all = settings(&json!({ "rate_limits": limits }));
    all["allow_unauthenticated_client_registration"] = json!(open);
    let server = TestServer::with(all).await;
    server.advance(0);
    let sent = metadata(&json!({}));
    let mut answers = Vec::new();
    for number in 0..6 {
        let stranger = Caller::at(&server, &format!("127.0.1.{number}"));
        answers.push(stranger.register(&sent).await.status);
    }
    let last = if open { 429 } else { first };
    assert_eq!(answers, [first, first, first, first, last, last]);
    let mut browser = server.browser();
    browser.sign_in().await;
    let answer = by_a_person(&server, &mut browser, &sent).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(server.register_with_token(&sent).await.status, 201);
}
