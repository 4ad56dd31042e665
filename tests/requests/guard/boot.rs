//! Guards that name what the settings do not know.

use loco_rs::{app::Hooks, boot::StartMode, environment::Environment};
use serde_json::json;

use crate::app::{App, server::TestServer};

/// A layer stops the boot, with the fix.
#[tokio::test(flavor = "multi_thread")]
async fn s19_3_a_layer_with_a_wrong_name_stops_the_boot() {
    let server = TestServer::guarded().await;
    let mut config = server.ctx.config.clone();
    let block = config.initializers.as_mut().unwrap();
    let block = block.get_mut("oauth_server").unwrap();
    block["resources"] = json!([{ "prefix": "/wrong", "scopes": ["a:read"] }]);
    let boot = App::boot(StartMode::ServerOnly, &Environment::Test, config).await;
    let error = boot.err().unwrap().to_string();
    insta::assert_snapshot!(error, @r"
    oauth_server: a guard names the resource `/wrnog`, which is not in `resources` — add it there, or name one of: /wrong
    oauth_server: a guard of the resource `/wrong` needs the scope `a:raed`, which nothing defines — define it in `scopes` of that resource, or correct the guard
    ");
}

/// What only a request can show is a fault of the server, never an open door.
#[tokio::test(flavor = "multi_thread")]
async fn s19_3_an_extractor_with_a_wrong_name_fails_every_request() {
    let server = TestServer::guarded().await;
    let token = server
        .agent_token("notes:read", crate::app::guarded::API)
        .await;
    let answer = server.call("/api/misspelt", &token).await;
    answer.assert_error(500, "server_error");
    assert_eq!(server.get("/api/misspelt").await.status, 500);
    let unguarded = server.call("/api/unguarded", &token).await;
    unguarded.assert_error(500, "server_error");
}
