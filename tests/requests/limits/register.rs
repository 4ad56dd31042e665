//! Registration by strangers.

use serde_json::json;

use crate::app::{
    limits::only,
    server::{Answer, TestServer},
};

async fn register(server: &TestServer, address: &str) -> Answer {
    let http = reqwest::Client::builder()
        .local_address(Some(address.parse().unwrap()))
        .build()
        .unwrap();
    let metadata = json!({
        "redirect_uris": ["https://tool.example/cb"],
        "token_endpoint_auth_method": "none",
    });
    let request = http.post(server.url("/oauth/register")).json(&metadata);
    server.send(request).await
}

/// The defaults: 20 in a minute from one address.
#[tokio::test(flavor = "multi_thread")]
async fn c158_registrations_from_one_address_are_limited() {
    for store in ["memory", "database"] {
        let mut settings = only("register", &json!([]), store);
        settings["allow_dynamic_client_registration"] = json!(true);
        settings["allow_unauthenticated_client_registration"] = json!(true);
        let server = TestServer::with(settings).await;
        let before = server.clients().await.len();
        for attempt in 0..200 {
            let answer = register(&server, "127.0.0.1").await;
            if attempt < 20 {
                assert_eq!(answer.status, 201, "{answer:?}");
            } else {
                TestServer::assert_limited(&answer);
            }
        }
        assert_eq!(server.clients().await.len(), before + 20);
        assert_eq!(register(&server, "127.0.0.2").await.status, 201);
        let events = server.oauth().events.take();
        let registered = events
            .iter()
            .filter(|event| event.event.as_str() == "client.registered");
        assert_eq!(registered.count(), 21);
    }
}
