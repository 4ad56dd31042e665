//! What the tasks for signing keys need. This is no whole server: without a usable key a server cannot
//! be built, and these tasks make one.

use std::sync::Arc;

use loco_rs::app::AppContext;

use crate::{
    boot::{self, definition::OAuthServerDefinition, load, owners::AppOwners},
    clock::Clock,
    config::Settings,
    events::{AuditEvent, Events},
    keys::KeyError,
    people::ResourceOwners as _,
    server::Server,
};

pub(super) struct KeyWork {
    pub settings: Arc<Settings>,
    pub clock: Clock,
    events: Events,
}

impl KeyWork {
    pub fn new<D: OAuthServerDefinition>(ctx: &AppContext) -> loco_rs::Result<Self> {
        let settings = Arc::new(load::settings(ctx)?);
        if let Some(running) = ctx.shared_store.get::<Arc<Server>>() {
            return Ok(Self {
                settings,
                clock: running.clock.clone(),
                events: running.events.clone(),
            });
        }
        let clock = Clock::system();
        let subscribers = AppOwners::<D>::default().subscribers(ctx);
        Ok(Self {
            settings,
            events: Events::new(subscribers, clock.clone()),
            clock,
        })
    }

    pub async fn tell(&self, event: AuditEvent) {
        self.events.emit_to_end(event).await;
    }

    /// Runs work on keys, which takes its time, on a thread for blocking work.
    pub async fn blocking<T: Send + 'static>(
        work: impl FnOnce() -> Result<T, KeyError> + Send + 'static,
    ) -> loco_rs::Result<T> {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(boot::error)?.map_err(boot::error)
    }
}
