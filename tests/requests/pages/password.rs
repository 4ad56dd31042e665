//! `/oauth/forgot-password`, `/oauth/reset-password` (ASVS 6.5.1, 7.4.3).

use std::time::Duration;

use loco_oauth_server::internals::protocol::secret::{Purpose, hash};
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{ALICE, BOB, PASSWORD},
    oauth_server::oauth_ephemerals,
    server::{Answer, TestServer, all_threads},
    tokens::text,
    users,
};

const FORGOT: &str = "/oauth/forgot-password";
const RESET: &str = "/oauth/reset-password";
const NEW: &str = "another horse battery";

async fn server(settings: Value) -> TestServer {
    let mut settings = settings;
    settings["mailer"] = json!({ "stub": true });
    TestServer::with(settings).await
}

/// The mails so far, after `count` of them arrived: they are sent after the answer.
async fn mails(server: &TestServer, count: usize) -> Vec<String> {
    let mailer = server.ctx.mailer.as_ref().unwrap();
    for _ in 0..500 {
        if mailer.deliveries().count >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    mailer.deliveries().messages
}

/// The link of a mail, from its quoted-printable text.
#[track_caller]
fn link(mail: &str) -> String {
    let text = mail.replace("=\r\n", "").replace("=3D", "=");
    let path = text.find("/oauth/reset-password?token=").unwrap();
    let start = text[..path].rfind("http").unwrap();
    let end = text[start..].find(|it: char| it.is_whitespace() || it == '"');
    text[start..start + end.unwrap()].to_owned()
}

async fn ask(browser: &mut Browser<'_>, login: &str) -> Answer {
    let page = browser.get(FORGOT).await;
    browser.submit(&Form::of(&page).set("login", login)).await
}

/// A link for alice, as it stands in the mail.
pub async fn linked(server: &TestServer) -> String {
    let before = server.ctx.mailer.as_ref().unwrap().deliveries().count;
    ask(&mut server.browser(), ALICE).await;
    link(mails(server, before + 1).await.last().unwrap())
}

async fn set(browser: &mut Browser<'_>, link: &str, password: &str) -> Answer {
    let page = browser.get(link).await;
    let form = Form::of(&page).set("password", password);
    browser.submit(&form).await
}

async fn signs_in(server: &TestServer, password: &str) -> bool {
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", password);
    browser.submit(&form).await.status == 303
}

#[tokio::test(flavor = "multi_thread")]
async fn c070_a_link_works_once() {
    let server = server(json!({})).await;
    let link = linked(&server).await;
    // Looking at it spends nothing: mail programs do.
    let mut browser = server.browser();
    for _ in 0..2 {
        let page = browser.get(&link).await;
        page.assert_page(200);
        assert!(page.body.contains("autocomplete=\"new-password\""));
    }
    let page = browser.get(&link).await;
    let form = Form::of(&page).set("password", NEW);
    let done = browser.submit(&form).await;
    assert_eq!(
        done.location(),
        "https://as.example/oauth/reset-password?done=1"
    );
    let page = browser.follow(done).await;
    assert!(page.body.contains("Your password is changed"));
    assert!(signs_in(&server, NEW).await && !signs_in(&server, PASSWORD).await);
    // Once: neither the form nor the link.
    for answer in [browser.submit(&form).await, browser.get(&link).await] {
        answer.assert_page(400);
        assert!(answer.body.contains("This link cannot be used"));
    }
    assert!(signs_in(&server, NEW).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn c070_a_link_works_for_an_hour() {
    let server = server(json!({})).await;
    server.advance(0);
    let link = linked(&server).await;
    server.advance(3599);
    server.browser().get(&link).await.assert_page(200);
    let mut browser = server.browser();
    let page = browser.get(&link).await;
    server.advance(1);
    let form = Form::of(&page).set("password", NEW);
    browser.submit(&form).await.assert_page(400);
    browser.get(&link).await.assert_page(400);
    assert!(signs_in(&server, PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn c070_a_changed_password_ends_older_links() {
    let server = server(json!({})).await;
    let (first, second) = (linked(&server).await, linked(&server).await);
    assert_ne!(first, second);
    set(&mut server.browser(), &second, NEW).await;
    server.browser().get(&first).await.assert_page(400);
    let unknown = format!("{RESET}?token={}", "A".repeat(43));
    let (old, unknown) = (
        server.browser().get(&first).await,
        server.browser().get(&unknown).await,
    );
    let text = |page: &Answer| {
        let (_, main) = page.body.split_once("<main").unwrap();
        main.to_owned()
    };
    assert_eq!(text(&old), text(&unknown), "neutral");
    assert!(signs_in(&server, NEW).await);
}

/// A link is bound to the password it replaces, whoever changes that.
#[tokio::test(flavor = "multi_thread")]
async fn c070_a_password_changed_by_the_app_ends_older_links() {
    let server = server(json!({})).await;
    let link = linked(&server).await;
    let mut browser = server.browser();
    let page = browser.get(&link).await;
    let form = Form::of(&page).set("password", NEW);
    let by_app = "a password of the app";
    let hashed = loco_rs::hash::hash_password(by_app).unwrap();
    server
        .change_user(ALICE, |alice| alice.password = sea_orm::Set(hashed))
        .await;
    for answer in [browser.get(&link).await, browser.submit(&form).await] {
        answer.assert_page(400);
        assert!(answer.body.contains("This link cannot be used"));
    }
    assert!(signs_in(&server, by_app).await && !signs_in(&server, NEW).await);
}

/// ASVS 7.4.3.
#[tokio::test(flavor = "multi_thread")]
async fn c070_other_sessions_end_with_their_grants() {
    for revokes in [true, false] {
        let server = server(json!({ "revoke_on_credential_change": revokes })).await;
        let mut thief = server.browser();
        let code = thief.code(&Authorize::base()).await;
        let tokens = server.redeem(&code).await.ok();
        let link = linked(&server).await;
        set(&mut server.browser(), &link, NEW).await;
        let session = &server.sessions().await[0];
        assert_eq!(session.end_reason.as_deref(), Some("credential_change"));
        let grant = &server.codes().await[0];
        assert_eq!(grant.revoked_at.is_some(), revokes);
        let silent = Authorize::base().with("prompt", "none");
        let answer = thief.get(&silent.path()).await;
        assert_eq!(answer.location_param("error").unwrap(), "login_required");
        let refreshed = server.refresh(text(&tokens, "refresh_token")).await;
        if revokes {
            assert!(!server.is_live(text(&tokens, "access_token")).await);
            refreshed.assert_error(400, "invalid_grant");
        } else {
            refreshed.ok();
        }
    }
}

/// Only the hash is stored; the value is spent by one statement.
#[tokio::test(flavor = "multi_thread")]
async fn c070_only_a_hash_is_stored_and_one_of_many_wins() {
    use sea_orm::EntityTrait;
    let server = server(json!({})).await;
    let link = linked(&server).await;
    let (_, token) = link.split_once("token=").unwrap();
    assert_eq!(token.len(), 43);
    let rows = oauth_ephemerals::Entity::find()
        .all(&server.ctx.db)
        .await
        .unwrap();
    assert_eq!((rows.len(), rows[0].kind.as_str()), (1, "reset"));
    assert_eq!(rows[0].key_hash, hash(Purpose::Reset, token).0);
    let row = serde_json::to_string(&rows[0].value).unwrap();
    assert!(!row.contains(token), "{row}");
    assert!(!row.contains("argon2"), "no password hash either: {row}");

    let mut browser = server.browser();
    let page = browser.get(&link).await;
    let mut tries = Vec::new();
    for number in 0..5 {
        let form = Form::of(&page).set("password", &format!("{NEW} {number}"));
        tries.push((browser.twin(), form));
    }
    let posts = tries.iter_mut().map(|(browser, form)| browser.submit(form));
    let answers = futures_util::future::join_all(posts).await;
    let won = answers.iter().filter(|answer| answer.status == 303).count();
    assert_eq!(won, 1, "{answers:?}");
}

/// Known, unknown, inactive: the same answer; the mail is sent after it.
#[tokio::test(flavor = "multi_thread")]
async fn s9_5_the_answer_is_the_same_for_everybody() {
    let server = server(json!({})).await.with_bob().await;
    server
        .change_user(BOB, |bob| bob.active = sea_orm::Set(false))
        .await;
    let mut bodies = Vec::new();
    for login in [ALICE, BOB, "nobody@example.com", " Alice@Example.com "] {
        let mut browser = server.browser();
        let answer = ask(&mut browser, login).await;
        assert_eq!(
            answer.location(),
            "https://as.example/oauth/forgot-password?sent=1"
        );
        let page = browser.follow(answer).await;
        page.assert_page(200);
        let (_, main) = page.body.split_once("<main").unwrap();
        bodies.push(main.to_owned());
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert!(bodies[0].contains("If there is an account"));
    let mails = mails(&server, 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(mails.len(), 2, "alice's");
    assert!(
        mails
            .iter()
            .all(|mail| mail.contains("To: alice@example.com"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_5_the_mail_speaks_the_browsers_language() {
    let server =
        server(json!({ "app_name": "Demo", "mail_from": "Demo <no-reply@demo.example>" })).await;
    let mut browser = server.browser();
    let page = browser.get(FORGOT).await;
    let form = Form::of(&page).set("login", ALICE);
    let fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let request = server.http.post(server.url(FORGOT)).form(&fields);
    browser.send(request.header("accept-language", "de")).await;
    let mail = mails(&server, 1).await.remove(0);
    assert!(mail.contains("Subject: Ihr Passwort bei Demo"), "{mail}");
    assert!(
        mail.contains("From: Demo <no-reply@demo.example>")
            || mail.contains("From: \"Demo\" <no-reply@demo.example>"),
        "{mail}"
    );
    assert!(mail.contains("text/plain") && mail.contains("text/html"));
    link(&mail);
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_08_a_refused_password_leaves_the_link() {
    let server = server(json!({})).await;
    let link = linked(&server).await;
    let mut browser = server.browser();
    for password in ["short", "", &*"x".repeat(1025)] {
        let page = set(&mut browser, &link, password).await;
        page.assert_page(400);
        assert!(page.body.contains("id=\"error-password\""), "{}", page.body);
        assert!(password.is_empty() || !page.body.contains(password));
    }
    let page = browser.get(&link).await;
    let form = Form::of(&page).set("password", NEW);
    let forged = browser.submit(&form.clone().set("csrf_token", "x")).await;
    forged.assert_page(403);
    assert!(signs_in(&server, PASSWORD).await);
    assert_eq!(browser.submit(&form).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_08_what_was_entered_is_shown_again() {
    let server = server(json!({})).await;
    let mut browser = server.browser();
    let page = browser.get(FORGOT).await;
    let form = Form::of(&page).set("login", ALICE);
    let forged = browser.submit(&form.clone().set("csrf_token", "x")).await;
    forged.assert_page(403);
    assert_eq!(Form::of(&forged).value("login"), Some(ALICE));
    for login in ["", &*"x".repeat(1025)] {
        let page = browser.submit(&form.clone().set("login", login)).await;
        page.assert_page(400);
        assert!(page.body.contains("id=\"error-login\""));
    }
    let mailer = server.ctx.mailer.as_ref().unwrap();
    assert_eq!(mailer.deliveries().count, 0);
}

/// FA-04: no core is free.
#[tokio::test(flavor = "multi_thread")]
async fn fa_04_a_busy_server_leaves_the_link() {
    let server = server(json!({})).await;
    let link = linked(&server).await;
    let mut browser = server.browser();
    let page = browser.get(&link).await;
    let form = Form::of(&page).set("password", NEW);
    let oauth = server.oauth();
    let permits = all_threads(&oauth).await;
    let busy = browser.submit(&form).await;
    busy.assert_page(503);
    drop(permits);
    assert_eq!(browser.submit(&form).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn ge_11_without_a_mailer_there_are_no_pages() {
    for settings in [
        json!({}),
        json!({ "enable_password_reset": false, "mailer": { "stub": true } }),
    ] {
        let server = TestServer::with(settings).await;
        for path in [FORGOT, RESET] {
            server.get(path).await.assert_page(404);
            server.post(path, &[]).await.assert_page(404);
        }
        let login = server.get("/oauth/login").await;
        assert!(!login.body.contains("forgot"), "no link to it");
    }
    let server = server(json!({})).await;
    let login = server.get("/oauth/login").await;
    assert!(login.body.contains(FORGOT));
}

/// Nobody is signed in before the address is verified, by whatever page.
#[tokio::test(flavor = "multi_thread")]
async fn s3_2_unverified_people_are_asked_to_check_their_mail() {
    let server = server(json!({ "require_verified_email": true })).await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let wrong = browser.log_in(&page, ALICE, "wrong").await;
    wrong.assert_page(400);
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    page.assert_page(200);
    assert!(page.body.contains("Check your mail") && page.body.contains("a…@example.com"));
    assert_eq!(server.rows().await.sessions, 0);
    let mail = mails(&server, 1).await.remove(0);
    assert!(mail.contains("Subject: Verify"), "a new mail: {mail}");
    // The app's own login.
    let alice = server.user(ALICE).await.unwrap();
    let headers = axum::http::HeaderMap::new();
    let sign_in = loco_oauth_server::SignIn::default();
    let refused = crate::app::oauth_server::OAuth::sign_in(&server.ctx, &headers, &alice, sign_in);
    assert!(refused.await.is_err());
    assert_eq!(server.rows().await.sessions, 0);
    // Verified: in.
    let now = chrono::Utc::now().fixed_offset();
    server
        .change_user(ALICE, |alice: &mut users::ActiveModel| {
            alice.email_verified_at = sea_orm::Set(Some(now));
        })
        .await;
    let page = browser.authorize(&Authorize::base()).await;
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(page.body.contains("name=\"decision\""));
}
