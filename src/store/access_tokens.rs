//! `oauth_access_tokens`: one row per access token, opaque or JWT.

use std::collections::BTreeMap;

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Alias, Expr, ExprTrait, Func, Query, SimpleExpr},
};

use serde_json::Value as Json;

use super::{
    StoreResult,
    record::{Record, Strings, eq, is_null, record},
};
use crate::{
    protocol::{
        actor::Actor,
        row_id::{AccessTokenId, GrantId, RefreshTokenId},
        time::UnixTime,
    },
    store::{schema::TableNames, user_key::UserKey},
};

record! {
    /// An access token: the columns this version reads or writes.
    pub struct AccessTokenRow {
        /// Primary key.
        pub id: AccessTokenId,
        /// Hash of the whole token.
        pub token_hash: Vec<u8>,
        /// The grant it was issued from; null for client credentials.
        pub grant_id: Option<GrantId>,
        /// The refresh token issued with it.
        pub refresh_token_id: Option<RefreshTokenId>,
        /// The client it was issued to.
        pub client_id: String,
        /// The user it speaks for; null for client credentials.
        pub user_id: Option<UserKey>,
        /// Shape of the token: `opaque` or `jwt`.
        pub format: String,
        /// The `jti` of a JWT.
        pub jti: Option<String>,
        /// Thumbprint of the key to which the token is bound (RFC 9449 §6); null = a bearer token.
        pub dpop_jkt: Option<String>,
        /// Granted scopes.
        pub scopes: Strings,
        /// Resource identifiers that the token is for (RFC 8707); the `aud` claim of a JWT.
        pub audience: Strings,
        /// Who acts with it (RFC 8693 §4.1), as the claim `act`; null = the subject.
        pub actor: Option<Json>,
        /// When it was issued.
        pub issued_at: UnixTime,
        /// When it expires.
        pub expires_at: UnixTime,
        /// When it was revoked; null = not revoked.
        pub revoked_at: Option<UnixTime>,
    }
}

impl AccessTokenRow {
    /// Returns who acts with the token.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        serde_json::from_value(self.actor.clone()?).ok()
    }
}

/// Stores an exchanged token, if its grant is still live; whether it was is returned. One statement decides and
/// stores (CC-01).
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn insert_of_live_grant(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    token: &AccessTokenRow,
) -> StoreResult<bool> {
    let mut live = Query::select();
    live.from(Alias::new(tables.authorization_codes))
        .and_where(eq("id", token.grant_id))
        .and_where(is_null("revoked_at"));
    for value in token.values() {
        let value = if value == value.as_null() {
            // A bound null has a type, which need not be the column's.
            Expr::cust("NULL")
        } else {
            SimpleExpr::from(value)
        };
        live.expr(value);
    }
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(tables.access_tokens))
        .columns(
            { AccessTokenRow::COLUMNS.iter() }
                .skip(1)
                .map(|name| Alias::new(*name)),
        )
        .returning_col(Alias::new("id"));
    insert
        .select_from(live)
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(conn.query_one(&insert).await?.is_some())
}

/// Returns when each of these grants was last used, by grant id.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn last_use(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    grants: &[GrantId],
) -> StoreResult<BTreeMap<GrantId, UnixTime>> {
    let column = |name: &str| Expr::col(Alias::new(name));
    let used: SimpleExpr = Func::coalesce([column("last_used_at"), column("issued_at")]).into();
    let mut select = Query::select();
    select
        .column(Alias::new("grant_id"))
        .expr_as(Func::max(used), Alias::new("used_at"))
        .from(Alias::new(tables.access_tokens))
        .and_where(column("grant_id").is_in(grants.iter().copied()))
        .group_by_col(Alias::new("grant_id"));
    let rows = conn.query_all(&select).await?;
    let rows = rows
        .iter()
        .map(|row| Ok((row.try_get("", "grant_id")?, row.try_get("", "used_at")?)));
    rows.collect()
}

/// Revokes one token. Returns whether it was live until now.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn revoke(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: AccessTokenId,
    now: UnixTime,
) -> StoreResult<bool> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.access_tokens))
        .value(Alias::new("revoked_at"), now)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("id", id))
        .and_where(is_null("revoked_at"));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Revokes the client-credentials tokens of a client, which have no grant to be revoked by. Returns
/// their number.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn revoke_of_machine(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: &str,
    now: UnixTime,
) -> StoreResult<u64> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.access_tokens))
        .value(Alias::new("revoked_at"), now)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("client_id", client_id))
        .and_where(is_null("grant_id"))
        .and_where(is_null("revoked_at"));
    Ok(conn.execute(&update).await?.rows_affected())
}
