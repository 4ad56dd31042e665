//! Counters of rate limits in `oauth_ephemerals`, shared by all nodes.

use sea_orm::{
    ConnectionTrait,
    sea_query::{
        Alias, CaseStatement, Cond, Expr, ExprTrait, OnConflict, Query, SelectStatement, UnionType,
    },
};

use super::{
    StoreResult,
    record::{eq, gt},
};
use crate::{
    protocol::{secret::SecretHash, time::UnixTime},
    store::schema::TableNames,
};

const KIND: &str = "rate";
const COLUMNS: [&str; 4] = ["kind", "key_hash", "counter", "expires_at"];

/// A counter that a request adds to.
#[derive(Clone, Debug)]
pub struct CounterIncrement {
    /// Hash of the counter's key.
    pub key: SecretHash,
    /// Number to add: 1 counts the request, 0 only reads the counter.
    pub add: i64,
    /// Most requests of a window.
    pub limit: i64,
    /// End of the window if it begins with this request.
    pub ends_at: UnixTime,
}

/// A counter after the request was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterState {
    /// Requests of the window so far, this one included.
    pub count: i64,
    /// End of the window.
    pub ends_at: UnixTime,
}

/// Adds to all counters in one statement.
///
/// A later counter is left alone once an earlier one has reached its limit, so that one address
/// cannot use up what all share. The results are in the order of `counts`; `None` = left alone.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn count(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    counts: &[CounterIncrement],
    now: UnixTime,
) -> StoreResult<Vec<Option<CounterState>>> {
    let table = tables.ephemerals;
    let mut rows = counts
        .iter()
        .enumerate()
        .map(|(place, count)| row(table, count, counts.get(..place).unwrap_or_default(), now));
    let Some(mut select) = rows.next() else {
        return Ok(Vec::new());
    };
    for row in rows {
        select.union(UnionType::All, row);
    }
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(table))
        .columns(COLUMNS.map(Alias::new))
        .select_from(select)
        .map_err(|error| sea_orm::DbErr::Custom(error.to_string()))?
        .on_conflict(add_up(table, now))
        .returning(
            Query::returning().columns(["key_hash", "counter", "expires_at"].map(Alias::new)),
        );
    let mut counted = vec![None; counts.len()];
    for row in conn.query_all(&insert).await? {
        let key: Vec<u8> = row.try_get("", "key_hash")?;
        let place = counts
            .iter()
            .position(|count| count.key.0.as_slice() == key);
        let slot = place.and_then(|place| counted.get_mut(place));
        if let Some(slot) = slot {
            *slot = Some(CounterState {
                count: row.try_get("", "counter")?,
                ends_at: row.try_get("", "expires_at")?,
            });
        }
    }
    Ok(counted)
}

/// Builds the row of a counter, which is empty once an earlier counter is used up. The condition is
/// there for every row: SQLite takes `ON CONFLICT` after a bare SELECT for a join.
fn row(
    table: &str,
    count: &CounterIncrement,
    earlier: &[CounterIncrement],
    now: UnixTime,
) -> SelectStatement {
    let mut select = Query::select();
    select
        .expr(Expr::val(KIND))
        .expr(Expr::val(count.key.0.to_vec()))
        .expr(Expr::val(count.add))
        .expr(Expr::val(count.ends_at));
    let mut used_up = Cond::any().add(Expr::val(1).eq(0));
    for count in earlier {
        let column = Expr::col(Alias::new("counter"));
        let full = Cond::all()
            .add(eq("key_hash", count.key.0.to_vec()))
            .add(column.gte(count.limit));
        used_up = used_up.add(full);
    }
    let mut full = Query::select();
    full.expr(Expr::val(1))
        .from(Alias::new(table))
        .and_where(eq("kind", KIND))
        .and_where(gt("expires_at", now))
        .cond_where(used_up);
    select.and_where(Expr::exists(full).not());
    select
}

/// Adds to the running window, or begins a new one when the window is over at `now`.
fn add_up(table: &str, now: UnixTime) -> OnConflict {
    let stored = |name: &str| Expr::col((Alias::new(table), Alias::new(name)));
    let new = |name: &str| Expr::col((Alias::new("excluded"), Alias::new(name)));
    let over = || stored("expires_at").lte(now);
    let counter = CaseStatement::new()
        .case(over(), new("counter"))
        .finally(stored("counter").add(new("counter")));
    let ends_at = CaseStatement::new()
        .case(over(), new("expires_at"))
        .finally(stored("expires_at"));
    OnConflict::columns(["kind", "key_hash"].map(Alias::new))
        .values([
            (Alias::new("counter"), counter.into()),
            (Alias::new("expires_at"), ends_at.into()),
        ])
        .to_owned()
}
