//! POST, GET, DELETE session (EX-01 to EX-06).

mod credentials;
mod transport;

use rstest::rstest;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    fixtures::{ALICE, BOB, CONF_CB},
    server::{Answer, ISSUER, TestServer, param},
    tokens::text,
    users,
};

const PATH: &str = "/oauth/session";

/// A good exchange of a fresh browser, changed by `change`.
async fn exchange(
    server: &TestServer,
    change: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
) -> Answer {
    let jwt = server.jwt(ALICE, json!({})).await;
    let request = server.http.post(server.url(PATH)).bearer_auth(jwt);
    server.send(change(request)).await
}

/// The flow that the endpoint is for.
#[tokio::test(flavor = "multi_thread")]
async fn ex_05_an_app_login_continues_an_authorization() {
    let server = TestServer::start().await;
    // Its clock stands still, so that the whole life is left.
    server.advance(0);
    let mut browser = server.browser();
    let id = browser.open(&server, &Authorize::base()).await;
    let answer = browser
        .exchange(&server, &json!({ "interaction": id }))
        .await;
    let body = answer.ok();
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(body["expires_in"], 86400);
    let return_to = text(&body, "return_to");
    assert_eq!(
        return_to,
        format!("{ISSUER}/oauth/continue?interaction={id}")
    );
    let answer = browser.get(return_to).await;
    let page = browser.follow(answer).await;
    let answer = browser.allow(&page).await;
    let code = answer.location_param("code").unwrap();
    server.redeem(&code).await.ok();
    let session = &server.sessions().await[0];
    assert!(!session.remembered);
    assert_eq!(session.amr, Some(json!([])), "the app did not say how");
}

#[tokio::test(flavor = "multi_thread")]
async fn ex_05_without_an_interaction() {
    let server = TestServer::start().await;
    // Its clock stands still, so that the whole life is left.
    server.advance(0);
    let mut browser = server.browser();
    let answer = browser
        .exchange(&server, &json!({ "remember": true }))
        .await;
    assert_eq!(answer.ok(), json!({ "expires_in": 1_209_600 }));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("__Host-oauth_session="), "{cookie}");
    assert!(cookie.contains("Max-Age=1209600"), "{cookie}");
    assert!(server.sessions().await[0].remembered);
    let page = browser.authorize(&Authorize::base()).await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");
}

/// Nobody is signed in for an interaction of somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn ex_05_a_foreign_interaction_changes_nothing() {
    let server = TestServer::start().await;
    let id = server.browser().open(&server, &Authorize::base()).await;
    for id in [id.as_str(), "unknown", ""] {
        let mut other = server.browser();
        let answer = other.exchange(&server, &json!({ "interaction": id })).await;
        answer.assert_error(400, "invalid_request");
        assert_eq!(server.rows().await.sessions, 0);
        assert_eq!(answer.header("set-cookie"), None);
    }
}

/// EX-03.
#[tokio::test(flavor = "multi_thread")]
async fn ex_03_tokens_that_are_not_good() {
    let server = TestServer::start().await.with_bob().await;
    let good = server.jwt(ALICE, json!({})).await;
    let bob = server.jwt(BOB, json!({})).await;
    let off = sea_orm::Set(false);
    server.change_user(BOB, |user| user.active = off).await;
    let unknown = loco_rs::auth::jwt::JWT::new(crate::app::scripts::JWT_SECRET);
    let unknown = unknown.generate_token(
        600,
        uuid::Uuid::new_v4().to_string(),
        serde_json::Map::new(),
    );
    let tokens = server.tokens(&Authorize::base()).await;
    let sessions = server.rows().await.sessions;
    let bad = [
        None,
        Some(format!("{good}x")),
        Some(bob),
        Some(unknown.unwrap()),
        // Ours are not the app's.
        Some(text(&tokens, "access_token").to_owned()),
        Some(text(&tokens, "id_token").to_owned()),
    ];
    for jwt in bad {
        let request = server.script(PATH, &json!({}));
        let request = match jwt {
            Some(jwt) => request.bearer_auth(jwt),
            None => request,
        };
        let answer = server.send(request).await;
        answer.assert_error(401, "invalid_token");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer realm=\"https://as.example\""));
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert!(!challenge.contains("scope"), "{challenge}");
    }
    assert_eq!(server.rows().await.sessions, sessions);
}

/// GE-11: an app without JWTs.
#[tokio::test(flavor = "multi_thread")]
async fn ge_11_without_auth_jwt() {
    let server = TestServer::with(json!({ "jwt": null })).await;
    let answer = exchange(&server, |request| {
        request.header("origin", ISSUER).json(&json!({}))
    })
    .await;
    answer.assert_error(404, "invalid_request");
    assert!(answer.body.contains("auth.jwt"), "{answer:?}");
}

/// EX-04: an old JWT never closes `prompt=login`, `max_age`, or the choice of an account.
#[rstest]
#[case::login("prompt", "login")]
#[case::choice("prompt", "select_account")]
#[case::age("max_age", "60")]
#[tokio::test(flavor = "multi_thread")]
async fn ex_04_an_old_login_is_not_a_new_one(#[case] name: &str, #[case] value: &str) {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let request = Authorize::base().with(name, value);
    let now = server.now();
    for (auth_time, closes) in [(now - 500, false), (now + 500, true)] {
        let id = browser.open(&server, &request).await;
        let claims = json!({ "auth_time": auth_time, "amr": ["otp"], "acr": "other" });
        let jwt = server.jwt(ALICE, claims).await;
        let exchange = server.script(PATH, &json!({ "interaction": id }));
        let body = browser.send(exchange.bearer_auth(jwt)).await.ok();
        let session = &server.sessions().await[0];
        assert!(session.auth_time <= server.now());
        assert_eq!(session.amr, Some(json!(["otp"])));
        assert_eq!(session.acr.as_deref(), Some("other"));
        let answer = browser.get(text(&body, "return_to")).await;
        let page = answer.location();
        assert_eq!(page.contains("/consent?"), closes, "{page}");
    }
}

/// EX-06.
#[tokio::test(flavor = "multi_thread")]
async fn ex_06_who_is_there_and_sign_out() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    assert_eq!(
        browser.who(&server).await.ok(),
        json!({ "signed_in": false })
    );
    browser.exchange(&server, &json!({})).await.ok();
    let alice = server.user(ALICE).await.unwrap();
    let auth_time = server.sessions().await[0].auth_time;
    assert_eq!(
        browser.who(&server).await.ok(),
        json!({ "signed_in": true, "sub": alice.pid, "name": "alice", "auth_time": auth_time })
    );
    let out = || {
        server
            .http
            .delete(server.url(PATH))
            .header("origin", ISSUER)
    };
    let answer = browser.send(out()).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(server.sessions().await[0].ended_at.is_some());
    assert_eq!(
        browser.who(&server).await.ok(),
        json!({ "signed_in": false })
    );
    assert_eq!(browser.send(out()).await.status, 204, "nobody is there");
    // A user who is switched off is signed out, too.
    browser.exchange(&server, &json!({})).await.ok();
    server.set_user(users::Column::Active, false).await;
    assert_eq!(
        browser.who(&server).await.ok(),
        json!({ "signed_in": false })
    );
}

/// A second account stands beside the first.
#[tokio::test(flavor = "multi_thread")]
async fn bs_02_an_exchange_for_another_account() {
    let server = TestServer::start().await.with_bob().await;
    let mut browser = server.browser();
    browser.exchange(&server, &json!({})).await.ok();
    let id = browser.open(&server, &Authorize::base()).await;
    let jwt = server.jwt(BOB, json!({})).await;
    let exchange = server.script(PATH, &json!({ "interaction": id }));
    let body = browser.send(exchange.bearer_auth(jwt)).await.ok();
    assert_eq!(server.rows().await.sessions, 2);
    let answer = browser.get(text(&body, "return_to")).await;
    let page = browser.follow(answer).await;
    assert!(page.body.contains(BOB), "{page:?}");
    let silent = Authorize::base().with("prompt", "none");
    let answer = browser.get(&silent.path()).await;
    answer.assert_back(CONF_CB, "consent_required");
    assert_eq!(param(answer.location(), "state").as_deref(), Some("S"));
}

/// EX-03: nobody is signed in before the address is verified.
#[tokio::test(flavor = "multi_thread")]
async fn ex_03_an_address_that_is_not_verified() {
    let server = TestServer::with(json!({ "require_verified_email": true })).await;
    let mut browser = server.browser();
    let answer = browser.exchange(&server, &json!({})).await;
    answer.assert_error(403, "access_denied");
    assert_eq!(server.rows().await.sessions, 0);
    let now = sea_orm::Set(Some(chrono::Utc::now().fixed_offset()));
    server
        .change_user(ALICE, |user| user.email_verified_at = now)
        .await;
    browser.exchange(&server, &json!({})).await.ok();
}
