//! Lists clients for the operator.

use std::collections::BTreeMap;

use sea_orm::{
    ConnectionTrait, Order,
    sea_query::{Alias, Asterisk, Expr, ExprTrait, Query},
};

use super::ClientRow;
use crate::{
    protocol::{client::Client, time::UnixTime},
    store::{
        StoreResult,
        record::{Record, gt, is_null},
        schema::TableNames,
    },
};

/// The clients of the table, and the number of live grants of every client, static ones included.
pub struct Listed {
    /// Clients, oldest first.
    pub clients: Vec<Client>,
    /// Number of live grants by client id; clients without any are left out.
    pub live_grants: BTreeMap<String, i64>,
}

/// Returns every client of the table and the live grants at `now`.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn list(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    now: UnixTime,
) -> StoreResult<Listed> {
    let mut select = ClientRow::select(tables.clients);
    select.order_by(Alias::new("id"), Order::Asc);
    let mut clients = Vec::new();
    for row in conn.query_all(&select).await? {
        clients.push(ClientRow::read(&row)?.into_client()?);
    }
    let client_id = Alias::new("client_id");
    let mut count = Query::select();
    count
        .column(client_id.clone())
        .expr_as(Expr::col(Asterisk).count(), Alias::new("grants"))
        .from(Alias::new(tables.authorization_codes))
        .and_where(is_null("revoked_at"))
        .and_where(gt("retain_until", now))
        .group_by_col(client_id);
    let mut live_grants = BTreeMap::new();
    for row in conn.query_all(&count).await? {
        live_grants.insert(row.try_get("", "client_id")?, row.try_get("", "grants")?);
    }
    Ok(Listed {
        clients,
        live_grants,
    })
}
