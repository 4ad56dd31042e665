//! POST `{prefix}/device-authorization` (RFC 8628 §3.1), and who may use it.

use loco_oauth_server::internals::protocol::client::GrantType;
use rstest::rstest;
use serde_json::{Value, json};

use super::{ENDPOINT, GRANT, devices, devices_with, grants_with_devices};
use crate::app::{
    browser::Form,
    limits::only,
    registration::open_and,
    server::{ISSUER, TestServer},
    tokens::{R1, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_answer() {
    let server = devices().await;
    let answer = server.ask(&[("scope", "openid")]).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let codes = answer.ok();
    let mut members: Vec<&String> = codes.as_object().unwrap().keys().collect();
    members.sort_unstable();
    let expected = [
        "device_code",
        "expires_in",
        "interval",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
    ];
    assert_eq!(members, expected);
    assert_eq!(
        (&codes["expires_in"], &codes["interval"]),
        (&json!(600), &json!(5))
    );
    assert_eq!(codes["verification_uri"], format!("{ISSUER}/oauth/device"));
    let device_code = text(&codes, "device_code");
    assert!(device_code.starts_with("loco_dc_") && device_code.len() == 8 + 43);
    let row = server.device().await;
    assert_eq!(
        (row.kind.as_str(), row.client_id.as_str()),
        ("device", "tv")
    );
    assert!(row.user_id.is_none() && row.redirect_uri.is_empty());
    let told = server.events(&["device.requested"]);
    assert_eq!(told[0].client_id.as_deref(), Some("tv"));
}

#[tokio::test(flavor = "multi_thread")]
async fn c198_a_client_without_the_grant() {
    let server = devices().await;
    let before = server.ledger().await;
    let answer = server
        .as_client("conf", ENDPOINT, &[("scope", "openid")])
        .await;
    answer.assert_error(400, "unauthorized_client");
    let form = [("grant_type", GRANT), ("device_code", "x")];
    server
        .token(&form)
        .await
        .assert_error(400, "unauthorized_client");
    // The other way round: a device may not send a browser.
    let request = crate::app::browser::Authorize::of("tv", "https://tv.example/cb");
    server.browser().get(&request.path()).await.assert_page(400);
    assert_eq!(server.ledger().await, before);
    assert!(server.interactions().await.is_empty());
}

#[rstest]
#[case::scope_of_nobody(&[("scope", "jobs")], "invalid_scope")]
#[case::malformed_scope(&[("scope", "read\"")], "invalid_scope")]
#[case::unknown_resource(&[("resource", "https://evil.example")], "invalid_target")]
#[case::scope_twice(&[("scope", "read"), ("scope", "write")], "invalid_request")]
#[case::scope_as_list(&[("scope[]", "read")], "invalid_request")]
#[case::client_twice(&[("client_id", "tv")], "invalid_request")]
#[tokio::test(flavor = "multi_thread")]
async fn bad_requests(#[case] sent: &[(&str, &str)], #[case] error: &str) {
    let server = devices().await;
    server.ask(sent).await.assert_error(400, error);
    assert!(server.grants().await.is_empty());
}

#[rstest]
#[case::no_scope(&[], json!(["openid", "profile", "email"]), json!([]))]
#[case::empty_scope(&[("scope", "")], json!(["openid", "profile", "email"]), json!([]))]
#[case::unknown_words(&[("scope", "openid nonsense"), ("foo", "bar")], json!(["openid"]), json!([]))]
#[case::a_resource(&[("scope", "openid"), ("resource", "https://mcp.example/mcp/")], json!(["openid"]), json!([R1]))]
#[tokio::test(flavor = "multi_thread")]
async fn az_20_to_az_23_what_is_asked_for(
    #[case] sent: &[(&str, &str)],
    #[case] scopes: Value,
    #[case] resources: Value,
) {
    let server = devices().await;
    server.ask(sent).await.ok();
    let row = server.device().await;
    assert_eq!((row.scopes, row.resources), (scopes, resources));
}

#[tokio::test(flavor = "multi_thread")]
async fn ca_02_confidential_clients_authenticate() {
    let server = devices().await;
    let form = [("client_id", "box"), ("scope", "openid")];
    server
        .post(ENDPOINT, &form)
        .await
        .assert_error(401, "invalid_client");
    server
        .post(ENDPOINT, &[])
        .await
        .assert_error(401, "invalid_client");
    let unknown = [("client_id", "nobody")];
    server
        .post(ENDPOINT, &unknown)
        .await
        .assert_error(401, "invalid_client");
    let codes = server.as_client("box", ENDPOINT, &form).await.ok();
    let mut browser = server.browser();
    browser.sign_in().await;
    browser.decide(&codes, "allow").await;
    let form = [
        ("grant_type", GRANT),
        ("device_code", text(&codes, "device_code")),
    ];
    let unproven = [&form[..], &[("client_id", "box")]].concat();
    server
        .post("/oauth/token", &unproven)
        .await
        .assert_error(401, "invalid_client");
    let tokens = server.as_client("box", "/oauth/token", &form).await.ok();
    assert!(tokens["access_token"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_of_the_request_are_the_audience() {
    let server = devices().await;
    let asked = [
        ("scope", "openid"),
        ("resource", R1),
        ("resource", "https://api.example"),
    ];
    let codes = server.ask(&asked).await.ok();
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    assert!(page.body.contains(R1), "{page:?}");
    browser.press(&page, "allow").await;
    let mut form = vec![
        ("grant_type", GRANT),
        ("device_code", text(&codes, "device_code")),
        ("client_id", "tv"),
    ];
    form.push(("resource", "https://evil.example"));
    server
        .post("/oauth/token", &form)
        .await
        .assert_error(400, "invalid_target");
    form.pop();
    form.push(("resource", R1));
    let tokens = server.post("/oauth/token", &form).await.ok();
    let rows = server.access_tokens().await;
    assert_eq!(rows[0].audience, json!([R1]));
    assert!(tokens["id_token"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_04_requests_are_limited() {
    let server = devices_with(only("device_authorization", &json!([]), "memory")).await;
    for _ in 0..20 {
        server.device_codes().await;
    }
    let over = server.ask(&[]).await;
    over.assert_error(429, "temporarily_unavailable");
    assert!(over.header("retry-after").is_some());
    assert_eq!(server.grants().await.len(), 20);
}

/// RFC 7591 §3.2.1: a stranger may register a device, which has no redirect URIs.
#[tokio::test(flavor = "multi_thread")]
async fn rg_07_a_device_registers_itself() {
    let settings = json!({ "grant_types": grants_with_devices() });
    let server = TestServer::with(open_and(&settings)).await;
    let metadata = json!({
        "client_name": "Television",
        "grant_types": [GRANT, "refresh_token", "client_credentials"],
        "token_endpoint_auth_method": "none",
        "scope": "openid offline_access",
    });
    let client = server.registered(&metadata).await;
    assert_eq!(client["grant_types"], json!(["refresh_token", GRANT]));
    let none = |name: &str| client.get(name).is_none_or(|list| list == &json!([]));
    assert!(none("response_types") && none("redirect_uris"), "{client}");
    let form = [("client_id", text(&client, "client_id"))];
    let codes = server.post(ENDPOINT, &form).await.ok();
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    assert!(
        page.body.contains("Nobody here has checked this app"),
        "{page:?}"
    );
    assert!(page.body.contains("Television"), "{page:?}");
    browser.press(&page, "allow").await;
    let form = [
        ("grant_type", GRANT),
        ("device_code", text(&codes, "device_code")),
        form[0],
    ];
    let tokens = server.post("/oauth/token", &form).await.ok();
    assert!(tokens["refresh_token"].is_string());
}

/// Where devices are not served, the grant is left out.
#[tokio::test(flavor = "multi_thread")]
async fn rg_07_a_device_at_a_server_without_devices() {
    let server = TestServer::with(crate::app::registration::open()).await;
    let metadata = json!({ "grant_types": [GRANT] });
    let answer = server.register(&metadata).await;
    answer.assert_error(400, "invalid_client_metadata");
}

#[tokio::test(flavor = "multi_thread")]
async fn st_10_a_static_client_and_the_metadata() {
    let server = TestServer::with(json!({
        "grant_types": ["refresh_token", GRANT],
        "clients": [{
            "client_id": "cli",
            "client_name": "Our tool",
            "token_endpoint_auth_method": "none",
            "grant_types": [GRANT, "refresh_token"],
        }],
    }))
    .await;
    let document = server
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    assert_eq!(
        document["device_authorization_endpoint"],
        format!("{ISSUER}{ENDPOINT}")
    );
    assert_eq!(
        document["grant_types_supported"],
        json!(["refresh_token", GRANT])
    );
    assert!(document.get("authorization_endpoint").is_none());
    assert!(document["userinfo_endpoint"].is_string());
    assert!(
        document["token_endpoint_auth_methods_supported"]
            .as_array()
            .unwrap()
            .contains(&json!("none"))
    );
    assert!(document.get("code_challenge_methods_supported").is_none());
    let codes = server.post(ENDPOINT, &[("client_id", "cli")]).await.ok();
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    let form = Form::of_consent(&page).set("decision", "allow");
    browser.submit(&form).await;
    let form = [
        ("grant_type", GRANT),
        ("device_code", text(&codes, "device_code")),
        ("client_id", "cli"),
    ];
    assert!(server.post("/oauth/token", &form).await.ok()["refresh_token"].is_string());
}

/// The task makes clients of devices, without redirect URIs.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_devices_by_task() {
    let server = devices().await;
    let arguments = [
        ("id", "printer"),
        ("name", "Printer"),
        ("auth", "none"),
        ("grants", GRANT),
    ];
    server
        .task("oauth:client:create", &arguments)
        .await
        .unwrap();
    let client = server
        .oauth()
        .clients
        .find("printer")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(client.grant_types, [GrantType::DeviceCode]);
    server
        .post(ENDPOINT, &[("client_id", "printer")])
        .await
        .ok();
}
