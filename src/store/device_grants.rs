//! Grants of devices (RFC 8628): rows of `oauth_authorization_codes` with the kind `device`.
//!
//! Every change of `device_status` is one statement that names the status before it, so that of several
//! people, browsers or nodes one wins (CC-01).

use sea_orm::{
    ConnectionTrait, Value,
    sea_query::{Alias, Cond, Expr, ExprTrait, Query, UpdateStatement},
};

use super::{
    StoreResult,
    authorization_codes::GrantRow,
    record::{Record, Strings, eq, gt, is_null, record},
};
use crate::{
    protocol::{
        device_authorization::DeviceStatus,
        row_id::GrantId,
        time::{Seconds, UnixTime},
    },
    store::{schema::TableNames, user_key::UserKey},
};

/// Value of the column `kind`.
pub const KIND: &str = "device";

/// Seconds by which the interval grows with each request that comes too early (RFC 8628 §3.5).
const SLOWER: i32 = 5;

record! {
    /// The request of a device, as it is stored first.
    pub struct DeviceRequestRow {
        /// Primary key.
        pub id: GrantId,
        /// Kind of the grant; always `device`.
        pub kind: String,
        /// The client.
        pub client_id: String,
        /// Hash of the device code.
        pub code_hash: Option<Vec<u8>>,
        /// Always empty.
        pub redirect_uri: String,
        /// Always false.
        pub redirect_uri_explicit: bool,
        /// Requested scopes.
        pub scopes: Strings,
        /// Requested resources.
        pub resources: Strings,
        /// When the device asked.
        pub issued_at: UnixTime,
        /// End of the device code.
        pub expires_at: UnixTime,
        /// Until when the row is kept at least.
        pub retain_until: UnixTime,
        /// Keyed hash of the user code.
        pub user_code_hmac: Option<Vec<u8>>,
        /// A word of [`DeviceStatus`].
        pub device_status: Option<String>,
        /// Seconds between two requests of the device.
        pub poll_interval: Option<i32>,
    }
}

record! {
    /// What the requests of a waiting device are decided by.
    pub struct DevicePoll {
        /// Primary key.
        pub id: GrantId,
        /// A word of [`DeviceStatus`].
        pub device_status: Option<String>,
        /// Seconds between two requests of the device.
        pub poll_interval: Option<i32>,
        /// When the device asked last.
        pub last_polled_at: Option<UnixTime>,
    }
}

impl DevicePoll {
    /// What a person did about the request.
    pub fn status(&self) -> Option<DeviceStatus> {
        self.device_status.as_deref().and_then(DeviceStatus::read)
    }

    /// From when on the device may ask again; `None` = it has not asked yet.
    pub fn next_at(&self) -> Option<UnixTime> {
        let interval = Seconds::new(self.poll_interval.unwrap_or_default().into());
        self.last_polled_at.map(|last| last + interval)
    }
}

/// Until when an undecided request is kept: an hour after its end, so that a late device and a late person
/// get a fitting answer. Cleanup deletes grants a day after `retain_until`.
pub fn retained_undecided(expires_at: UnixTime) -> UnixTime {
    expires_at + Seconds::hours(1) - Seconds::days(1)
}

/// A request of a device, and the person who takes it up or decides it.
#[derive(Clone, Copy, Debug)]
pub struct DeviceClaim {
    /// Primary key of the grant.
    pub id: GrantId,
    /// The person.
    pub user: UserKey,
    /// The present time.
    pub now: UnixTime,
}

/// Inserts the request of a device and returns its id.
///
/// # Errors
/// [`super::StoreError::Duplicate`] when the user code is in use; others when the database fails.
pub async fn insert(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &DeviceRequestRow,
) -> StoreResult<GrantId> {
    Ok(row.insert(conn, tables.authorization_codes).await?)
}

/// Gives the request to the person who entered its user code (DV-06). Returns whether it is theirs now; one
/// that was theirs stays so.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn claim(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    claim: DeviceClaim,
) -> StoreResult<bool> {
    let own = Cond::all()
        .add(is(DeviceStatus::Claimed))
        .add(eq("user_id", claim.user));
    let mut update = undecided(tables, claim.id, claim.now);
    update
        .value(Alias::new("device_status"), DeviceStatus::Claimed.as_str())
        .value(Alias::new("user_id"), Value::from(claim.user))
        .cond_where(Cond::any().add(is(DeviceStatus::Pending)).add(own));
    changes_one(conn, &update).await
}

/// Gives a request back, so that another account can enter its user code. Returns whether it was the person's.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn release(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    claim: DeviceClaim,
) -> StoreResult<bool> {
    let mut update = claimed(tables, claim);
    update
        .value(Alias::new("device_status"), DeviceStatus::Pending.as_str())
        .value(Alias::new("user_id"), Expr::cust("NULL"));
    changes_one(conn, &update).await
}

/// Approves a request for the person who took it up.
///
/// Of `grant`, what the person agreed to and how they
/// signed in is stored. Returns whether the request was approved; `false` = it is decided, over or somebody
/// else's.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn approve(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    claim: DeviceClaim,
    grant: &GrantRow,
) -> StoreResult<bool> {
    let mut update = claimed(tables, claim);
    update
        .value(Alias::new("device_status"), DeviceStatus::Approved.as_str())
        .value(Alias::new("session_id"), grant.session_id)
        .value(Alias::new("scopes"), grant.scopes.clone())
        .value(Alias::new("acr"), grant.acr.clone())
        .value(Alias::new("amr"), grant.amr.clone())
        .value(Alias::new("auth_time"), grant.auth_time)
        .value(Alias::new("device_label"), grant.device_label.clone())
        .value(
            Alias::new("credential_stamp"),
            grant.credential_stamp.clone(),
        )
        .value(
            Alias::new("retain_until"),
            Expr::col(Alias::new("expires_at")),
        );
    changes_one(conn, &update).await
}

/// Notes the consent that an approved request rests on.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn link_consent(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    grant: &GrantRow,
) -> StoreResult<()> {
    let mut update = update(tables, grant.id);
    update.value(Alias::new("consent_id"), grant.consent_id);
    changes_one(conn, &update).await?;
    Ok(())
}

/// Refuses a request that somebody took up. Returns whether it was refused; `false` = it is decided or over.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn deny(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: GrantId,
    now: UnixTime,
) -> StoreResult<bool> {
    let mut update = undecided(tables, id, now);
    update
        .value(Alias::new("device_status"), DeviceStatus::Denied.as_str())
        .value(
            Alias::new("retain_until"),
            Expr::col(Alias::new("expires_at")),
        )
        .and_where(is(DeviceStatus::Claimed));
    changes_one(conn, &update).await
}

/// A request of a waiting device to the token endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Poll {
    /// Primary key of the grant.
    pub id: GrantId,
    /// The present time.
    pub now: UnixTime,
}

/// Notes a request that came in time (DV-03). Returns whether it did; `false` = another one was first, and
/// this one came too early.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn note_poll(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    poll: Poll,
) -> StoreResult<bool> {
    let last = || Expr::col(Alias::new("last_polled_at"));
    let in_time = last()
        .add(Expr::col(Alias::new("poll_interval")))
        .lte(poll.now);
    let mut update = update(tables, poll.id);
    update
        .value(Alias::new("last_polled_at"), poll.now)
        .cond_where(Cond::any().add(last().is_null()).add(in_time));
    changes_one(conn, &update).await
}

/// Notes a request that came too early: the interval is 5 seconds longer for good (DV-03).
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn slow_down(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    poll: Poll,
) -> StoreResult<()> {
    let interval = Expr::col(Alias::new("poll_interval"));
    let mut update = update(tables, poll.id);
    update
        .value(Alias::new("last_polled_at"), poll.now)
        .value(Alias::new("poll_interval"), interval.add(SLOWER));
    changes_one(conn, &update).await?;
    Ok(())
}

fn is(status: DeviceStatus) -> sea_orm::sea_query::SimpleExpr {
    eq("device_status", status.as_str())
}

fn claimed(tables: &TableNames, claim: DeviceClaim) -> UpdateStatement {
    let mut update = undecided(tables, claim.id, claim.now);
    update
        .and_where(is(DeviceStatus::Claimed))
        .and_where(eq("user_id", claim.user));
    update
}

/// The update of a request that is neither over nor revoked.
fn undecided(tables: &TableNames, id: GrantId, now: UnixTime) -> UpdateStatement {
    let mut update = update(tables, id);
    update
        .and_where(is_null("revoked_at"))
        .and_where(gt("expires_at", now));
    update
}

fn update(tables: &TableNames, id: GrantId) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.authorization_codes))
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("id", id))
        .and_where(eq("kind", KIND));
    update
}

async fn changes_one(conn: &impl ConnectionTrait, update: &UpdateStatement) -> StoreResult<bool> {
    Ok(conn.execute(update).await?.rows_affected() == 1)
}
