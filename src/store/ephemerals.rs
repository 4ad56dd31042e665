//! `oauth_ephemerals`: short-lived facts that all nodes share.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict},
};
use serde_json::Value as Json;

use super::{
    StoreResult,
    record::{Record, record},
};
use crate::{protocol::secret::SecretHash, store::schema::TableNames};

/// `kind` of assertions that were used.
pub const JTI: &str = "jti";
/// `kind` of live refresh tokens that were presented for what their grant does not have (RF-03).
pub const REFRESH_MISUSE: &str = "refresh_misuse";

record! {
    /// A row of `oauth_ephemerals`.
    pub struct EphemeralRow {
        /// What kind of fact it is.
        pub kind: String,
        /// Hash of what it is about.
        pub key_hash: Vec<u8>,
        /// How often it was seen.
        pub counter: i64,
        /// More about it.
        pub value: Option<Json>,
        /// Unix seconds after which it means nothing.
        pub expires_at: i64,
    }
}

/// A fact on its way into the table.
#[derive(Clone, Copy, Debug)]
pub struct NewEphemeral<'a> {
    /// What kind of fact it is.
    pub kind: &'a str,
    /// Hash of what it is about.
    pub hash: &'a SecretHash,
    /// Unix seconds after which it means nothing.
    pub expires_at: i64,
}

impl NewEphemeral<'_> {
    /// The row of a fact that was seen once.
    fn row(&self) -> EphemeralRow {
        EphemeralRow {
            id: 0,
            kind: self.kind.to_owned(),
            key_hash: self.hash.0.to_vec(),
            counter: 1,
            value: None,
            expires_at: self.expires_at,
        }
    }
}

/// Takes what can be used once: the insert itself is the check, on every node (CC-01). `false` =
/// somebody was there before.
///
/// # Errors
/// [`super::StoreError`].
pub async fn take(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    fact: &NewEphemeral<'_>,
) -> StoreResult<bool> {
    let mut insert = fact.row().insert_into(tables.ephemerals);
    let unique = ["kind", "key_hash"].map(Alias::new);
    insert.on_conflict(OnConflict::columns(unique).do_nothing().to_owned());
    Ok(conn.execute(&insert).await?.rows_affected() == 1)
}

/// Counts what must not happen often: how often it happened, on all nodes, with this time.
///
/// # Errors
/// [`super::StoreError`].
pub async fn count(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    fact: &NewEphemeral<'_>,
) -> StoreResult<i64> {
    let table = tables.ephemerals;
    let mut insert = fact.row().insert_into(table);
    let counted = Expr::col((Alias::new(table), Alias::new("counter"))).add(1);
    let unique = ["kind", "key_hash"].map(Alias::new);
    insert
        .on_conflict(
            OnConflict::columns(unique)
                .value(Alias::new("counter"), counted)
                .to_owned(),
        )
        .returning_col(Alias::new("counter"));
    let row = conn.query_one(&insert).await?;
    Ok(row.map_or(Ok(1), |row| row.try_get("", "counter"))?)
}
