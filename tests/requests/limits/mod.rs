//! Rate limits.

mod addresses;
mod counters;
mod guessing;
mod invented;
mod login;
mod register;
mod writes;

use serde_json::json;

use crate::app::{
    browser::{Authorize, Form},
    fixtures::{CONF_CB, PASSWORD},
    limits::{STORES, only},
    server::{Answer, Basic, TestServer},
    tokens::{R1, text},
};

impl TestServer {
    async fn machine_token(&self) -> Answer {
        let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
        self.as_client("m2m", "/oauth/token", &form).await
    }

    /// Until when the window of a refused request lasts.
    #[track_caller]
    fn assert_limited(answer: &Answer) -> i64 {
        answer.assert_error(429, "temporarily_unavailable");
        answer.header("retry-after").unwrap().parse().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_04_a_client_has_its_limit_at_an_address() {
    for store in STORES {
        let limits = json!([{ "limit": 2, "seconds": 60 }, { "limit": 9, "seconds": 60 }]);
        let server = TestServer::with(only("token", &limits, store)).await;
        let clock = &server.oauth().clock;
        clock.fix(clock.now());
        server.machine_token().await.ok();
        server.advance(20);
        server.machine_token().await.ok();
        let answer = server.machine_token().await;
        assert_eq!(TestServer::assert_limited(&answer), 40, "{store}");
        let hit = server.oauth().events.take();
        let hit = hit
            .iter()
            .find(|event| event.event.as_str() == "ratelimit.hit");
        assert_eq!(hit.unwrap().client_id.as_deref(), Some("m2m"));
        assert_eq!(hit.unwrap().details["entry"], "token");
        // Another client is not affected; a grant of nobody's is refused as ever.
        let other = server.as_client("conf", "/oauth/token", &[]).await;
        other.assert_error(400, "invalid_request");
        server.advance(40);
        server.machine_token().await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_04_who_guesses_secrets_is_stopped_and_the_window_ends() {
    for store in STORES {
        let limits = json!([{ "limit": 3, "seconds": 60 }]);
        let server = TestServer::with(only("token_failure", &limits, store)).await;
        let form = [("grant_type", "client_credentials"), ("token", "x")];
        for (path, status) in [
            ("/oauth/token", 401),
            ("/oauth/introspect", 401),
            ("/oauth/revoke", 401),
            ("/oauth/token", 429),
            ("/oauth/introspect", 429),
            ("/oauth/revoke", 429),
        ] {
            let answer = server.post_as(Basic::of("m2m", "wrong"), path, &form).await;
            assert_eq!(answer.status, status, "{store} {path}");
        }
        // Right or wrong alike.
        TestServer::assert_limited(&server.machine_token().await);
        server.advance(61);
        server.machine_token().await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn az_05_requests_for_authorization_are_limited_on_a_page() {
    for store in STORES {
        let limits = json!([{ "limit": 3, "seconds": 60 }, { "limit": 2, "seconds": 60 }]);
        let server = TestServer::with(only("authorize", &limits, store)).await;
        let request = Authorize::base().path();
        for _ in 0..2 {
            assert_eq!(server.get(&request).await.status, 303);
        }
        let answer = server.get(&request).await;
        answer.assert_page(429);
        assert!(answer.header("retry-after").is_some());
        assert!(
            answer.body.contains("temporarily_unavailable"),
            "{}",
            answer.body
        );
        // The third of the address was refused, a fourth is, too, for whatever client.
        let other = Authorize::of("multi", CONF_CB).path();
        server.get(&other).await.assert_page(429);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_04_tokens_that_are_shown_too_often_are_refused() {
    for store in STORES {
        let limits = json!([{ "limit": 2, "seconds": 60 }]);
        let server = TestServer::with(only("userinfo", &limits, store)).await;
        let tokens = server.tokens(&Authorize::base()).await;
        let token = text(&tokens, "access_token");
        server.userinfo(token).await.ok();
        server.userinfo(token).await.ok();
        TestServer::assert_limited(&server.userinfo(token).await);
        assert_eq!(server.userinfo("another").await.status, 401);

        let server = TestServer::with(only("introspect", &limits, store)).await;
        assert!(!server.is_live("x").await);
        assert!(!server.is_live("x").await);
        let form = [("token", "x")];
        let answer = server.as_client("conf", "/oauth/introspect", &form).await;
        TestServer::assert_limited(&answer);

        let server = TestServer::with(only("revoke", &limits, store)).await;
        server.revoke("x").await;
        server.revoke("x").await;
        TestServer::assert_limited(&server.revoke("x").await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_08_consents_and_sign_ups_are_limited_on_their_page() {
    for store in STORES {
        let limits = json!([{ "limit": 1, "seconds": 60 }]);
        let server = TestServer::with(only("consent", &limits, store)).await;
        let mut browser = server.browser();
        browser.sign_in().await;
        let page = browser.authorize(&Authorize::base()).await;
        let undecided = browser.submit(&Form::of_consent(&page)).await;
        undecided.assert_page(400);
        let limited = browser.allow(&undecided).await;
        limited.assert_page(429);
        assert!(limited.header("retry-after").is_some());
        // The same page works later.
        server.advance(60);
        assert_eq!(browser.allow(&limited).await.status, 303);

        let server = TestServer::with(only("signup", &limits, store)).await;
        for (email, status) in [("c@example.com", 303), ("d@example.com", 429)] {
            let mut browser = server.browser();
            let page = browser.get("/oauth/signup").await;
            let form = Form::of(&page)
                .set("email", email)
                .set("password", PASSWORD);
            assert_eq!(browser.submit(&form).await.status, status);
        }
        assert_eq!(server.rows().await.users, 2);
    }
}

/// What `rate_limit_store: database` costs: one statement per request, with every limit on.
#[tokio::test(flavor = "multi_thread")]
async fn limits_in_the_database_cost_one_statement() {
    let settings = json!({ "rate_limits": {}, "rate_limit_store": "database" });
    let server = TestServer::with(settings).await;
    let mut browser = server.browser();
    let request = Authorize::base().and("resource", R1);
    browser.code(&request).await;
    let assert_most = |what: &str, most: usize| {
        let statements = server.database.recorder.take();
        assert!(
            statements.len() <= most,
            "{what}:\n{}",
            statements.join("\n")
        );
        let counting = statements.iter().filter(|sql| sql.contains("excluded"));
        assert_eq!(counting.count(), 1, "{what}");
    };
    server.database.recorder.take();
    let answer = browser.authorize(&request).await;
    assert_most("authorize", 4 + 1);
    let code = answer.location_param("code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    assert_most("token by code", 5 + 1);
    let tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
    assert_most("refresh", 5 + 1);
    server.machine_token().await.ok();
    assert_most("client credentials", 2 + 1);
    assert!(server.is_live(text(&tokens, "access_token")).await);
    // Its client is counted once it is authenticated.
    let statements = server.database.recorder.take();
    assert!(statements.len() <= 2 + 2, "{}", statements.join("\n"));
}

/// The limit `session` counts an address, whatever browser it comes from.
#[tokio::test(flavor = "multi_thread")]
async fn s31_1_exchanges_are_limited_at_an_address() {
    for store in STORES {
        let limits = json!([{ "limit": 1, "seconds": 60 }]);
        let server = TestServer::with(only("session", &limits, store)).await;
        let mut browser = server.browser();
        browser.exchange(&server, &json!({})).await.ok();
        let mut other = server.browser();
        let answer = other.exchange(&server, &json!({})).await;
        TestServer::assert_limited(&answer);
        assert_eq!(server.rows().await.sessions, 1);
        // Who is signed in may be asked as often as a script likes.
        for _ in 0..3 {
            assert_eq!(browser.who(&server).await.ok()["signed_in"], true);
        }
        server.advance(60);
        other.exchange(&server, &json!({})).await.ok();
    }
}

/// The decisions of a script count as those of the page do.
#[tokio::test(flavor = "multi_thread")]
async fn s31_1_decisions_of_scripts_are_limited_as_those_of_the_page() {
    for store in STORES {
        let limits = json!([{ "limit": 1, "seconds": 60 }]);
        let server = TestServer::with(only("consent", &limits, store)).await;
        let mut browser = server.browser();
        browser.sign_in().await;
        let first = browser.open(&server, &Authorize::base()).await;
        let second = browser.open(&server, &Authorize::base()).await;
        let deny = json!({ "action": "deny" });
        browser.act(&server, &first, deny).await.ok();
        let allow = json!({ "action": "allow" });
        let answer = browser.act(&server, &second, allow.clone()).await;
        TestServer::assert_limited(&answer);
        assert_eq!(server.rows().await.codes, 0);
        server.advance(60);
        browser.act(&server, &second, allow).await.ok();
        assert_eq!(server.rows().await.codes, 1);
    }
}
