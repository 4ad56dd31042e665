//! Changes that registration over HTTP and the operator's tasks make to a client.

use sea_orm::{
    ConnectionTrait, Value,
    entity::prelude::DateTimeWithTimeZone,
    sea_query::{Alias, Asterisk, Expr, ExprTrait, Query, SimpleExpr, UpdateStatement},
};

use super::{
    ClientRow,
    secrets::{SecretChange, SecretReplacement},
    tombstone::{self, DELETED},
};
use crate::{
    protocol::{
        client::{Client, ClientStatus, SecretHash},
        time::UnixTime,
    },
    store::{
        StoreResult, access_tokens,
        authorization_codes::{self, Revocation, RevokeReason},
        consents,
        record::{Record, eq, is_null},
        schema::TableNames,
        user_key::UserKey,
    },
};

/// Columns that an update of the metadata leaves alone: the identity, the operator's decisions, the
/// server's notes, and the secrets, which [`SecretChange`] covers.
const KEPT: [&str; 13] = [
    "client_id",
    "kind",
    "status",
    "version",
    "user_id",
    "resources",
    "skip_consent",
    "registration_token_hash",
    "last_used_at",
    "client_secret_hash",
    "client_secret_expires_at",
    "previous_secret_hash",
    "previous_secret_expires_at",
];

/// A client with the values that its management needs (RFC 7592).
pub struct RegisteredClient {
    /// The client.
    pub client: Client,
    /// The user who owns it.
    pub owner: Option<UserKey>,
    /// Hash of its registration access token.
    pub token: Option<SecretHash>,
    /// When it was registered.
    pub issued_at: UnixTime,
}

/// Inserts a registered client and returns when it was registered.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn register(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &ClientRow,
) -> StoreResult<UnixTime> {
    let mut insert = row.insert_into(tables.clients);
    insert.returning_col(Alias::new("created_at"));
    let row = conn.query_one(&insert).await?;
    let row = row.ok_or(sea_orm::DbErr::RecordNotInserted)?;
    let created_at: DateTimeWithTimeZone = row.try_get("", "created_at")?;
    Ok(created_at.into())
}

/// Returns the client with this id and the values that its management needs, whatever its status.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn registered(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: &str,
) -> StoreResult<Option<RegisteredClient>> {
    let mut select = ClientRow::select(tables.clients);
    select
        .column(Alias::new("created_at"))
        .and_where(eq("client_id", client_id));
    let Some(row) = conn.query_one(&select).await? else {
        return Ok(None);
    };
    let created_at: DateTimeWithTimeZone = row.try_get("", "created_at")?;
    let row = ClientRow::read(&row)?;
    let token = row.registration_token_hash.clone();
    Ok(Some(RegisteredClient {
        owner: row.user_id,
        token: token.and_then(|hash| hash.try_into().ok()).map(SecretHash),
        issued_at: created_at.into(),
        client: row.into_client()?,
    }))
}

/// Returns how many clients that registered or described themselves never got a code or token,
/// counting no further than `most`.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn count_unused(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    most: u64,
) -> StoreResult<u64> {
    count_unused_of(conn, tables, &["dynamic", "cimd"], most).await
}

/// Returns how many clients of these kinds never got a code or token, counting no further than
/// `most`.
pub(super) async fn count_unused_of(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    kinds: &[&str],
    most: u64,
) -> StoreResult<u64> {
    let mut unused = Query::select();
    unused
        .column(Alias::new("id"))
        .from(Alias::new(tables.clients))
        .and_where(Expr::col(Alias::new("kind")).is_in(kinds.iter().copied()))
        .and_where(is_null("last_used_at"))
        .and_where(eq("status", "active"))
        .limit(most);
    let mut count = Query::select();
    count
        .expr_as(Expr::col(Asterisk).count(), Alias::new("unused"))
        .from_subquery(unused, Alias::new("clients"));
    let row = conn.query_one(&count).await?;
    let count: Option<i64> = row.map(|row| row.try_get("", "unused")).transpose()?;
    Ok(count.unwrap_or_default().unsigned_abs())
}

/// New metadata of a client.
#[derive(Clone, Copy)]
pub struct MetadataUpdate<'a> {
    /// The client with its new metadata.
    pub row: &'a ClientRow,
    /// What happens to its secrets.
    pub secrets: &'a SecretChange,
    /// Hash that the registration access token must still have; `None` = any.
    pub token: Option<SecretHash>,
}

/// Writes new metadata of an active client and raises its version. Returns whether a row was
/// changed; `false` = the client is not active any more, or has another registration access token.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn update(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    MetadataUpdate {
        row,
        secrets,
        token,
    }: MetadataUpdate<'_>,
) -> StoreResult<bool> {
    let mut update = set_metadata(tables, row);
    secrets.apply(&mut update);
    update
        .value(
            Alias::new("version"),
            Expr::col(Alias::new("version")).add(1),
        )
        .and_where(eq("status", "active"));
    if let Some(token) = token {
        update.and_where(eq("registration_token_hash", token.0.to_vec()));
    }
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Builds the `UPDATE` of every column that the metadata decides.
pub(super) fn set_metadata(tables: &TableNames, row: &ClientRow) -> UpdateStatement {
    let mut update = change(tables, &row.client_id);
    let columns = ClientRow::COLUMNS.iter().skip(1).zip(row.values());
    for (name, value) in columns.filter(|(name, _)| !KEPT.contains(name)) {
        update.value(Alias::new(*name), bound(value));
    }
    update
}

/// Writes null as the keyword: a bound null has a type, which need not be the column's.
fn bound(value: Value) -> SimpleExpr {
    if value == value.as_null() {
        Expr::cust("NULL")
    } else {
        SimpleExpr::from(value)
    }
}

/// Changes the secrets of a client if `current` still is its current one, and returns whether it
/// did: two changes at once must not leave an operator with a secret that never worked.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn change_secret(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    SecretReplacement {
        client_id,
        current,
        secrets,
    }: SecretReplacement<'_>,
) -> StoreResult<bool> {
    let mut update = change(tables, client_id);
    secrets.apply(&mut update);
    update.and_where(eq("client_secret_hash", current.0.to_vec()));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// A client that is to be disabled or enabled.
#[derive(Clone, Copy, Debug)]
pub struct StatusChange<'a> {
    /// The client.
    pub client_id: &'a str,
    /// The status that it must still have.
    pub from: ClientStatus,
    /// Its new status.
    pub to: ClientStatus,
}

/// Disables or enables a client. Returns whether a row was changed.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn set_status(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    StatusChange {
        client_id,
        from,
        to,
    }: StatusChange<'_>,
) -> StoreResult<bool> {
    let mut update = change(tables, client_id);
    update
        .value(Alias::new("status"), super::row::to_text(to))
        .and_where(eq("status", super::row::to_text(from)));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Removes a client (RFC 7592 §2.3). Returns whether it did; `false` = it was removed before.
///
/// The row stays as a tombstone with little more than its id; every grant and client-credentials
/// token is revoked, and consents are deleted. Call it inside a transaction, which it begins with
/// the write that ends the client.
///
/// # Errors
/// [`crate::store::StoreError`] when the database fails or refuses.
pub async fn delete(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: &str,
    now: UnixTime,
) -> StoreResult<bool> {
    let mut update = change(tables, client_id);
    tombstone::bury(&mut update, now);
    update.value(
        Alias::new("version"),
        Expr::col(Alias::new("version")).add(1),
    );
    if conn.execute(&update).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let revocation = Revocation {
        reason: RevokeReason::ClientDeleted,
        at: now,
    };
    authorization_codes::revoke_of_client(conn, tables, client_id, revocation).await?;
    access_tokens::revoke_of_machine(conn, tables, client_id, now).await?;
    consents::delete_of_client(conn, tables, client_id).await?;
    Ok(true)
}

/// Builds an `UPDATE` of a client that was not removed.
pub(super) fn change(tables: &TableNames, client_id: &str) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.clients))
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("client_id", client_id))
        .and_where(Expr::col(Alias::new("status")).ne(DELETED));
    update
}
