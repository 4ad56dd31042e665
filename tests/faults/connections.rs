//! Connections that are not as sqlx believes them to be, and requests that hold each other up.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use loco_oauth_server::internals::store::Store;
use sea_orm::{
    ConnectionTrait, Database, DbBackend, Statement, TransactionTrait,
    sqlx::{Executor, Sqlite},
};
use sqlx_core::transaction::TransactionManager;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::sleep,
};
use url::Url;

use super::locked::lock;
use crate::app::{browser::Authorize, fixtures::BOB, server::TestServer, tokens::text};

/// A way to a server, whose answers can be held back.
struct Relay {
    uri: String,
    is_held: Arc<AtomicBool>,
}

impl Relay {
    /// Opens a way to the server of this address.
    async fn to(uri: &str) -> Self {
        let mut uri = Url::parse(uri).unwrap();
        let server = format!("{}:{}", uri.host_str().unwrap(), uri.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        uri.set_host(Some("127.0.0.1")).unwrap();
        uri.set_port(Some(address.port())).unwrap();
        let is_held = Arc::new(AtomicBool::new(false));
        let held = Arc::clone(&is_held);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(pass_on(from_client, to_server, Arc::default()));
                tokio::spawn(pass_on(from_server, to_client, Arc::clone(&held)));
            }
        });
        Self {
            uri: uri.to_string(),
            is_held,
        }
    }

    fn hold(&self, held: bool) {
        self.is_held.store(held, Ordering::SeqCst);
    }
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, is_held: Arc<AtomicBool>) {
    let mut bytes = [0; 4096];
    while let Ok(read) = from.read(&mut bytes).await {
        while is_held.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(5)).await;
        }
        if read == 0 || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

/// The database goes on after the request gave up: what it began then is nobody's, and is not left open.
#[tokio::test(flavor = "multi_thread")]
async fn c236_a_transaction_that_begins_too_late_is_not_left_open() {
    let server = TestServer::start().await;
    if !server.database.is_postgres() {
        return;
    }
    let relay = Relay::to(&server.database.uri).await;
    let mut options = sea_orm::ConnectOptions::new(&relay.uri);
    options.max_connections(2).min_connections(0);
    let db = Database::connect(options).await.unwrap();
    let store = Store::new(db, **server.oauth().store.tables());
    let one = || Statement::from_string(DbBackend::Postgres, "SELECT 1");
    let write = || {
        store
            .write(move |txn, _| Box::pin(async move { Ok(txn.query_all_raw(one()).await?.len()) }))
    };
    assert_eq!(write().await.unwrap(), 1);
    relay.hold(true);
    let late = write().await;
    assert!(late.unwrap_err().is_unavailable());
    relay.hold(false);
    assert_eq!(write().await.unwrap(), 1);
    // What was under way is over by now, and so are the connections of it.
    let open = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
                AND state LIKE 'idle in transaction%'";
    let mut rows = 1;
    for _ in 0..100 {
        let open = Statement::from_string(DbBackend::Postgres, open);
        rows = server.ctx.db.query_all_raw(open).await.unwrap().len();
        if rows == 0 {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(rows, 0);
}

/// A commit of the app that fails on a full disk leaves connections on which sqlx lets no transaction begin.
#[tokio::test(flavor = "multi_thread")]
async fn c232_connections_that_seem_to_be_in_a_transaction_are_replaced() {
    let server = TestServer::start().await;
    if server.database.is_postgres() {
        return;
    }
    let code = server.code().await;
    let pool = server.ctx.db.get_sqlite_connection_pool();
    let mut connections = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        connections.push(pool.acquire().await.unwrap());
    }
    for connection in &mut connections {
        <Sqlite as sea_orm::sqlx::Database>::TransactionManager::begin(connection, None)
            .await
            .unwrap();
        connection.execute("ROLLBACK").await.unwrap();
    }
    drop(connections);
    server.redeem(&code).await.ok();
    server.tokens(&Authorize::base()).await;
}

/// SQLite tells of the end of a single write with its last step: no row may be taken for stored before.
#[tokio::test(flavor = "multi_thread")]
async fn a_single_write_whose_commit_fails_is_not_acknowledged() {
    let server = TestServer::start().await;
    if server.database.is_postgres() {
        return;
    }
    let store = &server.oauth().store;
    let tables = "CREATE TABLE parents (id INTEGER PRIMARY KEY); \
                  CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER \
                  REFERENCES parents DEFERRABLE INITIALLY DEFERRED)";
    server.ctx.db.execute_unprepared(tables).await.unwrap();
    let orphan = || {
        Statement::from_string(
            DbBackend::Sqlite,
            "INSERT INTO children (parent) VALUES (7) RETURNING id",
        )
    };
    let stored = store.run(|db| async move { Ok(db.query_one_raw(orphan()).await?.is_some()) });
    assert!(stored.await.is_err(), "the commit failed");
}

/// Requests of the same kind share a statement. One of them hangs up while the statement waits for the database.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_fails_because_another_request_hung_up() {
    let server = Arc::new(TestServer::start().await);
    if server.database.is_postgres() {
        return;
    }
    let held = lock(&server).await;
    let ask = |server: Arc<TestServer>| async move {
        let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
        server.as_client("m2m", "/oauth/token", &form).await
    };
    // The first two have the turns; the others wait together.
    let mut asking = Vec::new();
    for _ in 0..10 {
        asking.push(tokio::spawn(ask(Arc::clone(&server))));
        sleep(Duration::from_millis(30)).await;
    }
    for gone in [asking.remove(0), asking.remove(4)] {
        gone.abort();
    }
    sleep(Duration::from_millis(100)).await;
    held.rollback().await.unwrap();
    for answer in join_all(asking).await {
        let answer = answer.unwrap().ok();
        assert!(!text(&answer, "access_token").is_empty());
    }
}

/// The app holds the row of a user: the requests of others go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_the_app_holds_stops_the_requests_of_its_user_alone() {
    let server = Arc::new(TestServer::start().await.with_bob().await);
    if !server.database.is_postgres() {
        return;
    }
    let mut held_up = Vec::new();
    for _ in 0..3 {
        let tokens = server.tokens(&Authorize::base()).await;
        held_up.push(text(&tokens, "refresh_token").to_owned());
    }
    let mut browser = server.browser();
    browser.sign_in_as(BOB).await;
    let code = browser.code(&Authorize::base()).await;
    let bobs = server.redeem(&code).await.ok();
    let app = server.ctx.db.begin().await.unwrap();
    let alice = "SELECT 1 FROM users WHERE email = 'alice@example.com' FOR UPDATE";
    app.execute_unprepared(alice).await.unwrap();
    let mut waiting = Vec::new();
    for token in held_up {
        let server = Arc::clone(&server);
        waiting.push(tokio::spawn(async move { server.refresh(&token).await }));
    }
    sleep(Duration::from_millis(100)).await;
    let mut refresh = text(&bobs, "refresh_token").to_owned();
    for _ in 0..3 {
        let bobs = server.refresh(&refresh).await.ok();
        text(&bobs, "refresh_token").clone_into(&mut refresh);
    }
    assert!(waiting.iter().all(|request| !request.is_finished()));
    app.rollback().await.unwrap();
    for answer in join_all(waiting).await {
        answer.unwrap().ok();
    }
}
