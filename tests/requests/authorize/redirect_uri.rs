//! Which client, and where its answers may go: AZ-04, AZ-06 to AZ-08, AZ-12, RU-01 to RU-03.

use sea_orm::Set;
use serde_json::json;

use super::{refused_here, server};
use crate::app::{
    browser::Authorize,
    fixtures::{self, CONF_CB},
    server::param,
};

#[tokio::test(flavor = "multi_thread")]
async fn c001_az_06_a_request_without_client_is_a_page() {
    let server = server().await;
    let path = Authorize::base().without("client_id").path();
    let page = refused_here(&server, &path, 400).await;
    assert!(page.body.contains("invalid_request"));
    // GE-02: an empty value is no value.
    let path = Authorize::base().with("client_id", "").path();
    refused_here(&server, &path, 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c002_az_07_an_unknown_client_is_a_page_without_link() {
    let server = server().await;
    let path = Authorize::of("nope", "https://evil.example/").path();
    let page = refused_here(&server, &path, 400).await;
    assert!(page.body.contains("invalid_client"));
    assert!(!page.body.contains("evil.example"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn az_07_az_08_removed_and_disabled_clients_are_pages_of_their_own() {
    let server = server().await;
    let path = Authorize::base().path();
    server.set_client_status("conf", "deleted").await;
    let page = refused_here(&server, &path, 400).await;
    assert!(page.body.contains("invalid_client"));
    assert!(page.body.contains("Its registration was removed"));
    server.set_client_status("conf", "disabled").await;
    let page = refused_here(&server, &path, 400).await;
    assert!(page.body.contains("unauthorized_client"));
    assert!(page.body.contains("switched off"));
}

#[tokio::test(flavor = "multi_thread")]
async fn c003_ru_01_redirect_uris_match_byte_for_byte() {
    let server = server().await;
    for other in [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/cb?x=1",
        "https://app.example:443/cb",
        "https://app.example/%63b",
        "https://APP.example/cb",
        "https://app.example/cb#",
        "https://app.example/./cb",
        " https://app.example/cb",
        "https://user@app.example/cb",
        "http://app.example/cb",
        "https://app.example.evil.example/cb",
    ] {
        let path = Authorize::of("conf", other).path();
        let page = refused_here(&server, &path, 400).await;
        assert!(!page.body.contains("href=\"https://app"), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c004_az_12_one_of_several_must_be_named() {
    let server = server().await;
    let several = Authorize::of("multi", CONF_CB).without("redirect_uri");
    refused_here(&server, &several.path(), 400).await;
    let oauth_only = several.with("scope", "read");
    refused_here(&server, &oauth_only.path(), 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn az_12_the_only_one_may_be_missing_without_openid() {
    let server = server().await;
    let openid = Authorize::base().without("redirect_uri");
    refused_here(&server, &openid.path(), 400).await;
    let location = server
        .browser()
        .complete(&openid.with("scope", "read"))
        .await;
    assert!(location.starts_with(CONF_CB), "{location}");
    let codes = server.codes().await;
    assert_eq!(codes.len(), 1);
    assert!(!codes[0].redirect_uri_explicit);
}

#[tokio::test(flavor = "multi_thread")]
async fn c005_az_04_a_repeated_redirect_uri_is_a_page() {
    let server = server().await;
    let evil = "https://evil.example/cb";
    let good_first = Authorize::base().and("redirect_uri", evil);
    let good_last = Authorize::base()
        .with("redirect_uri", evil)
        .and("redirect_uri", CONF_CB);
    let same = Authorize::base().and("redirect_uri", CONF_CB);
    let client = Authorize::base().and("client_id", "conf");
    for request in [good_first, good_last, same, client] {
        refused_here(&server, &request.path(), 400).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c007_ru_02_native_clients_choose_the_loopback_port() {
    let server = server().await;
    for uri in ["http://127.0.0.1:51004/cb", "http://[::1]:61023/cb"] {
        let request = Authorize::of("native", uri);
        let location = server.browser().complete(&request).await;
        assert!(location.starts_with(&format!("{uri}?")), "{location}");
        assert!(param(&location, "code").is_some());
    }
    let stored: Vec<String> = server
        .codes()
        .await
        .into_iter()
        .map(|code| code.redirect_uri)
        .collect();
    // RU-03: the sent text, with its port.
    assert_eq!(
        stored,
        ["http://127.0.0.1:51004/cb", "http://[::1]:61023/cb"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ru_02_loopback_hosts_do_not_match_each_other() {
    let server = server().await;
    for uri in [
        "http://localhost:51004/cb",
        "http://127.0.0.2:51004/cb",
        "http://127.0.0.1:51004/other",
        "http://127.0.0.1:51004@evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "https://127.0.0.1:51004/cb",
    ] {
        refused_here(&server, &Authorize::of("native", uri).path(), 400).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c008_ru_02_other_hosts_have_no_port_exception() {
    let server = server().await;
    let path = Authorize::of("conf", "https://app.example:8443/cb").path();
    refused_here(&server, &path, 400).await;
    // Nor have web clients one for loopback.
    server
        .change_client("conf", |client| {
            client.redirect_uris = Set(json!(["http://127.0.0.1/cb"]));
        })
        .await;
    let path = Authorize::of("conf", "http://127.0.0.1:51004/cb").path();
    refused_here(&server, &path, 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c009_a_private_scheme_is_matched_as_text() {
    let server = server().await;
    let mut browser = server.browser();
    let request = Authorize::of("native", "com.example.app:/cb");
    let location = browser.complete(&request).await;
    assert!(
        location.starts_with("com.example.app:/cb?code="),
        "{location}"
    );
    let path = Authorize::of("native", "com.example.app://cb").path();
    refused_here(&server, &path, 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn az_07_static_clients_need_no_row() {
    let server = crate::app::server::TestServer::with(json!({
        "clients": [{
            "client_id": "fixed",
            "client_secret": fixtures::SECRET,
            "redirect_uris": ["https://fixed.example/cb"],
            "scopes": ["openid", "read"],
        }],
    }))
    .await;
    let request = Authorize::of("fixed", "https://fixed.example/cb");
    let location = server.browser().complete(&request).await;
    assert!(param(&location, "code").is_some(), "{location}");
}
