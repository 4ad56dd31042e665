//! Who may be signed in at all (SU-01, SU-02).

use super::SessionService;
use crate::{error::Failure, people::Owner, protocol::subject, store::clients};

impl SessionService {
    /// Checks that a user is active and has a usable subject that is nobody else's (SU-01, SU-02). Client
    /// ids are the `sub` of machine tokens: a user whose subject is the id of a client would be taken for it.
    ///
    /// # Errors
    /// A fault of this server (500) for a user who may not be signed in, or when the database fails.
    pub async fn check_subject(&self, owner: &Owner) -> Result<(), Failure> {
        let subject = owner.subject();
        if !owner.is_active() || !subject::is_usable(&subject) {
            return Err(Failure::internal("SU-02: the user cannot be signed in"));
        }
        let taken = self.clients.configured(&subject).is_some() || {
            let (tables, ids) = (self.store.tables(), [subject]);
            let find = |db| clients::existing(db, tables, &ids);
            !self.store.run(find).await?.is_empty()
        };
        if taken {
            return Err(Failure::internal(format!(
                "SU-02: the subject of the user with the key {} is the client_id of a client, and the \
                 user cannot be signed in: give the client another id",
                owner.key()
            )));
        }
        Ok(())
    }
}
