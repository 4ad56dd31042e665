//! Who acts (TX-05).

use rstest::rstest;
use serde_json::{Value, json};

use super::{ACCESS_TOKEN, settings, start};
use crate::app::{
    guarded::{API, MCP},
    server::TestServer,
    tokens::{jwt_part, text},
};

/// A token of the gateway itself.
async fn own_token(server: &TestServer, client: &str) -> String {
    let form = [("grant_type", "client_credentials")];
    let tokens = server.as_client(client, "/oauth/token", &form).await.ok();
    text(&tokens, "access_token").to_owned()
}

fn act(answer: &Value) -> Value {
    jwt_part(text(answer, "access_token"), 1)["act"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn tx_05_a_chain_of_exchanges_names_every_actor() {
    let server = start(&json!({})).await;
    let subject = server.agent_token("mcp:read notes:read", MCP).await;
    let first = server.exchange("gateway", &subject, &[]).await.ok();
    let first = text(&first, "access_token");
    let second = server.exchange("second", first, &[]).await.ok();
    let second = text(&second, "access_token");
    let shown = server.introspect_at("second", second).await;
    assert_eq!(
        shown["act"],
        json!({ "sub": "second", "act": { "sub": "gateway" } })
    );
    assert_eq!(shown["client_id"], "second");
    assert_eq!(
        shown["sub"],
        server.introspect_at("gateway", &subject).await["sub"]
    );
    assert_eq!(shown["scope"], "notes:read");
}

#[tokio::test(flavor = "multi_thread")]
async fn tx_05_actor_tokens() {
    let server = start(&json!({})).await;
    let subject = server.agent_token("notes:read", MCP).await;
    let own = own_token(&server, "gateway").await;
    let with = |token| [("actor_token", token), ("actor_token_type", ACCESS_TOKEN)];
    let answer = server.exchange("gateway", &subject, &with(&own)).await.ok();
    assert_eq!(act(&answer), json!({ "sub": "gateway" }));
    // A person acts through the client by an earlier exchange.
    let person = server.exchange("gateway", &subject, &[]).await.ok();
    let person = text(&person, "access_token");
    let answer = server
        .exchange("gateway", &subject, &with(person))
        .await
        .ok();
    let sub = jwt_part(person, 1)["sub"].clone();
    assert_eq!(act(&answer), json!({ "sub": sub, "client_id": "gateway" }));

    let foreign = own_token(&server, "second").await;
    let before = server.ledger().await;
    for (what, token) in [
        ("foreign", foreign.as_str()),
        ("unknown", "x"),
        ("of the agent", subject.as_str()),
    ] {
        let answer = server.exchange("gateway", &subject, &with(token)).await;
        assert_eq!(answer.status, 400, "{what}");
        answer.assert_error(400, "invalid_request");
    }
    let form = [("token", own.as_str())];
    server.as_client("gateway", "/oauth/revoke", &form).await;
    let answer = server.exchange("gateway", &subject, &with(&own)).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(
        server.access_tokens().await.len(),
        before["access"].as_array().unwrap().len()
    );
}

#[rstest]
#[case::without_type(&[("actor_token", "x")])]
#[case::without_token(&[("actor_token_type", ACCESS_TOKEN)])]
#[case::type_unknown(&[("actor_token", "x"), ("actor_token_type", "access_token")])]
#[case::id_token(&[("actor_token", "x"), ("actor_token_type", "urn:ietf:params:oauth:token-type:id_token")])]
#[tokio::test(flavor = "multi_thread")]
async fn tx_05_actor_parameters(#[case] changes: &[(&str, &str)]) {
    let server = start(&json!({})).await;
    let subject = server.agent_token("notes:read", MCP).await;
    let answer = server.exchange("gateway", &subject, changes).await;
    answer.assert_error(400, "invalid_request");
}

/// Impersonation names nobody, where the operator switched it on; an actor token still does.
#[tokio::test(flavor = "multi_thread")]
async fn tx_05_impersonation() {
    let mut exchange = settings(&json!({}))["token_exchange"].clone();
    exchange["impersonation"] = json!(true);
    let server = start(&json!({ "token_exchange": exchange })).await;
    let subject = server.agent_token("notes:read", MCP).await;
    let answer = server.exchange("gateway", &subject, &[]).await.ok();
    assert!(act(&answer).is_null());
    let shown = server
        .call("/api/notes", text(&answer, "access_token"))
        .await
        .ok();
    assert!(shown["act"].is_null());
    assert_eq!(shown["client_id"], "gateway");
    let own = own_token(&server, "gateway").await;
    let with = [
        ("actor_token", own.as_str()),
        ("actor_token_type", ACCESS_TOKEN),
        ("resource", API),
    ];
    let answer = server.exchange("gateway", &subject, &with).await.ok();
    assert_eq!(act(&answer), json!({ "sub": "gateway" }));
}
