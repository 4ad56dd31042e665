//! Subscribers hear of everything, and nothing hears of them.

use crate::app::{
    fixtures::{self, confidential},
    hooks::Heard,
    server::TestServer,
};

async fn with_machines(ids: &[&str]) -> TestServer {
    use loco_oauth_server::internals::protocol::client::{Client, GrantType};
    let server = TestServer::start().await;
    for id in ids {
        let machine = Client {
            grant_types: vec![GrantType::ClientCredentials],
            response_types: Vec::new(),
            scopes: Some(vec!["jobs".to_owned()]),
            ..confidential(id, &[])
        };
        fixtures::insert(&server, &machine).await;
    }
    server
}

async fn token(server: &TestServer, client: &str) {
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    server.as_client(client, "/oauth/token", &form).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_hears_of_events() {
    let server = TestServer::start().await;
    token(&server, "m2m").await;
    let heard = server.ctx.shared_store.get::<Heard>().unwrap();
    let event = heard.wait_for("token.issued", "m2m").await;
    let event = serde_json::to_value(event).unwrap();
    for name in [
        "v",
        "event",
        "at",
        "reference_id",
        "outcome",
        "client_id",
        "client_kind",
        "scopes",
        "ip_prefix",
        "token_ref",
    ] {
        assert!(event.get(name).is_some(), "{name}: {event}");
    }
    assert_eq!(event["event"], "token.issued");
    assert_eq!(event["outcome"], "ok");
    assert_eq!(event["client_kind"], "operator");
    assert!(!event.to_string().contains("null"), "{event}");
}

/// The first subscriber of the app hangs or panics for these clients: the answer comes all the
/// same, and so does the event to the second.
#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_cannot_fail_or_delay_an_answer() {
    let server = with_machines(&["hangs", "panics"]).await;
    let heard = server.ctx.shared_store.get::<Heard>().unwrap();
    for client in ["hangs", "panics", "m2m"] {
        token(&server, client).await;
        heard.wait_for("token.issued", client).await;
    }
}
