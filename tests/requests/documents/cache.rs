//! The copy of a document: how long it counts, and what a change does (CI-05, CI-06, CO-06).

use serde_json::json;

use super::Site;
use crate::app::https::Reply;

impl Site {
    /// A code by the whole flow, and what it is worth.
    async fn tokens(&self) -> serde_json::Value {
        let code = self.server.browser().code(&self.request()).await;
        self.redeem(&code, &[]).await.ok()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ci_05_a_copy_counts_as_long_as_its_headers_say() {
    let site = Site::start().await;
    let reply = Reply::json(&site.document(&json!({})));
    let reply = reply.with("cache-control", "max-age=600");
    site.https.serve("/app.json", reply.with("etag", "\"v1\""));
    assert_eq!(site.authorize().await.status, 303);
    site.server.advance(599);
    assert_eq!(site.authorize().await.status, 303);
    assert_eq!(site.https.requests().len(), 1);
    site.server.advance(1);
    assert_eq!(site.authorize().await.status, 303);
    let asked_with: Vec<_> = site
        .https
        .requests()
        .into_iter()
        .map(|(_, tag)| tag)
        .collect();
    assert_eq!(asked_with, [None, Some("\"v1\"".to_owned())]);
    // Not modified: the copy counts again, without a change.
    assert_eq!(site.authorize().await.status, 303);
    assert_eq!(site.https.requests().len(), 2);
    assert_eq!(site.rows().await[0].version, 1);
}

/// CI-05: an hour without headers, and a day more while the site is gone.
#[tokio::test(flavor = "multi_thread")]
async fn ci_05_a_site_that_is_gone() {
    let site = Site::start().await;
    let tokens = site.tokens().await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    site.https.serve("/app.json", Reply::status(500));
    let tokens = site.refresh(refresh).await.ok();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    site.server.advance(3600 + 24 * 3600);
    site.authorize().await.assert_page(503);
    let answer = site.refresh(refresh).await;
    answer.assert_error(503, "temporarily_unavailable");
    // The grant stays: it works again when the site is back.
    site.publish(&json!({}));
    site.refresh(refresh).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn ci_06_co_06_a_changed_document() {
    let site = Site::start().await;
    let tokens = site.tokens().await;
    site.server.advance(3600);
    site.publish(&json!({ "contacts": ["a@client.example"] }));
    assert_eq!(site.authorize().await.status, 303);
    assert_eq!(site.rows().await[0].version, 1, "nothing that people saw");
    site.server.advance(3600);
    site.publish(&json!({ "client_name": "Renamed" }));
    let mut browser = site.server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&site.request()).await;
    assert!(page.body.contains("Renamed"), "{page:?}");
    let row = &site.rows().await[0];
    assert_eq!(
        (row.version, row.client_name.as_deref()),
        (2, Some("Renamed"))
    );
    assert!(row.last_used_at.is_some(), "what the server noted stays");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    site.refresh(refresh).await.ok();
}

/// CI-06: a document that no longer validates blocks new authorizations; its last good copy is
/// not replaced.
#[tokio::test(flavor = "multi_thread")]
async fn ci_06_a_document_that_went_bad() {
    let site = Site::start().await;
    site.tokens().await;
    site.server.advance(3600);
    site.publish(&json!({ "client_secret": "oops" }));
    site.authorize().await.assert_page(400);
    assert_eq!(
        site.rows().await[0].client_name.as_deref(),
        Some("The travelling app")
    );
    let grants = site.server.grants().await;
    assert!(grants.iter().all(|grant| grant.revoked_at.is_none()));
}
