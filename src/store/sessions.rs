//! `oauth_sessions`: one signed-in user in one browser.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, Order, Query, UpdateStatement},
};
use serde_json::Value as Json;

pub use super::session_changes::{SessionEnd, SessionUse};
use super::{
    StoreResult,
    record::{Record, eq, gt, is_null, record},
};
use crate::{
    protocol::{client::SecretHash, row_id::SessionId, time::UnixTime},
    store::{schema::TableNames, user_key::UserKey},
};

/// Most sessions that a page lists.
const MOST_SHOWN: u64 = 200;

record! {
    /// A session: the columns this version reads or writes.
    pub struct SessionRow {
        /// Primary key.
        pub id: SessionId,
        /// Hash of the cookie secret.
        pub token_hash: Vec<u8>,
        /// Public identifier of the session, the `sid` claim
        /// (OpenID Connect Back-Channel Logout §2.1).
        pub sid: String,
        /// The user who is signed in.
        pub user_id: UserKey,
        /// Time of the last authentication.
        pub auth_time: UnixTime,
        /// Authentication context class.
        pub acr: Option<String>,
        /// Authentication methods.
        pub amr: Option<Json>,
        /// Whether the session outlives the browser.
        pub remembered: bool,
        /// Hash of the credential stamp at login.
        pub credential_stamp: Option<Vec<u8>>,
        /// `User-Agent` of the browser, at most 256 characters.
        pub user_agent: Option<String>,
        /// Network of the browser: IPv4 /24, IPv6 /48.
        pub ip_prefix: Option<String>,
        /// When the session was last used, written at most every 5 minutes.
        pub last_seen_at: UnixTime,
        /// When the session expires without use.
        pub idle_expires_at: UnixTime,
        /// When the session expires at the latest.
        pub expires_at: UnixTime,
        /// When the session was ended; null = not ended.
        pub ended_at: Option<UnixTime>,
        /// Why the session was ended, a word of [`EndReason`].
        pub end_reason: Option<String>,
    }
}

impl SessionRow {
    /// Whether the session is live at `now`.
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.ended_at.is_none() && self.idle_expires_at > now && self.expires_at > now
    }

    /// Authentication methods as a list.
    pub fn amr_values(&self) -> Vec<String> {
        self.amr
            .as_ref()
            .and_then(|amr| serde_json::from_value(amr.clone()).ok())
            .unwrap_or_default()
    }
}

/// Why a session ended (column `end_reason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The user signed out.
    SignOut,
    /// A newer login of the same user in the same browser replaced it.
    Replaced,
    /// The user's credentials changed.
    CredentialChange,
    /// The app or its operator ended it.
    Admin,
    /// The user was deleted or deactivated.
    UserGone,
}

impl EndReason {
    /// The word in the column `end_reason`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignOut => "sign_out",
            Self::Replaced => "replaced",
            Self::CredentialChange => "credential_change",
            Self::Admin => "admin",
            Self::UserGone => "user_gone",
        }
    }

    /// Whether the clients of the session hear of it (BL-01). A session that makes room for another account in its
    /// browser, like one that expires, ends nothing elsewhere.
    pub const fn is_told(self) -> bool {
        match self {
            Self::SignOut | Self::CredentialChange | Self::Admin | Self::UserGone => true,
            Self::Replaced => false,
        }
    }
}

/// A new login on a session's row.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// Id of the session's row.
    pub id: SessionId,
    /// Hash of the cookie secret that the browser sent, which stops working.
    pub previous: SecretHash,
    /// Hash of the new cookie secret.
    pub token_hash: SecretHash,
    /// Time of the last authentication.
    pub auth_time: UnixTime,
    /// Authentication context class.
    pub acr: Option<String>,
    /// Authentication methods.
    pub amr: Option<Json>,
    /// Whether the session outlives the browser.
    pub remembered: bool,
    /// Hash of the present credential stamp.
    pub credential_stamp: Option<Vec<u8>>,
    /// The present time.
    pub now: UnixTime,
    /// When the session now expires without use.
    pub idle_expires_at: UnixTime,
    /// When the session now expires at the latest.
    pub expires_at: UnixTime,
}

/// Returns the live sessions of a user at `now`, last used first; at most 200.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn live_of_user(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    user: UserKey,
    now: UnixTime,
) -> StoreResult<Vec<SessionRow>> {
    let mut select = SessionRow::select(tables.sessions);
    select
        .and_where(eq("user_id", user))
        .and_where(is_null("ended_at"))
        .and_where(gt("idle_expires_at", now))
        .and_where(gt("expires_at", now))
        .order_by(Alias::new("last_seen_at"), Order::Desc)
        .limit(MOST_SHOWN);
    let rows = conn.query_all(&select).await?;
    rows.iter().map(|row| Ok(SessionRow::read(row)?)).collect()
}

/// Returns the session with this `sid`, ended or not.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn find_by_sid(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    sid: &str,
) -> StoreResult<Option<SessionRow>> {
    let mut select = SessionRow::select(tables.sessions);
    select.and_where(eq("sid", sid));
    let row = conn.query_one(&select).await?;
    Ok(row.map(|row| SessionRow::read(&row)).transpose()?)
}

/// Inserts a session and returns its id.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn insert(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &SessionRow,
) -> StoreResult<SessionId> {
    Ok(row.insert(conn, tables.sessions).await?)
}

/// Puts a new login on a live row. Returns whether it did; `false` = the session has ended
/// meanwhile, or has got another login, whose cookie stays valid.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn renew(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    renewal: &Renewal,
) -> StoreResult<bool> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.sessions))
        .value(Alias::new("token_hash"), renewal.token_hash.0.to_vec())
        .value(Alias::new("auth_time"), renewal.auth_time)
        .value(Alias::new("acr"), renewal.acr.clone())
        .value(Alias::new("amr"), renewal.amr.clone())
        .value(Alias::new("remembered"), renewal.remembered)
        .value(
            Alias::new("credential_stamp"),
            renewal.credential_stamp.clone(),
        )
        .value(Alias::new("last_seen_at"), renewal.now)
        .value(Alias::new("idle_expires_at"), renewal.idle_expires_at)
        .value(Alias::new("expires_at"), renewal.expires_at)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("id", renewal.id))
        .and_where(eq("token_hash", renewal.previous.0.to_vec()))
        .and_where(is_null("ended_at"));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Moves the idle expiry of a session in use.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn touch(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    used: &SessionUse,
) -> StoreResult<()> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.sessions))
        .value(Alias::new("last_seen_at"), used.now)
        .value(Alias::new("idle_expires_at"), used.idle_expires_at)
        .and_where(eq("id", used.id))
        .and_where(is_null("ended_at"));
    conn.execute(&update).await?;
    Ok(())
}

/// Ends every session of a user, and returns their `sid`.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn end_of_user(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    user: UserKey,
    end: SessionEnd,
) -> StoreResult<Vec<String>> {
    let mut update = ending(tables, end);
    update
        .and_where(eq("user_id", user))
        .returning_col(Alias::new("sid"));
    let rows = conn.query_all(&update).await?;
    rows.iter().map(|row| Ok(row.try_get("", "sid")?)).collect()
}

/// Ends a session. Returns whether it did; `false` = it had ended before.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn end(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: SessionId,
    end: SessionEnd,
) -> StoreResult<bool> {
    let mut update = ending(tables, end);
    update.and_where(eq("id", id));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

fn ending(tables: &TableNames, end: SessionEnd) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.sessions))
        .value(Alias::new("ended_at"), end.at)
        .value(Alias::new("end_reason"), end.reason.as_str())
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(is_null("ended_at"));
    update
}
