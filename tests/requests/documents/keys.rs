//! Documents of clients that sign (Client ID Metadata Document §6.2, C172).

use serde_json::json;

use super::{CALLBACK, Site};
use crate::app::{
    assertions::{ClientKey, with_assertion},
    browser::VERIFIER,
    https::Reply,
    server::Answer,
};

impl Site {
    /// Redeems a code with an assertion.
    async fn redeem_signed(&self, code: &str, key: &ClientKey, jti: &str) -> Answer {
        let assertion = key.assertion(&self.server, &self.id, &json!({ "jti": jti }));
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let form = with_assertion(&assertion, &form);
        self.server.post("/oauth/token", &form).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c172_a_document_with_keys() {
    let (site, key) = (Site::start().await, ClientKey::new("k1"));
    site.publish(&json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": key.jwks(),
    }));
    let mut browser = site.server.browser();
    let code = browser.code(&site.request()).await;
    let unproven = site.redeem(&code, &[]).await;
    unproven.assert_error(401, "invalid_client");
    let stranger = ClientKey::new("k1");
    let forged = site.redeem_signed(&code, &stranger, "1").await;
    forged.assert_error(401, "invalid_client");
    // Unreachable now, but the copy is fresh.
    site.https.serve("/app.json", Reply::status(500));
    let unproven = site.redeem(&code, &[]).await;
    unproven.assert_error(401, "invalid_client");
    site.redeem_signed(&code, &key, "2").await.ok();
    assert_eq!(site.server.access_tokens().await.len(), 1);
    // Neither fresh nor reachable.
    let code = browser.code(&site.request()).await;
    site.server
        .change_client(&site.id, |row| {
            row.document_expires_at = sea_orm::Set(Some(0));
        })
        .await;
    let answer = site.redeem_signed(&code, &key, "3").await;
    answer.assert_error(503, "temporarily_unavailable");
    let answer = site.redeem(&code, &[]).await;
    answer.assert_error(401, "invalid_client");
    assert_eq!(site.server.access_tokens().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn c172_a_document_with_keys_at_a_url() {
    let (site, key) = (Site::start().await, ClientKey::new("k1"));
    site.https.serve("/keys", Reply::json(&key.jwks()));
    site.publish(&json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": site.https.url("/keys"),
    }));
    let code = site.server.browser().code(&site.request()).await;
    site.redeem_signed(&code, &key, "1").await.ok();
    let row = &site.rows().await[0];
    assert_eq!(row.jwks_cache, Some(key.jwks()));
}
