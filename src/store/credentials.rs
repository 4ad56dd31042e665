//! What is noted about a user's credentials: a row of `oauth_ephemerals` with the kind
//! `credentials`, and the stamps that sessions and grants carry (EX-03).

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};
use serde_json::{Value as Json, json};

use super::{
    StoreResult,
    ephemerals::EphemeralRow,
    record::{Record, eq, gt},
};
use crate::{
    protocol::{
        credentials::{CredentialRecord, StampSighting},
        row_id::EphemeralId,
        secret::plain_hash,
        time::{Seconds, UnixTime},
    },
    store::{schema::TableNames, user_key::UserKey},
};

const KIND: &str = "credentials";
/// How long a note is kept: ten years, longer than a JWT should live.
const KEPT: Seconds = Seconds::new(315_576_000);

fn key_of(user: UserKey) -> Vec<u8> {
    plain_hash(&format!("{KIND} {user}")).0.to_vec()
}

/// Returns what was noted about the credentials of a user.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn noted(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    user: UserKey,
    now: UnixTime,
) -> StoreResult<Option<CredentialRecord>> {
    let mut select = EphemeralRow::select(tables.ephemerals);
    select
        .and_where(eq("kind", KIND))
        .and_where(eq("key_hash", key_of(user)))
        .and_where(gt("expires_at", now));
    let row = conn.query_one(&select).await?;
    let row = row.map(|row| EphemeralRow::read(&row)).transpose()?;
    Ok(row.and_then(|row| {
        let stamp = row.value?.get("stamp")?.as_str().and_then(decoded)?;
        Some(CredentialRecord {
            stamp,
            since: UnixTime::from_seconds(row.counter),
        })
    }))
}

/// A note about the credentials of a user that is to be stored.
#[derive(Clone, Copy)]
pub struct CredentialNote<'a> {
    /// The user.
    pub user: UserKey,
    /// Their credentials, and since when they are in effect.
    pub noted: &'a CredentialRecord,
    /// The present time.
    pub now: UnixTime,
}

/// Notes which credentials a user has, and since when.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn note(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    note: CredentialNote<'_>,
) -> StoreResult<()> {
    let row = EphemeralRow {
        id: EphemeralId::UNSAVED,
        kind: KIND.to_owned(),
        key_hash: key_of(note.user),
        counter: note.noted.since.as_seconds(),
        value: Some(json!({ "stamp": encoded(&note.noted.stamp) })),
        expires_at: note.now + KEPT,
    };
    let mut insert = row.insert_into(tables.ephemerals);
    insert.on_conflict(
        OnConflict::columns(["kind", "key_hash"].map(Alias::new))
            .update_columns(["counter", "value", "expires_at"].map(Alias::new))
            .to_owned(),
    );
    conn.execute(&insert).await?;
    Ok(())
}

/// Returns the credential stamps that a user's sessions and grants carry.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn seen(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    user: UserKey,
) -> StoreResult<Vec<StampSighting>> {
    let mut all = Vec::new();
    for (table, at) in [
        // The stamp was compared whenever the session was used.
        (tables.sessions, "last_seen_at"),
        (tables.authorization_codes, "issued_at"),
    ] {
        let column = |name: &str| Expr::col(Alias::new(name));
        let mut select = Query::select();
        select
            .column(Alias::new("credential_stamp"))
            .expr_as(column(at).min(), Alias::new("first"))
            .expr_as(column(at).max(), Alias::new("last"))
            .from(Alias::new(table))
            .and_where(eq("user_id", user))
            .and_where(column("credential_stamp").is_not_null())
            .add_group_by([column("credential_stamp")]);
        for row in conn.query_all(&select).await? {
            all.push(StampSighting {
                stamp: row.try_get("", "credential_stamp")?,
                first: row.try_get("", "first")?,
                last: row.try_get("", "last")?,
            });
        }
    }
    Ok(all)
}

fn encoded(stamp: &[u8]) -> Json {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(stamp).into()
}

fn decoded(stamp: &str) -> Option<Vec<u8>> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.decode(stamp).ok()
}
