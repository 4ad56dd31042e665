//! `oauth:logout:list`: clients that did not hear of an ended session.

use loco_rs::{app::AppContext, task::Vars};
use serde::Serialize;

use super::{arguments::Arguments, task};
use crate::{
    boot::{self, definition::OAuthServerDefinition, load},
    protocol::time::UnixTime,
    server::Server,
    store::logouts::{PendingKind, PendingLogout},
};

const KEYS: [&str; 2] = ["client", "retry"];

task!(
    /// The task `oauth:logout:list`.
    LogoutList,
    "oauth:logout:list",
    "List clients that did not hear of an ended session; retry:true tells them again"
);

/// One client of one session, as the task shows it.
#[derive(Serialize)]
struct Line<'a> {
    client_id: &'a str,
    sid: &'a str,
    /// When the session ended.
    since: UnixTime,
    tries: i64,
    /// When the next attempt is made; absent = none.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<UnixTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(pending: &'a PendingLogout) -> Self {
        let notice = &pending.notice;
        Self {
            client_id: &notice.client_id,
            sid: &notice.sid,
            since: notice.since,
            tries: pending.job.tries,
            next_at: notice.next_at,
            error: notice.error.as_deref(),
        }
    }

    fn text(&self) -> String {
        let next = self.next_at.map_or_else(
            || "no more attempts".to_owned(),
            |at| format!("next attempt {}", super::date(at)),
        );
        format!(
            "{}  session {}  since {}  {} attempts  {next}  {}",
            self.client_id,
            self.sid,
            super::date(self.since),
            self.tries,
            self.error.unwrap_or_default()
        )
    }
}

impl<D: OAuthServerDefinition> LogoutList<D> {
    /// Runs the task, and returns what it prints.
    ///
    /// # Errors
    /// When a key is unknown or the database fails.
    pub async fn report(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<String> {
        let arguments = Arguments::read(vars, &KEYS)?;
        let server = load::running::<D>(ctx).await?;
        let heard = if arguments.flag("retry")? == Some(true) {
            let mut count = 0;
            for pending in listed(&server, arguments).await? {
                let told = server.logouts.deliver(pending.job).await;
                count += usize::from(told.map_err(boot::error)?.is_success());
            }
            Some(count)
        } else {
            None
        };
        let pending = listed(&server, arguments).await?;
        let lines: Vec<Line<'_>> = pending.iter().map(Line::of).collect();
        if arguments.wants_json() {
            let shown = serde_json::json!({ "undelivered": lines, "delivered": heard });
            return Ok(shown.to_string());
        }
        let heard = heard.map(|count| format!("{count} clients have heard now"));
        let rest = match lines.as_slice() {
            [] => vec!["every client has heard of the sessions that ended".to_owned()],
            lines => lines.iter().map(Line::text).collect(),
        };
        let all: Vec<String> = heard.into_iter().chain(rest).collect();
        Ok(all.join("\n"))
    }
}

/// The undelivered ones, of the client of the key `client` alone if it is given.
async fn listed(server: &Server, arguments: Arguments<'_>) -> loco_rs::Result<Vec<PendingLogout>> {
    let mut pending = server
        .logouts
        .pending(PendingKind::All)
        .await
        .map_err(boot::error)?;
    if let Some(client) = arguments.get("client") {
        pending.retain(|pending| pending.notice.client_id == client);
    }
    Ok(pending)
}
