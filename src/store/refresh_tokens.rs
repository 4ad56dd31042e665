//! `oauth_refresh_tokens`: one row per generation of refresh tokens of a grant.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{StoreResult, record::record};
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

/// Erases sealed answers whose time is over, at most `batch`, and returns their number (RF-05).
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn forget_answers(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    now: UnixTime,
    batch: u64,
) -> StoreResult<u64> {
    let mut over = Query::select();
    over.column(Alias::new("id"))
        .from(Alias::new(tables.refresh_tokens))
        .and_where(Expr::col(Alias::new("successor_sealed")).is_not_null())
        .and_where(Expr::col(Alias::new("successor_until")).lte(now))
        .limit(batch);
    let mut forget = Query::update();
    forget
        .table(Alias::new(tables.refresh_tokens))
        .value(Alias::new("successor_sealed"), Option::<Vec<u8>>::None)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(Expr::col(Alias::new("id")).in_subquery(over));
    Ok(conn.execute(&forget).await?.rows_affected())
}
