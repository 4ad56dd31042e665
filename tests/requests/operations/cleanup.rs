//! What the cleanup deletes, whom it removes, and what it says (CL-01, CL-02).

use futures_util::future::join_all;
use loco_oauth_server::internals::{
    operations::cleanup::Cleanup,
    protocol::client::{Client, ClientKind},
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::app::{
    browser::Authorize,
    fixtures::{self, DYN_CB},
    oauth_server::{oauth_clients, oauth_ephemerals, oauth_refresh_tokens},
    rows::Rows,
    server::TestServer,
    tokens::text,
};

const DAY: i64 = 86_400;

async fn registered(server: &TestServer, ids: impl Iterator<Item = String>) {
    for id in ids {
        let client = Client {
            kind: ClientKind::Dynamic,
            last_used_at: None,
            ..fixtures::client(&id, &[DYN_CB])
        };
        fixtures::insert(server, &client).await;
    }
}

async fn clients_left(server: &TestServer) -> u64 {
    let clients = oauth_clients::Entity::find();
    clients.count(&server.ctx.db).await.unwrap()
}

/// What is over goes in its time, what lives stays, children before parents.
#[tokio::test(flavor = "multi_thread")]
async fn cl_01_rows_go_when_they_are_over() {
    let server = TestServer::start().await;
    server.advance(0);
    let tokens = server.tokens(&Authorize::base()).await;
    let machine = [("grant_type", "client_credentials"), ("scope", "jobs")];
    server.as_client("m2m", "/oauth/token", &machine).await.ok();
    server.browser().authorize(&Authorize::base()).await;
    let before = server.rows().await;
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(server.rows().await, before, "everything lives");

    // An hour after their end interactions go, a day after theirs access tokens.
    server.advance(600 + 3600);
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(server.rows().await.interactions, 0);
    assert_eq!(server.rows().await.access_tokens, 2);
    server.advance(DAY);
    server
        .task("oauth:cleanup", &[("batch", "1")])
        .await
        .unwrap();
    assert_eq!(server.rows().await.access_tokens, 0);
    // The grant lives as long as its refresh token can.
    let tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
    server.advance(180 * DAY);
    let late = server.refresh(text(&tokens, "refresh_token")).await;
    late.assert_error(400, "invalid_grant");
    server.advance(2 * DAY);
    let dry = server.rows().await;
    server
        .task("oauth:cleanup", &[("dry_run", "true")])
        .await
        .unwrap();
    assert_eq!(server.rows().await, dry);
    server.task("oauth:cleanup", &[]).await.unwrap();
    let refresh = oauth_refresh_tokens::Entity::find();
    assert_eq!(refresh.count(&server.ctx.db).await.unwrap(), 0);
    let left = Rows {
        consents: 1,
        users: 1,
        ..Rows::default()
    };
    assert_eq!(server.rows().await, left);
}

#[tokio::test(flavor = "multi_thread")]
async fn cl_02_a_run_says_what_it_did() {
    let server = TestServer::start().await;
    server.advance(0);
    server.tokens(&Authorize::base()).await;
    server.advance(200 * DAY);
    let oauth = server.oauth();
    let options = Cleanup(&oauth).options();
    let report = Cleanup(&oauth).run(options).await.unwrap();
    let report = serde_json::to_value(report).unwrap();
    let grants = json!({ "table": "oauth_authorization_codes", "deleted": 1, "remaining": 0 });
    let tables = report["tables"].as_array().unwrap();
    assert!(tables.contains(&grants), "{report}");
    let events = oauth.events.take();
    let finished = events
        .iter()
        .find(|event| event.event.as_str() == "cleanup.finished");
    assert_eq!(finished.unwrap().details["oauth_authorization_codes"], 1);
    let rows = oauth_ephemerals::Entity::find().all(&server.ctx.db).await;
    let rows = rows.unwrap();
    assert_eq!(rows.len(), 1, "the marker");
    assert_eq!(
        (rows[0].kind.as_str(), rows[0].counter),
        ("marker", server.now())
    );
}

/// Two nodes at once: each row goes once, nobody fails.
#[tokio::test(flavor = "multi_thread")]
async fn cl_01_several_runs_share_the_work() {
    let server = TestServer::start().await;
    server.advance(0);
    for _ in 0..25 {
        let machine = [("grant_type", "client_credentials"), ("scope", "jobs")];
        server.as_client("m2m", "/oauth/token", &machine).await.ok();
    }
    server.advance(3 * DAY);
    let oauth = server.oauth();
    let mut options = Cleanup(&oauth).options();
    options.batch = 3;
    let cleanup = Cleanup(&oauth);
    let runs = join_all((0..3).map(|_| cleanup.run(options))).await;
    let deleted = runs.into_iter().map(|run| {
        let tables = run.unwrap().tables;
        let mut access = tables
            .iter()
            .filter(|table| table.table == "oauth_access_tokens");
        access.next().unwrap().deleted
    });
    assert_eq!(deleted.sum::<u64>(), 25);
    assert_eq!(server.rows().await.access_tokens, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn c159_clients_that_nobody_uses_are_removed() {
    let server = TestServer::start().await;
    let known = clients_left(&server).await;
    registered(&server, (0..1000).map(|number| format!("unused{number}"))).await;
    registered(&server, std::iter::once("used".to_owned())).await;
    let code = server.browser().code(&Authorize::of("used", DYN_CB)).await;
    let form = crate::app::tokens::redemption(
        &code,
        &[("redirect_uri", Some(DYN_CB)), ("client_id", Some("used"))],
    );
    let tokens = server.post("/oauth/token", &form).await.ok();
    // The note of the first use is written after the answer.
    for _ in 0..100 {
        let used = oauth_clients::Entity::find()
            .all(&server.ctx.db)
            .await
            .unwrap();
        if used
            .iter()
            .any(|row| row.client_id == "used" && row.last_used_at.is_some())
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    server.task("oauth:cleanup", &[]).await.unwrap();
    server
        .get(&Authorize::of("unused7", DYN_CB).path())
        .await
        .location();

    server.advance(DAY + 60);
    server.task("oauth:cleanup", &[]).await.unwrap();
    let events = server.oauth().events.take();
    let reaped = events
        .iter()
        .filter(|event| event.event.as_str() == "client.reaped");
    assert_eq!(reaped.count(), 1000);
    let answer = server.get(&Authorize::of("unused7", DYN_CB).path()).await;
    answer.assert_page(400);
    let token = [("grant_type", "refresh_token"), ("client_id", "unused7")];
    let answer = server.post("/oauth/token", &token).await;
    answer.assert_error(401, "invalid_client");
    // The used one lives, and so do the operator's clients.
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
        ("client_id", "used"),
    ];
    server.post("/oauth/token", &refresh).await.ok();
    server
        .as_client("conf", "/oauth/introspect", &[("token", "x")])
        .await
        .ok();

    // Tombstones stay for 90 days.
    server.advance(91 * DAY);
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(clients_left(&server).await, known + 1);
}

/// Used once, then forgotten: removed when no grant lives and the idle time is over.
#[tokio::test(flavor = "multi_thread")]
async fn idle_clients_go_when_their_grants_are_over() {
    let settings = json!({ "refresh_token_max_ttl_seconds": 2_592_000 });
    let server = TestServer::with(settings).await;
    server.advance(0);
    registered(&server, std::iter::once("idle".to_owned())).await;
    server.browser().code(&Authorize::of("idle", DYN_CB)).await;
    let now = server.now();
    server
        .change_client("idle", |client| {
            client.last_used_at = sea_orm::Set(Some(now));
        })
        .await;
    let status = async || {
        let all = oauth_clients::Entity::find()
            .all(&server.ctx.db)
            .await
            .unwrap();
        let mut idle = all.into_iter().filter(|row| row.client_id == "idle");
        idle.next().unwrap().status
    };
    server.advance(89 * DAY);
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(status().await, "active");
    server.advance(2 * DAY);
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(status().await, "deleted");
}
