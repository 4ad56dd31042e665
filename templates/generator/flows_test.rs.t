//! Every way through the OAuth server of this app, and every way that must stay shut. Written with
//! the test kit, `loco_oauth_server::testing`; change it as the app changes.

use loco_oauth_server::testing::conformance::{self, Person};
use loco_oauth_server::testing::{
    assert_no_store, assert_oauth_error, assert_page, factory, flow, location, shown,
    sign_in_browser, ActingAs, Browser, Clock, EvilClient, RefusedAt, Step,
};
use loco_rs::app::AppContext;
use loco_rs::testing::prelude::*;
use serde_json::Value;
use serial_test::serial;

use __APP__::app::App;
__USE_USERS__

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";

async fn register_user(ctx: &AppContext, email: &str) -> users::Model {
    let params = users::RegisterParams {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        name: "Ada Lovelace".to_owned(),
    };
    users::Model::create_with_password(&ctx.db, &params)
        .await
        .expect("the user is registered")
}

// People

#[tokio::test]
#[serial]
async fn the_login_page_knows_right_from_wrong() {
    request::<App, _, _>(|request, ctx| async move {
        register_user(&ctx, EMAIL).await;
        let mut browser = Browser::new(&request, &ctx);
        let page = browser.open("/oauth/login").await;
        assert_page(&page.response, 200);

        let form = page.form().set("login", EMAIL).set("password", "wrong");
        let refused = browser.post(&form).await;
        assert!(refused.status_code().is_client_error());

        let form = form.set("password", PASSWORD);
        let answer = browser.post(&form).await;
        assert!(location(&answer).ends_with("/oauth/apps"));
        // The form belongs to this browser.
        let stranger = Browser::new(&request, &ctx).post(&form).await;
        assert_page(&stranger, 403);
    })
    .await;
}

#[tokio::test]
#[serial]
async fn prompt_and_max_age_are_kept() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let client = factory::client().confidential().create(&ctx).await;
        let ask = || flow(&request, &ctx).client(&client).user(&user).scope("openid");

        // Nobody is signed in, so nothing can happen without a page.
        let nobody = ask().prompt("none").expect_error("login_required");
        assert_eq!(nobody.run().await.at, RefusedAt::Callback);

        // Signed in, but the client is new.
        let browser = sign_in_browser(&request, &ctx, &user).await;
        let ask = || ask().browser(&browser);
        ask().prompt("none").expect_error("consent_required").run().await;

        // Agreed once, it goes without a page.
        ask().run().await;
        let tokens = ask().prompt("none").run().await;
        assert_eq!(tokens.scopes(), ["openid"]);

        ask().prompt("consent").stop_at(Step::Consent).run().await.finish().await;
        ask().prompt("select_account").stop_at(Step::SelectAccount).run().await.finish().await;
        Clock::of(&ctx).advance(60);
        ask().param("max_age", "30").stop_at(Step::Login).run().await;
        // Last, because a new login ends the cookie of this browser.
        ask().prompt("login").stop_at(Step::Login).run().await.finish().await;
    })
    .await;
}

#[tokio::test]
#[serial]
async fn people_decide_what_a_client_gets() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let client = factory::client().name("Calendar").create(&ctx).await;
        let ask = || flow(&request, &ctx).client(&client).user(&user);

        let consent = ask().scope("openid email").stop_at(Step::Consent).run().await;
        let html = consent.page().html();
        assert!(html.contains("Calendar") && html.contains("client.example"), "{html}");

        ask().deny().expect_error("access_denied").run().await;
        let narrowed = ask().scope("openid email").untick("email").run().await;
        assert_eq!(narrowed.scopes(), ["openid"]);
        let userinfo = narrowed.userinfo().await.json::<Value>();
        assert!(userinfo.get("email").is_none(), "{userinfo}");
    })
    .await;
}

#[tokio::test]
#[serial]
async fn signing_out_ends_the_session_on_the_server() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let tokens = flow(&request, &ctx).user(&user).scope("openid").run().await;
        let mut browser = tokens.browser();
        let before = browser.clone();

        let page = browser.open("/oauth/logout").await;
        assert_page(&page.response, 200);
        browser.submit(&page.form_with_button("action", "sign_out")).await;

        // Not even the old cookies help, and what was granted without `offline_access` is over.
        let silent = flow(&request, &ctx).user(&user).browser(&before).prompt("none");
        silent.expect_error("login_required").run().await;
        assert_oauth_error(&tokens.userinfo().await, 401, "invalid_token");
    })
    .await;
}

// Clients

#[tokio::test]
#[serial]
async fn refresh_tokens_rotate_and_narrow() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let tokens = flow(&request, &ctx).user(&user).scope("openid email").run().await;

        let wide = tokens.refresh_with(&[("scope", "openid profile")]).await;
        assert_oauth_error(&wide, 400, "invalid_scope");
        let narrow = tokens.refresh_with(&[("scope", "openid")]).await;
        assert_no_store(&narrow);
        assert_eq!(narrow.json::<Value>()["scope"], "openid");
    })
    .await;
}

#[tokio::test]
#[serial]
async fn revocation_and_expiry_are_seen_at_once() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let client = factory::client().confidential().create(&ctx).await;
        let ask = || flow(&request, &ctx).client(&client).user(&user).scope("openid");
        let (revoked, expired) = (ask().run().await, ask().run().await);
        assert_eq!(shown(&revoked.introspect().await)["body"]["active"], true);

        assert_eq!(revoked.revoke().await.status_code(), 200);
        Clock::of(&ctx).advance(3601);

        for tokens in [revoked, expired] {
            let told = shown(&tokens.introspect().await)["body"].clone();
            assert_eq!(told, serde_json::json!({ "active": false }));
            assert_oauth_error(&tokens.userinfo().await, 401, "invalid_token");
        }
    })
    .await;
}

#[tokio::test]
#[serial]
async fn clients_prove_who_they_are() {
    request::<App, _, _>(|request, ctx| async move {
        let machine = factory::client().machine().create(&ctx).await;
        let form = [("grant_type", "client_credentials")];
        let answer = machine.post(&request, "/oauth/token", &form).await;
        assert_eq!(answer.status_code(), 200, "{}", answer.text());
        assert!(answer.json::<Value>().get("refresh_token").is_none());

        let mut wrong = machine.clone();
        wrong.secret = Some("guessed".to_owned());
        let answer = wrong.post(&request, "/oauth/token", &form).await;
        assert_oauth_error(&answer, 401, "invalid_client");
        let answer = machine.post(&request, "/oauth/token", &[("grant_type", "password")]).await;
        assert_oauth_error(&answer, 400, "unsupported_grant_type");
    })
    .await;
}

#[tokio::test]
#[serial]
async fn requests_without_pkce_or_with_unknown_scopes_are_refused() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let browser = sign_in_browser(&request, &ctx, &user).await;
        let ask = || flow(&request, &ctx).browser(&browser);

        ask().without("code_challenge").expect_error("invalid_request").run().await;
        ask().param("code_challenge_method", "plain").expect_error("invalid_request").run().await;
        ask().scope("nonsense").expect_error("invalid_scope").run().await;
        let implicit = ask().param("response_type", "token");
        implicit.expect_error("unsupported_response_type").run().await;
    })
    .await;
}

// The app's own API

#[tokio::test]
#[serial]
async fn tokens_carry_no_further_than_their_scopes() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let get = || request.get("/oauth/userinfo");
        let answer = get().await;
        assert_eq!(answer.status_code(), 401);
        assert!(answer.headers().contains_key("www-authenticate"));

        let token = ActingAs::user(&user).scopes(["openid", "email"]).token(&ctx).await;
        let answer = get().authorization_bearer(&token).await;
        assert_eq!(answer.json::<Value>()["email"], EMAIL);

        let token = ActingAs::user(&user).scopes(["email"]).token(&ctx).await;
        let answer = get().authorization_bearer(&token).await;
        assert!(answer.status_code().is_client_error(), "{}", answer.text());
    })
    .await;
}

// Attacks

#[tokio::test]
#[serial]
async fn a_code_or_refresh_token_used_twice_ends_everything() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let evil = EvilClient::new(flow(&request, &ctx).user(&user).scope("openid"));

        for replay in [evil.replay_code().await, evil.replay_refresh_token().await] {
            assert_oauth_error(&replay.answer, 400, "invalid_grant");
            assert_oauth_error(&replay.tokens.userinfo().await, 401, "invalid_token");
            assert_oauth_error(&replay.tokens.try_refresh().await, 400, "invalid_grant");
        }
    })
    .await;
}

#[tokio::test]
#[serial]
async fn codes_are_of_no_use_to_others() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let thief = factory::client().create(&ctx).await;
        let evil = EvilClient::new(flow(&request, &ctx).user(&user));

        assert_oauth_error(&evil.steal_code(&thief).await, 400, "invalid_grant");
        assert_oauth_error(&evil.guess_verifier().await, 400, "invalid_grant");
        for (uri, answer) in evil.bend_redirect_uri().await {
            assert!(answer.status_code().is_client_error(), "{uri}");
            assert!(!answer.headers().contains_key("location"), "{uri}");
        }
    })
    .await;
}

#[tokio::test]
#[serial]
async fn forms_are_bound_to_the_browser_that_asked() {
    request::<App, _, _>(|request, ctx| async move {
        let user = register_user(&ctx, EMAIL).await;
        let evil = EvilClient::new(flow(&request, &ctx).user(&user).scope("openid"));

        assert_page(&evil.forge_csrf().await, 403);
        let swapped = evil.swap_browsers().await;
        assert_page(&swapped.page.response, 400);
        assert_page(&swapped.answer, 400);
        for (what, answer) in evil.tamper_form().await {
            assert!(answer.status_code().is_client_error(), "{what}");
        }
        assert_eq!(evil.smuggle_scope("email").await.scopes(), ["openid"]);
        for url in evil.mix_up_issuers().await {
            assert!(url.contains("iss="), "{url}");
        }
    })
    .await;
}

// Standards

/// Every module of the certification plans; `-- --nocapture` prints what came out of each.
#[tokio::test]
#[serial]
async fn the_server_conforms_to_the_standards() {
    let ada = Person::new(EMAIL, PASSWORD).registered(|ctx| async move {
        register_user(&ctx, EMAIL).await;
    });
    conformance::all_plans::<App>(ada).await;
}
