//! Removes clients that registered or described themselves and are not used.

use chrono::{DateTime, FixedOffset};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, SimpleExpr},
};

use super::{
    StoreResult,
    clients::tombstone::{self, DELETED},
    consents,
    record::{column, eq, gt, is_null, same},
};
use crate::{protocol::time::UnixTime, store::schema::TableNames};

/// Limits of one removal of unused clients.
#[derive(Clone, Copy, Debug)]
pub struct Reaping {
    /// The present time.
    pub now: UnixTime,
    /// Never-used clients are removed when they registered before this.
    pub unused_before: UnixTime,
    /// Used clients are removed when they were last used before this.
    pub idle_before: UnixTime,
    /// Most clients of one batch.
    pub batch: u64,
}

/// Returns the ids of clients that may be removed, at most a batch. A client with a live grant is
/// never among them.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn candidates(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    reaping: &Reaping,
) -> StoreResult<Vec<String>> {
    let mut ids = never_used(conn, tables, reaping).await?;
    let mut idle = reapable(tables, reaping.now);
    idle.column(Alias::new("client_id"))
        .and_where(Expr::col(Alias::new("last_used_at")).lte(reaping.idle_before))
        .order_by(Alias::new("last_used_at"), sea_orm::sea_query::Order::Asc)
        .limit(reaping.batch);
    for row in conn.query_all(&idle).await? {
        ids.push(row.try_get("", "client_id")?);
    }
    Ok(ids)
}

/// Returns the ids of never-used clients in the order of registration. The time of registration is
/// compared here, because SQLite compares times as texts.
async fn never_used(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    reaping: &Reaping,
) -> StoreResult<Vec<String>> {
    let mut unused = reapable(tables, reaping.now);
    unused
        .columns(["client_id", "created_at"].map(Alias::new))
        .and_where(is_null("last_used_at"))
        .order_by(Alias::new("id"), sea_orm::sea_query::Order::Asc)
        .limit(reaping.batch);
    let mut ids = Vec::new();
    for row in conn.query_all(&unused).await? {
        let registered: DateTime<FixedOffset> = row.try_get("", "created_at")?;
        if UnixTime::from(registered) <= reaping.unused_before {
            ids.push(row.try_get("", "client_id")?);
        }
    }
    Ok(ids)
}

/// Removes a client. Returns whether it did; `false` = the client came to life meanwhile, or
/// another node removed it.
///
/// A registered client leaves a tombstone. The row of a document, which is only a copy, is deleted:
/// a request with its id fetches the document again. Call it inside a transaction, which it begins
/// with the write that ends the client.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn reap(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: &str,
    reaping: &Reaping,
) -> StoreResult<bool> {
    let last_used = || Expr::col(Alias::new("last_used_at"));
    let conditions = |kind: &str| {
        eq("client_id", client_id)
            .and(eq("kind", kind))
            .and(Expr::col(Alias::new("status")).ne(DELETED))
            .and(is_null("last_used_at").or(last_used().lte(reaping.idle_before)))
            .and(has_live_grant(tables, reaping.now).not())
    };
    // Only an active copy is deleted: the operator's decision to disable a document must last.
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(tables.clients))
        .and_where(conditions("cimd"))
        .and_where(eq("status", "active"));
    let mut update = Query::update();
    update
        .table(Alias::new(tables.clients))
        .and_where(conditions("dynamic"));
    tombstone::bury(&mut update, reaping.now);
    if conn.execute(&delete).await?.rows_affected() == 1 {
        // The next copy begins at version 1 again: no consent to this copy may hold for it.
        consents::delete_of_client(conn, tables, client_id).await?;
        return Ok(true);
    }
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

fn reapable(tables: &TableNames, now: UnixTime) -> SelectStatement {
    let mut select = Query::select();
    select
        .from(Alias::new(tables.clients))
        .and_where(is_removable())
        .and_where(has_live_grant(tables, now).not());
    select
}

/// Condition that the client registered over HTTP, or is a document that is active. Clients of the
/// operator stay, and so do documents that the operator decided about.
fn is_removable() -> SimpleExpr {
    let kind = |kind: &str| eq("kind", kind);
    let registered = kind("dynamic").and(Expr::col(Alias::new("status")).ne(DELETED));
    registered.or(kind("cimd").and(eq("status", "active")))
}

fn has_live_grant(tables: &TableNames, now: UnixTime) -> SimpleExpr {
    let mut live = Query::select();
    live.expr(Expr::val(1))
        .from(Alias::new(tables.authorization_codes))
        .and_where(same(
            column(tables.authorization_codes, "client_id"),
            column(tables.clients, "client_id"),
        ))
        .and_where(is_null("revoked_at"))
        .and_where(gt("retain_until", now));
    Expr::exists(live)
}
