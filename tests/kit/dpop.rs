//! Tokens that are bound to a key.

use loco_oauth_server::testing::{
    ActingAs, ActingToken, DpopKey, TestResponse, assert_oauth_error, factory,
};
use serde_json::{Value, json};

use super::Kit;
use crate::app::guarded;

impl Kit {
    async fn show(&self, token: &ActingToken, path: &str) -> TestResponse {
        let get = self.request.get(path);
        let headers = token.headers("GET", path).into_iter();
        headers
            .fold(get, |get, (name, value)| get.add_header(name, value))
            .await
    }
}

#[tokio::test]
async fn a_flow_with_a_key() {
    for nonce in [false, true] {
        let kit = Kit::with(json!({ "dpop": { "nonce": nonce } })).await;
        let tokens = kit.flow().scope("openid read").dpop().run().await;
        assert_eq!(tokens.body["token_type"], "DPoP");
        assert_eq!(tokens.userinfo().await.status_code(), 200);
        let next = tokens.refresh().await;
        assert_eq!(next.userinfo().await.status_code(), 200);
        assert!(next.key().is_some());
        assert_eq!(next.revoke().await.status_code(), 200);
    }
}

#[tokio::test]
async fn a_flow_with_a_key_of_the_test() {
    let kit = Kit::start().await;
    let (key, client) = (DpopKey::new(), kit.confidential().await);
    let flow = kit.flow().client(&client).dpop_key(&key);
    let tokens = flow.param("dpop_jkt", &key.thumbprint()).run().await;
    let about: Value = tokens.introspect().await.json();
    assert_eq!(about["cnf"]["jkt"], key.thumbprint());
    let other = kit.flow().client(&client).dpop_key(&DpopKey::new());
    let other = other.param("dpop_jkt", &key.thumbprint());
    other.expect_error("invalid_grant").run().await;
}

#[tokio::test]
async fn a_machine_with_a_key() {
    let kit = Kit::start().await;
    let machine = factory::client().machine().create(&kit.ctx).await;
    let key = DpopKey::new();
    let form = [("grant_type", "client_credentials")];
    let path = "/oauth/token";
    let proof = key.proof(&kit.ctx, "POST", path);
    let answer = machine.post_with_proof(&kit.request, path, &form, &proof);
    assert_eq!(answer.await.json::<Value>()["token_type"], "DPoP");
    let again = machine.post_with_proof(&kit.request, path, &form, &proof);
    assert_oauth_error(&again.await, 400, "invalid_dpop_proof");
}

#[tokio::test]
async fn acting_with_a_key() {
    let kit = Kit::with(guarded::settings()).await;
    let person = ActingAs::user(&kit.alice)
        .scopes(["mcp:read"])
        .resource("/mcp");
    let token = person.dpop().token(&kit.ctx).await;
    assert_eq!(kit.show(&token, "/mcp").await.status_code(), 200);
    assert_eq!(kit.show(&token, "/mcp").await.status_code(), 200);
    let bearer = kit.request.get("/mcp").authorization_bearer(&token);
    assert_eq!(bearer.await.status_code(), 401);
    let machine = ActingAs::machine("nightly")
        .scopes(["notes:read"])
        .resource("/api");
    let token = machine.dpop().token(&kit.ctx).await;
    assert_eq!(kit.show(&token, "/api/notes").await.status_code(), 200);
    assert!(token.key().is_some());
    let plain = ActingAs::machine("nightly")
        .scopes(["notes:read"])
        .resource("/api");
    let token = plain.token(&kit.ctx).await;
    assert_eq!(kit.show(&token, "/api/notes").await.status_code(), 200);
}
