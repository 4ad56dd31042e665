//! `flow` and what comes of it.

use loco_oauth_server::{
    UnixTime,
    testing::{Clock, RefusedAt, Step, assert_oauth_error, factory, flow, shown, sign_in_browser},
};
use serde_json::Value;

use super::Kit;
use crate::app::fixtures::{ALICE, PASSWORD};

#[tokio::test]
async fn a_flow_brings_tokens_that_work() {
    let kit = Kit::start().await;
    let tokens = kit.flow().scope("openid email read").run().await;

    assert_eq!(tokens.scopes(), ["openid", "email", "read"]);
    assert_eq!(tokens.claims.as_ref().unwrap()["email"], ALICE);
    let userinfo = tokens.userinfo().await;
    assert_eq!(userinfo.json::<Value>()["email"], ALICE);

    let next = tokens.refresh().await;
    assert_ne!(next.refresh_token, tokens.refresh_token);
    assert_eq!(next.revoke().await.status_code(), 200);
    assert_oauth_error(&next.try_refresh().await, 400, "invalid_grant");
    assert_eq!(next.userinfo().await.status_code(), 401);
}

#[tokio::test]
async fn the_login_page_takes_a_password() {
    let kit = Kit::start().await;
    let flow = flow(&kit.request, &kit.ctx).password(ALICE, PASSWORD);
    let tokens = flow.scope("openid").run().await;

    assert_eq!(tokens.userinfo().await.status_code(), 200);
}

#[tokio::test]
#[should_panic(expected = "the flow was refused")]
async fn a_wrong_password_fails_the_test() {
    let kit = Kit::start().await;
    let flow = flow(&kit.request, &kit.ctx).password(ALICE, "wrong");
    flow.run().await;
}

#[tokio::test]
#[should_panic(expected = "the server asks who is there")]
async fn a_flow_without_a_person_says_what_is_missing() {
    let kit = Kit::start().await;
    flow(&kit.request, &kit.ctx).run().await;
}

#[tokio::test]
async fn every_way_of_client_authentication() {
    let kit = Kit::start().await;
    for client in [
        factory::client(),
        factory::client().confidential(),
        factory::client().secret_in_form(),
    ] {
        let client = client.create(&kit.ctx).await;
        let tokens = kit.flow().client(&client).scope("read").run().await;
        tokens.refresh().await;
        if client.secret.is_some() {
            let told = shown(&tokens.introspect().await);
            assert_eq!(told["body"]["active"], true, "{told}");
        }
    }
}

#[tokio::test]
async fn a_client_is_named_by_its_id() {
    let kit = Kit::start().await;
    let made = factory::client().id("web").confidential();
    let made = made.create(&kit.ctx).await;
    let secret = made.secret.unwrap();

    kit.flow().client("web").secret(&secret).run().await;

    let refused = kit.flow().client("web").secret("guessed");
    let refused = refused.expect_error("invalid_client").run().await;
    assert_eq!(refused.at, RefusedAt::Token);
}

#[tokio::test]
async fn a_person_denies_or_narrows() {
    let kit = Kit::start().await;
    let refused = kit.flow().scope("read").deny();
    let refused = refused.expect_error("access_denied").run().await;
    assert_eq!(refused.at, RefusedAt::Callback);

    let narrowed = kit.flow().scope("openid read write").untick("write");
    assert_eq!(narrowed.run().await.scopes(), ["openid", "read"]);
}

#[tokio::test]
#[should_panic(expected = "expected access_denied, but the client got tokens")]
async fn an_error_that_does_not_come_fails_the_test() {
    let kit = Kit::start().await;
    kit.flow().expect_error("access_denied").run().await;
}

#[tokio::test]
async fn errors_on_the_page() {
    let kit = Kit::start().await;
    let refused = kit.flow().redirect_uri("https://evil.example/");
    let refused = refused.expect_error("invalid_request").run().await;
    assert_eq!(refused.at, RefusedAt::Page);

    let refused = kit.flow().without("code_challenge").prompt("none");
    let refused = refused.expect_error("invalid_request").run().await;
    assert_eq!(refused.at, RefusedAt::Callback);
}

#[tokio::test]
async fn it_stops_at_every_step() {
    let kit = Kit::start().await;

    for (prompt, step, path) in [
        ("login", Step::Login, "/oauth/login"),
        ("create", Step::SignUp, "/oauth/signup"),
        (
            "select_account",
            Step::SelectAccount,
            "/oauth/select-account",
        ),
        ("consent", Step::Consent, "/oauth/consent"),
    ] {
        let browser = sign_in_browser(&kit.request, &kit.ctx, &kit.alice).await;
        let flow = kit.flow().browser(&browser).prompt(prompt);
        let stopped = flow.stop_at(step).run().await;
        assert!(stopped.page().url.contains(path), "{step:?}");
        stopped.form();
        stopped.finish().await;
    }
}

#[tokio::test]
async fn a_code_in_hand_can_wait_and_expire() {
    let kit = Kit::start().await;
    let clock = Clock::fixed(&kit.ctx, UnixTime::from_seconds(2_000_000_000));
    let code = kit.flow().stop_at(Step::Code).run().await;
    assert!(code.code().starts_with("loco_"));

    clock.advance(61);

    assert_eq!(clock.now(), UnixTime::from_seconds(2_000_000_061));
    assert_oauth_error(&code.redeem().await, 400, "invalid_grant");
}

#[tokio::test]
async fn prompts_are_walked_through() {
    let kit = Kit::start().await;
    let browser = sign_in_browser(&kit.request, &kit.ctx, &kit.alice).await;
    let silent = kit.flow().browser(&browser).scope("read").prompt("none");
    silent.expect_error("consent_required").run().await;

    let client = kit.confidential().await;
    let again = |browser| kit.flow().browser(browser).client(&client).scope("read");
    again(&browser).prompt("login consent").run().await;
    // That login gave the browser of the flow a new cookie, and ended this one's.
    let browser = sign_in_browser(&kit.request, &kit.ctx, &kit.alice).await;
    again(&browser).prompt("none").run().await;
    again(&browser).prompt("select_account").run().await;
}

#[tokio::test]
async fn another_account_is_chosen() {
    let kit = Kit::start().await;
    let bob = kit.bob().await;
    let browser = sign_in_browser(&kit.request, &kit.ctx, &kit.alice).await;

    let flow = kit
        .flow()
        .browser(&browser)
        .user(&bob)
        .scope("openid email");
    let tokens = flow.prompt("select_account").run().await;

    assert_eq!(tokens.claims.unwrap()["email"], bob.email);
}

#[tokio::test]
async fn a_resource_is_named_by_path_or_uri() {
    let kit = Kit::with(serde_json::json!({
        "resources": [{ "prefix": "/mcp", "scopes": ["mcp:read"], "token_format": "jwt" }],
    }))
    .await;
    let tokens = kit.flow().scope("mcp:read").resource("/mcp").run().await;
    assert!(tokens.access_token.starts_with("eyJ"));

    let unknown = kit.flow().resource("https://elsewhere.example");
    unknown.expect_error("invalid_target").run().await;
}

/// Each test has an app, a clock and a database of its own.
#[tokio::test]
async fn apps_side_by_side_do_not_meet() {
    let (one, other) = tokio::join!(Kit::start(), Kit::start());
    Clock::of(&one.ctx).advance(3600);
    let (first, second) = tokio::join!(
        one.flow().scope("openid").run(),
        other.flow().scope("openid").run()
    );

    assert!(Clock::of(&one.ctx).now() > Clock::of(&other.ctx).now());
    assert_eq!(first.userinfo().await.status_code(), 200);
    assert_eq!(second.userinfo().await.status_code(), 200);
}

#[tokio::test]
async fn a_request_is_pushed_first() {
    let kit = Kit::start().await;
    for client in [factory::client(), factory::client().confidential()] {
        let client = client.create(&kit.ctx).await;
        let flow = kit.flow().client(&client).scope("openid").par();
        flow.run().await;
        let flow = kit.flow().client(&client).par().without("code_challenge");
        let refused = flow.expect_error("invalid_request").run().await;
        assert_eq!(refused.at, RefusedAt::Token);
    }
}
