//! `session_client`: rows of `oauth_ephemerals` that say which clients got an ID token in a session (OpenID Connect
//! Back-Channel Logout §2.3).

use std::ops::RangeInclusive;

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Cond, Expr, ExprTrait, Query},
};
use serde_json::json;

use super::{StoreResult, ephemerals::EphemeralRow, record::eq};
use crate::{
    protocol::{
        row_id::EphemeralId,
        secret::{Purpose, hash},
        time::UnixTime,
    },
    store::schema::TableNames,
};

/// `kind` of a client that got an ID token in a session.
pub const KIND: &str = "session_client";

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
            kind: KIND.to_owned(),
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
pub(super) fn of_sessions(sids: &[String]) -> Cond {
    sids.iter().fold(Cond::any(), |any, sid| {
        let (first, last) = keys_of(sid).into_inner();
        let key = || Expr::col(Alias::new("key_hash"));
        any.add(key().gte(first).and(key().lte(last)))
    })
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
        .and_where(eq("kind", KIND))
        .cond_where(of_sessions(&[sid.to_owned()]));
    conn.execute(&update).await?;
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
