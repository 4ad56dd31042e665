//! Deletes rows that have expired, in batches by indexed expiry. Every batch is safe on several
//! nodes and safe to interrupt: a row that another node deletes is passed over.

use sea_orm::{
    ConnectionTrait,
    sea_query::{
        Alias, Cond, Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement, SimpleExpr,
    },
};

use super::{StoreResult, clients::tombstone::DELETED, record::eq};
use crate::{
    protocol::time::{Seconds, UnixTime},
    store::schema::TableNames,
};

const HOUR: Seconds = Seconds::hours(1);
const DAY: Seconds = Seconds::days(1);

/// Kinds of rows that expire, children before parents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// Interactions, an hour after their expiry, so that a late user still gets a fitting page.
    Interactions,
    /// Access tokens, a day after their expiry.
    AccessTokens,
    /// Grants with all their tokens, a day after the last of them expired: superseded refresh
    /// tokens stay that long, so that a replay is recognised (RFC 9700 §4.14.2).
    Grants,
    /// Consents that expired, or whose client was removed.
    Consents,
    /// Sessions, 30 days after their end.
    Sessions,
    /// Counters and used assertions, once they expired.
    Ephemerals,
    /// Tombstones of removed clients, after 90 days.
    Clients,
}

impl Expired {
    /// Every kind, in the order of deletion.
    pub const ALL: [Self; 7] = [
        Self::Interactions,
        Self::AccessTokens,
        Self::Grants,
        Self::Consents,
        Self::Sessions,
        Self::Ephemerals,
        Self::Clients,
    ];

    /// Name of the table that holds rows of this kind.
    pub const fn table(self, tables: &TableNames) -> &'static str {
        match self {
            Self::Interactions => tables.authorization_states,
            Self::AccessTokens => tables.access_tokens,
            Self::Grants => tables.authorization_codes,
            Self::Consents => tables.consents,
            Self::Sessions => tables.sessions,
            Self::Ephemerals => tables.ephemerals,
            Self::Clients => tables.clients,
        }
    }

    fn condition(self, tables: &TableNames, now: UnixTime) -> Cond {
        let until = |column: &str, late: Seconds| -> SimpleExpr {
            Expr::col(Alias::new(column)).lte(now - late)
        };
        match self {
            Self::Interactions => Cond::all().add(until("expires_at", HOUR)),
            Self::AccessTokens => Cond::all().add(until("expires_at", DAY)),
            Self::Grants => Cond::all().add(until("retain_until", DAY)),
            Self::Consents => {
                let mut removed = Query::select();
                removed
                    .column(Alias::new("client_id"))
                    .from(Alias::new(tables.clients))
                    .and_where(eq("status", DELETED));
                Cond::any()
                    .add(until("expires_at", Seconds::ZERO))
                    .add(Expr::col(Alias::new("client_id")).in_subquery(removed))
            }
            Self::Sessions => Cond::any()
                .add(until("expires_at", DAY * 30))
                .add(until("ended_at", DAY * 30)),
            Self::Ephemerals => Cond::all().add(until("expires_at", Seconds::ZERO)),
            Self::Clients => Cond::all()
                .add(eq("status", DELETED))
                .add(until("deleted_at", DAY * 90)),
        }
    }

    /// Column by which the oldest rows come first.
    const fn order(self) -> &'static str {
        match self {
            Self::Grants => "retain_until",
            Self::Clients => "deleted_at",
            _ => "expires_at",
        }
    }
}

/// A batch of the oldest expired rows of one kind.
#[derive(Clone, Copy, Debug)]
pub struct ExpiredBatch {
    /// Kind of the rows.
    pub kind: Expired,
    /// The present time.
    pub now: UnixTime,
    /// Most rows of the batch.
    pub most: u64,
}

/// Deletes a batch of expired rows and returns their number. For grants, call it inside a
/// transaction: their tokens are deleted first.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn delete(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    batch: ExpiredBatch,
) -> StoreResult<u64> {
    let oldest = || oldest(tables, batch);
    if batch.kind == Expired::Grants {
        for children in [tables.access_tokens, tables.refresh_tokens] {
            let mut delete = Query::delete();
            delete
                .from_table(Alias::new(children))
                .and_where(Expr::col(Alias::new("grant_id")).in_subquery(oldest()));
            conn.execute(&delete).await?;
        }
    }
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(batch.kind.table(tables)))
        .and_where(Expr::col(Alias::new("id")).in_subquery(oldest()));
    Ok(conn.execute(&delete).await?.rows_affected())
}

fn oldest(tables: &TableNames, batch: ExpiredBatch) -> SelectStatement {
    let ExpiredBatch { kind, now, most } = batch;
    let mut select = Query::select();
    select
        .column(Alias::new("id"))
        .from(Alias::new(kind.table(tables)))
        .cond_where(kind.condition(tables, now))
        .order_by(Alias::new(kind.order()), sea_orm::sea_query::Order::Asc)
        .order_by(Alias::new("id"), sea_orm::sea_query::Order::Asc)
        .limit(most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    select
}

/// Returns how many rows of a kind have expired at `now`.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn remaining(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    kind: Expired,
    now: UnixTime,
) -> StoreResult<i64> {
    let mut select = Query::select();
    select
        .expr_as(Expr::col(Alias::new("id")).count(), Alias::new("n"))
        .from(Alias::new(kind.table(tables)))
        .cond_where(kind.condition(tables, now));
    let row = conn.query_one(&select).await?;
    Ok(row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or_default())
}
