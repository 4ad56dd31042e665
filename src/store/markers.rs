//! Markers in `oauth_ephemerals` of when something was last done on any node, for the doctor.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, OnConflict, Query},
};

use super::{StoreResult, record::eq};
use crate::{
    protocol::{
        secret::plain_hash,
        time::{Seconds, UnixTime},
    },
    store::schema::TableNames,
};

const KIND: &str = "marker";
/// How long a marker is kept: a century, because markers do not expire.
const KEPT: Seconds = Seconds::days(36_525);

/// Notes that `name` was done at `now`.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn set(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    name: &str,
    now: UnixTime,
) -> StoreResult<()> {
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(tables.ephemerals))
        .columns(["kind", "key_hash", "counter", "expires_at"].map(Alias::new))
        .values([
            KIND.into(),
            plain_hash(name).0.to_vec().into(),
            now.into(),
            (now + KEPT).into(),
        ])
        .map_err(|error| sea_orm::DbErr::Custom(error.to_string()))?
        .on_conflict(
            OnConflict::columns(["kind", "key_hash"].map(Alias::new))
                .update_columns(["counter", "expires_at"].map(Alias::new))
                .to_owned(),
        );
    conn.execute(&insert).await?;
    Ok(())
}

/// Returns when `name` was last done.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn get(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    name: &str,
) -> StoreResult<Option<UnixTime>> {
    let mut select = Query::select();
    select
        .column(Alias::new("counter"))
        .from(Alias::new(tables.ephemerals))
        .and_where(eq("kind", KIND))
        .and_where(eq("key_hash", plain_hash(name).0.to_vec()));
    let row = conn.query_one(&select).await?;
    Ok(row.map(|row| row.try_get("", "counter")).transpose()?)
}
