//! Findings about the app's database connections: OS-13, OS-20, OS-21.

use loco_rs::app::AppContext;
use serde_json::Value;

use super::Finding;
use crate::{
    boot::database::{self, FULL},
    protocol::rule::rule,
    store::Store,
};

/// The longest time that sqlx waits between two looks at idle connections, milliseconds: a
/// connection of Loco's queues may live for 30 minutes, whatever its `idle_timeout` is.
const SELDOM: u64 = 1_800_000;

/// Returns the findings about the app's database connections.
pub async fn findings(ctx: &AppContext, store: &Store) -> Vec<Finding> {
    let pool = pool(ctx);
    let synced = synchronous(ctx, store).await;
    pool.into_iter().chain(queue(ctx)).chain(synced).collect()
}

/// OS-20: the pool is Loco's, which can stop the whole app.
fn pool(ctx: &AppContext) -> Option<Finding> {
    (!database::is_safe(ctx)).then(|| Finding::error(rule!("OS-20"), database::pool_text()))
}

/// OS-21: the pool of Loco's own queue has the same reaper, and this plugin cannot replace that pool.
fn queue(ctx: &AppContext) -> Option<Finding> {
    let queue = serde_json::to_value(ctx.config.queue.as_ref()?).ok()?;
    let kind = queue.get("kind").and_then(Value::as_str)?;
    let idle_timeout = queue.get("idle_timeout").and_then(Value::as_u64)?;
    (kind != "Redis" && idle_timeout < SELDOM).then(|| {
        Finding::warn(
            rule!("OS-21"),
            format!(
                "queue.idle_timeout is {idle_timeout} ms: so often sqlx 0.9.0 looks at the idle \
                 connections of the queue's pool, and each look can make it spin for ever (issue \
                 3645) — write queue.idle_timeout: {SELDOM} (half an hour, the most that has an \
                 effect), or use the kind Redis, which has no such pool"
            ),
        )
    })
}

/// OS-13: SQLite does not sync every commit. Without `run_on_start` of the app it does, because the
/// plugin opens the pool so.
async fn synchronous(ctx: &AppContext, store: &Store) -> Option<Finding> {
    ctx.config.database.run_on_start.as_ref()?;
    let level = database::synchronous(store.db()).await.ok()??;
    (level < FULL).then(|| {
        Finding::warn(
            rule!("OS-13"),
            "SQLite `synchronous` is below FULL: the last commits may be lost when the power \
             fails, and a used code is then unused again — write `PRAGMA synchronous = FULL;` into \
             `database.run_on_start`",
        )
    })
}
