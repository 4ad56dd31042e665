//! `oauth:client:disable`: switches a client off, which then gets no authorization and no token, or on
//! again.

use loco_rs::{app::AppContext, task::Vars};

use super::{arguments::Arguments, changeable, changed_meanwhile, task};
use crate::{
    boot::{self, definition::OAuthServerDefinition, load},
    events::{AuditEvent, EventName},
    protocol::client::ClientStatus::{Active, Disabled},
    store::clients::{self, StatusChange},
};

const KEYS: [&str; 2] = ["id", "enable"];

task!(
    /// The task `oauth:client:disable`.
    ClientDisable,
    "oauth:client:disable",
    "Switch an OAuth client off; enable:true switches it on again"
);

impl<D: OAuthServerDefinition> ClientDisable<D> {
    /// Runs the task, and returns what it prints.
    ///
    /// # Errors
    /// When a key or the client is unknown, the client was removed, or the database fails.
    pub async fn report(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<String> {
        let arguments = Arguments::read(vars, &KEYS)?;
        let id = arguments.required("id", "client_…")?;
        let (from, to, status) = match arguments.flag("enable")? {
            Some(true) => (Disabled, Active, "active"),
            _ => (Active, Disabled, "disabled"),
        };
        let server = load::running::<D>(ctx).await?;
        let client = changeable(&server, id).await?;
        if client.status != to {
            let tables = server.store.tables();
            let change = StatusChange {
                client_id: id,
                from,
                to,
            };
            let write = |db| clients::set_status(db, tables, change);
            if !server.store.run(write).await.map_err(boot::error)? {
                return Err(changed_meanwhile(id));
            }
            let name = if to == Active {
                EventName::ClientChanged
            } else {
                EventName::ClientDisabled
            };
            server
                .events
                .emit_to_end(AuditEvent::new(name).client(&client))
                .await;
        }
        if arguments.wants_json() {
            return Ok(serde_json::json!({ "client_id": id, "status": status }).to_string());
        }
        Ok(format!("the client {id} is {status}"))
    }
}
