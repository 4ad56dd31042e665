//! Rows that one request needs together, read by one statement each, which keeps the number of
//! statements per request small.

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DbErr, QueryResult,
    sea_query::{Alias, Cond, Expr, ExprTrait, JoinType, Query, SelectStatement},
};

use super::{
    StoreResult,
    access_tokens::AccessTokenRow,
    authorization_codes::GrantRow,
    authorization_states::InteractionRow,
    clients::ClientRow,
    device_grants::DevicePoll,
    prepared::{PLACE, PreparedForMany, REQUESTS, Rows},
    record::{Column, Columns, Record, column, eq_of, same},
    refresh_tokens::RefreshTokenRow,
    sessions::SessionRow,
    tables::Tables,
};
use crate::{
    protocol::{
        client::{Client, SecretHash},
        time::UnixTime,
    },
    store::schema::TableNames,
};

/// A client and the credential of its request, read by one statement.
pub struct ClientLookup<T, U> {
    /// The client's row; `None` for static and unknown clients.
    pub client: Option<Arc<Client>>,
    /// The row of the code or token that the request names.
    pub found: Option<T>,
    /// The user of that row, where the users table can be joined.
    pub user: Option<U>,
}

/// What a lookup finds a client and a code or token by.
#[derive(Clone)]
pub struct LookupKey {
    /// The id of the client; `None` for a client of the settings, which has no row.
    pub client_id: Option<String>,
    /// The hash of the code or token.
    pub hash: SecretHash,
}

/// The app's part of a statement, which joins its users table.
pub trait WithUser: Send + Sync {
    /// The user as read.
    type User;

    /// Joins the user whose key stands in a column of another table.
    fn join(&self, select: &mut SelectStatement, from: Column<'_>);

    /// Reads the user of a joined row, if the row has one.
    ///
    /// # Errors
    /// Returns an error when the row does not fit the app's model.
    fn read(&self, row: &QueryResult) -> Result<Option<Self::User>, DbErr>;
}

/// A grant with the browser session it was given in.
#[derive(Clone)]
pub struct GrantWithSession {
    /// The grant.
    pub grant: GrantRow,
    /// The browser session, while its row exists.
    pub session: Option<SessionRow>,
}

/// The grant of a device.
#[derive(Clone)]
pub struct DeviceGrant {
    /// The grant.
    pub grant: GrantRow,
    /// The browser session of the person who decided, while its row exists.
    pub session: Option<SessionRow>,
    /// What a waiting device is told by.
    pub poll: DevicePoll,
}

/// A refresh token with its grant.
#[derive(Clone)]
pub struct RefreshWithGrant {
    /// The token.
    pub token: RefreshTokenRow,
    /// Whether the token of the next generation was superseded too.
    pub successor_superseded: bool,
    /// The grant.
    pub grant: GrantRow,
    /// The browser session of the grant, while its row exists.
    pub session: Option<SessionRow>,
}

/// An access token with its grant and its client.
#[derive(Clone)]
pub struct AccessWithGrant {
    /// The token.
    pub token: AccessTokenRow,
    /// Its grant; `None` for client credentials.
    pub grant: Option<GrantRow>,
    /// The browser session of the grant, while its row exists.
    pub session: Option<SessionRow>,
    /// The client it was issued to; `None` for static clients.
    pub client: Option<Arc<Client>>,
}

/// Returns for each key the client, and the grant whose code has the hash, with its user.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn codes<U>(
    conn: &impl ConnectionTrait,
    tables: &Tables,
    keys: &[LookupKey],
    users: Option<&dyn WithUser<User = U>>,
) -> StoreResult<Vec<ClientLookup<GrantWithSession, U>>> {
    let grant = tables.authorization_codes;
    let lookup = Lookup {
        keys,
        users,
        texts: &tables.texts.codes,
    };
    let build = || {
        let mut select = lookup_query(tables, column(grant, "code_hash"));
        GrantRow::select_into(&mut select, grant);
        join_session(&mut select, tables);
        join_user(&mut select, users, column(grant, "user_id"));
        select
    };
    lookup
        .read(conn, build, |columns| {
            let (grant, session) = (columns.record()?, columns.record()?);
            Ok(grant.map(|grant| GrantWithSession { grant, session }))
        })
        .await
}

/// Returns for each key the client, and the grant whose device code has the hash, with its user.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn device_codes<U>(
    conn: &impl ConnectionTrait,
    tables: &Tables,
    keys: &[LookupKey],
    users: Option<&dyn WithUser<User = U>>,
) -> StoreResult<Vec<ClientLookup<DeviceGrant, U>>> {
    let grant = tables.authorization_codes;
    let lookup = Lookup {
        keys,
        users,
        texts: &tables.texts.device_codes,
    };
    let build = || {
        let mut select = lookup_query(tables, column(grant, "code_hash"));
        GrantRow::select_into(&mut select, grant);
        DevicePoll::select_into(&mut select, grant);
        join_session(&mut select, tables);
        join_user(&mut select, users, column(grant, "user_id"));
        select
    };
    lookup
        .read(conn, build, |columns| {
            let (grant, poll): (Option<GrantRow>, _) = (columns.record()?, columns.record()?);
            let session = columns.record()?;
            Ok(grant.zip(poll).map(|(grant, poll)| DeviceGrant {
                grant,
                session,
                poll,
            }))
        })
        .await
}

/// Returns for each key the client, and the refresh token with the hash, with its user.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn refresh_tokens<U>(
    conn: &impl ConnectionTrait,
    tables: &Tables,
    keys: &[LookupKey],
    users: Option<&dyn WithUser<User = U>>,
) -> StoreResult<Vec<ClientLookup<RefreshWithGrant, U>>> {
    let refresh = tables.refresh_tokens;
    let lookup = Lookup {
        keys,
        users,
        texts: &tables.texts.refresh_tokens,
    };
    let build = || {
        let mut select = lookup_query(tables, column(refresh, "token_hash"));
        RefreshTokenRow::select_into(&mut select, refresh);
        join_grant(&mut select, tables, refresh);
        join_session(&mut select, tables);
        join_successor(&mut select, refresh);
        join_user(&mut select, users, column(refresh, "user_id"));
        select
    };
    lookup
        .read(conn, build, |columns| {
            let token: Option<RefreshTokenRow> = columns.record()?;
            let grant: Option<GrantRow> = columns.record()?;
            let session = columns.record()?;
            let successor_superseded_at: Option<UnixTime> = columns.value()?;
            Ok(token.zip(grant).map(|(token, grant)| RefreshWithGrant {
                token,
                successor_superseded: successor_superseded_at.is_some(),
                grant,
                session,
            }))
        })
        .await
}

/// Returns for each key the client, and the access token with the hash, with its own client and its user.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn access_tokens<U>(
    conn: &impl ConnectionTrait,
    tables: &Tables,
    keys: &[LookupKey],
    users: Option<&dyn WithUser<User = U>>,
) -> StoreResult<Vec<ClientLookup<AccessWithGrant, U>>> {
    let access = tables.access_tokens;
    let lookup = Lookup {
        keys,
        users,
        texts: &tables.texts.access_tokens,
    };
    let build = || {
        let mut select = lookup_query(tables, column(access, "token_hash"));
        AccessTokenRow::select_into(&mut select, access);
        join_grant(&mut select, tables, access);
        join_session(&mut select, tables);
        let owner = Alias::new("owner");
        let of_token = same(column("owner", "client_id"), column(access, "client_id"));
        select.join_as(
            JoinType::LeftJoin,
            Alias::new(tables.clients),
            owner,
            of_token,
        );
        ClientRow::select_into(&mut select, "owner");
        join_user(&mut select, users, column(access, "user_id"));
        select
    };
    lookup
        .read(conn, build, |columns| {
            let Some(token) = columns.record()? else {
                return Ok(None);
            };
            Ok(Some(AccessWithGrant {
                token,
                grant: columns.record()?,
                session: columns.record()?,
                client: read_client(columns)?,
            }))
        })
        .await
}

/// Joins the token of the next generation, and reads when it was superseded.
fn join_successor(select: &mut SelectStatement, refresh: &str) {
    let successor = Alias::new("successor");
    let next = Expr::col((Alias::new(refresh), Alias::new("generation"))).add(1);
    select.join_as(
        JoinType::LeftJoin,
        Alias::new(refresh),
        successor.clone(),
        Cond::all()
            .add(same(
                column("successor", "grant_id"),
                column(refresh, "grant_id"),
            ))
            .add(Expr::col((successor.clone(), Alias::new("generation"))).eq(next)),
    );
    select.expr(Expr::col((successor, Alias::new("superseded_at"))));
}

/// An interaction with its client and the grant it led to.
#[derive(Clone)]
pub struct InteractionWithClient {
    /// The interaction.
    pub interaction: InteractionRow,
    /// The client; `None` for static clients.
    pub client: Option<Arc<Client>>,
    /// The grant that the interaction led to.
    pub grant: Option<GrantRow>,
}

/// Returns the interaction with this identifier.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn interaction(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: &str,
) -> StoreResult<Option<InteractionWithClient>> {
    let state = tables.authorization_states;
    let mut select = Query::select();
    select
        .from(Alias::new(state))
        .and_where(eq_of(state, "state", id));
    InteractionRow::select_into(&mut select, state);
    let client = same(
        column(tables.clients, "client_id"),
        column(state, "client_id"),
    );
    select.join(JoinType::LeftJoin, Alias::new(tables.clients), client);
    ClientRow::select_into(&mut select, tables.clients);
    join_grant(&mut select, tables, state);
    let Some(row) = conn.query_one(&select).await? else {
        return Ok(None);
    };
    let mut columns = Columns::of(&row);
    let Some(interaction) = columns.record()? else {
        return Ok(None);
    };
    Ok(Some(InteractionWithClient {
        interaction,
        client: read_client(&mut columns)?,
        grant: columns.record()?,
    }))
}

/// A lookup of several keys at once.
struct Lookup<'a, U> {
    keys: &'a [LookupKey],
    users: Option<&'a dyn WithUser<User = U>>,
    texts: &'a PreparedForMany,
}

impl<U> Lookup<'_, U> {
    /// Runs the statement of [`lookup_query`], and reads the rows in the order of the keys.
    async fn read<T>(
        &self,
        conn: &impl ConnectionTrait,
        build: impl FnOnce() -> SelectStatement,
        read: impl Fn(&mut Columns<'_>) -> StoreResult<Option<T>>,
    ) -> StoreResult<Vec<ClientLookup<T, U>>> {
        // No client has an empty id, and no secret an empty hash.
        let values = self.keys.iter().flat_map(|key| {
            let client_id = key.client_id.as_deref().unwrap_or_default();
            [client_id.into(), key.hash.0.to_vec().into()]
        });
        let rows = Rows {
            count: self.keys.len(),
            values,
            filling: vec!["".into(), Vec::<u8>::new().into()],
        };
        let backend = conn.get_database_backend();
        let statement = self.texts.with(backend, rows, build);
        let mut lookups: Vec<ClientLookup<T, U>> = Vec::new();
        lookups.resize_with(self.keys.len(), ClientLookup::default);
        for row in conn.query_all_raw(statement).await? {
            let mut columns = Columns::of(&row);
            let Some(lookup) = lookups.get_mut(columns.place()?) else {
                continue;
            };
            *lookup = ClientLookup {
                client: read_client(&mut columns)?,
                found: read(&mut columns)?,
                user: read_user(self.users, &row)?,
            };
        }
        Ok(lookups)
    }
}

impl<T, U> ClientLookup<T, U> {
    /// Turns the row that was found into something else.
    pub fn map<V>(self, change: impl FnOnce(T) -> V) -> ClientLookup<V, U> {
        ClientLookup {
            client: self.client,
            found: self.found.map(change),
            user: self.user,
        }
    }
}

impl<T, U> Default for ClientLookup<T, U> {
    fn default() -> Self {
        Self {
            client: None,
            found: None,
            user: None,
        }
    }
}

/// Builds a statement that yields one row for each row of [`REQUESTS`]: its place, the client with its
/// first value as id, and the code or token whose column `by_hash` is its second value, each or null.
fn lookup_query(tables: &TableNames, by_hash: Column<'_>) -> SelectStatement {
    let of_request = |name| column(REQUESTS, name);
    let clients = tables.clients;
    let mut select = Query::select();
    select
        .expr(Expr::col((Alias::new(REQUESTS), Alias::new(PLACE))))
        .from(Alias::new(REQUESTS))
        .join(
            JoinType::LeftJoin,
            Alias::new(clients),
            same(column(clients, "client_id"), of_request("v1")),
        );
    ClientRow::select_into(&mut select, clients);
    select.join(
        JoinType::LeftJoin,
        Alias::new(by_hash.table),
        same(by_hash, of_request("v2")),
    );
    select
}

fn join_grant(select: &mut SelectStatement, tables: &TableNames, from: &str) {
    let grant = tables.authorization_codes;
    select.join(
        JoinType::LeftJoin,
        Alias::new(grant),
        same(column(grant, "id"), column(from, "grant_id")),
    );
    GrantRow::select_into(select, grant);
}

fn join_session(select: &mut SelectStatement, tables: &TableNames) {
    let (session, grant) = (tables.sessions, tables.authorization_codes);
    let by_id = same(column(session, "id"), column(grant, "session_id"));
    select.join(JoinType::LeftJoin, Alias::new(session), by_id);
    SessionRow::select_into(select, session);
}

/// Joins the user whose key stands in the column `from`, where the users table is known.
pub(super) fn join_user<U>(
    select: &mut SelectStatement,
    users: Option<&dyn WithUser<User = U>>,
    from: Column<'_>,
) {
    if let Some(users) = users {
        users.join(select, from);
    }
}

/// Reads the user that [`join_user`] joined.
pub(super) fn read_user<U>(
    users: Option<&dyn WithUser<User = U>>,
    row: &QueryResult,
) -> Result<Option<U>, DbErr> {
    Ok(users.map(|users| users.read(row)).transpose()?.flatten())
}

fn read_client(columns: &mut Columns<'_>) -> StoreResult<Option<Arc<Client>>> {
    let row: Option<ClientRow> = columns.record()?;
    let client = row.map(ClientRow::into_client).transpose()?;
    Ok(client.map(Arc::new))
}
