//! Documents that are no clients.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::{CALLBACK, Site};
use crate::app::{
    browser::Authorize,
    https::{HttpsServer, Reply, ReplyBody},
    server::TestServer,
};

/// C163: almost its own URL.
#[rstest]
#[case::slash("/app.json", "/app.json/")]
#[case::case_of_the_path("/app.json", "/App.json")]
#[case::case_of_the_host("localhost", "LOCALHOST")]
#[case::scheme("https:", "HTTPS:")]
#[case::query("/app.json", "/app.json?")]
#[case::fragment("/app.json", "/app.json#")]
#[case::escaped("/app.json", "/app%2Ejson")]
#[tokio::test(flavor = "multi_thread")]
async fn c163_another_spelling_of_the_id(#[case] part: &str, #[case] written: &str) {
    let site = Site::start().await;
    let other = site.id.replacen(part, written, 1);
    assert_ne!(other, site.id);
    site.publish(&json!({ "client_id": other }));
    site.assert_refused().await;
    assert_eq!(site.https.connections(), 1);
}

/// C163: with another port, or none.
#[tokio::test(flavor = "multi_thread")]
async fn c163_another_port_in_the_id() {
    let site = Site::start().await;
    let port = format!(":{}", site.https.address.port());
    for other in ["", ":443", ":0443"] {
        let other = site.id.replacen(&port, other, 1);
        site.publish(&json!({ "client_id": other }));
        site.assert_refused().await;
    }
    site.publish(&json!({}));
    assert_eq!(site.authorize().await.status, 303);
}

/// C168, CI-04.
#[rstest]
#[case::no_client_id(json!({"client_id": null}))]
#[case::no_name(json!({"client_name": null}))]
#[case::no_redirect_uri(json!({"redirect_uris": []}))]
#[case::c168_secret(json!({"client_secret": "s3cret"}))]
#[case::c168_end_of_a_secret(json!({"client_secret_expires_at": 0}))]
#[case::c168_basic(json!({"token_endpoint_auth_method": "client_secret_basic"}))]
#[case::c168_post(json!({"token_endpoint_auth_method": "client_secret_post"}))]
#[case::keys_missing(json!({"token_endpoint_auth_method": "private_key_jwt"}))]
#[case::other_scheme(json!({"redirect_uris": ["javascript:alert(1)"]}))]
#[case::machine(json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://client.example/keys"}))]
#[tokio::test(flavor = "multi_thread")]
async fn c168_documents_against_the_rules(#[case] changes: Value) {
    let site = Site::start().await;
    site.publish(&changes);
    site.assert_refused().await;
    // C170: and a good one in its place counts at once.
    site.publish(&json!({}));
    assert_eq!(site.authorize().await.status, 303);
    assert_eq!(site.https.connections(), 2);
}

#[rstest]
#[case("http://localhost/app.json")]
#[case("https://localhost")]
#[case("https://localhost/")]
#[case("https://localhost/app.json#x")]
#[case("https://user@localhost/app.json")]
#[case("https://user:secret@localhost/app.json")]
#[case("https://localhost/a/../app.json")]
#[case("https://localhost/a/%2e%2e/app.json")]
#[tokio::test(flavor = "multi_thread")]
async fn c164_urls_that_are_not_fetched(#[case] url: &str) {
    let site = Site::start().await;
    let host = format!("localhost:{}", site.https.address.port());
    let url = url.replace("localhost", &host);
    // A document that says just this would be accepted if it were asked for.
    site.publish(&json!({ "client_id": url }));
    let before = site.server.everything().await;
    let request = Authorize::of(&url, CALLBACK).with("scope", "openid");
    let answer = site.server.get(&request.path()).await;
    answer.assert_page(400);
    assert_eq!(site.https.connections(), 0);
    assert_eq!(site.server.everything().await, before);
}

/// C165: on a public server, whatever the operator allowed by name.
#[tokio::test(flavor = "multi_thread")]
async fn c165_documents_inside_of_a_network() {
    let https = HttpsServer::start().await;
    let port = https.address.port();
    // Each of these ends at the listener, on a machine that knows such addresses.
    let allowed = [
        "localhost",
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ];
    let allowed = allowed.map(|host| format!("{host}:{port}"));
    let inside = [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "[fd00::1]",
        "[fe80::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ];
    let hosts: Vec<String> = allowed
        .into_iter()
        .chain(inside.map(str::to_owned))
        .collect();
    // As the settings want them written.
    let written: Vec<String> = hosts
        .iter()
        .map(|host| {
            let url = url::Url::parse(&format!("https://{host}/")).unwrap();
            let port = url.port().map(|port| format!(":{port}"));
            format!("{}{}", url.host_str().unwrap(), port.unwrap_or_default())
        })
        .collect();
    let server = TestServer::with(json!({
        "fetch": { "extra_ca_file": https.ca_file },
        "client_id_metadata_documents": { "enabled": true, "allowed_hosts": written },
    }))
    .await;
    let before = server.everything().await;
    for host in &written {
        let id = format!("https://{host}/app.json");
        https.serve(
            "/app.json",
            Reply::json(&json!({
                "client_id": id, "client_name": "Inside", "redirect_uris": [CALLBACK],
            })),
        );
        let request = Authorize::of(&id, CALLBACK).with("scope", "openid");
        server.get(&request.path()).await.assert_page(400);
    }
    assert_eq!(https.connections(), 0);
    assert_eq!(server.everything().await, before);
}

#[rstest]
#[case(301)]
#[case(302)]
#[case(307)]
#[tokio::test(flavor = "multi_thread")]
async fn c166_redirects_are_not_followed(#[case] status: u16) {
    let site = Site::start().await;
    site.https
        .serve("/other.json", Reply::json(&site.document(&json!({}))));
    let redirect = Reply::status(status).with("location", &site.https.url("/other.json"));
    site.https.serve("/app.json", redirect);
    site.assert_refused().await;
    assert_eq!(site.https.requests().len(), 1);
}

/// C167: a good document of 5 kB, and one byte more.
#[rstest]
#[case(5_120, true)]
#[case(5_121, false)]
#[tokio::test(flavor = "multi_thread")]
async fn c167_the_longest_document(#[case] length: usize, #[case] good: bool) {
    let site = Site::start().await;
    let short = site.document(&json!({ "pad": "" })).to_string();
    let pad = "x".repeat(length - short.len());
    site.publish(&json!({ "pad": pad }));
    assert_eq!(
        site.document(&json!({ "pad": pad })).to_string().len(),
        length
    );
    if good {
        assert_eq!(site.authorize().await.status, 303);
    } else {
        site.assert_refused().await;
    }
}

/// C167: too large, without end, and silent; the last one may speak again (CI-05).
#[rstest]
#[case::large(Reply::text(&" ".repeat(1 << 20)), 400)]
#[case::endless(Reply::text("").body(ReplyBody::Endless), 400)]
#[case::silent(Reply::text("").body(ReplyBody::Silent), 503)]
#[tokio::test(flavor = "multi_thread")]
async fn c167_documents_without_end(#[case] reply: Reply, #[case] status: u16) {
    let site = Site::start().await;
    site.https.serve("/app.json", reply);
    site.authorize().await.assert_page(status);
    assert_eq!(site.rows().await, []);
}

/// C170, CI-05: failures are not kept.
#[tokio::test(flavor = "multi_thread")]
async fn c170_a_first_fetch_that_fails() {
    let site = Site::start().await;
    site.https.serve("/app.json", Reply::status(503));
    site.authorize().await.assert_page(503);
    assert_eq!(site.rows().await, []);
    site.publish(&json!({}));
    assert_eq!(site.authorize().await.status, 303);
}

/// CI-03.
#[tokio::test(flavor = "multi_thread")]
async fn ci_03_many_requests_for_one_document() {
    let site = Site::start().await;
    site.https.delay(Duration::from_millis(300));
    let requests = (0..10).map(|_| site.authorize());
    for answer in futures_util::future::join_all(requests).await {
        assert_eq!(answer.status, 303, "{answer:?}");
    }
    assert_eq!(site.https.connections(), 1);
    assert_eq!(site.rows().await.len(), 1);
}

/// CI-02.
#[rstest]
#[case(json!({"enabled": true, "denied_hosts": ["localhost"]}))]
#[case(json!({"enabled": true, "allowed_hosts": ["client.example"]}))]
#[tokio::test(flavor = "multi_thread")]
async fn ci_02_hosts_of_the_settings(#[case] settings: Value) {
    let site = Site::with(&json!({ "client_id_metadata_documents": settings })).await;
    site.assert_refused().await;
    assert_eq!(site.https.connections(), 0);
}

/// An unknown https id at the endpoints of clients is nobody: no fetch on a stranger's word.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_nobody_agreed_to_is_not_fetched_at_the_token_endpoint() {
    let site = Site::start().await;
    let answer = site.redeem("loco_ac_unknown", &[]).await;
    answer.assert_error(401, "invalid_client");
    assert_eq!(site.https.connections(), 0);
}
