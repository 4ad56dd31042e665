//! Who hears of the end of a session (OpenID Connect Back-Channel Logout §2.3): rows of `oauth_ephemerals`.
//!
//! A row of the kind `session_client` says that a client got an ID token in a session (`session_clients.rs`). When the
//! session ends, the same transaction makes a row of the kind `logout` of it, which stays until the client has heard of
//! it. So nothing is lost when a node stops, and each client of a session has one row, however many nodes look at it.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Order, Query},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{
    StoreResult,
    ephemerals::EphemeralRow,
    record::{Record, eq, gt},
    session_clients::{self, of_sessions},
};
use crate::{
    protocol::{
        logout_token::{ATTEMPTS, KEPT},
        row_id::EphemeralId,
        time::UnixTime,
    },
    store::schema::TableNames,
};

/// `kind` of a client that is to hear that a session ended.
const LOGOUT: &str = "logout";
/// Most rows that are read at a time.
const MOST_READ: u64 = 1000;

/// Sessions whose clients are looked up by one statement.
const SESSIONS_AT_ONCE: usize = 200;

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

/// Makes of the clients of sessions that end those that are to be told, all at `at`.
///
/// Belongs into the transaction that
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
    let mut jobs = Vec::new();
    // The conditions of a statement are limited in number.
    for sids in sids.chunks(SESSIONS_AT_ONCE) {
        jobs.extend(hand_over_some(conn, tables, sids, at).await?);
    }
    Ok(jobs)
}

async fn hand_over_some(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    sids: &[String],
    at: UnixTime,
) -> StoreResult<Vec<LogoutJob>> {
    let mut select = EphemeralRow::select(tables.ephemerals);
    select
        .and_where(eq("kind", session_clients::KIND))
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
            .and_where(eq("kind", session_clients::KIND))
            .cond_where(of_sessions(sids));
        conn.execute(&delete).await?;
    }
    Ok(jobs)
}

/// Which clients are asked for, of those that did not hear yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PendingKind {
    /// All of them.
    All,
    /// Those that are told again: a client that never answers must not hide them.
    ToldAgain,
}

/// The rows to read.
#[derive(Clone, Copy, Debug)]
pub struct PendingSelection {
    /// Which clients.
    pub kind: PendingKind,
    /// The last row that was read before.
    pub after: EphemeralId,
    /// The present time.
    pub now: UnixTime,
}

/// Some of the clients that did not hear yet.
#[derive(Clone, Debug, Default)]
pub struct PendingPage {
    /// The clients.
    pub clients: Vec<PendingLogout>,
    /// The last row that was read; `None` = there is no more.
    pub last: Option<EphemeralId>,
}

/// Returns clients that did not hear yet; at most 1000.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn pending(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    wanted: PendingSelection,
) -> StoreResult<PendingPage> {
    let mut select = EphemeralRow::select(tables.ephemerals);
    select
        .and_where(eq("kind", LOGOUT))
        .and_where(gt("expires_at", wanted.now))
        .and_where(Expr::col(Alias::new("id")).gt(wanted.after))
        .order_by(Alias::new("id"), Order::Asc)
        .limit(MOST_READ);
    if wanted.kind == PendingKind::ToldAgain {
        select.and_where(Expr::col(Alias::new("counter")).lt(ATTEMPTS));
    }
    let rows = conn.query_all(&select).await?;
    let rows = rows.iter().map(EphemeralRow::read);
    let rows: Vec<EphemeralRow> = rows.collect::<Result<_, _>>()?;
    Ok(PendingPage {
        clients: rows.iter().filter_map(read).collect(),
        last: rows.last().map(|row| row.id),
    })
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
