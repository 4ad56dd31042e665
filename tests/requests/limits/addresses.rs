//! Whose address counts (GE-09).

use serde_json::{Value, json};

use crate::app::{
    browser::encoded,
    fixtures::SECRET,
    limits::only,
    server::{Answer, TestServer},
};

async fn register_from(server: &TestServer, address: &str) -> u16 {
    let http = reqwest::Client::builder()
        .local_address(Some(address.parse().unwrap()))
        .build()
        .unwrap();
    let metadata = json!({ "redirect_uris": ["https://tool.example/cb"] });
    let request = http.post(server.url("/oauth/register")).json(&metadata);
    server.send(request).await.status
}

async fn from(server: &TestServer, address: &str, forwarded: &str) -> Answer {
    let http = reqwest::Client::builder()
        .local_address(Some(address.parse().unwrap()))
        .build()
        .unwrap();
    let request = http
        .post(server.url("/oauth/token"))
        .basic_auth("m2m", Some(encoded(SECRET)))
        .header("x-forwarded-for", forwarded)
        .form(&[("grant_type", "client_credentials"), ("scope", "jobs")]);
    server.send(request).await
}

fn narrow(limit: u32, wide: u32) -> Value {
    json!([{ "limit": limit, "seconds": 60 }, { "limit": wide, "seconds": 60 }])
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_use_up_what_all_share() {
    for store in ["memory", "database"] {
        let mut settings = only("register", &narrow(2, 5), store);
        settings["allow_dynamic_client_registration"] = json!(true);
        settings["allow_unauthenticated_client_registration"] = json!(true);
        let server = TestServer::with(settings).await;
        for (address, status) in [
            ("127.0.0.1", 201),
            ("127.0.0.1", 201),
            // Refused at the address: the limit of the server does not hear of these.
            ("127.0.0.1", 429),
            ("127.0.0.1", 429),
            ("127.0.0.1", 429),
            ("127.0.0.1", 429),
            ("127.0.0.2", 201),
            ("127.0.0.2", 201),
            ("127.0.0.3", 201),
            // Five in all.
            ("127.0.0.3", 429),
            ("127.0.0.4", 429),
        ] {
            let answer = register_from(&server, address).await;
            assert_eq!(answer, status, "{store} {address}");
        }
    }
}

/// Without `remote_ip` the header is a stranger's word.
#[tokio::test(flavor = "multi_thread")]
async fn ge_09_forwarded_addresses_count_only_if_the_app_trusts_its_proxy() {
    let server = TestServer::with(only("token", &narrow(1, 99), "memory")).await;
    assert_eq!(from(&server, "127.0.0.1", "203.0.113.1").await.status, 200);
    assert_eq!(from(&server, "127.0.0.1", "203.0.113.2").await.status, 429);

    let mut settings = only("token", &narrow(1, 99), "memory");
    settings["middlewares"] = json!({ "remote_ip": { "enable": true } });
    let server = TestServer::with(settings).await;
    assert_eq!(from(&server, "127.0.0.1", "203.0.113.1").await.status, 200);
    assert_eq!(from(&server, "127.0.0.1", "203.0.113.2").await.status, 200);
    assert_eq!(from(&server, "127.0.0.1", "203.0.113.2").await.status, 429);
    // The first address of the header is what the caller wrote itself.
    let answer = from(&server, "127.0.0.1", "198.51.100.1, 203.0.113.2").await;
    assert_eq!(answer.status, 429);
    let events = server.oauth().events.take();
    assert_eq!(events[0].ip_prefix.as_deref(), Some("203.0.113.0/24"));
}
