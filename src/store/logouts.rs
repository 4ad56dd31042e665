//! Who hears of the end of a session (OpenID Connect Back-Channel Logout §2.3): rows of `oauth_ephemerals`.
//!
//! A row of the kind `session_client` says that a client got an ID token in a session. When the session ends, the
//! same transaction makes a row of the kind `logout` of it, which stays until the client has heard of it. So nothing
//! is lost when a node stops, and each client of a session has one row, however many nodes look at it.

use std::ops::RangeInclusive;

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Cond, Expr, ExprTrait, OnConflict, Order, Query},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{
    StoreResult,
    ephemerals::EphemeralRow,
    record::{Record, eq, gt},
};
use crate::{
    protocol::{
        logout_token::KEPT,
        row_id::EphemeralId,
        secret::{Purpose, hash},
        time::UnixTime,
    },
    store::schema::TableNames,
};

/// `kind` of a client that got an ID token in a session.
pub const SESSION_CLIENT: &str = "session_client";
/// `kind` of a client that is to hear that a session ended.
const LOGOUT: &str = "logout";
/// Most rows that are read at a time.
const MOST_READ: u64 = 1000;

/// A client that gets an ID token in a session, and wants to hear of the end of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionClient {
    /// The client.
    pub client_id: String,
    /// The claim `sid`.
    pub sid: String,
    /// The subject as the client sees it.
    pub sub: String,
    /// When the session expires at the latest; nobody is told of that.
    pub session_expires_at: UnixTime,
}

impl SessionClient {
    /// The row that stores it.
    pub(super) fn row(&self) -> EphemeralRow {
        EphemeralRow {
            id: EphemeralId::UNSAVED,
            kind: SESSION_CLIENT.to_owned(),
            key_hash: self.key(),
            counter: 0,
            value: Some(json!({
                "client_id": self.client_id, "sid": self.sid, "sub": self.sub,
            })),
            expires_at: self.session_expires_at,
        }
    }

    /// The first half names the session, so that the index finds all clients of one.
    fn key(&self) -> Vec<u8> {
        let of_client = hash(
            Purpose::SessionClient,
            &format!("{}\0{}", self.sid, self.client_id),
        );
        let [session, client] = [session_half(&self.sid), half(of_client.0)];
        [session, client].concat()
    }
}

fn half(hash: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    half
}

fn session_half(sid: &str) -> [u8; 16] {
    half(hash(Purpose::SessionClient, sid).0)
}

/// The keys of all clients of a session.
fn keys_of(sid: &str) -> RangeInclusive<Vec<u8>> {
    let session = session_half(sid);
    let with = |rest: u8| [session, [rest; 16]].concat();
    with(0)..=with(u8::MAX)
}

/// Whether a row is about one of these sessions.
fn of_sessions(sids: &[String]) -> Cond {
    sids.iter().fold(Cond::any(), |any, sid| {
        let (first, last) = keys_of(sid).into_inner();
        let key = || Expr::col(Alias::new("key_hash"));
        any.add(key().gte(first).and(key().lte(last)))
    })
}

/// What is stored of a client that is to hear of the end of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutNotice {
    /// The client.
    pub client_id: String,
    /// The claim `sid`.
    pub sid: String,
    /// The subject as the client sees it.
    pub sub: String,
    /// When the session ended.
    #[serde(default)]
    pub since: UnixTime,
    /// When it is to be told the next time; `None` = no more.
    #[serde(default)]
    pub next_at: Option<UnixTime>,
    /// Why the last attempt failed.
    #[serde(default)]
    pub error: Option<String>,
}

/// One attempt to tell a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogoutJob {
    /// The row.
    pub id: EphemeralId,
    /// Number of attempts before this one. Only one attempt with each number is made.
    pub tries: i64,
}

/// A client that did not hear yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLogout {
    /// The next attempt.
    pub job: LogoutJob,
    /// What the client is to hear.
    pub notice: LogoutNotice,
}

/// Reads a row. One that cannot be read is passed over: it must not keep a person from signing out, nor a server from
/// its start.
fn notice(row: &EphemeralRow) -> Option<LogoutNotice> {
    let value = row.value.clone().unwrap_or_default();
    let read = serde_json::from_value(value);
    read.inspect_err(|error| {
        tracing::error!(rule = "BL-01", row = row.id.get(), %error, "not the row of a client that is told of logouts");
    })
    .ok()
}

fn written(notice: &LogoutNotice) -> Json {
    serde_json::to_value(notice).unwrap_or_default()
}

/// Makes of the clients of sessions that end those that are to be told, all at `at`. Belongs into the transaction that
/// ends the sessions, behind the statement that revokes their codes: a code that is redeemed meanwhile is then either
/// seen here or refused there.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn hand_over(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    sids: &[String],
    at: UnixTime,
) -> StoreResult<Vec<LogoutJob>> {
    if sids.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = EphemeralRow::select(tables.ephemerals);
    select
        .and_where(eq("kind", SESSION_CLIENT))
        .cond_where(of_sessions(sids));
    let mut jobs = Vec::new();
    for row in conn.query_all(&select).await? {
        let row = EphemeralRow::read(&row)?;
        let Some(noted) = notice(&row) else {
            continue;
        };
        let notice = LogoutNotice {
            since: at,
            next_at: Some(at),
            ..noted
        };
        let row = EphemeralRow {
            kind: LOGOUT.to_owned(),
            value: Some(written(&notice)),
            expires_at: at + KEPT,
            ..row
        };
        let mut insert = row.insert_into(tables.ephemerals);
        let unique = ["kind", "key_hash"].map(Alias::new);
        insert
            .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
            .returning_col(Alias::new("id"));
        if let Some(row) = conn.query_one(&insert).await? {
            let id = row.try_get("", "id")?;
            jobs.push(LogoutJob { id, tries: 0 });
        }
    }
    if !jobs.is_empty() {
        let mut delete = Query::delete();
        delete
            .from_table(Alias::new(tables.ephemerals))
            .and_where(eq("kind", SESSION_CLIENT))
            .cond_where(of_sessions(sids));
        conn.execute(&delete).await?;
    }
    Ok(jobs)
}

/// Moves the expiry of the clients of a session whose own expiry moves.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn prolong(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    sid: &str,
    expires_at: UnixTime,
) -> StoreResult<()> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.ephemerals))
        .value(Alias::new("expires_at"), expires_at)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("kind", SESSION_CLIENT))
        .cond_where(of_sessions(&[sid.to_owned()]));
    conn.execute(&update).await?;
    Ok(())
}

/// Returns the clients that did not hear yet, those that wait longest first; at most 1000.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn pending(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    now: UnixTime,
) -> StoreResult<Vec<PendingLogout>> {
    let mut select = EphemeralRow::select(tables.ephemerals);
    select
        .and_where(eq("kind", LOGOUT))
        .and_where(gt("expires_at", now))
        .order_by(Alias::new("expires_at"), Order::Asc)
        .order_by(Alias::new("id"), Order::Asc)
        .limit(MOST_READ);
    let rows = conn.query_all(&select).await?;
    let rows = rows.iter().map(EphemeralRow::read);
    let rows: Vec<EphemeralRow> = rows.collect::<Result<_, _>>()?;
    Ok(rows.iter().filter_map(read).collect())
}

/// Returns the client of an attempt, if nobody else has made this attempt.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn find(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    job: LogoutJob,
) -> StoreResult<Option<PendingLogout>> {
    let mut select = EphemeralRow::select(tables.ephemerals);
    select
        .and_where(eq("kind", LOGOUT))
        .and_where(eq("id", job.id))
        .and_where(eq("counter", job.tries));
    let row = conn.query_one(&select).await?;
    let row = row.map(|row| EphemeralRow::read(&row)).transpose()?;
    Ok(row.as_ref().and_then(read))
}

fn read(row: &EphemeralRow) -> Option<PendingLogout> {
    Some(PendingLogout {
        job: LogoutJob {
            id: row.id,
            tries: row.counter,
        },
        notice: notice(row)?,
    })
}

/// Takes an attempt, by one statement that only one worker wins (CC-01), and stores what holds if this worker never
/// comes back. Returns whether the attempt was taken.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn take(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    attempt: &PendingLogout,
) -> StoreResult<bool> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.ephemerals))
        .value(Alias::new("counter"), attempt.job.tries.saturating_add(1))
        .value(Alias::new("value"), written(&attempt.notice))
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("kind", LOGOUT))
        .and_where(eq("id", attempt.job.id))
        .and_where(eq("counter", attempt.job.tries));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Notes why an attempt failed, unless the next one has begun. `failed.job` is the next attempt.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn note_failure(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    failed: &PendingLogout,
) -> StoreResult<()> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.ephemerals))
        .value(Alias::new("value"), written(&failed.notice))
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("kind", LOGOUT))
        .and_where(eq("id", failed.job.id))
        .and_where(eq("counter", failed.job.tries));
    conn.execute(&update).await?;
    Ok(())
}

/// Forgets a client that has heard.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn delivered(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: EphemeralId,
) -> StoreResult<()> {
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(tables.ephemerals))
        .and_where(eq("kind", LOGOUT))
        .and_where(eq("id", id));
    conn.execute(&delete).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(sid: &str, client_id: &str) -> SessionClient {
        SessionClient {
            client_id: client_id.to_owned(),
            sid: sid.to_owned(),
            sub: "alice".to_owned(),
            session_expires_at: UnixTime::from_seconds(1000),
        }
    }

    #[test]
    fn bl_01_the_keys_of_a_session_are_one_range_of_the_index() {
        let keys = keys_of("one");
        let [a, b] = ["a", "b"].map(|id| client("one", id).key());
        assert!(keys.contains(&a) && keys.contains(&b));
        assert_ne!(a, b);
        assert_eq!(a.len(), 32);
        assert!(!keys.contains(&client("two", "a").key()));
    }
}
