//! The secrets of a client, and how an update changes them.

use sea_orm::sea_query::{Alias, Expr, SimpleExpr, UpdateStatement};

use crate::protocol::client::SecretHash;

/// What a change does to the secrets.
#[derive(Clone, Debug)]
pub enum SecretChange {
    /// They stay.
    Keep,
    /// The client has none any more.
    Remove,
    /// Another one, and until when the old one works beside it (Unix seconds; `None` = not).
    Replace {
        /// The new secret.
        new: SecretHash,
        /// Its end; `None` = never.
        expires_at: Option<i64>,
        /// The end of the old one.
        old_until: Option<i64>,
    },
}

impl SecretChange {
    pub(super) fn apply(&self, update: &mut UpdateStatement) {
        let mut set = |name: &str, value: SimpleExpr| {
            update.value(Alias::new(name), value);
        };
        let null = || Expr::cust("NULL");
        let seconds = |at: &Option<i64>| at.map_or_else(null, Expr::value);
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

/// Other secrets of a client.
#[derive(Clone, Copy)]
pub struct SecretReplacement<'a> {
    /// The client.
    pub client_id: &'a str,
    /// Hash of the secret that still has to be the current one.
    pub current: SecretHash,
    /// What happens to its secrets.
    pub secrets: &'a SecretChange,
}
