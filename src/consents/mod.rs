//! What people allowed their apps.

mod connected_apps;

use std::sync::Arc;

pub use self::connected_apps::Connected;
use crate::{clients::ClientRegistry, clock::Clock, events::Events, store::Store};

/// The approvals of people, and what came of them.
pub struct ConsentService {
    store: Store,
    clock: Clock,
    events: Events,
    clients: Arc<ClientRegistry>,
}

impl ConsentService {
    /// Approvals in these tables.
    pub const fn new(
        store: Store,
        clock: Clock,
        events: Events,
        clients: Arc<ClientRegistry>,
    ) -> Self {
        Self {
            store,
            clock,
            events,
            clients,
        }
    }
}

/// An app that has access to a person's account, or was allowed to ask for it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedApp {
    /// What `revoke_grant` takes.
    pub id: String,
    /// The `client_id`.
    pub client_id: String,
    /// Name for people; a client may have none.
    pub client_name: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Where (RFC 8707).
    pub resources: Vec<String>,
    /// The last approval, Unix seconds.
    pub granted_at: i64,
    /// The last token, Unix seconds.
    pub last_used_at: Option<i64>,
    /// Its grants that are live, newest first.
    pub devices: Vec<ConnectedDevice>,
}

/// One grant of an app: an installation of it, or one login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedDevice {
    /// Browser and system that approved it, `Firefox, Linux`.
    pub label: Option<String>,
    /// Unix seconds.
    pub since: i64,
    /// The last token, Unix seconds.
    pub last_used_at: Option<i64>,
}
