//! Rows that a code depends on, read once more in the transaction that issues it (CO-03, NX-10).
//!
//! A sign-out, a revocation, a changed client, a disabled user or a new password that was stored
//! meanwhile wins.

use sea_orm::{
    ConnectionTrait, DbBackend, Value,
    sea_query::{
        Alias, Cond, Expr, ExprTrait, JoinType, LockType, Query, SelectStatement, SimpleExpr,
    },
};

use super::{
    StoreResult,
    consents::ConsentRow,
    lookups::{WithUser, join_user, read_user},
    prepared::{Prepared, parameter},
    record::{Columns, Record, column, eq_of, same},
    sessions::SessionRow,
    tables::Tables,
};
use crate::{
    protocol::row_id::{ConsentId, SessionId},
    store::schema::TableNames,
};

/// `status` of a client that may be used.
const ACTIVE: &str = "active";

/// Rows that must still be valid when a code is issued.
#[derive(Clone, Debug)]
pub struct IssuePreconditions {
    /// The browser session.
    pub session_id: SessionId,
    /// The client as the user saw it; `None` for static clients, which have no row.
    pub client: Option<ClientAtVersion>,
    /// The stored consent, where the user was not asked in this interaction.
    pub consent_id: Option<ConsentId>,
}

/// A client at one version.
#[derive(Clone, Debug)]
pub struct ClientAtVersion {
    /// The `client_id`.
    pub client_id: String,
    /// Its version.
    pub version: i32,
}

/// The rows that were found, for the rules that a statement cannot check.
pub struct LockedRows<U> {
    /// The session.
    pub session: SessionRow,
    /// The consent of [`IssuePreconditions::consent_id`].
    pub consent: Option<ConsentRow>,
    /// The user of the session, where the users table can be joined.
    pub user: Option<U>,
}

/// Texts of [`lock`], by which rows it reads besides session and user.
#[derive(Debug, Default)]
pub struct LockTexts {
    session_only: Prepared,
    with_client: Prepared,
    with_consent: Prepared,
    with_both: Prepared,
}

impl LockTexts {
    const fn of(&self, basis: &IssuePreconditions) -> &Prepared {
        match (&basis.client, &basis.consent_id) {
            (None, None) => &self.session_only,
            (Some(_), None) => &self.with_client,
            (None, Some(_)) => &self.with_consent,
            (Some(_), Some(_)) => &self.with_both,
        }
    }
}

/// Reads the rows and locks them until the end of the transaction: whoever ends one of them
/// meanwhile waits, and then finds what was issued. Returns `None` when one of them is gone.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn lock<U>(
    conn: &impl ConnectionTrait,
    tables: &Tables,
    basis: &IssuePreconditions,
    users: Option<&dyn WithUser<User = U>>,
) -> StoreResult<Option<LockedRows<U>>> {
    let backend = conn.get_database_backend();
    let text = tables.texts.lock.of(basis);
    let statement = text.with(backend, values(basis), || {
        select(tables, basis, users, backend)
    });
    let Some(row) = conn.query_one_raw(statement).await? else {
        return Ok(None);
    };
    let mut columns = Columns::of(&row);
    let Some(session) = columns.record()? else {
        return Ok(None);
    };
    let consent = match basis.consent_id {
        Some(_) => columns.record()?,
        None => None,
    };
    Ok(Some(LockedRows {
        session,
        consent,
        user: read_user(users, &row)?,
    }))
}

/// The values of the parameters of [`select`].
fn values(basis: &IssuePreconditions) -> Vec<Value> {
    let mut values = vec![basis.session_id.into()];
    if let Some(client) = &basis.client {
        values.push(client.client_id.as_str().into());
        values.push(client.version.into());
    }
    values.extend(basis.consent_id.map(Value::from));
    values
}

fn select<U>(
    tables: &TableNames,
    basis: &IssuePreconditions,
    users: Option<&dyn WithUser<User = U>>,
    backend: DbBackend,
) -> SelectStatement {
    let mut numbers = 1..;
    let mut next = || parameter(numbers.next().unwrap_or_default());
    let is = |table: &str, name: &str, value: SimpleExpr| {
        Expr::col((Alias::new(table), Alias::new(name))).eq(value)
    };
    let session = tables.sessions;
    let mut select = Query::select();
    select
        .from(Alias::new(session))
        .and_where(is(session, "id", next()));
    SessionRow::select_into(&mut select, session);
    let mut held = vec![session];
    if basis.client.is_some() {
        let clients = tables.clients;
        let unchanged = Cond::all()
            .add(is(clients, "client_id", next()))
            .add(is(clients, "version", next()))
            .add(eq_of(clients, "status", ACTIVE));
        select.join(JoinType::InnerJoin, Alias::new(clients), unchanged);
        held.push(clients);
    }
    if basis.consent_id.is_some() {
        let consents = tables.consents;
        let this_one = Cond::all().add(is(consents, "id", next())).add(same(
            column(consents, "user_id"),
            column(session, "user_id"),
        ));
        select.join(JoinType::InnerJoin, Alias::new(consents), this_one);
        ConsentRow::select_into(&mut select, consents);
        held.push(consents);
    }
    join_user(&mut select, users, column(session, "user_id"));
    // SQLite has no row locks and needs none: the transaction began as a writer.
    if backend == DbBackend::Postgres {
        select.lock_with_tables(LockType::Share, held.into_iter().map(Alias::new));
    }
    select
}
