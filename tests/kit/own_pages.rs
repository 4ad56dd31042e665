//! Flows through the app's own login and consent pages.

use loco_oauth_server::testing::Step;
use serde_json::json;

use super::Kit;

#[tokio::test]
async fn flows_work_with_the_apps_own_pages() {
    let kit = Kit::with(json!({ "login_url": "/own/login", "consent_url": "/own/consent" })).await;
    let stopped = kit.flow().scope("openid read").stop_at(Step::Login);
    let stopped = stopped.run().await;
    assert!(stopped.page().url.contains("/own/login"));

    assert_eq!(stopped.finish().await.scopes(), ["openid", "read"]);
    let narrowed = kit.flow().scope("openid read").untick("read");
    assert_eq!(narrowed.run().await.scopes(), ["openid"]);
    kit.flow().deny().expect_error("access_denied").run().await;
}
