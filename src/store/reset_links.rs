//! Password reset links: rows of `oauth_ephemerals` with the kind `reset`, by hash of their token.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, Query, UpdateStatement},
};
use serde_json::Value as Json;

use super::{
    StoreResult,
    record::{eq, gt},
};
use crate::{
    protocol::{client::SecretHash, time::UnixTime},
    store::schema::TableNames,
};

const KIND: &str = "reset";

/// A password reset link that is to be stored.
#[derive(Clone, Debug)]
pub struct ResetLink {
    /// Hash of the token in the link.
    pub hash: SecretHash,
    /// The account whose password the link resets.
    pub value: Json,
    /// When the link expires.
    pub expires_at: UnixTime,
}

/// Inserts a link.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn insert(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    link: &ResetLink,
) -> StoreResult<()> {
    let columns = ["kind", "key_hash", "counter", "value", "expires_at"];
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(tables.ephemerals))
        .columns(columns.map(Alias::new))
        .values([
            KIND.into(),
            link.hash.0.to_vec().into(),
            0_i64.into(),
            Expr::value(link.value.clone()),
            link.expires_at.into(),
        ])
        .map_err(|error| sea_orm::DbErr::Custom(error.to_string()))?;
    conn.execute(&insert).await?;
    Ok(())
}

/// Returns the account of a link that can be used at `now`.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn find(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    hash: &SecretHash,
    now: UnixTime,
) -> StoreResult<Option<Json>> {
    let mut select = Query::select();
    select
        .column(Alias::new("value"))
        .from(Alias::new(tables.ephemerals))
        .and_where(eq("kind", KIND))
        .and_where(eq("key_hash", hash.0.to_vec()))
        .and_where(eq("counter", 0_i64))
        .and_where(gt("expires_at", now));
    let row = conn.query_one(&select).await?;
    let value = row.map(|row| row.try_get::<Option<Json>>("", "value"));
    Ok(value.transpose()?.flatten())
}

/// Spends a link with one statement that only one caller can win (CC-01). Returns its account.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn spend(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    hash: &SecretHash,
    now: UnixTime,
) -> StoreResult<Option<Json>> {
    let mut update = update(tables, hash);
    update
        .value(Alias::new("counter"), 1_i64)
        .and_where(eq("counter", 0_i64))
        .and_where(gt("expires_at", now))
        .returning_col(Alias::new("value"));
    let row = conn.query_one(&update).await?;
    let value = row.map(|row| row.try_get::<Option<Json>>("", "value"));
    Ok(value.transpose()?.flatten())
}

/// Makes a spent link usable again, because the new password was refused and nothing changed.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn give_back(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    hash: &SecretHash,
) -> StoreResult<()> {
    let mut update = update(tables, hash);
    update.value(Alias::new("counter"), 0_i64);
    conn.execute(&update).await?;
    Ok(())
}

fn update(tables: &TableNames, hash: &SecretHash) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.ephemerals))
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("kind", KIND))
        .and_where(eq("key_hash", hash.0.to_vec()));
    update
}
