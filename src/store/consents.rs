//! `oauth_consents`: what a person approved for a client; grows only by approval.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, LockType, Query},
};

use super::{
    StoreResult,
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
/// [`super::StoreError`]; `Duplicate` when another transaction inserted first, to be run again.
pub async fn approve(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    approval: &ConsentRow,
) -> StoreResult<i64> {
    let mut select = ConsentRow::select(tables.consents);
    select
        .and_where(eq("user_id", approval.user_id))
        .and_where(eq("client_id", approval.client_id.as_str()))
        .and_where(eq("reference", approval.reference.as_str()));
    // SQLite has no row locks and needs none: the transaction began as a writer.
    if conn.get_database_backend() == sea_orm::DbBackend::Postgres {
        select.lock(LockType::Update);
    }
    let stored = conn.query_one(&select).await?;
    let stored = stored
        .map(|row| ConsentRow::read(&row, ""))
        .transpose()?
        .flatten();
    let Some(stored) = stored else {
        return Ok(approval.insert(conn, tables.consents).await?);
    };
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
