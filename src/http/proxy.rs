//! A proxy in front of an app that does not know it (OS-09): every caller then has the proxy's
//! address, and all share one rate limit.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::http::HeaderMap;
use loco_rs::controller::middleware::remote_ip::RemoteIP;

use crate::{server::Server, store::markers};

/// Name of the marker in the database: when headers of a proxy were last seen and not read.
pub const MARKER: &str = "proxy_headers";

/// Headers in which proxies name the caller.
const HEADERS: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

/// Headers that show that a proxy passed a request on, whose `Host` may then be the proxy's own.
const IN_FRONT: [&str; 6] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

/// Whether the headers show that a proxy passed the request on.
pub fn is_in_front(headers: &HeaderMap) -> bool {
    IN_FRONT.iter().any(|name| headers.contains_key(*name))
}

/// Lets a warning that concerns all requests be given once per process.
#[derive(Debug, Default)]
pub struct WarnOnce(AtomicBool);

impl WarnOnce {
    /// Returns `true` at the first call and `false` at all others.
    pub fn is_first(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }
}

/// Whether a proxy names the caller, and Loco's `remote_ip` is not there to read it.
pub fn is_unread(headers: &HeaderMap, remote: Option<&RemoteIP>) -> bool {
    let off = matches!(remote, Some(RemoteIP::None) | None);
    off && HEADERS.iter().any(|name| headers.contains_key(*name))
}

/// Warns in the log, and sets the marker for the doctor (OS-09) in the background.
pub fn warn_of_unread_proxy(server: &Arc<Server>) {
    tracing::warn!(
        rule = "OS-09",
        "a proxy names the callers, but server.middlewares.remote_ip is off: they share one \
         rate limit"
    );
    let server = Arc::clone(server);
    tokio::spawn(async move {
        let (tables, now) = (server.store.tables(), server.clock.now());
        let set = |db| markers::set(db, tables, MARKER, now);
        if let Err(error) = server.store.run(set).await {
            tracing::warn!(%error, "the proxy's headers could not be noted");
        }
    });
}
