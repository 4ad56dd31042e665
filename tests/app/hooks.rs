//! The app's own decisions.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use loco_oauth_server::{
    events::{AuditEvent, EventSubscriber},
    hooks::{ClientFacts, ManageAction, OAuthServerHooks, OwnedClient, Registrant, SessionFacts},
    protocol::client_metadata::ClientMetadata,
    resource_owner::ResourceOwner,
};
use loco_rs::{Result, app::AppContext};

use super::users;

/// Keeps the events that the subscribers heard of.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<AuditEvent>>>);

impl Heard {
    /// Waits until this was heard.
    pub async fn wait_for(&self, name: &str, client_id: &str) -> AuditEvent {
        for _ in 0..500 {
            let heard = self.0.lock().unwrap().clone();
            let found = heard.into_iter().find(|event| {
                event.event.as_str() == name && event.client_id.as_deref() == Some(client_id)
            });
            if let Some(found) = found {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody heard of {name} of {client_id}");
    }
}

#[async_trait]
impl EventSubscriber for Heard {
    async fn on_event(&self, event: &AuditEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// Never comes back for the client `hangs`, panics for `panics`.
struct Troublesome;

#[async_trait]
impl EventSubscriber for Troublesome {
    async fn on_event(&self, event: &AuditEvent) {
        match event.client_id.as_deref() {
            Some("hangs") => std::future::pending().await,
            Some("panics") => panic!("a subscriber of the app"),
            _ => (),
        }
    }
}

/// The client `chooser` wants an account to be chosen, `broken` brings the hook down; names of
/// registered clients say what becomes of them.
#[derive(Default)]
pub struct ChooseForChooser;

#[async_trait]
impl OAuthServerHooks<users::Model> for ChooseForChooser {
    async fn select_account(
        &self,
        _user: &users::Model,
        client: &ClientFacts,
        _session: &SessionFacts,
        _scopes: &[String],
    ) -> Result<bool> {
        match client.client_id.as_str() {
            "broken" => Err(loco_rs::Error::string("the hook failed")),
            id => Ok(id == "chooser"),
        }
    }

    fn subscribers(&self, ctx: &AppContext) -> Vec<Arc<dyn EventSubscriber>> {
        let heard = Heard::default();
        ctx.shared_store.insert(heard.clone());
        vec![Arc::new(Troublesome), Arc::new(heard)]
    }

    async fn may_register(
        &self,
        metadata: &ClientMetadata,
        caller: Registrant<&users::Model>,
    ) -> Result<bool> {
        match metadata.client_name.as_deref() {
            Some("Broken") => Err(loco_rs::Error::string("the hook failed")),
            Some("Members only") => Ok(caller == Registrant::InitialAccessToken),
            name => Ok(name != Some("Refused")),
        }
    }

    async fn may_manage(
        &self,
        action: ManageAction,
        user: &users::Model,
        client: &OwnedClient,
    ) -> Result<bool> {
        let is_owner = client.owner == Some(user.key().into());
        match client.client.client_name.as_deref() {
            Some("Unmanageable") => Err(loco_rs::Error::string("the hook failed")),
            Some("Shared") => Ok(is_owner || action == ManageAction::Read),
            _ => Ok(is_owner),
        }
    }
}
