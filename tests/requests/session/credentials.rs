//! A JWT of the app from before the credentials changed makes no session (EX-03), whoever changed
//! them: the plugin's own page, or the app.

use loco_oauth_server::events::RuleId;
use rstest::rstest;
use sea_orm::{EntityTrait, Set};
use serde_json::{Value, json};

use crate::{
    app::{
        browser::{Authorize, Form},
        fixtures::{ALICE, PASSWORD},
        oauth_server::oauth_sessions,
        server::{Answer, TestServer},
    },
    requests::pages::password::linked,
};

const NEW: &str = "another horse battery";

async fn server() -> TestServer {
    let server = TestServer::with(json!({ "mailer": { "stub": true } })).await;
    // From now on its clock stands still.
    server.advance(0);
    server
}

/// Exchanges a JWT of the app with these claims in a browser of its own.
async fn exchange(server: &TestServer, claims: Value) -> Answer {
    let jwt = server.jwt(ALICE, claims).await;
    let request = server.script("/oauth/session", &json!({}));
    server.send(request.bearer_auth(jwt)).await
}

/// A JWT that was issued so many seconds before the server's present.
fn issued(server: &TestServer, ago: i64) -> Value {
    json!({ "iat": server.now() - ago })
}

#[track_caller]
fn assert_stale(answer: &Answer) {
    answer.assert_error(401, "invalid_token");
    assert!(
        answer.body.contains("before the credentials changed"),
        "{answer:?}"
    );
    assert_eq!(answer.header("set-cookie"), None);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
}

async fn change_password(server: &TestServer) {
    let hashed = loco_rs::hash::hash_password(NEW).unwrap();
    server
        .change_user(ALICE, |alice| alice.password = Set(hashed))
        .await;
}

/// Alice sets a new password by the link of a mail.
async fn reset(server: &TestServer) {
    let link = linked(server).await;
    let mut browser = server.browser();
    let page = browser.get(&link).await;
    let answer = browser.submit(&Form::of(&page).set("password", NEW)).await;
    assert_eq!(answer.status, 303, "{answer:?}");
}

async fn log_in(server: &TestServer, password: &str) {
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", password);
    assert_eq!(browser.submit(&form).await.status, 303);
}

/// Nobody was ever seen here before the reset.
#[rstest]
#[case::by_its_iat(json!({ "iat": -60 }), true)]
#[case::by_its_login(json!({ "iat": 1, "auth_time": -60 }), true)]
#[case::afterwards(json!({ "iat": 1 }), false)]
#[case::in_that_second(json!({ "iat": 0 }), false)]
#[tokio::test(flavor = "multi_thread")]
async fn s_b5_a_reset_on_the_page_makes_older_jwts_void(
    #[case] claims: Value,
    #[case] stale: bool,
) {
    let server = server().await;
    let changed = server.now();
    reset(&server).await;
    server.advance(10);
    let claims = claims.as_object().unwrap().iter();
    let claims: serde_json::Map<_, _> = claims
        .map(|(name, at)| (name.clone(), json!(changed + at.as_i64().unwrap())))
        .collect();
    let before = server.rows().await.sessions;
    let answer = exchange(&server, Value::Object(claims)).await;
    if stale {
        assert_stale(&answer);
        assert_eq!(server.rows().await.sessions, before);
    } else {
        answer.ok();
    }
}

/// Loco's own JWTs have no `iat`: their beginning is told by their end.
#[tokio::test(flavor = "multi_thread")]
async fn s_b5_jwts_without_iat() {
    let server = server().await;
    exchange(&server, json!({})).await.ok();
    server.advance(5);
    reset(&server).await;
    for _ in 0..2 {
        assert_stale(&exchange(&server, json!({})).await);
    }
    exchange(&server, issued(&server, 0)).await.ok();
}

/// What the app changed itself, on a page that the plugin does not have.
#[rstest]
#[case::seen_at_the_login_page("login")]
#[case::seen_at_an_exchange("exchange")]
#[case::seen_by_a_grant("grant")]
#[tokio::test(flavor = "multi_thread")]
async fn s_b5_a_change_by_the_app_makes_older_jwts_void(#[case] seen: &str) {
    let server = server().await;
    match seen {
        "login" => log_in(&server, PASSWORD).await,
        "exchange" => {
            exchange(&server, issued(&server, 90)).await.ok();
        }
        _ => {
            server.tokens(&Authorize::base()).await;
            let all = oauth_sessions::Entity::delete_many();
            all.exec(&server.ctx.db).await.unwrap();
        }
    }
    server.advance(60);
    change_password(&server).await;
    server.advance(60);
    // Of the time of the old password; and of some time in between, which nobody knows.
    for ago in [300, 119, 1] {
        assert_stale(&exchange(&server, issued(&server, ago)).await);
    }
    // The first sighting of the new password does not move.
    let first = server.now();
    server.advance(60);
    assert_stale(&exchange(&server, json!({ "iat": first - 1 })).await);
    exchange(&server, json!({ "iat": first })).await.ok();
    exchange(&server, issued(&server, 0)).await.ok();
}

/// A browser that comes with its old session shows the change as well.
#[tokio::test(flavor = "multi_thread")]
async fn s_b5_the_change_is_known_from_its_first_sighting() {
    let server = server().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    change_password(&server).await;
    server.advance(60);
    let page = browser.get("/oauth/apps").await;
    assert!(page.location().contains("/oauth/login"), "signed out");
    let sighted = server.now();
    server.advance(60);
    assert_stale(&exchange(&server, json!({ "iat": sighted - 1 })).await);
    exchange(&server, json!({ "iat": sighted + 1 })).await.ok();
}

/// A login with the new password says that it is in effect.
#[tokio::test(flavor = "multi_thread")]
async fn s_b5_a_login_with_the_new_password_tells_since_when() {
    let server = server().await;
    log_in(&server, PASSWORD).await;
    server.advance(60);
    change_password(&server).await;
    log_in(&server, NEW).await;
    let known = server.now();
    server.advance(600);
    assert_stale(&exchange(&server, json!({ "iat": known - 1 })).await);
    exchange(&server, json!({ "iat": known })).await.ok();
}

/// Without a change an old JWT is good, as often as it is sent, with whatever happens in between.
#[tokio::test(flavor = "multi_thread")]
async fn s_b5_without_a_change_nothing_is_refused() {
    let server = server().await;
    let old = json!({ "iat": server.now() - 500 });
    exchange(&server, old.clone()).await.ok();
    exchange(&server, old.clone()).await.ok();
    log_in(&server, PASSWORD).await;
    server.tokens(&Authorize::base()).await;
    server
        .change_user(ALICE, |alice| alice.name = Set("Alice".to_owned()))
        .await;
    server.advance(30);
    exchange(&server, old).await.ok();
}

/// Two changes: the last one counts.
#[tokio::test(flavor = "multi_thread")]
async fn s_b5_the_last_change_counts() {
    let server = server().await;
    reset(&server).await;
    server.advance(60);
    let between = json!({ "iat": server.now() });
    exchange(&server, between.clone()).await.ok();
    server.advance(60);
    change_password(&server).await;
    assert_stale(&exchange(&server, between).await);
}

/// The log says which time was too early.
#[tokio::test(flavor = "multi_thread")]
async fn s_b5_the_log_says_since_when() {
    let server = server().await;
    reset(&server).await;
    let changed = server.now();
    server.oauth().events.take();
    exchange(&server, issued(&server, 60)).await;
    let refused = server.event("request.refused");
    assert_eq!(refused.rule, Some(RuleId::new("EX-03")));
    let expected = refused.details["expected"].as_str().unwrap().to_owned();
    assert!(expected.contains(&changed.to_string()), "{expected}");
}

/// The plugin sees the person for the first time after the app's own reset: only the users table
/// tells that there was a change.
#[tokio::test(flavor = "multi_thread")]
async fn s_b5_a_person_who_was_never_seen_before_the_change() {
    let server = server().await;
    let hashed = loco_rs::hash::hash_password(NEW).unwrap();
    server.advance(60);
    let changed = chrono::DateTime::from_timestamp(server.now(), 0).unwrap();
    server
        .change_user(ALICE, |alice| {
            alice.password = Set(hashed);
            alice.updated_at = Set(changed.into());
        })
        .await;
    server.advance(60);
    for ago in [300, 61] {
        assert_stale(&exchange(&server, issued(&server, ago)).await);
    }
    exchange(&server, issued(&server, 59)).await.ok();
    // What changes later about the person is no change of the password.
    let later = chrono::DateTime::from_timestamp(server.now() + 600, 0).unwrap();
    server
        .change_user(ALICE, |alice| alice.updated_at = Set(later.into()))
        .await;
    server.advance(700);
    exchange(&server, json!({ "iat": changed.timestamp() + 1 }))
        .await
        .ok();
}
