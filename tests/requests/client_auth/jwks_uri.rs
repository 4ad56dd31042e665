//! Keys that are fetched (CA-03).

use loco_oauth_server::internals::protocol::client::Client;
use serde_json::{Value, json};

use super::with_site;
use crate::app::{
    assertions::{ClientKey, signer},
    fixtures,
    https::{HttpsServer, Reply},
    server::TestServer,
};

async fn status(server: &TestServer, key: &ClientKey, jti: &str) -> u16 {
    let assertion = key.assertion(server, "signer", &json!({ "jti": jti }));
    server.assert_by(&assertion).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn ca_03_fetched_keys_are_kept() {
    let key = ClientKey::new("k1");
    let (server, https) = with_site(&key).await;
    for jti in ["1", "2", "3"] {
        assert_eq!(status(&server, &key, jti).await, 200);
    }
    assert_eq!(https.connections(), 1);
    // After an hour another look, so that a withdrawn key does not live on.
    server.advance(3600);
    https.serve("/keys", Reply::json(&ClientKey::new("k2").jwks()));
    assert_eq!(status(&server, &key, "4").await, 401);
    assert_eq!(https.connections(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn ca_03_an_unknown_kid_leads_to_one_look_a_minute() {
    let (old, new) = (ClientKey::new("k1"), ClientKey::new("k2"));
    let (server, https) = with_site(&old).await;
    assert_eq!(status(&server, &old, "1").await, 200);
    https.serve("/keys", Reply::json(&new.jwks()));
    for jti in ["2", "3"] {
        assert_eq!(status(&server, &new, jti).await, 401, "within the minute");
    }
    assert_eq!(https.connections(), 1);
    server.advance(60);
    assert_eq!(status(&server, &new, "4").await, 200);
    assert_eq!(https.connections(), 2);
    let stranger = ClientKey::new("k3");
    for jti in ["5", "6", "7"] {
        assert_eq!(status(&server, &stranger, jti).await, 401);
    }
    assert_eq!(https.connections(), 2, "k3 waits for its minute");
}

/// The last good set serves while the site is down, for a day after it was fresh (CI-05).
#[tokio::test(flavor = "multi_thread")]
async fn ca_03_a_site_that_is_down() {
    let key = ClientKey::new("k1");
    let (server, https) = with_site(&key).await;
    https.serve("/keys", Reply::status(500));
    assert_eq!(status(&server, &key, "1").await, 503);
    https.serve("/keys", Reply::json(&key.jwks()));
    assert_eq!(
        status(&server, &key, "2").await,
        200,
        "failures are not kept"
    );
    https.serve("/keys", Reply::status(500));
    server.advance(2 * 3600);
    assert_eq!(status(&server, &key, "3").await, 200);
    server.advance(23 * 3600);
    assert_eq!(status(&server, &key, "4").await, 503);
}

/// C220: nothing is fetched for what cannot be an assertion of the client.
#[tokio::test(flavor = "multi_thread")]
async fn c220_implausible_assertions_fetch_nothing() {
    let key = ClientKey::new("k1");
    let (server, https) = with_site(&key).await;
    let odd: [Value; 4] = [
        json!({ "aud": "https://other.example" }),
        json!({ "exp": 0 }),
        json!({ "jti": null }),
        json!({ "iss": "other" }),
    ];
    for changes in odd {
        let assertion = key.assertion(&server, "signer", &changes);
        let answer = server.assert_by(&assertion).await;
        answer.assert_error(401, "invalid_client");
    }
    let header = json!({ "kid": "k".repeat(10_000) });
    let assertion = key.sign(&header, &json!({ "sub": "signer" }));
    let answer = server.assert_by(&assertion).await;
    answer.assert_error(401, "invalid_client");
    assert_eq!(https.connections(), 0);
}

/// C155: never fetched, whatever got into the table.
#[tokio::test(flavor = "multi_thread")]
async fn c155_keys_inside_are_never_fetched() {
    let (key, https) = (ClientKey::new("k1"), HttpsServer::start().await);
    https.serve("/keys", Reply::json(&key.jwks()));
    let port = https.address.port();
    // The operator allows names and ports, but no addresses inside of a network.
    let hosts = ["localhost", "127.0.0.1", "[::1]", "[::ffff:7f00:1]"];
    let hosts = hosts.map(|host| format!("{host}:{port}"));
    let server = TestServer::with(json!({
        "fetch": { "extra_ca_file": https.ca_file },
        "client_id_metadata_documents": { "enabled": true, "allowed_hosts": hosts },
    }))
    .await;
    let inside = [
        https.url("/keys"),
        format!("https://127.0.0.1:{port}/keys"),
        format!("https://[::1]:{port}/keys"),
        format!("https://[::ffff:127.0.0.1]:{port}/keys"),
        "https://localhost/keys".to_owned(),
        "https://10.0.0.1/keys".to_owned(),
        "https://192.168.1.1/keys".to_owned(),
        "https://169.254.169.254/keys".to_owned(),
        "https://100.64.0.1/keys".to_owned(),
        "https://[fd00::1]/keys".to_owned(),
        "https://[::ffff:10.0.0.1]/keys".to_owned(),
    ];
    for (number, uri) in inside.into_iter().enumerate() {
        let id = format!("signer-{number}");
        let client = Client {
            client_id: id.clone(),
            jwks_uri: Some(uri.clone()),
            ..signer(None)
        };
        fixtures::insert(&server, &client).await;
        let assertion = key.assertion(&server, &id, &json!({}));
        let answer = server.assert_by(&assertion).await;
        assert_eq!(answer.status, 401, "{uri}: {answer:?}");
        answer.assert_error(401, "invalid_client");
    }
    assert_eq!(https.connections(), 0);
    assert_eq!(server.used().await, 0);
}

/// A static client has no row for its keys: they are kept in memory.
#[tokio::test(flavor = "multi_thread")]
async fn st_10_a_static_client_with_keys_at_a_url() {
    let (key, https) = (ClientKey::new("k1"), HttpsServer::start().await);
    https.serve("/keys", Reply::json(&key.jwks()));
    let settings = https.settings(&json!({ "clients": [{
        "client_id": "signer",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": https.url("/keys"),
        "scopes": ["jobs"],
    }]}));
    let server = TestServer::with(settings).await;
    assert_eq!(status(&server, &key, "1").await, 200);
    assert_eq!(status(&server, &key, "2").await, 200);
    assert_eq!(https.connections(), 1);
}
