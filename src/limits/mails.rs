//! The limit of the mails that correct logins of an account that is not verified send once more.

use super::RateLimiter;
use crate::{
    error::Failure,
    protocol::{
        secret::{Purpose, hash},
        time::Seconds,
    },
    store::{
        rates::{self, CounterIncrement},
        user_key::UserKey,
    },
};

/// Seconds between two mails for one account. Whoever has somebody's password, or their own account
/// under somebody's address, cannot fill a mailbox.
const APART: Seconds = Seconds::minutes(5);

impl RateLimiter {
    /// Whether the mail that verifies an address may be sent to this account now. If so, it is counted.
    /// The counter is in the database: an account has one mailbox, however many nodes there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn may_send_verification(&self, user: UserKey) -> Result<bool, Failure> {
        let (now, tables) = (self.clock.now(), self.store.tables());
        let name = format!("verification_mail {user}");
        let mail = [CounterIncrement {
            key: hash(Purpose::Rate, &name),
            add: 1,
            limit: 1,
            ends_at: now + APART,
        }];
        let count = |db| rates::count(db, tables, mail.as_slice(), now);
        let counted = self.store.run(count).await?;
        let before = counted.into_iter().flatten().next();
        Ok(before.is_none_or(|counted| counted.count <= 1))
    }
}
