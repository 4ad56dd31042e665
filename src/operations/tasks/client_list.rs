//! `oauth:client:list`: lists the clients, those of the settings first.

use std::sync::Arc;

use loco_rs::{app::AppContext, task::Vars};
use serde::Serialize;

use super::{arguments::Arguments, task};
use crate::{
    boot::{self, definition::OAuthServerDefinition, load},
    protocol::{
        client::{Client, ClientKind, ClientStatus},
        redirect_uri,
        time::{Seconds, UnixTime},
    },
    store::clients,
};

const KEYS: [&str; 3] = ["kind", "status", "unused_days"];
const KINDS: [&str; 4] = ["static", "operator", "dynamic", "cimd"];
const STATUSES: [&str; 3] = ["active", "disabled", "deleted"];

task!(
    /// The task `oauth:client:list`.
    ClientList, "oauth:client:list", "List the OAuth clients, their use and their live grants"
);

/// One line of the list.
#[derive(Serialize)]
struct Line<'a> {
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<&'a str>,
    kind: ClientKind,
    status: ClientStatus,
    redirect_hosts: Vec<String>,
    /// When the client was last used; not known of clients of the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<UnixTime>,
    live_grants: i64,
}

impl<D: OAuthServerDefinition> ClientList<D> {
    /// Runs the task, and returns what it prints.
    ///
    /// # Errors
    /// When a key or a word is unknown, the server cannot be built, or the database fails.
    pub async fn report(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<String> {
        let arguments = Arguments::read(vars, &KEYS)?;
        let filter = Filter::read(arguments)?;
        let server = load::running::<D>(ctx).await?;
        let (tables, now) = (server.store.tables(), server.clock.now());
        let list = |db| clients::list(db, tables, now);
        let listed = server.store.run(list).await.map_err(boot::error)?;
        let of_settings = server.settings.clients.iter().map(Arc::as_ref);
        let all = of_settings.chain(&listed.clients);
        let lines = all.filter(|client| filter.lets_through(client, now));
        let lines: Vec<Line<'_>> = lines
            .map(|client| {
                let grants = listed.live_grants.get(&client.client_id);
                line(client, grants.copied().unwrap_or_default())
            })
            .collect();
        if arguments.wants_json() {
            return Ok(serde_json::json!({ "clients": lines }).to_string());
        }
        Ok(table(&lines))
    }
}

/// Which clients are listed.
struct Filter<'a> {
    kind: Option<&'a str>,
    status: Option<&'a str>,
    unused_days: Option<i64>,
}

impl<'a> Filter<'a> {
    fn read(arguments: Arguments<'a>) -> loco_rs::Result<Self> {
        Ok(Self {
            kind: arguments.word("kind", &KINDS)?,
            status: arguments.word("status", &STATUSES)?,
            unused_days: arguments.number("unused_days", 36_500)?,
        })
    }

    fn lets_through(&self, client: &Client, now: UnixTime) -> bool {
        let unused = self.unused_days.is_none_or(|days| {
            let since = now - Seconds::days(days);
            client.kind != ClientKind::Static && client.last_used_at.is_none_or(|at| at < since)
        });
        let kind = self.kind.is_none_or(|kind| word(client.kind) == kind);
        let status = self
            .status
            .is_none_or(|status| word(client.status) == status);
        unused && kind && status
    }
}

/// Returns the serialized word of a variant without fields.
fn word(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn line(client: &Client, live_grants: i64) -> Line<'_> {
    let mut redirect_hosts = Vec::new();
    for uri in &client.redirect_uris {
        let private = || redirect_uri::private_scheme(uri).map(|scheme| format!("{scheme}:"));
        let host = redirect_uri::host(uri).or_else(private);
        redirect_hosts.extend(host.filter(|host| !redirect_hosts.contains(host)));
    }
    Line {
        client_id: &client.client_id,
        client_name: client.client_name.as_deref(),
        kind: client.kind,
        status: client.status,
        redirect_hosts,
        last_used_at: client.last_used_at,
        live_grants,
    }
}

fn table(lines: &[Line<'_>]) -> String {
    const HEAD: [&str; 7] = [
        "client_id",
        "name",
        "kind",
        "status",
        "redirect hosts",
        "last used",
        "live grants",
    ];
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(lines.iter().map(|line| {
        let used = line.last_used_at;
        let used = used.and_then(|at| chrono::DateTime::from_timestamp(at.as_seconds(), 0));
        [
            line.client_id.to_owned(),
            line.client_name.unwrap_or("-").to_owned(),
            word(line.kind),
            word(line.status),
            line.redirect_hosts.join(" "),
            used.map_or_else(|| "-".to_owned(), |at| at.format("%F %H:%M").to_string()),
            line.live_grants.to_string(),
        ]
    }));
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    let rows = rows.iter().map(|row| {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}
