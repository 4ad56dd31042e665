//! Whose `sub` it is (SU-02), and whose cookie (BS-01).

use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Form},
    fixtures::{self, ALICE, CONF_CB, PASSWORD},
    server::{Answer, TestServer},
    users,
};

async fn log_in(server: &TestServer) -> Answer {
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    browser.submit(&form).await
}

fn static_client(id: &str) -> Value {
    json!({
        "client_id": id, "client_name": "A machine", "client_secret": fixtures::SECRET,
        "grant_types": ["client_credentials"], "scopes": ["jobs"],
    })
}

/// Machine tokens have the id of their client as `sub`.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_subject_that_is_a_client_id_cannot_sign_in() {
    let server = TestServer::start().await;
    let pid = server.user(ALICE).await.unwrap().pid.to_string();
    assert_eq!(log_in(&server).await.status, 303);
    fixtures::insert(&server, &fixtures::confidential(&pid, &[CONF_CB])).await;
    let sessions = server.rows().await.sessions;
    let answer = log_in(&server).await;
    answer.assert_page(500);
    assert!(!answer.headers.contains_key("set-cookie"));
    let jwt = server.jwt(ALICE, json!({})).await;
    let request = server.script("/oauth/session", &json!({}));
    let answer = server.send(request.bearer_auth(jwt)).await;
    answer.assert_error(500, "server_error");
    assert_eq!(server.rows().await.sessions, sessions);
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_static_client_with_the_id_of_a_user_stops_the_boot() {
    let server = TestServer::start().await;
    let pid = server.user(ALICE).await.unwrap().pid.to_string();
    let settings = json!({ "clients": [static_client("a-machine"), static_client(&pid)] });
    let database = std::sync::Arc::clone(&server.database);
    let refused = TestServer::try_node(database, settings).await;
    let error = refused.err().expect("no boot").to_string();
    assert!(error.contains(&pid), "{error}");
    assert!(error.contains("subject of a user"), "{error}");
    assert!(!error.contains("a-machine"), "{error}");
    // The other one alone is fine.
    server
        .twin(json!({ "clients": [static_client("a-machine")] }))
        .await;
}

/// A user who comes after the boot.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_later_user_with_the_id_of_a_static_client_cannot_sign_in() {
    let pid = uuid::Uuid::new_v4();
    let settings = json!({ "clients": [static_client(&pid.to_string())] });
    let server = TestServer::with(settings).await;
    assert_eq!(log_in(&server).await.status, 303);
    server
        .change_user(ALICE, |alice| alice.pid = sea_orm::Set(pid))
        .await;
    log_in(&server).await.assert_page(500);
}

/// The cookies of a browser that is signed in, twice in one request.
#[rstest]
#[case::in_one_header(false)]
#[case::in_two_headers(true)]
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_two_session_cookies_are_none(#[case] apart: bool) {
    let server = TestServer::start().await.with_bob().await;
    let mut alice = server.browser();
    alice.sign_in().await;
    let mut mallory = server.browser();
    mallory.sign_in_as(fixtures::BOB).await;
    let name = "__Host-oauth_session";
    let (own, planted) = (&alice.cookies[name], &mallory.cookies[name]);
    let silent = Authorize::base().with("prompt", "none").path();
    let get = || server.http.get(server.url(&silent));
    for (first, second) in [(own, planted), (planted, own), (own, own)] {
        let (first, second) = (format!("{name}={first}"), format!("{name}={second}"));
        let request = if apart {
            get().header("cookie", &first).header("cookie", &second)
        } else {
            get().header("cookie", format!("{first}; {second}"))
        };
        let answer = server.send(request).await;
        answer.assert_back(CONF_CB, "login_required");
    }
    let answer = server
        .send(get().header("cookie", format!("{name}={own}")))
        .await;
    answer.assert_back(CONF_CB, "consent_required");
}

/// The binding cookie alike: a form that was fetched with one of the two is refused.
#[rstest]
#[case::in_one_header(false)]
#[case::in_two_headers(true)]
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_two_binding_cookies_are_none(#[case] apart: bool) {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let mut other = server.browser();
    other.authorize(&Authorize::base()).await;
    let name = "__Host-oauth_browser";
    let own = format!("{name}={}", browser.cookies[name]);
    let planted = format!("{name}={}", other.cookies[name]);
    for (first, second) in [(&own, &planted), (&planted, &own), (&own, &own)] {
        let post = server
            .http
            .post(server.url(&form.action))
            .form(&form.fields);
        let request = if apart {
            post.header("cookie", first).header("cookie", second)
        } else {
            post.header("cookie", format!("{first}; {second}"))
        };
        let answer = server.send(request).await;
        answer.assert_page(400);
        assert!(answer.body.contains("another browser"), "{answer:?}");
    }
    assert_eq!(server.rows().await.sessions, 0);
    assert_eq!(browser.submit(&form).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn su_02_a_subject_that_looks_like_a_client_cannot_sign_in() {
    let server = TestServer::start().await;
    let db = &server.ctx.db;
    users::Model::create(db, "client_x@example.com", PASSWORD)
        .await
        .unwrap();
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", "client_x@example.com")
        .set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    answer.assert_page(500);
    assert!(!answer.headers.contains_key("set-cookie"));
}
