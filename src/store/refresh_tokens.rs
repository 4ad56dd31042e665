//! `oauth_refresh_tokens`: one row per generation of refresh tokens of a grant.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, CaseStatement, Cond, Expr, ExprTrait, Query, SimpleExpr},
};

use super::{
    StoreResult,
    record::{Record, eq, gt, is_null, record},
};
use crate::{
    protocol::{
        client::SecretHash,
        row_id::{GrantId, RefreshTokenId},
        time::UnixTime,
    },
    store::{schema::TableNames, user_key::UserKey},
};

record! {
    /// A refresh token: the columns this version reads or writes.
    pub struct RefreshTokenRow {
        /// Primary key.
        pub id: RefreshTokenId,
        /// Hash of the token.
        pub token_hash: Vec<u8>,
        /// The grant, whose refresh tokens form one family.
        pub grant_id: GrantId,
        /// Number of the token in its family, from 1; unique there, so that a family cannot fork.
        pub generation: i32,
        /// The token that it replaced.
        pub parent_id: Option<RefreshTokenId>,
        /// The client.
        pub client_id: String,
        /// The user.
        pub user_id: UserKey,
        /// When it was issued.
        pub issued_at: UnixTime,
        /// When the token expires; a rotation starts the time again.
        pub expires_at: UnixTime,
        /// When the whole family expires.
        pub absolute_expires_at: UnixTime,
        /// When a rotation superseded the token; null = it is current.
        pub superseded_at: Option<UnixTime>,
        /// Until when a retry of the rotation gets the stored answer again.
        pub successor_until: Option<UnixTime>,
        /// The answer of the rotation, sealed under the token itself (RF-01).
        pub successor_sealed: Option<Vec<u8>>,
        /// Hash of scope and resources of the rotation's request.
        pub request_fingerprint: Option<Vec<u8>>,
    }
}

/// Values that a rotation writes on the superseded row.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// Id of the token's row.
    pub id: RefreshTokenId,
    /// The grant of the token.
    pub grant_id: GrantId,
    /// The present time.
    pub now: UnixTime,
    /// The answer for retries; `None` when retries are off.
    pub retry: Option<Retry>,
    /// Hash of scope and resources of the rotation's request.
    pub fingerprint: SecretHash,
}

/// The answer that a retry of a rotation gets.
#[derive(Clone)]
pub struct Retry {
    /// Until when the answer is given.
    pub until: UnixTime,
    /// The sealed answer.
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for Retry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Retry")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// Supersedes the token with one statement that also demands a live grant (CC-01). Returns whether
/// this call did: only one caller can win.
///
/// The statement also drops the sealed answers of the family whose time is over (RF-05).
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn supersede(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    rotation: &Rotation,
) -> StoreResult<bool> {
    let this = || eq("id", rotation.id);
    let only_this = |column: &str, value: Option<sea_orm::Value>| {
        let value = value.map_or_else(|| Expr::cust("NULL"), Expr::value);
        CaseStatement::new()
            .case(this(), value)
            .finally(Expr::col(Alias::new(column)))
    };
    let until = rotation.retry.as_ref().map(|retry| retry.until.into());
    // PostgreSQL takes a CASE of nothing but nulls for text; the bare keyword has no type.
    let sealed = rotation.retry.as_ref().map_or_else(
        || Expr::cust("NULL"),
        |retry| {
            let sealed = CaseStatement::new().case(this(), Expr::value(retry.sealed.clone()));
            sealed.finally(Expr::cust("NULL")).into()
        },
    );
    let current = Cond::all()
        .add(this())
        .add(is_null("superseded_at"))
        .add(gt("expires_at", rotation.now))
        .add(gt("absolute_expires_at", rotation.now))
        .add(has_live_grant(tables, rotation.grant_id));
    // Never this row itself: one that another request rotated long enough ago would count as won.
    let stale_ancestor = Cond::all()
        .add(eq("grant_id", rotation.grant_id))
        .add(Expr::col(Alias::new("id")).ne(rotation.id))
        .add(Expr::col(Alias::new("successor_sealed")).is_not_null())
        .add(Expr::col(Alias::new("successor_until")).lte(rotation.now));
    let fingerprint = rotation.fingerprint.0.to_vec();
    let mut update = Query::update();
    update
        .table(Alias::new(tables.refresh_tokens))
        .value(
            Alias::new("superseded_at"),
            only_this("superseded_at", Some(rotation.now.into())),
        )
        .value(
            Alias::new("successor_until"),
            only_this("successor_until", until),
        )
        .value(
            Alias::new("request_fingerprint"),
            only_this("request_fingerprint", Some(fingerprint.into())),
        )
        .value(Alias::new("successor_sealed"), sealed)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .cond_where(Cond::any().add(current).add(stale_ancestor))
        .returning_col(Alias::new("id"));
    let rows = conn.query_all(&update).await?;
    let ids: Vec<RefreshTokenId> = rows
        .iter()
        .map(|row| row.try_get("", "id"))
        .collect::<Result<_, _>>()?;
    Ok(ids.contains(&rotation.id))
}

/// A refresh token whose expiry is moved without a rotation.
#[derive(Clone, Copy, Debug)]
pub struct RefreshSlide {
    /// Id of the token's row.
    pub token_id: RefreshTokenId,
    /// The grant of the token.
    pub grant_id: GrantId,
    /// The present time.
    pub now: UnixTime,
    /// When the token now expires.
    pub expires_at: UnixTime,
}

/// Moves the expiry of a token that is not rotated (`rotate_refresh_tokens: public_only`), as long
/// as its grant is live (CC-01). Returns whether a row was changed.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn slide(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    slide: &RefreshSlide,
) -> StoreResult<bool> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.refresh_tokens))
        .value(Alias::new("expires_at"), slide.expires_at)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("id", slide.token_id))
        .and_where(is_null("superseded_at"))
        .and_where(gt("expires_at", slide.now))
        .and_where(gt("absolute_expires_at", slide.now))
        .and_where(has_live_grant(tables, slide.grant_id));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

fn has_live_grant(tables: &TableNames, grant_id: GrantId) -> SimpleExpr {
    let mut live = Query::select();
    live.expr(Expr::value(1))
        .from(Alias::new(tables.authorization_codes))
        .and_where(eq("id", grant_id))
        .and_where(is_null("revoked_at"));
    Expr::exists(live)
}

/// Inserts a token and returns its id.
///
/// # Errors
/// [`super::StoreError::Duplicate`] when the family has a token of this generation.
pub async fn insert(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &RefreshTokenRow,
) -> StoreResult<RefreshTokenId> {
    Ok(row.insert(conn, tables.refresh_tokens).await?)
}
