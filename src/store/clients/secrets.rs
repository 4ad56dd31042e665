//! The secrets of a client, and how an update changes them.

use sea_orm::sea_query::{Alias, Expr, SimpleExpr, UpdateStatement};

use crate::protocol::{client::SecretHash, time::UnixTime};

/// What an update does to the secrets of a client.
#[derive(Clone, Debug)]
pub enum SecretChange {
    /// The secrets stay as they are.
    Keep,
    /// The client has none any more.
    Remove,
    /// The client gets a new secret; the old one may work beside it for a while.
    Replace {
        /// The new secret.
        new: SecretHash,
        /// When the new secret expires; `None` = never.
        expires_at: Option<UnixTime>,
        /// Until when the old secret works; `None` = it stops at once.
        old_until: Option<UnixTime>,
    },
}

impl SecretChange {
    pub(super) fn apply(&self, update: &mut UpdateStatement) {
        let mut set = |name: &str, value: SimpleExpr| {
            update.value(Alias::new(name), value);
        };
        let null = || Expr::cust("NULL");
        let seconds = |at: &Option<UnixTime>| at.map_or_else(null, Expr::value);
        match self {
            Self::Keep => {}
            Self::Remove => {
                set("client_secret_hash", null());
                set("client_secret_expires_at", null());
                set("previous_secret_hash", null());
                set("previous_secret_expires_at", null());
            }
            Self::Replace {
                new,
                expires_at,
                old_until,
            } => {
                let old = match old_until {
                    Some(_) => Expr::col(Alias::new("client_secret_hash")),
                    None => null(),
                };
                set("previous_secret_hash", old);
                set("previous_secret_expires_at", seconds(old_until));
                set("client_secret_hash", Expr::value(new.0.to_vec()));
                set("client_secret_expires_at", seconds(expires_at));
            }
        }
    }
}

/// A change of the secrets of one client.
#[derive(Clone, Copy)]
pub struct SecretReplacement<'a> {
    /// The client.
    pub client_id: &'a str,
    /// Hash that the current secret must still have.
    pub current: SecretHash,
    /// What happens to its secrets.
    pub secrets: &'a SecretChange,
}
