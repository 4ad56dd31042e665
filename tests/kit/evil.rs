//! `EvilClient`: every attack is refused, and would be noticed if it were not.

use loco_oauth_server::testing::{
    EvilClient, SwappedBrowsers, assert_no_store, assert_oauth_error, assert_page, factory,
};

use super::Kit;

#[tokio::test]
async fn replays_end_the_family() {
    let kit = Kit::start().await;
    let evil = EvilClient::new(kit.flow().scope("openid"));

    for replay in [evil.replay_code().await, evil.replay_refresh_token().await] {
        assert_oauth_error(&replay.answer, 400, "invalid_grant");
        assert_eq!(replay.tokens.userinfo().await.status_code(), 401);
        assert_oauth_error(&replay.tokens.try_refresh().await, 400, "invalid_grant");
    }
}

#[tokio::test]
async fn codes_are_of_no_use_to_others() {
    let kit = Kit::start().await;
    let evil = EvilClient::new(kit.flow());
    let thief = factory::client().create(&kit.ctx).await;

    assert_oauth_error(&evil.steal_code(&thief).await, 400, "invalid_grant");
    assert_oauth_error(&evil.guess_verifier().await, 400, "invalid_grant");
}

#[tokio::test]
async fn forms_belong_to_one_browser_and_one_interaction() {
    let kit = Kit::start().await;
    let evil = EvilClient::new(kit.flow());

    assert_page(&evil.forge_csrf().await, 403);
    let SwappedBrowsers { page, answer } = evil.swap_browsers().await;
    assert_page(&page.response, 400);
    assert_page(&answer, 400);
    for (what, answer) in evil.tamper_form().await {
        assert!(answer.status_code().is_client_error(), "{what}");
        assert_no_store(&answer);
    }
    let evil = EvilClient::new(kit.flow().scope("openid"));
    let tokens = evil.smuggle_scope("admin").await;
    assert_eq!(tokens.scopes(), ["openid"]);
}

#[tokio::test]
async fn answers_name_their_issuer_and_stay_at_the_client() {
    let kit = Kit::start().await;
    let evil = EvilClient::new(kit.flow());

    for url in evil.mix_up_issuers().await {
        assert!(url.contains("iss=https%3A%2F%2Fas.example"), "{url}");
    }
    for (uri, answer) in evil.bend_redirect_uri().await {
        assert!(answer.status_code().is_client_error(), "{uri}");
        assert_page(&answer, 400);
    }
}
