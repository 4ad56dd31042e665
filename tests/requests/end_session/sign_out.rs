//! Signing out for a client: no open redirect for strangers (ES-05), and nobody is signed out of
//! another session than the one that the hint names (ES-06).

use loco_oauth_server::internals::protocol::client::{Client, ClientKind};
use rstest::rstest;
use sea_orm::Set;
use serde_json::json;

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{self, DYN_CB},
    server::{Answer, TestServer},
    tokens::text,
};

const EVIL: &str = "https://evil.example/bye";
const QUESTION: &str = "value=\"sign_out\"";
const DONE: &str = "You are signed out";

fn path(parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("/oauth/end-session?{query}")
}

fn leaving(client: Client, uri: &str) -> Client {
    Client {
        post_logout_redirect_uris: vec![uri.to_owned()],
        ..client
    }
}

/// A page that names the host, with the link and no other way there.
#[track_caller]
fn assert_link(page: &Answer, host: &str, url: &str) {
    page.assert_page(200);
    assert!(page.header("refresh").is_none());
    assert!(!page.body.contains("http-equiv"), "{}", page.body);
    assert!(page.body.contains(&format!(">{host}<")), "{}", page.body);
    let link = format!("href=\"{}\"", url.replace('&', "&amp;"));
    assert!(page.body.contains(&link), "{link}: {}", page.body);
}

/// Who is sent on without a click when nobody is signed in: clients that an operator vouches for.
#[rstest]
#[case::registered_itself(ClientKind::Dynamic, false, EVIL, true)]
#[case::with_a_secret(ClientKind::Dynamic, true, EVIL, true)]
#[case::a_document(ClientKind::Cimd, false, EVIL, true)]
#[case::a_native_app(ClientKind::Operator, false, "com.example.app:/bye", true)]
#[case::a_program_on_the_device(ClientKind::Operator, false, "http://127.0.0.1/bye", true)]
#[case::a_web_app(ClientKind::Operator, false, "https://spa.example/bye", false)]
#[case::one_with_a_secret(ClientKind::Operator, true, "https://app.example/bye", false)]
#[tokio::test(flavor = "multi_thread")]
async fn s_b9_strangers_are_not_sent_on(
    #[case] kind: ClientKind,
    #[case] confidential: bool,
    #[case] uri: &str,
    #[case] asked: bool,
    #[values("GET", "POST")] method: &str,
) {
    let documents = json!({ "client_id_metadata_documents": { "enabled": true } });
    let server = TestServer::with(documents).await;
    let id = match kind {
        ClientKind::Cimd => "https://evil.example/client",
        _ => "leaving",
    };
    let client = if confidential {
        fixtures::confidential(id, &[DYN_CB])
    } else {
        fixtures::client(id, &[DYN_CB])
    };
    fixtures::insert(&server, &leaving(Client { kind, ..client }, uri)).await;
    let asked_for = [
        ("client_id", id),
        ("post_logout_redirect_uri", uri),
        ("state", "S"),
    ];
    let mut browser = server.browser();
    let answer = if method == "GET" {
        browser.get(&path(&asked_for)).await
    } else {
        let stored = browser.post("/oauth/end-session", &asked_for).await;
        browser.get(stored.location()).await
    };
    let target = format!("{uri}?state=S");
    if asked {
        let host = uri.split("://").nth(1).map_or("com.example.app", |rest| {
            rest.split('/').next().unwrap_or_default()
        });
        assert_link(&answer, host, &target);
    } else {
        assert_eq!(answer.location(), target);
    }
}

/// Whether to sign out, asked of alice for a stranger's client that wants her sent to [`EVIL`].
async fn at_question(server: &TestServer) -> (Browser<'_>, Answer) {
    let client = Client {
        kind: ClientKind::Dynamic,
        ..fixtures::client("leaving", &[DYN_CB])
    };
    fixtures::insert(server, &leaving(client, EVIL)).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let asked = [("client_id", "leaving"), ("post_logout_redirect_uri", EVIL)];
    let question = browser.get(&path(&asked)).await;
    (browser, question)
}

/// The session ended in another tab while the question was shown.
#[tokio::test(flavor = "multi_thread")]
async fn s_b9_nor_when_the_session_ended_under_the_question() {
    let server = TestServer::start().await;
    let (mut browser, question) = at_question(&server).await;
    assert!(question.body.contains("evil.example"), "it names the host");
    let mut tab = browser.twin();
    let page = tab.get("/oauth/logout").await;
    tab.submit(&Form::with_button(&page, "action", "sign_out"))
        .await
        .assert_page(200);
    let form = Form::with_button(&question, "action", "sign_out");
    assert_link(&browser.submit(&form).await, "evil.example", EVIL);
}

/// Whoever confirms goes on: the question named the host.
#[tokio::test(flavor = "multi_thread")]
async fn s_b9_a_confirmed_sign_out_goes_on() {
    let server = TestServer::start().await;
    let (mut browser, question) = at_question(&server).await;
    let form = Form::with_button(&question, "action", "sign_out");
    assert_eq!(browser.submit(&form).await.location(), EVIL);
}

async fn live_sessions(server: &TestServer) -> usize {
    let sessions = server.sessions().await.into_iter();
    let live = sessions.filter(|session| session.ended_at.is_none());
    live.count()
}

/// An ID token of a session of alice in this browser.
async fn hint(server: &TestServer, browser: &mut Browser<'_>) -> String {
    let code = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&code).await.ok();
    text(&tokens, "id_token").to_owned()
}

async fn sign_out(browser: &mut Browser<'_>) {
    let page = browser.get("/oauth/logout").await;
    let form = Form::with_button(&page, "action", "sign_out");
    browser.submit(&form).await.assert_page(200);
}

/// An ID token that somebody kept signs the person out of the session it names, and asks about any
/// other of theirs.
#[rstest]
#[case::of_an_earlier_session_here("earlier")]
#[case::of_another_browser("other browser")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c13_a_hint_of_another_session_of_the_person_asks(
    #[case] of: &str,
    #[values("GET", "POST")] method: &str,
) {
    let server = TestServer::start().await;
    let bye = "https://app.example/bye";
    server
        .change_client("conf", |conf| {
            conf.post_logout_redirect_uris = Set(json!([bye]));
        })
        .await;
    let mut browser = server.browser();
    let kept = if of == "earlier" {
        let kept = hint(&server, &mut browser).await;
        sign_out(&mut browser).await;
        kept
    } else {
        hint(&server, &mut server.browser()).await
    };
    browser.sign_in().await;
    let before = live_sessions(&server).await;
    let asked = [
        ("id_token_hint", kept.as_str()),
        ("post_logout_redirect_uri", bye),
        ("state", "S"),
    ];
    let page = if method == "GET" {
        browser.get(&path(&asked)).await
    } else {
        let stored = browser.post("/oauth/end-session", &asked).await;
        browser.get(stored.location()).await
    };
    page.assert_page(200);
    assert!(page.body.contains(QUESTION), "{}", page.body);
    assert!(page.body.contains("app.example"), "where it leads");
    assert_eq!(live_sessions(&server).await, before, "nobody is signed out");
    let form = Form::with_button(&page, "action", "sign_out");
    let done = browser.submit(&form).await;
    assert_eq!(done.location(), format!("{bye}?state=S"));
    assert_eq!(live_sessions(&server).await, before - 1);
}

/// The session that the hint names needs no question, however often its user authenticated in it.
#[tokio::test(flavor = "multi_thread")]
async fn s_c13_a_hint_of_this_session_does_not_ask() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let first = hint(&server, &mut browser).await;
    let again = Authorize::base().with("prompt", "login");
    browser.code(&again).await;
    let done = browser.get(&path(&[("id_token_hint", &first)])).await;
    done.assert_page(200);
    assert!(done.body.contains(DONE), "{}", done.body);
    assert_eq!(live_sessions(&server).await, 0);
}
