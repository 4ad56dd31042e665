//! The time since which a person's credentials are in effect, whoever changed them (EX-03).

use super::{Owner, People};
use crate::{
    error::Failure,
    protocol::{
        credentials::{CredentialEvidence, CredentialRecord, in_effect_since},
        time::UnixTime,
    },
    store::credentials::{self, CredentialNote},
};

impl People {
    /// Returns the time since which the user's present credentials are in effect; 0 when no
    /// change is known. It is stored, so that the same credentials give the same time later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn credentials_since(&self, owner: &Owner) -> Result<UnixTime, Failure> {
        let (user, now, tables) = (owner.key(), self.clock.now(), self.store.tables());
        let stamp = owner.credential_stamp();
        let (mut noted, mut seen) = (None, Vec::new());
        if let Some(stamp) = &stamp {
            let find = |db| credentials::noted(db, tables, user, now);
            noted = self.store.run(find).await?;
            if noted.as_ref().is_none_or(|it| it.stamp != stamp.0) {
                let find = |db| credentials::seen(db, tables, user);
                seen = self.store.run(find).await?;
            }
        }
        let since = in_effect_since(&CredentialEvidence {
            stamp: stamp.as_ref(),
            noted: noted.as_ref(),
            seen: &seen,
            changed_by_app: owner.credentials_changed_at(),
            user_changed: owner.changed_at(),
            now,
        });
        if noted.is_none_or(|it| stamp.as_ref().is_some_and(|stamp| it.stamp != stamp.0)) {
            self.note_credentials(owner, since).await?;
        }
        Ok(since)
    }

    /// Stores that the user's present credentials are in effect since `since`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_credentials(&self, owner: &Owner, since: UnixTime) -> Result<(), Failure> {
        let Some(stamp) = owner.credential_stamp() else {
            return Ok(());
        };
        let (user, now, tables) = (owner.key(), self.clock.now(), self.store.tables());
        let noted = CredentialRecord {
            stamp: stamp.0.to_vec(),
            since,
        };
        let note = CredentialNote {
            user,
            noted: &noted,
            now,
        };
        let note = |db| credentials::note(db, tables, note);
        self.store.run(note).await?;
        Ok(())
    }
}
