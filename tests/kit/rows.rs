//! `factory`: rows that the server takes for its own.

use loco_oauth_server::{
    Seconds,
    testing::{assert_oauth_error, factory, server},
};
use serde_json::Value;

use super::Kit;

#[tokio::test]
async fn clients_have_valid_defaults_and_every_kind() {
    let kit = Kit::start().await;
    let client = factory::client().create(&kit.ctx).await;
    assert_eq!(client.redirect_uri(), "https://client.example/callback");
    let stored = server(&kit.ctx).clients.find(client.id()).await.unwrap();
    assert_eq!(stored.unwrap().redirect_uris, client.client.redirect_uris);

    let native = factory::client()
        .native()
        .redirect_uri("http://127.0.0.1/cb");
    let native = native.name("Terminal").create(&kit.ctx).await;
    kit.flow().client(&native).run().await;

    let trusted = factory::client().confidential().skip_consent();
    let trusted = trusted.create(&kit.ctx).await;
    kit.flow().client(&trusted).deny().run().await;

    let machine = factory::client()
        .machine()
        .scopes("jobs")
        .create(&kit.ctx)
        .await;
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    let answer = machine.post(&kit.request, "/oauth/token", &form).await;
    assert_eq!(answer.json::<Value>()["scope"], "jobs");
    kit.flow()
        .client(&machine)
        .expect_error("invalid_request")
        .run()
        .await;
}

#[tokio::test]
#[should_panic(expected = "the client cannot be")]
async fn a_client_that_cannot_be_fails_the_test() {
    let kit = Kit::start().await;
    let client = factory::client().redirect_uri("https://*.example/cb#x");
    client.create(&kit.ctx).await;
}

#[tokio::test]
async fn a_grant_comes_with_live_tokens() {
    let kit = Kit::start().await;
    let client = kit.confidential().await;
    let grant = factory::grant(&kit.alice)
        .client(&client)
        .scopes(["openid", "read"]);
    let grant = grant.create(&kit.ctx).await;
    assert_eq!(grant.client_id, client.id());

    let userinfo = kit.request.get("/oauth/userinfo");
    let userinfo = userinfo.authorization_bearer(&grant.access_token).await;
    assert_eq!(userinfo.status_code(), 200);
    let refresh = grant.refresh_token.unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", &refresh)];
    let answer = client.post(&kit.request, "/oauth/token", &form).await;
    assert_eq!(answer.json::<Value>()["scope"], "openid read");

    // The family is one: with the refresh token the access token dies.
    let revoke = [("token", refresh.as_str())];
    client.post(&kit.request, "/oauth/revoke", &revoke).await;
    let answer = kit.request.get("/oauth/userinfo");
    let answer = answer.authorization_bearer(&grant.access_token).await;
    assert_oauth_error(&answer, 401, "invalid_token");
}

#[tokio::test]
async fn a_session_has_the_login_that_was_described() {
    let kit = Kit::start().await;
    let now = server(&kit.ctx).clock.now();
    let session = factory::session(&kit.alice)
        .remembered()
        .auth_time(now - Seconds::new(100));
    let session = session
        .amr(["pwd", "otp"])
        .acr("silver")
        .create(&kit.ctx)
        .await;
    assert!(
        session.cookie().contains("oauth_session="),
        "{}",
        session.cookie()
    );

    let client = kit.confidential().await;
    let grant = factory::grant(&kit.alice).client(&client).session(&session);
    let grant = grant.scopes(["read"]).create(&kit.ctx).await;
    let page = kit.request.get("/oauth/logout");
    let page = page.add_header("cookie", session.cookie()).await;
    assert_eq!(page.status_code(), 200);
    assert!(!session.sid.is_empty() && session.id > 0 && grant.id > 0);
}
