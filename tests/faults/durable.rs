//! The app's pool (OS-13, OS-20): no reaper, and what SQLite needs on every connection.

use std::time::Duration;

use loco_rs::app::{AppContext, Hooks};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, Statement,
    TransactionTrait,
    sqlx::{Database, pool::PoolOptions},
};
use serde_json::{Value, json};

use crate::app::{App, oauth_server::OAuth, server::TestServer};

/// A pragma of all connections of the pool.
async fn pragma(ctx: &AppContext, name: &str) -> Vec<String> {
    let mut held: Vec<DatabaseTransaction> = Vec::new();
    for _ in 0..ctx.config.database.max_connections {
        held.push(ctx.db.begin().await.unwrap());
    }
    let mut values = Vec::new();
    for connection in &held {
        let pragma = Statement::from_string(DatabaseBackend::Sqlite, format!("PRAGMA {name}"));
        let row = connection.query_one_raw(pragma).await.unwrap().unwrap();
        let number = row.try_get_by_index::<i32>(0);
        values.push(number.map_or_else(
            |_| row.try_get_by_index::<String>(0).unwrap(),
            |number| number.to_string(),
        ));
    }
    values.sort_unstable();
    values
}

async fn levels(settings: Value) -> Vec<String> {
    pragma(&TestServer::with(settings).await.ctx, "synchronous").await
}

/// Loco's default would lose its last commits; a code whose tokens were sent would be unused again.
/// Where the app chose, the doctor has a word.
#[tokio::test(flavor = "multi_thread")]
async fn c238_sqlite_syncs_every_commit_unless_the_app_says_otherwise() {
    if TestServer::start().await.database.is_postgres() {
        return;
    }
    assert_eq!(levels(json!({})).await, ["2"; 5]);
    assert_eq!(levels(json!({ "max_connections": 1 })).await, ["2"]);
    let chosen = json!({ "run_on_start": "PRAGMA synchronous = NORMAL;" });
    assert_eq!(levels(chosen).await, ["1", "2", "2", "2", "2"]);
}

/// What the plugin relies on holds on each connection, not on the first one alone.
#[tokio::test(flavor = "multi_thread")]
async fn s_a1_every_connection_of_sqlite_has_what_the_plugin_relies_on() {
    let server = TestServer::start().await;
    if server.database.is_postgres() {
        return;
    }
    assert_eq!(pragma(&server.ctx, "journal_mode").await, ["wal"; 5]);
    assert_eq!(pragma(&server.ctx, "foreign_keys").await, ["1"; 5]);
    assert_eq!(pragma(&server.ctx, "busy_timeout").await, ["5000"; 5]);
}

/// What a pool was opened with.
#[derive(Debug, PartialEq, Eq)]
struct Opened {
    /// sqlx starts its reaper where one of two times is set.
    reaped: bool,
    max: u32,
    min: u32,
    wait: Duration,
}

impl Opened {
    fn of(db: &DatabaseConnection) -> Self {
        if db.get_database_backend() == DatabaseBackend::Sqlite {
            Self::with(db.get_sqlite_connection_pool().options())
        } else {
            Self::with(db.get_postgres_connection_pool().options())
        }
    }

    fn with<D: Database>(options: &PoolOptions<D>) -> Self {
        let times = [options.get_idle_timeout(), options.get_max_lifetime()];
        Self {
            reaped: times.iter().any(Option::is_some),
            max: options.get_max_connections(),
            min: options.get_min_connections(),
            wait: options.get_acquire_timeout(),
        }
    }
}

/// Sqlx starts its reaper where one of the two times is set.
#[tokio::test(flavor = "multi_thread")]
async fn s_a1_the_pool_has_no_reaper() {
    let server = TestServer::start().await;
    let own = Opened::of(&server.ctx.db);
    assert!(!own.reaped, "{own:?}");
    // A second call, as by an app that has the line twice, opens nothing anew.
    let again = OAuth::after_context(server.ctx.clone()).await.unwrap();
    assert_eq!(Opened::of(&again.db), own);
    server.ctx.db.ping().await.unwrap();

    let loco = loco_rs::db::connect(&server.ctx.config.database).await;
    let loco = Opened::of(&loco.unwrap());
    assert!(loco.reaped, "{loco:?}");
}

/// All that the app's settings say holds for the new pool.
#[tokio::test(flavor = "multi_thread")]
async fn s_a1_the_pool_has_the_settings_of_the_app() {
    let server = TestServer::start().await;
    let mut config = server.ctx.config.clone();
    config.database.max_connections = 3;
    config.database.min_connections = 2;
    config.database.connect_timeout = 700;
    config.database.acquire_timeout = Some(900);
    let ctx = loco_rs::boot::create_context::<App>(&server.ctx.environment, config).await;
    let ctx = ctx.unwrap();
    let opened = Opened {
        reaped: false,
        max: 3,
        min: 2,
        wait: Duration::from_millis(900),
    };
    assert_eq!(Opened::of(&ctx.db), opened);
}

/// A database in memory belongs to one connection, however many the settings name.
#[tokio::test(flavor = "multi_thread")]
async fn s_a1_a_database_in_memory_has_one_connection() {
    let server = TestServer::start().await;
    for uri in ["sqlite::memory:", "sqlite:file:gone?mode=memory"] {
        let mut config = server.ctx.config.clone();
        config.database.uri = uri.to_owned();
        config.database.max_connections = 5;
        let ctx = loco_rs::boot::create_context::<App>(&server.ctx.environment, config).await;
        let ctx = ctx.unwrap();
        App::after_context(ctx.clone()).await.unwrap();
        let pool = ctx.db.get_sqlite_connection_pool();
        assert_eq!(pool.options().get_max_connections(), 1, "{uri}");
        ctx.db
            .execute_unprepared("CREATE TABLE t (x)")
            .await
            .unwrap();
        // Longer than Loco's idle timeout, after which its reaper would drop the table.
        tokio::time::sleep(Duration::from_millis(1200)).await;
        ctx.db
            .execute_unprepared("INSERT INTO t VALUES (1)")
            .await
            .unwrap();
    }
}
