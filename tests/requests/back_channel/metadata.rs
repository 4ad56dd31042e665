//! Where a client says that it wants to hear: registration, settings, documents, tasks (OpenID Connect Back-Channel
//! Logout §2.1, §2.2).

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    app::{
        oauth_server::oauth_clients,
        registration::{metadata, open},
        server::TestServer,
    },
    requests::documents::Site as DocumentSite,
};

const URI: &str = "https://rp.example/logout";

/// As `oidcc-backchannel-logout-discovery-endpoint-verification` looks at it.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_the_server_says_that_it_tells() {
    let server = TestServer::start().await;
    let document = server.get("/.well-known/openid-configuration").await.ok();
    assert_eq!(document["backchannel_logout_supported"], true);
    assert_eq!(document["backchannel_logout_session_supported"], true);
    assert!(document["end_session_endpoint"].is_string());
    // A server for machines has nobody who could sign out.
    let settings = json!({ "grant_types": ["client_credentials"], "enable_end_session": false });
    let machines = TestServer::with(settings).await;
    let document = machines
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    assert_eq!(document.get("backchannel_logout_supported"), None);
    assert_eq!(document.get("backchannel_logout_session_supported"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn rg_05_a_registration_with_an_address() {
    let server = TestServer::with(open()).await;
    let sent = json!({
        "backchannel_logout_uri": URI, "backchannel_logout_session_required": true,
    });
    let information = server.registered(&metadata(&sent)).await;
    assert_eq!(information["backchannel_logout_uri"], URI);
    assert_eq!(information["backchannel_logout_session_required"], true);
    let row: oauth_clients::Model = server.client_row(&information).await;
    assert_eq!(row.backchannel_logout_uri.as_deref(), Some(URI));
    assert!(row.backchannel_logout_session_required);
    let read = server.manage("GET", &information, None).await.ok();
    assert_eq!(read["backchannel_logout_uri"], URI);
    // An update without them takes them away (RFC 7592 §2.2).
    let mut update = metadata(&json!({}));
    update["client_id"] = information["client_id"].clone();
    let updated = server.manage("PUT", &information, Some(&update)).await.ok();
    assert_eq!(updated.get("backchannel_logout_uri"), None);
    assert_eq!(updated.get("backchannel_logout_session_required"), None);
    let row = server.client_row(&information).await;
    assert_eq!(row.backchannel_logout_uri, None);
    // What is empty is not there, as everywhere in a registration.
    let empty =
        json!({ "backchannel_logout_uri": "", "backchannel_logout_session_required": null });
    let information = server.registered(&metadata(&empty)).await;
    assert_eq!(information.get("backchannel_logout_uri"), None);
}

#[rstest]
#[case::plain(json!("http://rp.example/logout"), "an https URL")]
#[case::fragment(json!("https://rp.example/logout#top"), "without a fragment")]
#[case::empty_fragment(json!("https://rp.example/logout#"), "without a fragment")]
#[case::inside(json!("https://10.0.0.1/logout"), "a public host name")]
#[case::this_machine(json!("https://localhost/logout"), "a public host name")]
#[case::no_url(json!("logout"), "an https URL")]
#[case::user(json!("https://a:b@rp.example/logout"), "an https URL")]
#[case::list(json!([URI]), "a text is expected")]
#[case::number(json!(5), "a text is expected")]
#[case::long(json!(format!("https://rp.example/{}", "a".repeat(2000))), "at most 2000")]
#[tokio::test(flavor = "multi_thread")]
async fn rg_07_addresses_that_are_refused(#[case] uri: Value, #[case] text: &str) {
    let server = TestServer::with(open()).await;
    let sent = metadata(&json!({ "backchannel_logout_uri": uri }));
    let refused = server.register(&sent).await;
    refused.assert_error(400, "invalid_client_metadata");
    let description = refused.json()["error_description"].to_string();
    let member = description.contains("backchannel_logout_uri");
    assert!(member && description.contains(text), "{description}");
}

/// RG-07: an address that is fetched from has no fragment either.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn rg_07_no_fragments_where_something_is_fetched(
    #[values("jwks_uri", "sector_identifier_uri")] member: &str,
) {
    let server = TestServer::with(open()).await;
    let sent = metadata(&json!({ member: "https://rp.example/keys#1" }));
    let refused = server.register(&sent).await;
    let description = refused.json()["error_description"].to_string();
    assert!(description.contains("without a fragment"), "{description}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_7_a_static_client_with_an_address() {
    let settings = json!({ "clients": [{
        "client_id": "web", "redirect_uris": ["https://rp.example/cb"],
        "backchannel_logout_uri": URI, "backchannel_logout_session_required": true,
    }] });
    let server = TestServer::with(settings).await;
    let oauth = server.oauth();
    let client = oauth.clients.configured("web").unwrap();
    assert_eq!(client.backchannel_logout_uri.as_deref(), Some(URI));
    assert!(client.backchannel_logout_session_required);
}

#[tokio::test(flavor = "multi_thread")]
async fn ci_04_a_document_with_an_address() {
    let site = DocumentSite::start().await;
    site.publish(&json!({ "backchannel_logout_uri": URI }));
    assert_eq!(site.authorize().await.status, 303);
    let rows = site.rows().await;
    assert_eq!(rows[0].backchannel_logout_uri.as_deref(), Some(URI));
}

#[tokio::test(flavor = "multi_thread")]
async fn s32_1_the_task_takes_the_address() {
    let server = TestServer::start().await;
    let pairs = [
        ("name", "Web"),
        ("id", "web"),
        ("redirect_uris", "https://rp.example/cb"),
        ("backchannel_logout_uri", URI),
    ];
    server.task("oauth:client:create", &pairs).await.unwrap();
    let rows = server.clients().await;
    let row = rows.iter().find(|row| row.client_id == "web").unwrap();
    assert_eq!(row.backchannel_logout_uri.as_deref(), Some(URI));
    let pairs = [
        ("name", "Web"),
        ("backchannel_logout_uri", "http://rp.example/"),
    ];
    let error = server
        .task("oauth:client:create", &pairs)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("backchannel_logout_uri"),
        "{error}"
    );
}
