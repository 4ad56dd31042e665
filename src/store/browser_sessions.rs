//! The sessions of browsers with their users and consents, by statements that browsers share.

use sea_orm::{
    ConnectionTrait, Value,
    sea_query::{Alias, Cond, Expr, ExprTrait, JoinType, Query, SelectStatement},
};

use super::{
    StoreResult, batches,
    consents::ConsentRow,
    lookups::{WithUser, join_user, read_user},
    prepared::{PLACE, REQUESTS, Rows},
    record::{Columns, Record, column, same},
    sessions::SessionRow,
    tables::Tables,
};
use crate::protocol::{client::SecretHash, time::UnixTime};

/// Most sessions that a browser has at a time.
pub const MOST_SESSIONS: usize = 5;

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
#[derive(Clone, Debug)]
pub struct BrowserSessionsQuery {
    /// Hashes of the session secrets that the browser sent; the first [`MOST_SESSIONS`] are looked up.
    pub hashes: Vec<SecretHash>,
    /// The client whose consents are read; `""` = no consents.
    pub client_id: String,
    /// The present time.
    pub now: UnixTime,
}

/// Returns for each query the live sessions with its secrets, in no particular order.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn find<U>(
    conn: &impl ConnectionTrait,
    tables: &Tables,
    queries: &[BrowserSessionsQuery],
    users: Option<&dyn WithUser<User = U>>,
) -> StoreResult<Vec<Vec<SessionWithConsent<U>>>> {
    let mut rows = Vec::with_capacity(queries.len());
    for (query, of) in queries.iter().enumerate() {
        let hashes = of.hashes.iter().take(MOST_SESSIONS);
        rows.extend(hashes.map(|hash| SessionKey { query, of, hash }));
    }
    let mut found: Vec<Vec<SessionWithConsent<U>>> = Vec::new();
    found.resize_with(queries.len(), Vec::new);
    for rows in rows.chunks(batches::MOST) {
        let values = Rows {
            count: rows.len(),
            values: rows.iter().flat_map(SessionKey::values),
            filling: vec![0_i64.into(), "".into(), Vec::<u8>::new().into()],
        };
        let text = &tables.texts.browser_sessions;
        let select = text.with(conn.get_database_backend(), values, || {
            select(tables, users)
        });
        for row in conn.query_all_raw(select).await? {
            let mut columns = Columns::of(&row);
            let Some(key) = rows.get(columns.place()?) else {
                continue;
            };
            let Some(session) = columns.record()? else {
                continue;
            };
            let session = SessionWithConsent {
                session,
                consent: columns.record()?,
                user: read_user(users, &row)?,
            };
            if let Some(of_query) = found.get_mut(key.query) {
                of_query.push(session);
            }
        }
    }
    Ok(found)
}

/// One secret of one query.
struct SessionKey<'a> {
    /// Place of the query.
    query: usize,
    of: &'a BrowserSessionsQuery,
    hash: &'a SecretHash,
}

impl SessionKey<'_> {
    fn values(&self) -> [Value; 3] {
        [
            self.of.now.into(),
            self.of.client_id.as_str().into(),
            self.hash.0.to_vec().into(),
        ]
    }
}

/// The live sessions of each row of [`REQUESTS`], whose values are those of [`SessionKey`].
fn select<U>(tables: &Tables, users: Option<&dyn WithUser<User = U>>) -> SelectStatement {
    let (session, consent) = (tables.sessions, tables.consents);
    let of = |table: &str, name: &str| Expr::col((Alias::new(table), Alias::new(name)));
    let value = |number: usize| of(REQUESTS, &format!("v{number}"));
    let live = Cond::all()
        .add(of(session, "token_hash").eq(value(3)))
        .add(of(session, "ended_at").is_null())
        .add(of(session, "idle_expires_at").gt(value(1)))
        .add(of(session, "expires_at").gt(value(1)));
    let of_client = Cond::all()
        .add(same(column(consent, "user_id"), column(session, "user_id")))
        .add(of(consent, "client_id").eq(value(2)))
        .add(of(consent, "reference").eq(""));
    let mut select = Query::select();
    select
        .expr(of(REQUESTS, PLACE))
        .from(Alias::new(REQUESTS))
        .join(JoinType::InnerJoin, Alias::new(session), live)
        .join(JoinType::LeftJoin, Alias::new(consent), of_client);
    SessionRow::select_into(&mut select, session);
    ConsentRow::select_into(&mut select, consent);
    join_user(&mut select, users, column(session, "user_id"));
    select
}
