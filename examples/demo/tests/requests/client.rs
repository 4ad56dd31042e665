//! The demo's client: its first page, and what it refuses.

use axum::http::StatusCode;
use demo::app::App;
use loco_rs::testing::prelude::*;
use serial_test::serial;

#[tokio::test]
#[serial]
async fn the_first_page_leads_to_the_login() {
    request::<App, _, _>(|request, _ctx| async move {
        let page = request.get("/").await;
        assert_eq!(page.status_code(), StatusCode::OK);
        assert_link(&page.text(), "a.button", "/client/login");
    })
    .await;
}

#[tokio::test]
#[serial]
async fn a_callback_without_a_login_gets_no_tokens() {
    request::<App, _, _>(|request, _ctx| async move {
        let page = request
            .get("/client/callback?code=c&state=s&iss=http%3A%2F%2Flocalhost%3A5150")
            .await;
        assert_eq!(page.status_code(), StatusCode::BAD_REQUEST);
        assert!(
            page.text().contains("no login was begun"),
            "{}",
            page.text()
        );
    })
    .await;
}
