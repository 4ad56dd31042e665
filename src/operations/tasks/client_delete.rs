//! `oauth:client:delete`: removes a client, and revokes everything that it was given.

use loco_rs::{app::AppContext, task::Vars};

use super::{arguments::Arguments, changeable, changed_meanwhile, task};
use crate::boot::{self, definition::OAuthServerDefinition, load};

const KEYS: [&str; 2] = ["id", "yes"];

task!(
    /// The task `oauth:client:delete`.
    ClientDelete,
    "oauth:client:delete",
    "Remove an OAuth client for good and revoke all its grants; needs yes:true"
);

impl<D: OAuthServerDefinition> ClientDelete<D> {
    /// Runs the task, and returns what it prints.
    ///
    /// # Errors
    /// When a key or the client is unknown, the client was removed already, `yes:true` is missing or the
    /// database fails. Nothing has changed then.
    pub async fn report(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<String> {
        let arguments = Arguments::read(vars, &KEYS)?;
        let id = arguments.required("id", "client_…")?;
        let server = load::running::<D>(ctx).await?;
        let client = changeable(&server, id).await?;
        if arguments.flag("yes")? != Some(true) {
            let name = client.client_name.as_deref().unwrap_or("without a name");
            return Err(boot::error(format!(
                "this removes the client {id} ({name}) and revokes its grants for good: add yes:true"
            )));
        }
        if !server.registrar.delete(id).await.map_err(boot::error)? {
            return Err(changed_meanwhile(id));
        }
        if arguments.wants_json() {
            return Ok(serde_json::json!({ "client_id": id, "status": "deleted" }).to_string());
        }
        Ok(format!(
            "the client {id} is removed, its grants are revoked"
        ))
    }
}
