//! `oauth:client:rotate_secret` (CA-02): a new secret, printed once; the old one works beside
//! it for a while.

use loco_rs::{app::AppContext, task::Vars};

use super::{arguments::Arguments, changeable, changed_meanwhile, task};
use crate::{
    boot::{self, definition::OAuthServerDefinition, load},
    clients::registration::NewSecret,
    events::{AuditEvent, EventName},
    protocol::{
        client::Client,
        secret::Purpose,
        time::{Seconds, UnixTime},
    },
    server::Server,
    store::clients::{self, SecretChange, SecretReplacement},
};

const KEYS: [&str; 2] = ["id", "overlap_seconds"];
/// Default of `overlap_seconds`: one day.
const OVERLAP: Seconds = Seconds::days(1);
/// Largest value of `overlap_seconds`: one year.
const LONGEST: Seconds = Seconds::days(365);

task!(
    /// The task `oauth:client:rotate_secret`.
    ClientRotateSecret,
    "oauth:client:rotate_secret",
    "Give an OAuth client a new secret, printed once; overlap_seconds:0 ends the old one now"
);

impl<D: OAuthServerDefinition> ClientRotateSecret<D> {
    /// Runs the task, and returns what it prints.
    ///
    /// # Errors
    /// When a key or the client is unknown, the client has no secret, or the database fails. Nothing has
    /// changed then.
    pub async fn report(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<String> {
        let arguments = Arguments::read(vars, &KEYS)?;
        let id = arguments.required("id", "client_…")?;
        let overlap = arguments.seconds("overlap_seconds", LONGEST)?;
        let server = load::running::<D>(ctx).await?;
        let client = changeable(&server, id).await?;
        rotate(&server, &client, overlap.unwrap_or(OVERLAP), arguments).await
    }
}

async fn rotate(
    server: &Server,
    client: &Client,
    overlap: Seconds,
    arguments: Arguments<'_>,
) -> loco_rs::Result<String> {
    let id = client.client_id.as_str();
    let uses_secret = client.token_endpoint_auth_method.uses_secret();
    let current = client.secrets.first().filter(|_| uses_secret);
    let current =
        current.ok_or_else(|| boot::error(format!("id: the client {id} has no secret")))?;
    let NewSecret { secret, expires_at } = server
        .registrar
        .new_secret(client.kind)
        .map_err(boot::error)?;
    // The overlap does not lengthen a life that ends earlier.
    let until = server.clock.now() + overlap;
    let until = current.expires_at.map_or(until, |end| end.min(until));
    let old_until = (overlap > Seconds::ZERO).then_some(until);
    let change = SecretChange::Replace {
        new: secret.hash(Purpose::Secret),
        expires_at,
        old_until,
    };
    let tables = server.store.tables();
    let replacement = SecretReplacement {
        client_id: id,
        current: current.hash,
        secrets: &change,
    };
    let write = |db| clients::change_secret(db, tables, replacement);
    if !server.store.run(write).await.map_err(boot::error)? {
        return Err(changed_meanwhile(id));
    }
    let event = AuditEvent::new(EventName::ClientSecretRotated).client(client);
    server.events.emit_to_end(event).await;
    let secret = secret.expose();
    if arguments.wants_json() {
        let mut answer = serde_json::json!({
            "client_id": id,
            "client_secret": secret,
            "client_secret_expires_at": expires_at.unwrap_or(UnixTime::EPOCH),
        });
        if let (Some(until), Some(answer)) = (old_until, answer.as_object_mut()) {
            answer.insert("previous_secret_expires_at".to_owned(), until.into());
        }
        return Ok(answer.to_string());
    }
    let old = old_until.and_then(|until| chrono::DateTime::from_timestamp(until.as_seconds(), 0));
    let old = old.map_or_else(
        || "the old secret does not work any more".to_owned(),
        |until| format!("the old secret works until {}", until.format("%F %T UTC")),
    );
    Ok(format!(
        "client_id:     {id}\nclient_secret: {secret}   (shown once)\n{old}"
    ))
}
