//! The database is away, and comes back (FA-01, FA-03).

use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::{
    browser::{Authorize, Form},
    fixtures,
    registration::{metadata, open},
    server::{Answer, TestServer},
    tokens::text,
};

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    answer.assert_error(503, "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), Some("2"));
}

/// No redirect, because neither client nor redirect URI can be checked; keys and metadata need no
/// database.
#[tokio::test(flavor = "multi_thread")]
async fn c227_fa_03_authorize_while_the_database_is_away() {
    let server = TestServer::start().await;
    let before = server.everything().await;
    server.oauth().store.faults().stop();
    let mut browser = server.browser();
    let page = browser.get(&Authorize::base().path()).await;
    page.assert_page(503);
    assert_eq!(page.header("retry-after"), Some("2"));
    server
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    server.get("/oauth/jwks").await.ok();
    server.oauth().store.faults().mend();
    assert_eq!(server.everything().await, before);
    let page = browser.authorize(&Authorize::base()).await;
    assert_eq!(page.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn c228_consent_while_the_database_is_away() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of_consent(&page).set("decision", "allow");
    server.oauth().store.faults().stop();
    let answer = browser.submit(&form).await;
    answer.assert_page(503);
    server.oauth().store.faults().mend();
    assert!(server.grants().await.is_empty());
    assert_eq!(server.ledger().await["consents"], 0);
    let answer = browser.submit(&form).await;
    let code = answer.location_param("code").unwrap();
    server.redeem(&code).await.ok();
}

/// The login form, too, works when it is sent again.
#[tokio::test(flavor = "multi_thread")]
async fn fa_01_login_while_the_database_is_away() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", fixtures::ALICE)
        .set("password", fixtures::PASSWORD);
    server.oauth().store.faults().stop();
    let answer = browser.submit(&form).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    server.oauth().store.faults().mend();
    let answer = browser.submit(&form).await;
    assert_eq!(answer.status, 303, "{answer:?}");
}

/// Never 200, never `active: false`, never `invalid_grant`; and nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn c229_clients_while_the_database_is_away() {
    let server = TestServer::with(open()).await;
    let registered = server.registered(&metadata(&json!({}))).await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let other = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&other).await.ok();
    let (access, refresh) = (
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
    );
    let before = server.everything().await;
    let machine = [("grant_type", "client_credentials")];
    let changed = metadata(&json!({ "client_id": registered["client_id"] }));
    server.oauth().store.faults().stop();
    let answers = [
        server.register(&metadata(&json!({}))).await,
        server.manage("GET", &registered, None).await,
        server.manage("PUT", &registered, Some(&changed)).await,
        server.manage("DELETE", &registered, None).await,
        server.revoke(access).await,
        server.redeem(&code).await,
        server.refresh(refresh).await,
        server.revoke(refresh).await,
        server
            .as_client("conf", "/oauth/introspect", &[("token", access)])
            .await,
        server.userinfo(access).await,
        server.as_client("m2m", "/oauth/token", &machine).await,
    ];
    for answer in &answers {
        assert_unavailable(answer);
    }
    server.oauth().store.faults().mend();
    assert_eq!(server.everything().await, before);
    assert!(server.is_live(access).await);
    server.redeem(&code).await.ok();
    server.refresh(refresh).await.ok();
    server.manage("GET", &registered, None).await.ok();
}

/// A pool that was closed under the app: the same answers.
#[tokio::test(flavor = "multi_thread")]
async fn c229_clients_and_a_closed_pool() {
    let server = TestServer::with(open()).await;
    let registered = server.registered(&metadata(&json!({}))).await;
    let tokens = server.tokens(&Authorize::base()).await;
    let code = server.code().await;
    server.ctx.db.clone().close().await.unwrap();
    let access = text(&tokens, "access_token");
    let answers = [
        server.redeem(&code).await,
        server.refresh(text(&tokens, "refresh_token")).await,
        server.userinfo(access).await,
        server.revoke(access).await,
        server
            .as_client("conf", "/oauth/introspect", &[("token", access)])
            .await,
        server.register(&metadata(&json!({}))).await,
        server.manage("GET", &registered, None).await,
    ];
    for answer in &answers {
        assert_unavailable(answer);
    }
}

/// Connections that the database server cuts while requests run: whole or nothing, and normal
/// again without a restart. PostgreSQL; SQLite has no server.
#[tokio::test(flavor = "multi_thread")]
async fn c236_connections_cut_under_load() {
    let server = TestServer::start().await;
    if !server.database.is_postgres() {
        return;
    }
    let mut browser = server.browser();
    let mut codes = Vec::new();
    for _ in 0..30 {
        codes.push(browser.code(&Authorize::base()).await);
    }
    let admin = sea_orm::Database::connect(&server.database.uri)
        .await
        .unwrap();
    let cut = async {
        for _ in 0..10 {
            let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                          WHERE datname = current_database() AND pid <> pg_backend_pid()";
            admin.execute_unprepared(others).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let requests = futures_util::future::join_all(codes.iter().map(|code| server.redeem(code)));
    let (answers, ()) = tokio::join!(requests, cut);
    for (code, answer) in codes.iter().zip(&answers) {
        if answer.status == 200 {
            assert!(server.is_live(text(&answer.json(), "access_token")).await);
        } else {
            assert_unavailable(answer);
            // The commit may have happened before its connection was cut.
            let again = server.redeem(code).await;
            if again.status != 200 {
                again.assert_error(400, "invalid_grant");
            }
        }
    }
    server.check_integrity().await;
    server.tokens(&Authorize::base()).await;
}

/// A connection that was closed while nobody used it fails nobody, also a moment after its last use.
#[tokio::test(flavor = "multi_thread")]
async fn c236_connections_closed_between_requests() {
    let server = TestServer::start().await;
    if !server.database.is_postgres() {
        return;
    }
    let admin = sea_orm::Database::connect(&server.database.uri)
        .await
        .unwrap();
    let cut = async || {
        let others = "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        admin.execute_unprepared(others).await.unwrap();
    };
    let tokens = server.tokens(&Authorize::base()).await;
    let mut refresh = text(&tokens, "refresh_token").to_owned();
    for _ in 0..5 {
        let tokens = server.refresh(&refresh).await.ok();
        cut().await;
        assert!(server.is_live(text(&tokens, "access_token")).await);
        cut().await;
        text(&tokens, "refresh_token").clone_into(&mut refresh);
    }
    server.refresh(&refresh).await.ok();
}
