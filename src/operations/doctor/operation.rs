//! Findings about stored rows, markers and key files: OS-03, OS-06, OS-09, OS-10.

use std::sync::Arc;

use loco_rs::app::AppContext;

use super::Finding;
use crate::{
    clock::Clock,
    config::{KeySource, Settings},
    http::{other_host, proxy},
    keys::{KeyState, OPEN_TO_OTHERS, list_keys, open_key_files},
    operations::cleanup::MARKER,
    protocol::{
        rule::rule,
        time::{Seconds, UnixTime},
    },
    server::Server,
    store::{
        Store, StoreResult,
        cleanup::{self, Expired},
        markers,
    },
};

/// How long after it a cleanup is missed, and a note of the servers too old.
const MISSED: Seconds = Seconds::days(1);
/// Expired rows that are too many even if a cleanup ran.
const TOO_MANY: i64 = 10_000;

/// OS-10: expired rows are too many, or wait although no cleanup ran for a day. Where nothing has
/// expired, no cleanup has to run.
pub async fn expired_rows(ctx: &AppContext, store: &Store) -> Option<Finding> {
    let running = ctx.shared_store.get::<Arc<Server>>();
    let now = running.map_or_else(|| Clock::system().now(), |server| server.clock.now());
    let Waiting { rows, ran_at } = match look(store, now).await {
        Ok(seen) => seen,
        Err(error) => {
            let text = format!("the tables cannot be counted: {error}");
            return Some(Finding::warn(rule!("OS-10"), text));
        }
    };
    let missed = ran_at.is_none_or(|at| now - at > MISSED);
    (rows > TOO_MANY || (rows > 0 && missed)).then(|| {
        Finding::warn(
            rule!("OS-10"),
            format!(
                "{rows} expired rows wait for oauth:cleanup — run it, and look why the scheduler \
                 does not"
            ),
        )
    })
}

/// The number of expired rows, and when a cleanup ran last.
struct Waiting {
    rows: i64,
    ran_at: Option<UnixTime>,
}

async fn look(store: &Store, now: UnixTime) -> StoreResult<Waiting> {
    let tables = store.tables();
    let mut rows = 0;
    for kind in Expired::ALL {
        let count = |db| cleanup::remaining(db, tables, kind, now);
        rows += store.run(count).await?;
    }
    let ran_at = store.run(|db| markers::get(db, tables, MARKER)).await?;
    Ok(Waiting { rows, ran_at })
}

/// OS-09: headers of a proxy arrive that nothing reads, as the servers have noted.
pub async fn unread_proxy(ctx: &AppContext, store: &Store) -> Option<Finding> {
    let remote_ip = ctx.config.server.middlewares.remote_ip.as_ref();
    if remote_ip.is_some_and(|remote_ip| remote_ip.enable) {
        return None;
    }
    let tables = store.tables();
    let seen = store.run(|db| markers::get(db, tables, proxy::MARKER));
    seen.await.ok().flatten().map(|_| {
        Finding::warn(
            rule!("OS-09"),
            "headers of a proxy arrive, but nothing reads them: all callers have its address and \
             share one rate limit — switch server.middlewares.remote_ip on",
        )
    })
}

/// OS-06: pages were opened at another host than `base_url`, as the servers have noted within a day.
pub async fn other_host(ctx: &AppContext, store: &Store, settings: &Settings) -> Option<Finding> {
    let running = ctx.shared_store.get::<Arc<Server>>();
    let now = running.map_or_else(|| Clock::system().now(), |server| server.clock.now());
    let tables = store.tables();
    let seen = store.run(|db| markers::get(db, tables, other_host::MARKER));
    let seen = seen.await.ok().flatten();
    seen.filter(|at| now - *at < MISSED).map(|_| {
        Finding::warn(
            rule!("OS-06"),
            format!(
                "pages were opened at another host than base_url, {}: people are sent there — open \
                 the app at that address, or write the name that people use into server.host or \
                 base_url",
                settings.base_url
            ),
        )
    })
}

/// OS-03, as far as it is only a warning: old keys, files without a passphrase, and, outside
/// production, files that others can read.
pub async fn old_keys(settings: &Settings, now: UnixTime) -> Vec<Finding> {
    let read = settings.clone();
    let keys = tokio::task::spawn_blocking(move || list_keys(&read, now)).await;
    let Ok(Ok(keys)) = keys else {
        return Vec::new();
    };
    let oldest = now - settings.keys.max_age_seconds;
    let is_old = |since: UnixTime| since > UnixTime::EPOCH && since < oldest;
    let old = keys
        .iter()
        .filter(|key| key.state == KeyState::Active && is_old(key.since));
    let mut findings: Vec<Finding> = old
        .map(|key| {
            Finding::warn(
                rule!("OS-03"),
                format!(
                    "the {} key {} signs for longer than keys.max_age_seconds — run `cargo loco \
                     task oauth:keys:rotate alg:{}`",
                    key.alg, key.kid, key.alg
                ),
            )
        })
        .collect();
    let of = settings.clone();
    let open = tokio::task::spawn_blocking(move || open_key_files(&of)).await;
    for path in open.into_iter().flatten().flatten() {
        let text = format!("{} {OPEN_TO_OTHERS}", path.display());
        findings.push(Finding::warn(rule!("OS-03"), text));
    }
    let in_files = matches!(settings.keys.source, KeySource::Directory(_));
    if settings.production && in_files && settings.keys.passphrase.is_none() {
        findings.push(Finding::warn(
            rule!("OS-03"),
            "the key files are not encrypted — write keys.passphrase from the environment, and \
             rotate",
        ));
    }
    findings
}
