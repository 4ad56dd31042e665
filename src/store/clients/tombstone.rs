//! Tombstones: rows that remain of removed clients, so that their users get an explanation.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, UpdateStatement},
};

use super::ClientRow;
use crate::{
    protocol::time::UnixTime,
    store::{
        StoreResult,
        record::{Record, eq, is_null},
        schema::TableNames,
    },
};

/// `status` of a tombstone.
pub(in crate::store) const DELETED: &str = "deleted";

/// Columns that a tombstone keeps: its identity, when it was last used, and what is never null.
/// Every other column is emptied, also one that is added later.
const KEPT: [&str; 16] = [
    "id",
    "client_id",
    "kind",
    "status",
    "version",
    "application_type",
    "subject_type",
    "token_endpoint_auth_method",
    "require_pkce",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "skip_consent",
    "require_auth_time",
    "backchannel_logout_session_required",
    "dpop_bound_access_tokens",
    "last_used_at",
];

/// Columns with lists of the metadata, which are emptied to `[]`.
const LISTS: [&str; 4] = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "response_types",
];

/// Turns a row into a tombstone, which keeps the id, the kind and the time of its end. A stranger
/// may register and go as often as the limits permit, and nothing of what was registered is kept.
pub(in crate::store) fn bury(update: &mut UpdateStatement, now: UnixTime) {
    update
        .value(Alias::new("status"), DELETED)
        .value(Alias::new("deleted_at"), now);
    let columns = ClientRow::COLUMNS.iter();
    for column in columns.filter(|column| !KEPT.contains(column)) {
        let empty = if LISTS.contains(column) {
            "'[]'"
        } else {
            "NULL"
        };
        update.value(Alias::new(*column), Expr::cust(empty));
    }
}

/// Deletes the oldest tombstones of clients that were never used, if there are more than `most`,
/// and returns their number, at most `batch`.
///
/// A request with the id of a deleted tombstone is told that the client is unknown, which is nearly
/// the answer for a tombstone.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn thin_out(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    most: u64,
    batch: u64,
) -> StoreResult<u64> {
    let mut surplus = Query::select();
    surplus
        .column(Alias::new("id"))
        .from(Alias::new(tables.clients))
        .and_where(eq("kind", "dynamic"))
        .and_where(eq("status", DELETED))
        .and_where(is_null("last_used_at"))
        .order_by(Alias::new("deleted_at"), Order::Desc)
        .order_by(Alias::new("id"), Order::Desc)
        .offset(most)
        .limit(batch);
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(tables.clients))
        .and_where(Expr::col(Alias::new("id")).in_subquery(surplus));
    Ok(conn.execute(&delete).await?.rows_affected())
}
