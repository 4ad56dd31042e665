//! `oauth_consents`: what a person approved for a client; grows only by approval.

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Alias, Expr, LockType, OnConflict, Order, Query, SelectStatement},
};

use super::{
    StoreResult,
    authorization_codes::OfUser,
    record::{Record, Strings, eq, record},
};
use crate::{
    protocol::{interaction::ConsentView, scope::Scopes},
    resource_owner::UserKey,
    schema::TableNames,
};

record! {
    /// A consent: the columns this version reads or writes.
    pub struct ConsentRow {
        /// The client.
        pub client_id: String,
        /// The person.
        pub user_id: UserKey,
        /// Organisation; `""` = none.
        pub reference: String,
        /// The client's version when it was given.
        pub client_version: i32,
        /// Approved scopes.
        pub scopes: Strings,
        /// Approved resources.
        pub resources: Strings,
        /// Unix seconds.
        pub granted_at: i64,
        /// Unix seconds.
        pub last_used_at: Option<i64>,
        /// Unix seconds; null = does not end.
        pub expires_at: Option<i64>,
    }
}

impl ConsentRow {
    /// What the rules look at.
    pub fn view(&self) -> ConsentView {
        ConsentView {
            client_version: self.client_version,
            scopes: Scopes::from_iter(&self.scopes.0),
            resources: self.resources.0.clone(),
            expires_at: self.expires_at,
        }
    }
}

/// Stores an approval: inserts the row, or merges into it under a row lock (CO-03, CC-06). Inside
/// a transaction only.
///
/// # Errors
/// [`super::StoreError`].
pub async fn approve(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    approval: &ConsentRow,
) -> StoreResult<i64> {
    if let Some(stored) = locked(conn, tables, approval).await? {
        return merge(conn, tables, (stored, approval)).await;
    }
    let mut insert = approval.insert_into(tables.consents);
    let unique = ["user_id", "client_id", "reference"].map(Alias::new);
    insert
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .returning_col(Alias::new("id"));
    if let Some(row) = conn.query_one(&insert).await? {
        return Ok(row.try_get("", "id")?);
    }
    // Another approval was stored a moment ago: the statement waited for it, so it is there now.
    let stored = locked(conn, tables, approval).await?;
    merge(
        conn,
        tables,
        (stored.ok_or(DbErr::RecordNotInserted)?, approval),
    )
    .await
}

/// The consent of a person for a client, in the name of `reference`.
///
/// # Errors
/// [`super::StoreError`].
pub async fn find(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    of: (UserKey, &str, &str),
) -> StoreResult<Option<ConsentRow>> {
    let stored = conn.query_one(&select(tables, of)).await?;
    let stored = stored.map(|row| ConsentRow::read(&row, "")).transpose()?;
    Ok(stored.flatten())
}

fn select(
    tables: &TableNames,
    (user, client_id, reference): (UserKey, &str, &str),
) -> SelectStatement {
    let mut select = ConsentRow::select(tables.consents);
    select
        .and_where(eq("user_id", user))
        .and_where(eq("client_id", client_id))
        .and_where(eq("reference", reference));
    select
}

/// The consents of a user, the last given first.
///
/// # Errors
/// [`super::StoreError`].
pub async fn of_user(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    user: UserKey,
) -> StoreResult<Vec<ConsentRow>> {
    let mut select = ConsentRow::select(tables.consents);
    select
        .and_where(eq("user_id", user))
        .order_by(Alias::new("granted_at"), Order::Desc);
    let rows = conn.query_all(&select).await?;
    let rows = rows.iter().map(|row| Ok(ConsentRow::read(row, "")?));
    rows.filter_map(Result::transpose).collect()
}

/// The client of a user's consent; `None` when it is somebody else's.
///
/// # Errors
/// [`super::StoreError`].
pub async fn client_of(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    (id, user): (i64, UserKey),
) -> StoreResult<Option<String>> {
    let mut select = Query::select();
    select
        .column(Alias::new("client_id"))
        .from(Alias::new(tables.consents))
        .and_where(eq("id", id))
        .and_where(eq("user_id", user));
    let row = conn.query_one(&select).await?;
    Ok(row.map(|row| row.try_get("", "client_id")).transpose()?)
}

/// Takes consents back.
///
/// # Errors
/// [`super::StoreError`].
pub async fn delete_of_user(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    which: &OfUser,
) -> StoreResult<u64> {
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(tables.consents))
        .cond_where(which.condition());
    Ok(conn.execute(&delete).await?.rows_affected())
}

async fn locked(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    of: &ConsentRow,
) -> StoreResult<Option<ConsentRow>> {
    let mut select = select(tables, (of.user_id, &of.client_id, &of.reference));
    // SQLite has no row locks and needs none: the transaction began as a writer.
    if conn.get_database_backend() == sea_orm::DbBackend::Postgres {
        select.lock(LockType::Update);
    }
    let stored = conn.query_one(&select).await?;
    let stored = stored.map(|row| ConsentRow::read(&row, "")).transpose()?;
    Ok(stored.flatten())
}

async fn merge(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    (stored, approval): (ConsentRow, &ConsentRow),
) -> StoreResult<i64> {
    let scopes = stored.view().scopes.union(&approval.view().scopes);
    let mut resources = stored.resources.0;
    for uri in &approval.resources.0 {
        if !resources.contains(uri) {
            resources.push(uri.clone());
        }
    }
    let mut update = Query::update();
    update
        .table(Alias::new(tables.consents))
        .value(Alias::new("scopes"), Strings(scopes.as_slice().to_vec()))
        .value(Alias::new("resources"), Strings(resources))
        .value(Alias::new("client_version"), approval.client_version)
        .value(Alias::new("granted_at"), approval.granted_at)
        .value(Alias::new("last_used_at"), approval.last_used_at)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("id", stored.id));
    conn.execute(&update).await?;
    Ok(stored.id)
}

/// Removes what people approved for a client: with the client, nothing is left to remember.
///
/// # Errors
/// [`super::StoreError`].
pub async fn delete_of_client(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: &str,
) -> StoreResult<()> {
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(tables.consents))
        .and_where(eq("client_id", client_id));
    conn.execute(&delete).await?;
    Ok(())
}
