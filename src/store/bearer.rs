//! Reads a bearer token together with all that decides whether it is accepted, by one statement per
//! guarded request.

use sea_orm::{
    ConnectionTrait, DbErr, QueryResult,
    sea_query::{Alias, JoinType, Query, SelectStatement},
};

use super::{
    StoreResult,
    access_tokens::AccessTokenRow,
    authorization_codes::GrantRow,
    clients::ClientRow,
    lookups::{AccessWithGrant, join_grant, join_session},
    record::{Column, Record, column, eq_of, same},
    sessions::SessionRow,
};
use crate::{protocol::client::SecretHash, store::schema::TableNames};

/// The app's part of the statement, which joins its users table.
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

/// An access token with its user.
pub struct BearerToken<U> {
    /// The token with its grant and its client.
    pub access: AccessWithGrant,
    /// The user, where the users table can be joined.
    pub user: Option<U>,
}

/// Returns the access token with this hash, with its grant, its client and its user.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn find<U>(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    token: &SecretHash,
    users: Option<&dyn WithUser<User = U>>,
) -> StoreResult<Option<BearerToken<U>>> {
    let (access, clients) = (tables.access_tokens, tables.clients);
    let mut select = Query::select();
    select
        .from(Alias::new(access))
        .and_where(eq_of(access, "token_hash", token.0.to_vec()));
    AccessTokenRow::select_into(&mut select, access, "a_");
    join_grant(&mut select, tables, access);
    join_session(&mut select, tables);
    let client = same(column(clients, "client_id"), column(access, "client_id"));
    select.join(JoinType::LeftJoin, Alias::new(clients), client);
    ClientRow::select_into(&mut select, clients, "c_");
    if let Some(users) = users {
        users.join(&mut select, column(access, "user_id"));
    }
    let Some(row) = conn.query_one(&select).await? else {
        return Ok(None);
    };
    let Some(token) = AccessTokenRow::read(&row, "a_")? else {
        return Ok(None);
    };
    let access = AccessWithGrant {
        token,
        grant: GrantRow::read(&row, "g_")?,
        session: SessionRow::read(&row, "s_")?,
        client: ClientRow::read(&row, "c_")?
            .map(ClientRow::into_client)
            .transpose()?,
    };
    let user = users.map(|users| users.read(&row)).transpose()?.flatten();
    Ok(Some(BearerToken { access, user }))
}
