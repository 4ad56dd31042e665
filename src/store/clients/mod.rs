//! `oauth_clients`: clients made by the operator, registered over HTTP or described by a document.

mod fetched;
mod listing;
mod registration;
mod row;
mod secrets;
pub(super) mod tombstone;

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

pub use self::{
    fetched::{insert_document, keep_document, keep_keys, update_document},
    listing::list,
    registration::{
        MetadataUpdate, RegisteredClient, StatusChange, change_secret, count_unused, delete,
        register, registered, set_status, update,
    },
    row::ClientRow,
    secrets::{SecretChange, SecretReplacement},
    tombstone::thin_out,
};
use super::{
    StoreResult,
    prepared::parameter,
    record::{Record, eq},
    tables::Tables,
};
use crate::{
    protocol::{client::Client, row_id::ClientRowId, time::UnixTime},
    store::schema::TableNames,
};

/// Returns the client with this id, whatever its status.
///
/// # Errors
/// [`StoreError`](super::StoreError) when the database fails or refuses.
pub async fn find(
    conn: &impl ConnectionTrait,
    tables: &Tables,
    client_id: &str,
) -> StoreResult<Option<Client>> {
    let text = &tables.texts.client;
    let select = text.with(conn.get_database_backend(), [client_id.into()], || {
        let mut select = ClientRow::select(tables.clients);
        select.and_where(Expr::col(Alias::new("client_id")).eq(parameter(1)));
        select
    });
    let row = conn.query_one_raw(select).await?;
    row.map(|row| ClientRow::read(&row)?.into_client())
        .transpose()
}

/// Returns the clients with these ids, whatever their status.
///
/// # Errors
/// [`StoreError`](super::StoreError) when the database fails or refuses.
pub async fn with_ids(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    ids: &[String],
) -> StoreResult<Vec<Client>> {
    let mut select = ClientRow::select(tables.clients);
    select.and_where(Expr::col(Alias::new("client_id")).is_in(ids.iter().cloned()));
    let rows = conn.query_all(&select).await?;
    rows.iter()
        .map(|row| ClientRow::read(row)?.into_client())
        .collect()
}

/// Inserts a client and returns the id of its row.
///
/// # Errors
/// [`StoreError::Duplicate`](super::StoreError::Duplicate) when the client id exists.
pub async fn insert(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &ClientRow,
) -> StoreResult<ClientRowId> {
    Ok(row.insert(conn, tables.clients).await?)
}

/// Returns those of `ids` that exist in the table; the id of a static client must not.
///
/// # Errors
/// [`StoreError`](super::StoreError) when the database fails or refuses.
pub async fn existing(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    ids: &[String],
) -> StoreResult<Vec<String>> {
    let mut select = Query::select();
    select
        .column(Alias::new("client_id"))
        .from(Alias::new(tables.clients))
        .and_where(Expr::col(Alias::new("client_id")).is_in(ids.iter().cloned()));
    let rows = conn.query_all(&select).await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get("", "client_id"))
        .collect::<Result<_, _>>()?)
}

/// Notes that a code or token was issued to the client.
///
/// # Errors
/// [`StoreError`](super::StoreError) when the database fails or refuses.
pub async fn touch(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: &str,
    now: UnixTime,
) -> StoreResult<()> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.clients))
        .value(Alias::new("last_used_at"), now)
        .and_where(eq("client_id", client_id));
    conn.execute(&update).await?;
    Ok(())
}
