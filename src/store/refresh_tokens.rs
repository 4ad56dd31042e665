//! `oauth_refresh_tokens`: one row per generation of a family.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, CaseStatement, Cond, Expr, ExprTrait, Query, SimpleExpr},
};

use super::{
    StoreResult,
    record::{Record, eq, gt, is_null, record},
};
use crate::{
    protocol::client::SecretHash,
    store::{schema::TableNames, user_key::UserKey},
};

record! {
    /// A refresh token: the columns this version reads or writes.
    pub struct RefreshTokenRow {
        /// Hash of the token.
        pub token_hash: Vec<u8>,
        /// Its grant: the family.
        pub grant_id: i64,
        /// 1 for the first token of a family; unique in it, so that it cannot fork.
        pub generation: i32,
        /// The token it replaced.
        pub parent_id: Option<i64>,
        /// The client.
        pub client_id: String,
        /// The user.
        pub user_id: UserKey,
        /// Unix seconds.
        pub issued_at: i64,
        /// Unix seconds, restarted by each rotation.
        pub expires_at: i64,
        /// End of the family, Unix seconds.
        pub absolute_expires_at: i64,
        /// Rotated (not revoked), Unix seconds.
        pub superseded_at: Option<i64>,
        /// Until when the rotation's answer can be fetched again, Unix seconds.
        pub successor_until: Option<i64>,
        /// That answer, sealed under the token itself (RF-01).
        pub successor_sealed: Option<Vec<u8>>,
        /// Hash of scope and resources of the rotation.
        pub request_fingerprint: Option<Vec<u8>>,
    }
}

/// What a rotation leaves on the superseded row.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The row.
    pub id: i64,
    /// Its family.
    pub grant_id: i64,
    /// Unix seconds.
    pub now: i64,
    /// `None` when retries are off.
    pub retry: Option<Retry>,
    /// Hash of scope and resources of the request.
    pub fingerprint: SecretHash,
}

/// The answer that a retry gets.
#[derive(Clone)]
pub struct Retry {
    /// Unix seconds.
    pub until: i64,
    /// Sealed answer.
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for Retry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Retry")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// Supersedes the token: one statement that also demands a live grant, one winner (CC-01). The
/// same statement drops the family's sealed answers whose window is over (RF-05).
///
/// # Errors
/// [`super::StoreError`].
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
    let ids: Vec<i64> = rows
        .iter()
        .map(|row| row.try_get("", "id"))
        .collect::<Result<_, _>>()?;
    Ok(ids.contains(&rotation.id))
}

/// A token that lives on without a rotation.
#[derive(Clone, Copy, Debug)]
pub struct RefreshSlide {
    /// The row.
    pub token_id: i64,
    /// Its family.
    pub grant_id: i64,
    /// Unix seconds.
    pub now: i64,
    /// Its new end, Unix seconds.
    pub expires_at: i64,
}

/// Restarts the life of a token that is not rotated (`rotate_refresh_tokens: public_only`), as
/// long as its grant is live (CC-01).
///
/// # Errors
/// [`super::StoreError`].
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

fn has_live_grant(tables: &TableNames, grant_id: i64) -> SimpleExpr {
    let mut live = Query::select();
    live.expr(Expr::value(1))
        .from(Alias::new(tables.authorization_codes))
        .and_where(eq("id", grant_id))
        .and_where(is_null("revoked_at"));
    Expr::exists(live)
}

/// Inserts a token.
///
/// # Errors
/// [`super::StoreError::Duplicate`] when the generation exists.
pub async fn insert(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &RefreshTokenRow,
) -> StoreResult<i64> {
    Ok(row.insert(conn, tables.refresh_tokens).await?)
}
