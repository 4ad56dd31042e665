//! Nodes that only verify see a withdrawal within 60 seconds.

use loco_oauth_server::internals::keys::withdraw_key;
use serde_json::json;

use crate::app::{
    guarded::{API, settings},
    server::TestServer,
    tokens::text,
};

#[tokio::test(flavor = "multi_thread")]
async fn s_b12_nodes_that_only_verify_see_a_withdrawal() {
    let home = tempfile::tempdir().unwrap();
    let mut all = settings();
    all["keys"] = json!({ "directory": home.path() });
    all["resources"][1]["introspection_clients"] = json!(["conf"]);
    let signing = TestServer::guarded_with(all.clone()).await;
    // One node for each way of verifying, idle until then.
    let (guard, introspection, userinfo, jwks) = (
        signing.twin(all.clone()).await,
        signing.twin(all.clone()).await,
        signing.twin(all.clone()).await,
        signing.twin(all).await,
    );
    let token = signing.agent_token("notes:read openid", API).await;
    guard.call("/api/notes", &token).await.ok();
    let listed = jwks.get("/oauth/jwks").await.ok();

    let header = token.split('.').next().unwrap();
    let header = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header);
    let header: serde_json::Value = serde_json::from_slice(&header.unwrap()).unwrap();
    let kid = text(&header, "kid");
    assert!(listed.to_string().contains(kid));
    let oauth = signing.oauth();
    withdraw_key(&oauth.settings, kid, oauth.clock.now())
        .unwrap()
        .unwrap();

    for node in [&guard, &introspection, &userinfo, &jwks] {
        node.advance(61);
    }
    let answer = guard.call("/api/notes", &token).await;
    answer.assert_error(401, "invalid_token");
    let form = [("token", token.as_str())];
    let answer = introspection
        .as_client("conf", "/oauth/introspect", &form)
        .await;
    assert_eq!(answer.ok(), json!({ "active": false }));
    let answer = userinfo.userinfo(&token).await;
    answer.assert_error(401, "invalid_token");
    let listed = jwks.get("/oauth/jwks").await.ok();
    assert!(!listed.to_string().contains(kid));
    // A token of the new key is good everywhere.
    signing.advance(61);
    let token = signing.agent_token("notes:read", API).await;
    guard.call("/api/notes", &token).await.ok();
}
