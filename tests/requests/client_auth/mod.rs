//! How clients prove who they are, at every endpoint that asks (CA-01 to CA-05).

mod assertion_claims;
mod assertions;
mod challenges;
mod jwks_uri;
mod keys_away;
mod log;

use loco_oauth_server::internals::protocol::client::Client;
use serde_json::{Value, json};

use crate::app::{
    assertions::{ClientKey, signer},
    fixtures,
    https::{HttpsServer, Reply},
    server::TestServer,
};

/// The server with `signer`, and its key.
async fn with_signer(settings: Value) -> (TestServer, ClientKey) {
    let (server, key) = (TestServer::with(settings).await, ClientKey::new("k1"));
    fixtures::insert(&server, &signer(Some(key.jwks()))).await;
    (server, key)
}

/// A developer's server, and the site of `signer` with its keys.
async fn with_site(key: &ClientKey) -> (TestServer, HttpsServer) {
    let https = HttpsServer::start().await;
    https.serve("/keys", Reply::json(&key.jwks()));
    let server = TestServer::with(https.settings(&json!({}))).await;
    let client = Client {
        jwks_uri: Some(https.url("/keys")),
        ..signer(None)
    };
    fixtures::insert(&server, &client).await;
    server.advance(0);
    (server, https)
}
