//! What people allowed their apps, and how they take it back.

mod connected_apps;

use std::sync::Arc;

pub use self::connected_apps::Connected;
use crate::{
    clients::ClientRegistry, clock::Clock, events::Events, protocol::time::UnixTime, store::Store,
};

/// Lists the apps that people gave access to, and takes the access back.
pub struct ConsentService {
    store: Store,
    clock: Clock,
    events: Events,
    clients: Arc<ClientRegistry>,
}

impl ConsentService {
    /// Creates the service.
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
    /// The id that `revoke_grant` takes.
    pub id: String,
    /// The `client_id`.
    pub client_id: String,
    /// Name for people; a client may have none.
    pub client_name: Option<String>,
    /// The granted scopes.
    pub scopes: Vec<String>,
    /// Claims about the person that were granted by themselves, whatever the scopes cover.
    pub claims: Vec<String>,
    /// The resources for which the scopes are granted (RFC 8707).
    pub resources: Vec<String>,
    /// When the person last approved.
    pub granted_at: UnixTime,
    /// When the last token was issued.
    pub last_used_at: Option<UnixTime>,
    /// Its grants that have not ended, newest first.
    pub devices: Vec<ConnectedDevice>,
}

/// One grant of an app: an installation of it, or one login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedDevice {
    /// Browser and system in which it was approved, for example `Firefox, Linux`.
    pub label: Option<String>,
    /// When the grant was made.
    pub since: UnixTime,
    /// When the last token was issued.
    pub last_used_at: Option<UnixTime>,
}
