//! `oauth_authorization_codes`: one row per authorization given. The row outlives its code and
//! carries the revocation of everything issued from it.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Cond, Expr, ExprTrait, Order, Query, UpdateStatement},
};
use serde_json::Value as Json;

pub use super::revocation::{GrantSelection, Revocation, RevokeReason, SessionGrants};
use super::{
    StoreResult,
    record::{Record, Strings, eq, gt, is_null, record},
};
use crate::{
    protocol::{
        client::SecretHash,
        row_id::{ConsentId, GrantId, SessionId},
        time::UnixTime,
    },
    store::{schema::TableNames, user_key::UserKey},
};

/// Value of the column `kind` for grants of authorization codes.
pub const CODE: &str = "code";

/// Most grants that the page of connected apps looks at.
const MOST_SHOWN: u64 = 1000;

record! {
    /// A grant: the columns this version reads or writes.
    pub struct GrantRow {
        /// Primary key.
        pub id: GrantId,
        /// Kind of the grant: `code`, `device`, or `assertion` for one that an identity provider gave (JB-01).
        pub kind: String,
        /// The client it was given to.
        pub client_id: String,
        /// The user who gave it.
        pub user_id: Option<UserKey>,
        /// The browser session in which it was granted.
        pub session_id: Option<SessionId>,
        /// The consent it rests on.
        pub consent_id: Option<ConsentId>,
        /// Hash of the code.
        pub code_hash: Option<Vec<u8>>,
        /// Redirect URI as the authorization request sent it.
        pub redirect_uri: String,
        /// Whether the authorization request had the parameter `redirect_uri`.
        pub redirect_uri_explicit: bool,
        /// PKCE challenge of the method S256 (RFC 7636 §4.2).
        pub code_challenge: Option<String>,
        /// Thumbprint of the key to which the code is bound, and the refresh tokens of a public client
        /// (RFC 9449 §5, §10).
        pub dpop_jkt: Option<String>,
        /// OIDC `nonce`.
        pub nonce: Option<String>,
        /// Authentication context class of the login.
        pub acr: Option<String>,
        /// Granted scopes.
        pub scopes: Strings,
        /// Granted resources.
        pub resources: Strings,
        /// Claims that were granted by themselves (OpenID Connect Core §5.5).
        pub claims: Option<Json>,
        /// Authentication methods of the login.
        pub amr: Option<Json>,
        /// Time of the login.
        pub auth_time: Option<UnixTime>,
        /// Browser and system that approved it.
        pub device_label: Option<String>,
        /// Hash of the user's credential stamp at the time of the grant.
        pub credential_stamp: Option<Vec<u8>>,
        /// When the code was redeemed; null = not yet.
        pub redeemed_at: Option<UnixTime>,
        /// When the grant was revoked with everything issued from it; null = not
        /// revoked.
        pub revoked_at: Option<UnixTime>,
        /// Why the grant was revoked, a word of [`RevokeReason`].
        pub revoke_reason: Option<String>,
        /// When the code was issued.
        pub issued_at: UnixTime,
        /// End of the code.
        pub expires_at: UnixTime,
        /// Last moment at which anything issued from the grant can be live.
        pub retain_until: UnixTime,
    }
}

/// A code that is to be redeemed.
#[derive(Clone, Copy, Debug)]
pub struct Redemption<'a> {
    /// Hash of the code.
    pub code: &'a SecretHash,
    /// The present time.
    pub now: UnixTime,
    /// Last moment at which anything issued for the code can be live.
    pub retain_until: UnixTime,
    /// The key to which the grant is bound from now on, unless it is bound already.
    pub key: Option<&'a str>,
}

/// Revokes a grant, and with it whatever was issued from it (CC-07). Returns whether a row was
/// changed.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn revoke(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    grant_id: GrantId,
    revocation: Revocation,
) -> StoreResult<bool> {
    let mut update = revoking(tables, revocation);
    update.and_where(eq("id", grant_id));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Binds a grant to a key, at the first refresh of a public client with a proof (RFC 9449 §5). Returns whether
/// it was bound; `false` = it is bound already.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn bind(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    grant_id: GrantId,
    key: &str,
) -> StoreResult<bool> {
    let mut update = update(tables);
    update
        .value(Alias::new("dpop_jkt"), key)
        .and_where(eq("id", grant_id))
        .and_where(is_null("dpop_jkt"));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Revokes grants that were given in a session, and returns their number.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn revoke_of_session(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    of: SessionGrants,
    revocation: Revocation,
) -> StoreResult<u64> {
    let mut update = revoking(tables, revocation);
    update.and_where(eq("session_id", of.session_id));
    // A device fetches its tokens after the person has left: of its grant, a sign-out ends what it ends of
    // grants whose tokens were fetched.
    let unredeemed = is_null("redeemed_at").and(eq("kind", CODE));
    match of.which {
        GrantSelection::Unredeemed => update.and_where(unredeemed),
        GrantSelection::Online => update.and_where(unredeemed.or(lacks_offline_access())),
        GrantSelection::All => &mut update,
    };
    Ok(conn.execute(&update).await?.rows_affected())
}

/// Selects the rows of one user, for one client or for all clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFilter {
    /// The user.
    pub user: UserKey,
    /// The client; `None` = every client.
    pub client_id: Option<String>,
}

impl UserFilter {
    /// The condition on `user_id` and `client_id`.
    pub fn condition(&self) -> Cond {
        let client = self.client_id.as_deref();
        Cond::all()
            .add(eq("user_id", self.user))
            .add_option(client.map(|client| eq("client_id", client)))
    }
}

/// Revokes the selected grants of a user, and returns their number.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn revoke_of_user(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    which: &UserFilter,
    revocation: Revocation,
) -> StoreResult<u64> {
    let mut update = revoking(tables, revocation);
    update.cond_where(which.condition());
    Ok(conn.execute(&update).await?.rows_affected())
}

/// Returns the redeemed grants of a user of which something can be live at `now`,
/// newest first; at most 1000.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn live_of_user(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    user: UserKey,
    now: UnixTime,
) -> StoreResult<Vec<GrantRow>> {
    let mut select = GrantRow::select(tables.authorization_codes);
    select
        .and_where(eq("user_id", user))
        .and_where(is_null("revoked_at"))
        .and_where(Expr::col(Alias::new("redeemed_at")).is_not_null())
        .and_where(gt("retain_until", now))
        .order_by(Alias::new("id"), Order::Desc)
        .limit(MOST_SHOWN);
    let rows = conn.query_all(&select).await?;
    rows.iter().map(|row| Ok(GrantRow::read(row)?)).collect()
}

/// Returns the redeemed grants of a user to a client that are not revoked, newest first; at most 1000.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn unrevoked_of(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    which: &UserFilter,
) -> StoreResult<Vec<GrantRow>> {
    let mut select = GrantRow::select(tables.authorization_codes);
    select
        .cond_where(which.condition())
        .and_where(is_null("revoked_at"))
        .and_where(Expr::col(Alias::new("redeemed_at")).is_not_null())
        .order_by(Alias::new("id"), Order::Desc)
        .limit(MOST_SHOWN);
    let rows = conn.query_all(&select).await?;
    rows.iter().map(|row| Ok(GrantRow::read(row)?)).collect()
}

/// Returns the client of a grant, or `None` unless the grant belongs to `user`.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn client_of(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: GrantId,
    user: UserKey,
) -> StoreResult<Option<String>> {
    let mut select = Query::select();
    select
        .column(Alias::new("client_id"))
        .from(Alias::new(tables.authorization_codes))
        .and_where(eq("id", id))
        .and_where(eq("user_id", user));
    let row = conn.query_one(&select).await?;
    Ok(row.map(|row| row.try_get("", "client_id")).transpose()?)
}

/// Revokes every grant that was given to a client, and returns their number.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn revoke_of_client(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: &str,
    revocation: Revocation,
) -> StoreResult<u64> {
    let mut update = revoking(tables, revocation);
    update.and_where(eq("client_id", client_id));
    Ok(conn.execute(&update).await?.rows_affected())
}

/// Condition that the scopes lack `offline_access`. It compares the text of the JSON array, which
/// works alike on SQLite and PostgreSQL.
fn lacks_offline_access() -> sea_orm::sea_query::SimpleExpr {
    Expr::col(Alias::new("scopes"))
        .cast_as(Alias::new("text"))
        .not_like("%\"offline_access\"%")
}

fn revoking(tables: &TableNames, revocation: Revocation) -> UpdateStatement {
    let mut update = update(tables);
    update
        .value(Alias::new("revoked_at"), revocation.at)
        .value(Alias::new("revoke_reason"), revocation.reason.as_str())
        .and_where(is_null("revoked_at"));
    update
}

fn update(tables: &TableNames) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.authorization_codes))
        .value(Alias::new("updated_at"), Expr::current_timestamp());
    update
}

/// Inserts a grant and returns its id.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn insert(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &GrantRow,
) -> StoreResult<GrantId> {
    Ok(row.insert(conn, tables.authorization_codes).await?)
}
