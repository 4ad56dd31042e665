//! Who must push (AZ-11), and what the metadata of clients says about it.

use serde_json::json;

use super::with_handle;
use crate::app::{
    browser::Authorize,
    fixtures::{self, CONF_CB},
    server::{TestServer, param},
};
use loco_oauth_server::internals::protocol::client::Client;

#[tokio::test(flavor = "multi_thread")]
async fn c206_az_11_a_client_that_only_pushes() {
    let server = TestServer::start().await;
    let strict = Client {
        require_pushed_authorization_requests: true,
        ..fixtures::confidential("strict", &[CONF_CB])
    };
    fixtures::insert(&server, &strict).await;
    let before = server.everything().await;
    let request = Authorize::of("strict", CONF_CB);
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back(CONF_CB, "invalid_request");
    let unregistered = request
        .clone()
        .with("redirect_uri", "https://evil.example/cb");
    let answer = server.browser().get(&unregistered.path()).await;
    answer.assert_page(400);
    assert_eq!(server.everything().await, before);
    let pushed = server.push_as("strict", &request).await;
    let handle = super::handle(&pushed.json()).to_owned();
    let location = server
        .browser()
        .complete(&with_handle("strict", &handle))
        .await;
    assert!(param(&location, "code").is_some(), "{location}");
}

#[tokio::test(flavor = "multi_thread")]
async fn az_11_a_server_that_demands_pushes() {
    let server = TestServer::with(json!({ "par": { "required": true } })).await;
    let answer = server.browser().get(&Authorize::base().path()).await;
    answer.assert_back(CONF_CB, "invalid_request");
    let metadata = server.get("/.well-known/openid-configuration").await.ok();
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
    let endpoint = "https://as.example/oauth/par";
    assert_eq!(metadata["pushed_authorization_request_endpoint"], endpoint);
    let handle = server.pushed(&Authorize::base()).await;
    let location = server
        .browser()
        .complete(&with_handle("conf", &handle))
        .await;
    assert!(param(&location, "code").is_some(), "{location}");
}

/// RFC 9126 §6: a client may register it, where pushes are offered.
#[tokio::test(flavor = "multi_thread")]
async fn rg_07_a_client_registers_that_it_pushes() {
    let open = json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    });
    let metadata = json!({
        "redirect_uris": ["https://new.example/cb"],
        "token_endpoint_auth_method": "none",
        "require_pushed_authorization_requests": true,
        "require_signed_request_object": true,
        "request_object_signing_alg": "ES256",
    });
    let server = TestServer::with(open.clone()).await;
    let request = server
        .http
        .post(server.url("/oauth/register"))
        .json(&metadata);
    let registered = server.send(request).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let body = registered.json();
    assert_eq!(body["require_pushed_authorization_requests"], true);
    // Signed requests are off: the answer says what was registered.
    assert_eq!(body["require_signed_request_object"], false);
    assert_eq!(body.get("request_object_signing_alg"), None);
    let id = crate::app::tokens::text(&body, "client_id");
    let answer = server
        .browser()
        .get(&Authorize::of(id, "https://new.example/cb").path())
        .await;
    answer.assert_page(400);
    assert!(answer.body.contains("invalid_request"), "{answer:?}");

    let mut off = open.clone();
    off["par"] = json!({ "enabled": false });
    let server = TestServer::with(off).await;
    let request = server
        .http
        .post(server.url("/oauth/register"))
        .json(&metadata);
    let body = server.send(request).await.json();
    assert_eq!(body["require_pushed_authorization_requests"], false);

    let mut signing = open;
    signing["jar"] = json!({ "enabled": true });
    let server = TestServer::with(signing).await;
    let request = server
        .http
        .post(server.url("/oauth/register"))
        .json(&metadata);
    let answer = server.send(request).await;
    answer.assert_error(400, "invalid_client_metadata");
    assert!(answer.body.contains("jwks"), "{answer:?}");
}
