//! The app's database pool, opened so that it cannot stop the app.
//!
//! Loco opens its pool with an `idle_timeout`, and so sqlx watches it with a task of its own (the
//! reaper). In sqlx 0.9.0 that task can spin for ever: it runs once for each idle connection, and the
//! number of idle connections can wrap to 2^64 − 1, because a connection gives up its permit before
//! it is counted (<https://github.com/launchbadge/sqlx/issues/3645>). One core is then at 100 %, the
//! connection that a request held in that worker's queue never comes back, and every request waits
//! for it in vain. A longer timeout only makes that rarer. Without `idle_timeout` and
//! `max_lifetime` there is no such task, but Loco's settings cannot say that.

use std::time::Duration;

use loco_rs::{app::AppContext, config};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement,
    sqlx::{self, PgConnection, Row as _},
};

/// The line that belongs into `Hooks::after_context` of the app; the generator writes it.
pub const LINE: &str = "OAuth::after_context(ctx).await";

/// The statements for SQLite where the app has none of its own (`database.run_on_start`): Loco's list,
/// but every commit waits for the disk. With a write-ahead log and `synchronous = NORMAL`, which is
/// Loco's, the last commits are lost with the power: a code whose tokens were sent would be unused
/// again (RFC 6749 §4.1.2).
///
/// The write-ahead log is a property of the file. The busy timeout (5 seconds), foreign keys and
/// `synchronous = FULL` are what sqlx and SQLite give to every new connection; they are written out
/// for the first one, which Loco's own pool would have changed.
const SQLITE: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA busy_timeout = 5000;
    PRAGMA mmap_size = 134217728;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = 2000;
";

/// Value of `PRAGMA synchronous` with which every commit waits for the disk.
pub const FULL: i32 = 2;

/// Marker in the app's shared store: [`reopen`] has replaced the pool.
#[derive(Clone, Copy, Debug)]
struct PoolReopened;

/// Replaces the pool that Loco opened by one of the same settings without the reaper.
///
/// PostgreSQL may close a connection at any time. Each connection is tested before it is used, as in
/// Loco's pool, so that nothing is lost without the reaper. SQLite has no server that could close one, and
/// syncs every commit.
///
/// # Errors
/// When the database cannot be opened.
pub async fn reopen(mut ctx: AppContext) -> loco_rs::Result<AppContext> {
    if is_safe(&ctx) || !is_pooled(&ctx.db) {
        return Ok(ctx);
    }
    // Nothing else uses the pool yet.
    ctx.db.clone().close().await?;
    ctx.db = open(&ctx.config.database).await?;
    ctx.shared_store.insert(PoolReopened);
    Ok(ctx)
}

/// Whether the app's pool was opened by [`reopen`], or is no pool of sqlx.
pub fn is_safe(ctx: &AppContext) -> bool {
    ctx.shared_store.contains::<PoolReopened>() || !is_pooled(&ctx.db)
}

/// Whether Loco opens this database through a pool of sqlx. An app that replaced its connection by a
/// mock keeps it.
fn is_pooled(db: &DatabaseConnection) -> bool {
    let backend = db.get_database_backend();
    !db.is_mock_connection() && matches!(backend, DbBackend::Sqlite | DbBackend::Postgres)
}

async fn open(database: &config::Database) -> Result<DatabaseConnection, DbErr> {
    let db = Database::connect(options(database)).await?;
    let backend = db.get_database_backend();
    let at_start = match (&database.run_on_start, backend) {
        (Some(own), _) => own.as_str(),
        (None, DbBackend::Sqlite) => SQLITE,
        (None, _) => return Ok(db),
    };
    db.execute_raw(Statement::from_string(backend, at_start))
        .await?;
    Ok(db)
}

fn options(database: &config::Database) -> ConnectOptions {
    let mut options = ConnectOptions::new(&database.uri);
    options
        .max_connections(connections(database))
        .min_connections(database.min_connections)
        .connect_timeout(Duration::from_millis(database.connect_timeout))
        .idle_timeout(None)
        .max_lifetime(None)
        // PostgreSQL: `is_free`.
        .test_before_acquire(false)
        .sqlx_logging(database.enable_logging);
    if !database.uri.starts_with("sqlite:") {
        options.map_sqlx_postgres_before_acquire(|connection, _| Box::pin(is_free(connection)));
    }
    if let Some(milliseconds) = database.acquire_timeout {
        options.acquire_timeout(Duration::from_millis(milliseconds));
    }
    options
}

/// Whether a connection lives and has no transaction open. In sqlx 0.9.0 a `BEGIN` that was cancelled while it was
/// under way leaves one, of which sqlx does not know (<https://github.com/launchbadge/sqlx/issues/4385>): what somebody
/// else writes there would seem to be stored, and be lost. The time of a transaction is that of its first statement.
async fn is_free(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let own_transaction = "SELECT now() = statement_timestamp()";
    let answer = sqlx::raw_sql(own_transaction).fetch_one(connection).await;
    match answer {
        Ok(row) => row.try_get(0),
        // Lost, or in a transaction that failed.
        Err(error) => {
            tracing::debug!(%error, "a connection is of no use any more");
            Ok(false)
        }
    }
}

/// Returns the size of the pool. A database in memory belongs to one connection: a second one would
/// find it empty.
fn connections(database: &config::Database) -> u32 {
    let uri = &database.uri;
    let in_memory = uri.contains(":memory:") || uri.contains("mode=memory");
    if uri.starts_with("sqlite:") && in_memory && !uri.contains("cache=shared") {
        1
    } else {
        database.max_connections
    }
}

/// Returns `PRAGMA synchronous` of a connection; `None` where the database is not SQLite.
///
/// # Errors
/// When the database fails.
pub async fn synchronous(db: &impl ConnectionTrait) -> Result<Option<i32>, DbErr> {
    if db.get_database_backend() != DbBackend::Sqlite {
        return Ok(None);
    }
    let pragma = Statement::from_string(DbBackend::Sqlite, "PRAGMA synchronous");
    let row = db.query_one_raw(pragma).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}
/// Returns what is wrong with Loco's pool (OS-20), with the line that mends it.
pub fn pool_text() -> String {
    format!(
        "the database pool is Loco's own: a fault of sqlx 0.9.0 (issue 3645) can make its reaper of \
         idle connections spin for ever, and then every request waits for a connection in vain until \
         the process is killed — write `{LINE}` into Hooks::after_context in src/app.rs (`cargo loco \
         generate oauth-server` does)"
    )
}
