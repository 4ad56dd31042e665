//! `oauth:client:list`.

use serde_json::json;

use super::{json_of, task};
use crate::app::{
    browser::Authorize,
    fixtures::SECRET,
    oauth_server::oauth_clients,
    registration::{metadata, open},
    server::TestServer,
    tokens::{assert_shows_none, snapshot, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn s32_1_the_list() {
    let server = TestServer::with(json!({ "clients": [
        { "client_id": "web", "client_name": "Web", "redirect_uris": ["https://web.example/cb"] },
    ] }))
    .await;
    let column = oauth_clients::Column::LastUsedAt;
    let now = server.now();
    server.set_client("other", column, now - 10 * 86_400).await;
    server
        .set_client("multi", column, sea_orm::Value::BigInt(None))
        .await;
    server.set_client_status("pub", "disabled").await;
    server.oauth().registrar.delete("post").await.unwrap();
    server.tokens(&Authorize::base()).await;
    server.tokens(&Authorize::base()).await;

    let all = json_of(&server, "list", &[]).await;
    let clients = all["clients"].as_array().unwrap();
    let ids: Vec<&str> = clients.iter().map(|line| text(line, "client_id")).collect();
    assert_eq!(
        ids,
        [
            "web", "conf", "other", "post", "pub", "native", "multi", "m2m", "dyn"
        ]
    );
    let of = |id: &str| clients.iter().find(|line| line["client_id"] == id).unwrap();
    assert_eq!(of("conf")["live_grants"], 2);
    assert_eq!(of("other")["live_grants"], 0);
    assert_eq!(
        of("native"),
        &json!({
            "client_id": "native",
            "client_name": "The native app",
            "kind": "operator",
            "status": "active",
            "redirect_hosts": ["127.0.0.1", "[::1]", "com.example.app:"],
            "last_used_at": i64::MAX / 2,
            "live_grants": 0,
        })
    );

    let ids = async |pairs: &[(&str, &str)]| {
        let listed = json_of(&server, "list", pairs).await;
        let lines = listed["clients"].as_array().unwrap().clone();
        let ids = lines.iter().map(|line| text(line, "client_id").to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&[("kind", "dynamic")]).await, ["dyn"]);
    assert_eq!(ids(&[("status", "disabled")]).await, ["pub"]);
    assert_eq!(ids(&[("status", "deleted")]).await, ["post"]);
    assert_eq!(ids(&[("unused_days", "9")]).await, ["other", "multi"]);
    assert_eq!(ids(&[("unused_days", "11")]).await, ["multi"]);

    let shown = task(&server, "list", &[("unused_days", "11")])
        .await
        .unwrap();
    snapshot!("task_client_list", shown);
}

/// Neither of a client of the operator nor of a registered one.
#[tokio::test(flavor = "multi_thread")]
async fn c069_the_list_shows_no_secret() {
    let server = TestServer::with(open()).await;
    let shop = metadata(&json!({ "client_name": "Shop" }));
    let registered = server.registered(&shop).await;
    server.tokens(&Authorize::base()).await;
    let mut secrets = server.hashes().await;
    secrets.push(SECRET.to_owned());
    for name in ["client_secret", "registration_access_token"] {
        secrets.push(text(&registered, name).to_owned());
    }
    for pairs in [&[][..], &[("format", "json")]] {
        let shown = task(&server, "list", pairs).await.unwrap();
        assert!(shown.contains("The conf app"), "{shown}");
        assert!(shown.contains(text(&registered, "client_id")), "{shown}");
        assert_shows_none(&shown, &secrets);
    }
}
