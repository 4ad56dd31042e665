//! Rows that one request needs together, read by one statement each, which keeps the number of
//! statements per request small.

use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Cond, Expr, ExprTrait, JoinType, Query, SelectStatement, SimpleExpr},
};

use super::{
    StoreResult,
    access_tokens::AccessTokenRow,
    authorization_codes::GrantRow,
    authorization_states::InteractionRow,
    clients::ClientRow,
    record::{Record, column, eq_of, same},
    refresh_tokens::RefreshTokenRow,
    sessions::SessionRow,
};
use crate::{
    protocol::{
        client::{Client, SecretHash},
        time::UnixTime,
    },
    store::schema::TableNames,
};

/// A client and the credential of its request, read by one statement.
pub struct ClientLookup<T> {
    /// The client's row; `None` for static and unknown clients.
    pub client: Option<Client>,
    /// The row of the code or token that the request names.
    pub found: Option<T>,
}

/// A grant with the browser session it was given in.
#[derive(Clone)]
pub struct GrantWithSession {
    /// The grant.
    pub grant: GrantRow,
    /// The browser session, while its row exists.
    pub session: Option<SessionRow>,
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
    pub client: Option<Client>,
}

/// Returns the client `client_id` and the grant whose code has this hash.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn client_and_code(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: Option<&str>,
    code: &SecretHash,
) -> StoreResult<ClientLookup<GrantWithSession>> {
    let grant = tables.authorization_codes;
    let by_hash = eq_of(grant, "code_hash", code.0.to_vec());
    let mut select = lookup_query(tables, client_id, grant, by_hash);
    GrantRow::select_into(&mut select, grant, "g_");
    join_session(&mut select, tables);
    read_lookup(conn, &select, |row| {
        let session = SessionRow::read(row, "s_")?;
        Ok(GrantRow::read(row, "g_")?.map(|grant| GrantWithSession { grant, session }))
    })
    .await
}

/// Returns the client `client_id` and the refresh token with this hash.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn client_and_refresh_token(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: Option<&str>,
    token: &SecretHash,
) -> StoreResult<ClientLookup<RefreshWithGrant>> {
    let refresh = tables.refresh_tokens;
    let by_hash = eq_of(refresh, "token_hash", token.0.to_vec());
    let mut select = lookup_query(tables, client_id, refresh, by_hash);
    RefreshTokenRow::select_into(&mut select, refresh, "r_");
    join_grant(&mut select, tables, refresh);
    join_session(&mut select, tables);
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
    select.expr_as(
        Expr::col((successor, Alias::new("superseded_at"))),
        Alias::new("successor_superseded_at"),
    );
    read_lookup(conn, &select, |row| {
        let superseded: Option<UnixTime> = row.try_get("", "successor_superseded_at")?;
        let session = SessionRow::read(row, "s_")?;
        let (token, grant) = (
            RefreshTokenRow::read(row, "r_")?,
            GrantRow::read(row, "g_")?,
        );
        Ok(token.zip(grant).map(|(token, grant)| RefreshWithGrant {
            token,
            successor_superseded: superseded.is_some(),
            grant,
            session,
        }))
    })
    .await
}

/// Returns the client `client_id`, and the access token with this hash with its own client.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn client_and_access_token(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    client_id: Option<&str>,
    token: &SecretHash,
) -> StoreResult<ClientLookup<AccessWithGrant>> {
    let access = tables.access_tokens;
    let by_hash = eq_of(access, "token_hash", token.0.to_vec());
    let mut select = lookup_query(tables, client_id, access, by_hash);
    AccessTokenRow::select_into(&mut select, access, "a_");
    join_grant(&mut select, tables, access);
    join_session(&mut select, tables);
    let owner = Alias::new("owner");
    select.join_as(
        JoinType::LeftJoin,
        Alias::new(tables.clients),
        owner,
        same(column("owner", "client_id"), column(access, "client_id")),
    );
    ClientRow::select_into(&mut select, "owner", "o_");
    read_lookup(conn, &select, |row| {
        let Some(token) = AccessTokenRow::read(row, "a_")? else {
            return Ok(None);
        };
        Ok(Some(AccessWithGrant {
            token,
            grant: GrantRow::read(row, "g_")?,
            session: SessionRow::read(row, "s_")?,
            client: ClientRow::read(row, "o_")?
                .map(ClientRow::into_client)
                .transpose()?,
        }))
    })
    .await
}

/// An interaction with its client and the grant it led to.
#[derive(Clone)]
pub struct InteractionWithClient {
    /// The interaction.
    pub interaction: InteractionRow,
    /// The client; `None` for static clients.
    pub client: Option<Client>,
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
    InteractionRow::select_into(&mut select, state, "i_");
    let client = same(
        column(tables.clients, "client_id"),
        column(state, "client_id"),
    );
    select.join(JoinType::LeftJoin, Alias::new(tables.clients), client);
    ClientRow::select_into(&mut select, tables.clients, "c_");
    join_grant(&mut select, tables, state);
    let Some(row) = conn.query_one(&select).await? else {
        return Ok(None);
    };
    let Some(interaction) = InteractionRow::read(&row, "i_")? else {
        return Ok(None);
    };
    Ok(Some(InteractionWithClient {
        interaction,
        client: ClientRow::read(&row, "c_")?
            .map(ClientRow::into_client)
            .transpose()?,
        grant: GrantRow::read(&row, "g_")?,
    }))
}

/// Builds a statement that yields exactly one row: the client and the code or token, each or null.
fn lookup_query(
    tables: &TableNames,
    client_id: Option<&str>,
    table: &str,
    by_hash: SimpleExpr,
) -> SelectStatement {
    let mut one = Query::select();
    one.expr_as(Expr::value(1), Alias::new("one"));
    let mut select = Query::select();
    select.from_subquery(one, Alias::new("request"));
    // A static client has no row; no client has an empty id.
    let by_id = eq_of(tables.clients, "client_id", client_id.unwrap_or_default());
    select.join(JoinType::LeftJoin, Alias::new(tables.clients), by_id);
    ClientRow::select_into(&mut select, tables.clients, "c_");
    select.join(JoinType::LeftJoin, Alias::new(table), by_hash);
    select
}

pub(super) fn join_grant(select: &mut SelectStatement, tables: &TableNames, from: &str) {
    let grant = tables.authorization_codes;
    select.join(
        JoinType::LeftJoin,
        Alias::new(grant),
        same(column(grant, "id"), column(from, "grant_id")),
    );
    GrantRow::select_into(select, grant, "g_");
}

pub(super) fn join_session(select: &mut SelectStatement, tables: &TableNames) {
    let (session, grant) = (tables.sessions, tables.authorization_codes);
    let by_id = same(column(session, "id"), column(grant, "session_id"));
    select.join(JoinType::LeftJoin, Alias::new(session), by_id);
    SessionRow::select_into(select, session, "s_");
}

async fn read_lookup<T>(
    conn: &impl ConnectionTrait,
    select: &SelectStatement,
    read: impl Fn(&QueryResult) -> StoreResult<Option<T>>,
) -> StoreResult<ClientLookup<T>> {
    let Some(row) = conn.query_one(select).await? else {
        return Ok(ClientLookup {
            client: None,
            found: None,
        });
    };
    Ok(ClientLookup {
        client: ClientRow::read(&row, "c_")?
            .map(ClientRow::into_client)
            .transpose()?,
        found: read(&row)?,
    })
}
