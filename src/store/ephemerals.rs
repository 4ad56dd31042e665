//! `oauth_ephemerals`: short-lived entries that all nodes share, such as used assertions and
//! counters.

use std::collections::BTreeSet;

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Alias, Expr, ExprTrait, OnConflict},
};
use serde_json::Value as Json;

use super::{
    StoreResult,
    record::{Record, record},
};
use crate::{
    protocol::{row_id::EphemeralId, secret::SecretHash, time::UnixTime},
    store::{schema::TableNames, tables::Tables},
};

/// `kind` of client assertions and proofs of possession that were used.
pub const JTI: &str = "jti";
/// `kind` of assertions about people that were used (JB-01).
pub const ID_JAG: &str = "id_jag";
/// `kind` of counters of live refresh tokens that were used for what their grant does not have
/// (RF-03).
pub const REFRESH_MISUSE: &str = "refresh_misuse";

record! {
    /// A row of `oauth_ephemerals`.
    pub struct EphemeralRow {
        /// Primary key.
        pub id: EphemeralId,
        /// What the entry is about, such as [`JTI`].
        pub kind: String,
        /// Hash of the key of the entry.
        pub key_hash: Vec<u8>,
        /// How often the key was seen.
        pub counter: i64,
        /// More data of the entry.
        pub value: Option<Json>,
        /// When the entry expires.
        pub expires_at: UnixTime,
    }
}

/// An entry that is to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewEphemeral<'a> {
    /// What the entry is about, such as [`JTI`].
    pub kind: &'a str,
    /// Hash of the key of the entry.
    pub hash: &'a SecretHash,
    /// When the entry expires.
    pub expires_at: UnixTime,
}

impl NewEphemeral<'_> {
    /// The row of an entry that was seen once.
    fn row(&self) -> EphemeralRow {
        EphemeralRow {
            id: EphemeralId::UNSAVED,
            kind: self.kind.to_owned(),
            key_hash: self.hash.0.to_vec(),
            counter: 1,
            value: None,
            expires_at: self.expires_at,
        }
    }
}

/// Takes something that can be used once: the insert itself is the check, on every node (CC-01).
/// Returns whether it was taken; `false` = somebody took it before.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
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

/// A proof of possession that is to be used up (DP-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedProof {
    /// Hash of its key and its `jti`.
    pub hash: SecretHash,
    /// When its use may be forgotten.
    pub forget_at: UnixTime,
}

/// Takes several proofs, each of which can be used once, as [`take`] does. Returns which of them were taken; of
/// equal ones it is the first. At most [`super::batches::MOST`].
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn take_proofs(
    conn: &impl ConnectionTrait,
    tables: &Tables,
    proofs: &[UsedProof],
) -> StoreResult<Vec<bool>> {
    let Some(text) = proofs
        .len()
        .checked_sub(1)
        .and_then(|place| tables.texts.proofs.get(place))
    else {
        return Err(DbErr::Custom(format!("{} proofs at once", proofs.len())).into());
    };
    // Every statement takes its rows in one order, so that no two of them wait for each other.
    let mut ordered: Vec<&UsedProof> = proofs.iter().collect();
    ordered.sort_by_key(|proof| proof.hash.0);
    let values = ordered
        .iter()
        .flat_map(|proof| [proof.hash.0.to_vec().into(), proof.forget_at.into()]);
    let statement = text.written(conn.get_database_backend(), values, || {
        let row = |place: usize| {
            let (hash, end) = (2 * place + 1, 2 * place + 2);
            format!("('{JTI}', ${hash}, 1, ${end})")
        };
        let rows: Vec<String> = (0..proofs.len()).map(row).collect();
        format!(
            "INSERT INTO \"{table}\" (\"kind\", \"key_hash\", \"counter\", \"expires_at\") \
             VALUES {rows} ON CONFLICT (\"kind\", \"key_hash\") DO NOTHING RETURNING \"key_hash\"",
            table = tables.ephemerals,
            rows = rows.join(", "),
        )
    });
    let mut taken = BTreeSet::new();
    for row in conn.query_all_raw(statement).await? {
        taken.insert(row.try_get_by_index::<Vec<u8>>(0)?);
    }
    let is_first = |proof: &UsedProof| taken.remove(proof.hash.0.as_slice());
    Ok(proofs.iter().map(is_first).collect())
}

/// Counts something that must not happen often. Returns how often it happened on all nodes, this
/// time included.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
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
