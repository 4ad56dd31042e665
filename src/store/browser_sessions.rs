//! The sessions of a browser with their users and consents, by one statement.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Cond, Expr, ExprTrait, JoinType, Query},
};

use super::{
    StoreResult,
    bearer::WithUser,
    consents::ConsentRow,
    record::{Record, column, eq_of, same},
    sessions::SessionRow,
};
use crate::{
    protocol::{client::SecretHash, time::UnixTime},
    store::schema::TableNames,
};

/// A session with its user and the user's consent for a client.
#[derive(Clone)]
pub struct SessionWithConsent<U> {
    /// The session.
    pub session: SessionRow,
    /// The consent that the user gave in no organisation's name (empty `reference`).
    pub consent: Option<ConsentRow>,
    /// The user, where the users table can be joined.
    pub user: Option<U>,
}

/// Selects sessions of a browser and the client whose consents are read with them.
#[derive(Clone, Copy, Debug)]
pub struct BrowserSessionsQuery<'a> {
    /// Hashes of the session secrets that the browser sent.
    pub hashes: &'a [SecretHash],
    /// The client whose consents are read; `""` = no consents.
    pub client_id: &'a str,
    /// The present time.
    pub now: UnixTime,
}

/// Returns the live sessions with these secrets, in no particular order.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn find<U>(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    of: BrowserSessionsQuery<'_>,
    users: Option<&dyn WithUser<User = U>>,
) -> StoreResult<Vec<SessionWithConsent<U>>> {
    let (session, consent) = (tables.sessions, tables.consents);
    let of_session = |name: &str| Expr::col((Alias::new(session), Alias::new(name)));
    let mut select = Query::select();
    select
        .from(Alias::new(session))
        .and_where(of_session("token_hash").is_in(of.hashes.iter().map(|hash| hash.0.to_vec())))
        .and_where(of_session("ended_at").is_null())
        .and_where(of_session("idle_expires_at").gt(of.now))
        .and_where(of_session("expires_at").gt(of.now))
        .join(
            JoinType::LeftJoin,
            Alias::new(consent),
            Cond::all()
                .add(same(column(consent, "user_id"), column(session, "user_id")))
                .add(eq_of(consent, "client_id", of.client_id))
                .add(eq_of(consent, "reference", "")),
        );
    SessionRow::select_into(&mut select, session, "s_");
    ConsentRow::select_into(&mut select, consent, "n_");
    if let Some(users) = users {
        users.join(&mut select, column(session, "user_id"));
    }
    let rows = conn.query_all(&select).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(session) = SessionRow::read(row, "s_")? else {
            continue;
        };
        found.push(SessionWithConsent {
            session,
            consent: ConsentRow::read(row, "n_")?,
            user: users.map(|users| users.read(row)).transpose()?.flatten(),
        });
    }
    Ok(found)
}
