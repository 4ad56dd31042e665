//! Stores what was fetched about clients: metadata documents (CI-01 to CI-07) and key sets (CA-03).

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Cond, Expr, ExprTrait, OnConflict, Order, Query},
};

use super::{
    ClientRow,
    registration::{count_unused_of, set_metadata},
};
use crate::{
    protocol::client::KeyCache,
    store::{
        StoreResult,
        record::{Record, eq, is_null},
        schema::TableNames,
    },
};

/// `kind` of clients that are identified by the URL of a document.
const CIMD: &str = "cimd";

/// Inserts the client of a metadata document, unless another request or node did so first.
///
/// At most `most` copies that nobody used yet are kept (RG-03): the oldest makes room. Clients that
/// registered themselves do not count, so that no flood of them keeps documents out.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn insert_document(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &ClientRow,
    most: u64,
) -> StoreResult<()> {
    if count_unused_of(conn, tables, &[CIMD], most).await? >= most {
        remove_oldest_unused(conn, tables).await?;
    }
    let mut insert = row.insert_into(tables.clients);
    let unique = OnConflict::column(Alias::new("client_id"));
    insert.on_conflict({ unique }.do_nothing().to_owned());
    conn.execute(&insert).await?;
    Ok(())
}

/// Removes the unused copy of a document that was fetched longest ago.
async fn remove_oldest_unused(conn: &impl ConnectionTrait, tables: &TableNames) -> StoreResult<()> {
    let mut oldest = Query::select();
    oldest
        .column(Alias::new("id"))
        .from(Alias::new(tables.clients))
        .and_where(eq("kind", CIMD))
        .and_where(eq("status", "active"))
        .and_where(is_null("last_used_at"))
        .order_by(Alias::new("document_fetched_at"), Order::Asc)
        .order_by(Alias::new("id"), Order::Asc)
        .limit(1);
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(tables.clients))
        .and_where(Expr::col(Alias::new("id")).in_subquery(oldest))
        .and_where(is_null("last_used_at"));
    conn.execute(&delete).await?;
    Ok(())
}

/// Writes what the document says now, if the row still has the version that was compared. Returns
/// whether the row was changed; `false` = another request or node was first.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn update_document(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &ClientRow,
    old_version: i32,
) -> StoreResult<bool> {
    let mut update = set_metadata(tables, row);
    update
        .value(Alias::new("version"), row.version)
        .and_where(eq("kind", CIMD))
        .and_where(eq("version", old_version));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Notes until when the copy of a document may be used without another fetch.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn keep_document(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &ClientRow,
) -> StoreResult<()> {
    let mut update = super::registration::change(tables, &row.client_id);
    update
        .value(Alias::new("document_fetched_at"), row.document_fetched_at)
        .value(Alias::new("document_expires_at"), row.document_expires_at)
        .value(Alias::new("document_etag"), row.document_etag.clone())
        .and_where(eq("kind", CIMD));
    conn.execute(&update).await?;
    Ok(())
}

/// Stores a fetched key set, unless a newer one is stored.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn keep_keys(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: &str,
    cache: &KeyCache,
) -> StoreResult<()> {
    let fetched_at = || Expr::col(Alias::new("jwks_fetched_at"));
    let older = Cond::any()
        .add(fetched_at().is_null())
        .add(fetched_at().lt(cache.fetched_at));
    let mut update = super::registration::change(tables, client_id);
    update
        .value(Alias::new("jwks_cache"), cache.keys.clone())
        .value(Alias::new("jwks_fetched_at"), cache.fetched_at)
        .cond_where(older);
    conn.execute(&update).await?;
    Ok(())
}
