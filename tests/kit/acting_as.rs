//! `ActingAs`: tokens without a flow.

use loco_oauth_server::testing::{ActingAs, Clock, factory};
use serde_json::Value;

use super::Kit;

#[tokio::test]
async fn a_user_acts_with_a_real_token() {
    let kit = Kit::start().await;
    let token = ActingAs::user(&kit.alice).scopes(["openid", "email"]);
    let token = token.token(&kit.ctx).await;

    let get = || kit.request.get("/oauth/userinfo");
    let answer = get().authorization_bearer(&token).await;
    assert_eq!(answer.json::<Value>()["email"], kit.alice.email);
    let (name, value) = token.header();
    assert_eq!(get().add_header(name, value).await.status_code(), 200);

    Clock::of(&kit.ctx).advance(3601);
    let answer = get().authorization_bearer(token.as_str()).await;
    assert_eq!(answer.status_code(), 401);
}

#[tokio::test]
async fn the_token_is_for_the_resource_and_client_that_were_named() {
    let kit = Kit::start().await;
    let client = factory::client().id("c").confidential();
    let client = client.create(&kit.ctx).await;
    let acting = ActingAs::user(&kit.alice).scopes(["read"]).client("c");
    let token = acting.resource("https://api.example").token(&kit.ctx).await;

    let form = [("token", token.as_str())];
    let answer = client.post(&kit.request, "/oauth/introspect", &form).await;

    let told = answer.json::<Value>();
    assert_eq!(told["active"], true, "{told}");
    assert_eq!(told["aud"], "https://api.example");
    assert_eq!(
        (&told["scope"], &told["client_id"]),
        (&"read".into(), &"c".into())
    );
}

#[tokio::test]
async fn a_machine_acts_for_itself() {
    let kit = Kit::start().await;
    let machine = factory::client().id("nightly").machine().scopes("jobs");
    let machine = machine.create(&kit.ctx).await;
    let token = ActingAs::machine("nightly").scopes(["jobs"]);
    let token = token.token(&kit.ctx).await;

    let form = [("token", token.as_str())];
    let answer = machine.post(&kit.request, "/oauth/introspect", &form).await;

    let told = answer.json::<Value>();
    assert_eq!(
        (&told["active"], &told["sub"]),
        (&true.into(), &"nightly".into())
    );
    ActingAs::machine("made-now").token(&kit.ctx).await;
}
