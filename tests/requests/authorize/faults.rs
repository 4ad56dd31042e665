//! AR-06: storage faults at the authorization endpoint.

use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    fixtures,
    server::{TestServer, param},
};

const FIXED_CB: &str = "https://fixed.example/cb";

async fn with_static_client() -> TestServer {
    TestServer::with(json!({
        "clients": [{
            "client_id": "fixed",
            "client_secret": fixtures::SECRET,
            "redirect_uris": [FIXED_CB],
            "scopes": ["openid", "read"],
        }],
    }))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_06_a_busy_storage_is_told_to_whom_it_may_be() {
    let server = with_static_client().await;
    server.ctx.db.clone().close().await.unwrap();
    // The client is in the table: neither it nor the redirect URI is known.
    let page = server.browser().get(&Authorize::base().path()).await;
    page.assert_page(503);
    assert!(page.header("retry-after").is_some());
    assert!(page.body.contains("temporarily_unavailable"));
    // A static client is verified without the storage.
    let request = Authorize::of("fixed", FIXED_CB);
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back(FIXED_CB, "temporarily_unavailable");
    assert_eq!(param(answer.location(), "state").as_deref(), Some("S"));
    // Nor does a wrong redirect URI of it go anywhere.
    let request = Authorize::of("fixed", "https://evil.example/");
    server.browser().get(&request.path()).await.assert_page(400);
    // A page of an interaction: nothing is lost, the same works later.
    let page = server.get("/oauth/continue?interaction=x").await;
    page.assert_page(503);
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_06_other_faults_are_server_errors() {
    let server = with_static_client().await;
    server
        .ctx
        .db
        .execute_unprepared("DROP TABLE oauth_authorization_states")
        .await
        .unwrap();
    let request = Authorize::of("fixed", FIXED_CB);
    let answer = server.browser().get(&request.path()).await;
    answer.assert_back(FIXED_CB, "server_error");
    let description = answer.location_param("error_description");
    assert_eq!(description.as_deref(), Some("internal error"));
    let page = server.get("/oauth/continue?interaction=x").await;
    page.assert_page(500);
    assert!(!page.body.contains("oauth_authorization_states"));
}
