//! A device that waits for a person.

use loco_oauth_server::testing::{assert_oauth_error, factory, flow};
use serde_json::json;

use super::Kit;

async fn kit() -> Kit {
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    Kit::with(json!({ "grant_types": ["refresh_token", grant] })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_allowed() {
    let kit = kit().await;
    let flow = flow(&kit.request, &kit.ctx).user(&kit.alice);
    let mut device = flow.scope("openid read").untick("read").device().await;
    assert_oauth_error(&device.poll().await, 400, "authorization_pending");
    let page = device.enter().await;
    assert!(page.html().contains(&device.user_code));
    device.approve().await;
    let tokens = device.tokens().await;
    assert_eq!(tokens.scopes(), ["openid"]);
    assert!(tokens.claims.is_some());
    assert_eq!(tokens.refresh().await.userinfo().await.status_code(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_refused() {
    let kit = kit().await;
    let client = factory::client().id("tv").device().create(&kit.ctx).await;
    let flow = flow(&kit.request, &kit.ctx).client(&client);
    let flow = flow.password(crate::app::fixtures::ALICE, crate::app::fixtures::PASSWORD);
    let mut device = flow.device().await;
    let page = device.deny().await;
    assert!(page.html().contains("Nothing was connected"));
    assert_oauth_error(&device.poll().await, 400, "access_denied");
    assert!(!device.browser().cookies().is_empty());
}
