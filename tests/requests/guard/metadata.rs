//! Protected resource metadata (MD-02; RFC 9728 §2, §3).

use rstest::rstest;
use serde_json::json;

use crate::app::{
    guarded::{API, MCP},
    server::TestServer,
    tokens::{show, snapshot},
};

const BARE: &str = "/.well-known/oauth-protected-resource";

/// C139: the document names the resource and the server; headers as those of the server metadata.
#[tokio::test(flavor = "multi_thread")]
async fn c139_s19_2_documents_of_both_resources() {
    let server = TestServer::guarded().await;
    server.database.recorder.take();
    let mcp = server.get(&format!("{BARE}/mcp")).await;
    snapshot!("resource_metadata_mcp", show(&mcp));
    let api = server.get(&format!("{BARE}/api")).await;
    snapshot!("resource_metadata_api", show(&api));
    assert_eq!(
        (&mcp.ok()["resource"], &api.ok()["resource"]),
        (&json!(MCP), &json!(API))
    );
    assert_eq!(server.get(&format!("{BARE}/mcp/")).await.body, mcp.body);
    assert_eq!(server.database.recorder.take(), Vec::<String>::new());
    let head = server
        .send(server.http.head(server.url(&format!("{BARE}/mcp"))))
        .await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let post = server.post(&format!("{BARE}/mcp"), &[]).await;
    post.assert_error(405, "invalid_request");
}

/// MD-02: each path has the one document of its resource, or none.
#[rstest]
#[case("")]
#[case("/other")]
#[case("/mcp/tools")]
#[case("/MCP")]
#[case("/%6dcp")]
#[tokio::test(flavor = "multi_thread")]
async fn s19_2_unknown_paths(#[case] path: &str) {
    let server = TestServer::guarded().await;
    let answer = server.get(&format!("{BARE}{path}")).await;
    answer.assert_error(404, "invalid_request");
}

/// MD-02: the bare URL is that of a resource at `/`, or of the only one by the setting.
#[tokio::test(flavor = "multi_thread")]
async fn s19_2_the_bare_url() {
    let root = TestServer::bare(json!({ "resources": [{ "prefix": "/" }] })).await;
    let document = root.get(BARE).await.ok();
    assert_eq!(document["resource"], "https://as.example/");
    let one = json!([{ "prefix": "/tools" }, { "uri": "https://api.example" }]);
    let settings = json!({ "include_root_resource_metadata_fallback": true, "resources": one });
    let fallback = TestServer::bare(settings).await;
    let document = fallback.get(BARE).await.ok();
    assert_eq!(document["resource"], "https://as.example/tools");
    let without = TestServer::bare(json!({ "resources": one })).await;
    without.get(BARE).await.assert_error(404, "invalid_request");
    let two = json!([{ "prefix": "/tools" }, { "prefix": "/more" }]);
    let settings = json!({ "include_root_resource_metadata_fallback": true, "resources": two });
    let two = TestServer::bare(settings).await;
    two.get(BARE).await.assert_error(404, "invalid_request");
}

/// RFC 9728 §3.1: the path of `base_url` belongs to the resource, also where a proxy strips it.
#[tokio::test(flavor = "multi_thread")]
async fn s19_2_a_base_url_with_a_path() {
    let settings = json!({
        "base_url": "https://as.example/t1", "resources": [{ "prefix": "/tools" }],
    });
    let server = TestServer::bare(settings).await;
    let document = server.get(&format!("{BARE}/t1/tools")).await.ok();
    assert_eq!(document["resource"], "https://as.example/t1/tools");
    assert_eq!(
        document["authorization_servers"],
        json!(["https://as.example/t1"])
    );
}

/// RFC 9728 §4, §6.5: of this origin, and only those.
#[tokio::test(flavor = "multi_thread")]
async fn s6_5_protected_resources() {
    let path = "/.well-known/oauth-authorization-server";
    let server = TestServer::guarded().await;
    assert_eq!(
        server.get(path).await.ok()["protected_resources"],
        json!([MCP, API])
    );
    let elsewhere =
        TestServer::bare(json!({ "resources": [{ "uri": "https://a.example" }] })).await;
    assert!(
        elsewhere
            .get(path)
            .await
            .ok()
            .get("protected_resources")
            .is_none()
    );
}

/// FA-03.
#[tokio::test(flavor = "multi_thread")]
async fn fa_03_the_documents_need_no_database() {
    let server = TestServer::guarded().await;
    server.ctx.db.clone().close().await.unwrap();
    server.get(&format!("{BARE}/mcp")).await.ok();
}
