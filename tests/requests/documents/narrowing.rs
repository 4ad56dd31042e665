//! Metadata documents are written for many servers, by programs that leave no member out.

use rstest::rstest;
use serde_json::{Value, json};

use super::{CALLBACK, Site};
use crate::{
    app::{https::Reply, tokens::R1},
    requests::register::sensitive,
};

#[rstest]
#[case::scope(json!({ "scope": "openid mail something:else" }), "scopes", json!(["openid"]))]
#[case::no_known_scope(json!({ "scope": "mail files" }), "scopes", json!(["openid", "profile", "email", "offline_access", "mcp:read"]))]
#[case::response_types(json!({ "response_types": ["code", "token", "id_token"] }), "response_types", json!(["code"]))]
#[case::grants(json!({ "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"] }), "grant_types", json!(["authorization_code"]))]
#[case::machine(json!({ "grant_types": ["client_credentials", "authorization_code"] }), "grant_types", json!(["authorization_code"]))]
#[tokio::test(flavor = "multi_thread")]
async fn s_c12_a_document_is_narrowed(
    #[case] changes: Value,
    #[case] column: &str,
    #[case] expected: Value,
) {
    let site = Site::start().await;
    site.publish(&changes);
    let location = site.server.browser().complete(&site.request()).await;
    assert!(
        location.starts_with(&format!("{CALLBACK}?code=")),
        "{location}"
    );
    let row = serde_json::to_value(&site.rows().await[0]).unwrap();
    assert_eq!(row[column], expected);
}

#[rstest]
#[case(json!({ "response_types": ["token"] }))]
#[case(json!({ "grant_types": ["client_credentials"] }))]
#[case(json!({ "grant_types": ["urn:ietf:params:oauth:grant-type:jwt-bearer"] }))]
#[tokio::test(flavor = "multi_thread")]
async fn s_c12_a_document_without_anything_usable_is_refused(#[case] changes: Value) {
    let site = Site::start().await;
    site.publish(&changes);
    site.assert_refused().await;
}

/// Null, "" and [] count as not sent; a link that may not be shown is left out.
#[tokio::test(flavor = "multi_thread")]
async fn s_c5_empty_members_of_a_document() {
    let site = Site::start().await;
    let mut document = site.document(&json!({}));
    for (name, value) in json!({
        "client_uri": "", "logo_uri": null, "tos_uri": "http://localhost:3080", "policy_uri": "",
        "client_name#de": "", "logo_uri#de": null, "scope": "", "contacts": [],
        "grant_types": [], "response_types": [], "jwks": null, "jwks_uri": "",
        "application_type": "", "subject_type": null, "software_id": "",
        "token_endpoint_auth_method": "", "client_secret": null, "client_secret_expires_at": null,
        "post_logout_redirect_uris": [], "default_max_age": null,
    })
    .as_object()
    .unwrap()
    {
        document[name] = value.clone();
    }
    site.https.serve("/app.json", Reply::json(&document));
    let location = site.server.browser().complete(&site.request()).await;
    assert!(
        location.starts_with(&format!("{CALLBACK}?code=")),
        "{location}"
    );
    let row = site.rows().await.remove(0);
    assert_eq!(row.token_endpoint_auth_method, "none");
    assert_eq!(row.grant_types, json!(["authorization_code"]));
    let texts = [
        row.client_uri,
        row.logo_uri,
        row.tos_uri,
        row.policy_uri,
        row.software_id,
        row.jwks_uri,
    ];
    assert!(texts.iter().all(Option::is_none), "{texts:?}");
    assert_eq!(row.localized, None);
}

/// What a document must have it must have with a value.
#[rstest]
#[case(json!({ "client_name": "" }))]
#[case(json!({ "redirect_uris": [] }))]
#[case(json!({ "redirect_uris": [""] }))]
#[case(json!({ "client_secret": "s" }))]
#[tokio::test(flavor = "multi_thread")]
async fn s_c5_demanded_members_of_a_document(#[case] changes: Value) {
    let site = Site::start().await;
    site.publish(&changes);
    site.assert_refused().await;
}

/// The scopes of a document whose own are all unknown are those of every stranger, not the server's
/// own default, which may have sensitive ones.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_the_default_of_a_narrowed_document_is_below_the_ceiling() {
    let site = Site::with(&json!({
        "scopes": { "read": {}, "admin": { "sensitive": true } },
        "default_scopes": ["openid", "admin"],
    }))
    .await;
    site.publish(&json!({ "scope": "unknown" }));
    site.authorize().await.location();
    let scopes = site.rows().await.remove(0).scopes;
    assert_eq!(
        scopes,
        Some(json!(["openid", "offline_access", "mcp:read"]))
    );
}

/// A document is a stranger's word.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_documents_get_neither_machines_nor_sensitive_scopes() {
    let site = Site::with(&sensitive()).await;
    site.publish(&json!({
        "grant_types": ["client_credentials", "authorization_code"],
        "scope": "mcp:delete mcp:all admin mcp:read",
    }));
    let request = site
        .request()
        .with("scope", "mcp:read")
        .with("resource", R1);
    site.server.get(&request.path()).await.location();
    let rows = site.rows().await;
    assert_eq!(rows[0].grant_types, json!(["authorization_code"]));
    assert_eq!(rows[0].scopes, Some(json!(["mcp:read"])));
    let request = site
        .request()
        .with("scope", "mcp:delete")
        .with("resource", R1);
    let mut browser = site.server.browser();
    browser.sign_in().await;
    let answer = browser.authorize(&request).await;
    assert_eq!(
        answer.location_param("error").as_deref(),
        Some("invalid_scope")
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", site.id.as_str()),
    ];
    let answer = site.server.post("/oauth/token", &form).await;
    answer.assert_error(400, "unauthorized_client");
    // Nothing but that grant.
    let only = Site::with(&sensitive()).await;
    only.publish(&json!({ "grant_types": ["client_credentials"] }));
    only.assert_refused().await;
}
