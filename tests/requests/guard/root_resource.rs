//! A token for no resource is none for the resource `/`, although both identifiers match but for
//! a slash (GU-04).

use loco_oauth_server::internals::{
    config::Settings,
    protocol::client::{Client, GrantType},
};
use loco_rs::environment::Environment;
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    browser::Authorize,
    fixtures,
    oauth_server::oauth_clients,
    server::{ISSUER, TestServer},
    tokens::text,
};

const ROOT: &str = "https://as.example/";

/// The app itself is a resource; `m2m` may introspect its tokens.
async fn with_root(format: &str) -> TestServer {
    let root = json!([{
        "prefix": "/", "scopes": ["root:read"], "token_format": format,
        "introspection_clients": ["m2m"], "access_token_ttl_seconds": 700,
    }]);
    let server = TestServer::with(json!({ "resources": root })).await;
    let scopes = json!(["openid", "read", "root:read"]);
    server
        .set_client("conf", oauth_clients::Column::Scopes, scopes)
        .await;
    let machine = Client {
        grant_types: vec![GrantType::ClientCredentials],
        scopes: Some(vec!["read".to_owned(), "root:read".to_owned()]),
        ..fixtures::confidential("robot", &[])
    };
    fixtures::insert(&server, &machine).await;
    server
}

async fn seen_by_resource(server: &TestServer, token: &str) -> Value {
    let form = [("token", token)];
    let answer = server.as_client("m2m", "/oauth/introspect", &form).await;
    answer.ok()["active"].clone()
}

#[rstest]
#[case("opaque")]
#[case("jwt")]
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_token_for_the_issuer_is_none_for_the_root(#[case] format: &str) {
    let server = with_root(format).await;
    // Two resources could be meant by nobody: `read` is the app's own.
    let request = Authorize::base().with("scope", "read root:read");
    let of_person = server.tokens(&request).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "read root:read"),
    ];
    let of_machine = server.as_client("robot", "/oauth/token", &form).await.ok();
    for tokens in [&of_person, &of_machine] {
        let access = text(tokens, "access_token");
        // Neither its format nor its life is the resource's.
        assert!(!access.contains('.'), "{access}");
        assert_eq!(tokens["expires_in"], 3600);
        let answer = server.call("/root", access).await;
        answer.assert_error(401, "invalid_token");
        assert_eq!(seen_by_resource(&server, access).await, false);
    }
    assert_eq!(
        server.introspect(text(&of_person, "access_token")).await["aud"],
        ISSUER
    );
}

#[rstest]
#[case::named("root:read", Some(ROOT))]
#[case::named_without_slash("root:read", Some(ISSUER))]
#[case::meant("root:read", None)]
#[case::with_the_apps_own("read root:read", Some(ROOT))]
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_token_for_the_root_is_one(#[case] scope: &str, #[case] resource: Option<&str>) {
    let server = with_root("opaque").await;
    let mut request = Authorize::base().with("scope", scope);
    let mut form = vec![("grant_type", "client_credentials"), ("scope", scope)];
    if let Some(resource) = resource {
        request = request.and("resource", resource);
        form.push(("resource", resource));
    }
    let of_person = server.tokens(&request).await;
    let of_machine = server.as_client("robot", "/oauth/token", &form).await.ok();
    for tokens in [&of_person, &of_machine] {
        let access = text(tokens, "access_token");
        assert_eq!(tokens["expires_in"], 700);
        assert_eq!(
            server.call("/root", access).await.ok()["audience"],
            json!([ROOT])
        );
        assert_eq!(seen_by_resource(&server, access).await, true);
    }
}

/// UI-02: the other way round, a token for the root alone is none for `UserInfo`.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_token_for_the_root_is_none_for_userinfo() {
    let server = with_root("opaque").await;
    let request = Authorize::base().with("scope", "openid root:read");
    let code = server.browser().code(&request).await;
    let tokens = server
        .redeem_with(&code, &[("resource", Some(ROOT))])
        .await
        .ok();
    let access = text(&tokens, "access_token");
    server.call("/root", access).await.ok();
    server
        .userinfo(access)
        .await
        .assert_error(401, "invalid_token");
    let both = server.refresh(text(&tokens, "refresh_token")).await.ok();
    let access = text(&both, "access_token");
    server.call("/root", access).await.ok();
    server.userinfo(access).await.ok();
}

/// Where the two are one text, nothing could tell the tokens apart: the boot says so.
#[rstest]
#[case(json!({ "resources": [{ "uri": "https://as.example" }] }))]
#[case(json!({ "issuer": "https://as.example/tenant", "resources": [{ "prefix": "/tenant" }] }))]
fn s_b12_a_resource_that_is_written_like_the_issuer(#[case] mut block: Value) {
    block["base_url"] = json!(ISSUER);
    block["secret"] = json!("0123456789abcdef0123456789abcdef");
    let settings = |block: &Value| {
        Settings::from_config(Some(block), &Environment::Development, ISSUER, "app")
    };
    let error = settings(&block).unwrap_err().to_string();
    assert!(error.contains("resources[0]"), "{error}");
    assert!(error.contains("with a slash at the end"), "{error}");
    let entry = &mut block["resources"][0];
    let name = if entry.get("uri").is_some() {
        "uri"
    } else {
        "prefix"
    };
    entry[name] = json!(format!("{}/", entry[name].as_str().unwrap()));
    settings(&block).unwrap();
}
