//! Faults of the storage, of clients and of the machine (C226-C239, C272).

mod away;
mod clock;
mod connections;
mod disconnect;
mod durable;
mod full;
mod killed;
mod last_resort;
mod locked;
mod nodes;
mod pool;
mod slow;
mod statements;
mod together;

use crate::app::server::TestServer;

impl TestServer {
    /// FA-02: every redeemed code has its tokens, every other one has none; nothing is orphaned.
    async fn assert_whole(&self) {
        let (access, refresh) = (self.access_tokens().await, self.generations().await);
        for grant in self.grants().await {
            let count = usize::from(grant.redeemed_at.is_some());
            let of_grant = access
                .iter()
                .filter(|token| token.grant_id == Some(grant.id));
            assert_eq!(of_grant.count(), count, "grant {}", grant.id);
            let of_grant = refresh.iter().filter(|token| token.grant_id == grant.id);
            assert_eq!(of_grant.count(), count, "grant {}", grant.id);
            assert_eq!(grant.revoked_at, None);
            assert!(grant.consent_id.is_some(), "a code without its consent");
        }
    }
}
