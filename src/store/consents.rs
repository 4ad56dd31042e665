//! `oauth_consents`: what a user approved for a client.
//!
//! The column `history` says which scope was approved for which resource, and for which version of
//! the client; `scopes` and `resources` are its summaries, for pages and for the app's own queries,
//! and decide nothing. A row without such entries is from an older version of the plugin, which
//! merged approvals of different resources into one set: it covers nothing, and the next approval
//! replaces it.

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Alias, Expr, LockType, OnConflict, Order, Query, SelectStatement, SimpleExpr},
};

use serde_json::Value as Json;

use super::{
    StoreResult,
    authorization_codes::UserFilter,
    record::{Record, Strings, eq, record},
};
use crate::{
    protocol::{
        accepted_claims::AcceptedClaims,
        consent::{AcceptedScopes, Approval, ConsentView},
        row_id::ConsentId,
        time::UnixTime,
    },
    store::{schema::TableNames, user_key::UserKey},
};

record! {
    /// A consent: the columns this version reads or writes.
    pub struct ConsentRow {
        /// Primary key.
        pub id: ConsentId,
        /// The client.
        pub client_id: String,
        /// The user who approved.
        pub user_id: UserKey,
        /// Organisation in whose name the user approved; `""` = none.
        pub reference: String,
        /// The client's version at the approval.
        pub client_version: i32,
        /// Approved scopes, of all resources together.
        pub scopes: Strings,
        /// Approved resources.
        pub resources: Strings,
        /// Claims that were approved by themselves (OpenID Connect Core §5.5).
        pub claims: Option<Json>,
        /// Which scope was approved for which resource.
        pub history: Option<Json>,
        /// When the consent was last given.
        pub granted_at: UnixTime,
        /// When the last approval was stored.
        pub last_used_at: Option<UnixTime>,
        /// When the consent expires; null = never.
        pub expires_at: Option<UnixTime>,
    }
}

impl ConsentRow {
    /// The part of the row that the consent rules evaluate.
    pub fn view(&self) -> ConsentView {
        ConsentView {
            client_version: self.client_version,
            accepted: AcceptedScopes::read(self.history.as_ref()).of_version(self.client_version),
            claims: AcceptedClaims::read(self.claims.as_ref()).of_version(self.client_version),
            expires_at: self.expires_at,
        }
    }
}

/// An approval that is to be stored.
#[derive(Clone, Debug)]
pub struct NewApproval {
    /// The client.
    pub client_id: String,
    /// The user who approved.
    pub user_id: UserKey,
    /// Organisation in whose name the user approved; `""` = none.
    pub reference: String,
    /// The scopes and resources of the decision.
    pub approval: Approval,
}

impl NewApproval {
    /// The row after this approval is added to the stored one.
    fn row(&self, stored: Option<&ConsentRow>) -> ConsentRow {
        let approval = &self.approval;
        // A new approval does not revive a consent that has expired.
        let stored = stored.map(ConsentRow::view);
        let stored = stored.filter(|it| it.expires_at.is_none_or(|at| at > approval.at));
        let (accepted, claims) = stored
            .map(|stored| (stored.accepted, stored.claims))
            .unwrap_or_default();
        let (accepted, claims) = (accepted.after(approval), claims.after(approval));
        ConsentRow {
            id: ConsentId::UNSAVED,
            client_id: self.client_id.clone(),
            user_id: self.user_id,
            reference: self.reference.clone(),
            client_version: approval.client_version,
            scopes: accepted.scopes().as_slice().to_vec().into(),
            resources: accepted.resources().into(),
            claims: claims.to_json(),
            history: Some(accepted.to_json()),
            granted_at: approval.at,
            last_used_at: Some(approval.at),
            expires_at: None,
        }
    }
}

/// Stores an approval and returns the id of the row: inserts it, or changes it under a row lock
/// (CO-03, CC-06). Call it inside a transaction only.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn approve(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    approval: &NewApproval,
) -> StoreResult<ConsentId> {
    if let Some(stored) = locked(conn, tables, approval).await? {
        return replace(conn, tables, &stored, approval).await;
    }
    let mut insert = approval.row(None).insert_into(tables.consents);
    let unique = ["user_id", "client_id", "reference"].map(Alias::new);
    insert
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .returning_col(Alias::new("id"));
    if let Some(row) = conn.query_one(&insert).await? {
        return Ok(row.try_get("", "id")?);
    }
    // Another approval was stored a moment ago: the statement waited for it, so it is there now.
    let stored = locked(conn, tables, approval).await?;
    let stored = stored.ok_or(DbErr::RecordNotInserted)?;
    replace(conn, tables, &stored, approval).await
}

/// User, client and organisation of a consent: the unique key of the table.
#[derive(Clone, Copy, Debug)]
pub struct ConsentKey<'a> {
    /// The user.
    pub user: UserKey,
    /// The client.
    pub client_id: &'a str,
    /// Organisation in whose name the user approved; `""` = none.
    pub reference: &'a str,
}

/// Returns the consent with this key.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn find(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    key: ConsentKey<'_>,
) -> StoreResult<Option<ConsentRow>> {
    let stored = conn.query_one(&select(tables, key)).await?;
    Ok(stored.map(|row| ConsentRow::read(&row)).transpose()?)
}

fn select(tables: &TableNames, key: ConsentKey<'_>) -> SelectStatement {
    let mut select = ConsentRow::select(tables.consents);
    select
        .and_where(eq("user_id", key.user))
        .and_where(eq("client_id", key.client_id))
        .and_where(eq("reference", key.reference));
    select
}

/// Returns the consents of a user, the last given first.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
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
    rows.iter().map(|row| Ok(ConsentRow::read(row)?)).collect()
}

/// Returns the client of a consent, or `None` unless the consent belongs to `user`.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn client_of(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: ConsentId,
    user: UserKey,
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

/// Deletes the selected consents of a user, and returns their number.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn delete_of_user(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    which: &UserFilter,
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
    of: &NewApproval,
) -> StoreResult<Option<ConsentRow>> {
    let key = ConsentKey {
        user: of.user_id,
        client_id: &of.client_id,
        reference: &of.reference,
    };
    let mut select = select(tables, key);
    // SQLite has no row locks and needs none: the transaction began as a writer.
    if conn.get_database_backend() == sea_orm::DbBackend::Postgres {
        select.lock(LockType::Update);
    }
    let stored = conn.query_one(&select).await?;
    Ok(stored.map(|row| ConsentRow::read(&row)).transpose()?)
}

async fn replace(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    stored: &ConsentRow,
    approval: &NewApproval,
) -> StoreResult<ConsentId> {
    let row = approval.row(Some(stored));
    let mut update = Query::update();
    update
        .table(Alias::new(tables.consents))
        .value(Alias::new("scopes"), row.scopes)
        .value(Alias::new("resources"), row.resources)
        .value(Alias::new("history"), row.history)
        .value(Alias::new("claims"), or_null(row.claims))
        .value(Alias::new("client_version"), row.client_version)
        .value(Alias::new("granted_at"), row.granted_at)
        .value(Alias::new("last_used_at"), row.last_used_at)
        .value(Alias::new("expires_at"), Expr::cust("NULL"))
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("id", stored.id));
    conn.execute(&update).await?;
    Ok(stored.id)
}

/// A value, or the keyword: a bound null has a type, which need not be the column's.
fn or_null(value: Option<Json>) -> SimpleExpr {
    value.map_or_else(|| Expr::cust("NULL"), SimpleExpr::from)
}

/// Deletes every consent that users gave to a client.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
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
