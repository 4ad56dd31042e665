//! Grants that an identity provider gave by an assertion (JB-01): the assertion is used up, and the grant and its
//! access token are stored, all or nothing.

use super::{
    Store, StoreResult,
    access_tokens::AccessTokenRow,
    authorization_codes::{self, GrantRow},
    ephemerals::{self, NewEphemeral},
    record::Record,
};
use crate::protocol::{row_id::GrantId, secret::SecretHash, time::UnixTime};

/// What an assertion leads to.
#[derive(Clone)]
pub struct AssertionGrant {
    /// What makes the assertion usable only once.
    pub once: SecretHash,
    /// Until when that is remembered.
    pub remembered_until: UnixTime,
    /// The grant.
    pub grant: GrantRow,
    /// Its access token, whose `grant_id` is filled in.
    pub access: AccessTokenRow,
}

/// Stores the grant and its token, and returns the id of the grant; `None` = the assertion was used before. The
/// insert of the mark is the check, on every node (CC-01).
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses; the assertion is not used up then.
pub async fn insert(store: &Store, issued: AssertionGrant) -> StoreResult<Option<GrantId>> {
    store
        .write(move |txn, tables| {
            let AssertionGrant {
                once,
                remembered_until,
                grant,
                mut access,
            } = issued.clone();
            Box::pin(async move {
                let mark = NewEphemeral {
                    kind: ephemerals::ID_JAG,
                    hash: &once,
                    expires_at: remembered_until,
                };
                if !ephemerals::take(txn, tables, &mark).await? {
                    return Ok(None);
                }
                access.grant_id = Some(authorization_codes::insert(txn, tables, &grant).await?);
                access.insert(txn, tables.access_tokens).await?;
                Ok(access.grant_id)
            })
        })
        .await
}
