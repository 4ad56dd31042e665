//! What everything that answers a request may know of it without being told: events, limits and
//! error pages need its id and where it came from.

use std::{
    cell::RefCell,
    future::Future,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, Method, header, request::Parts},
};
use futures_util::FutureExt;
use loco_rs::controller::middleware::{remote_ip::RemoteIP, request_id::LocoRequestId};

use crate::{
    events::{AuditEvent, Events, user_agent},
    http::proxy,
};

tokio::task_local! {
    static CURRENT: Scope;
}

/// Facts of one request.
#[derive(Clone, Debug)]
pub struct RequestFacts {
    /// Method.
    pub method: Method,
    /// Path, never the query.
    pub path: String,
    /// Loco's request id, else one of ours.
    pub reference: String,
    /// `Accept-Language`.
    pub accept_language: Option<String>,
    /// Loco's `remote_ip` if it is on, else the socket's address.
    pub address: Option<IpAddr>,
    /// A proxy names the caller, and nothing reads it (OS-09).
    pub unread_proxy: bool,
    /// Browser and system, `Firefox, Linux`.
    pub user_agent_family: Option<String>,
}

impl RequestFacts {
    /// The facts of a request.
    pub fn of(parts: &mut Parts) -> Arc<Self> {
        let id = parts.extensions.get::<LocoRequestId>();
        let reference = id.map_or_else(
            || uuid::Uuid::new_v4().to_string(),
            |id| id.get().to_owned(),
        );
        // It reads extensions and headers; there is nothing to wait for.
        let remote = RemoteIP::from_request_parts(parts, &()).now_or_never();
        let remote = remote.and_then(Result::ok);
        Arc::new(Self {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            reference,
            accept_language: text(&parts.headers, &header::ACCEPT_LANGUAGE),
            address: address(parts, remote.as_ref()),
            unread_proxy: proxy::is_unread(&parts.headers, remote.as_ref()),
            user_agent_family: text(&parts.headers, &header::USER_AGENT)
                .map(|agent| user_agent::family(&agent)),
        })
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

fn address(parts: &Parts, remote: Option<&RemoteIP>) -> Option<IpAddr> {
    match remote {
        Some(RemoteIP::Forwarded(address) | RemoteIP::Socket(address)) => Some(*address),
        Some(RemoteIP::None) | None => {
            let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
            socket.map(|ConnectInfo(socket)| socket.ip())
        }
    }
}

/// IPv4 /24, IPv6 /48.
pub fn ip_prefix(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

struct Scope {
    facts: Arc<RequestFacts>,
    client_id: RefCell<Option<String>>,
    outbox: Outbox,
}

impl Scope {
    fn new(facts: Arc<RequestFacts>, events: Option<Events>) -> Self {
        Self {
            facts,
            client_id: RefCell::default(),
            outbox: Outbox {
                events,
                waiting: RefCell::default(),
            },
        }
    }
}

/// Events of a request. They go out when it ends, also when the caller went away and the request
/// was dropped: what is stored then is told.
struct Outbox {
    events: Option<Events>,
    waiting: RefCell<Vec<AuditEvent>>,
}

impl Drop for Outbox {
    fn drop(&mut self) {
        if let Some(events) = &self.events {
            events.deliver(self.waiting.take());
        }
    }
}

/// Answers a request: inside of `work` its facts are known.
pub async fn scoped<T>(
    facts: Arc<RequestFacts>,
    events: Option<Events>,
    work: impl Future<Output = T>,
) -> T {
    CURRENT.scope(Scope::new(facts, events), work).await
}

/// The same for what needs no waiting.
pub fn scoped_now<T>(
    facts: Arc<RequestFacts>,
    events: Option<Events>,
    work: impl FnOnce() -> T,
) -> T {
    CURRENT.sync_scope(Scope::new(facts, events), work)
}

/// The request that is being answered.
pub fn current() -> Option<Arc<RequestFacts>> {
    CURRENT.try_with(|scope| Arc::clone(&scope.facts)).ok()
}

/// Notes the client that the request names, for the event of a refusal.
pub fn note_client(client_id: &str) {
    // Outside of a request nobody asks.
    let _ = CURRENT.try_with(|scope| scope.client_id.replace(Some(client_id.to_owned())));
}

/// The client that the request names.
pub fn client_id() -> Option<String> {
    let noted = CURRENT.try_with(|scope| scope.client_id.borrow().clone());
    noted.ok().flatten()
}

/// Who hears of the events of the request that is being answered.
pub fn events() -> Option<Events> {
    let events = CURRENT.try_with(|scope| scope.outbox.events.clone());
    events.ok().flatten()
}

/// Keeps an event until the request is answered; gives it back where there is none.
pub fn queue(event: AuditEvent) -> Result<(), Box<AuditEvent>> {
    let mut event = Some(event);
    // Outside of a request the event stays with the caller.
    let _ = CURRENT.try_with(|scope| {
        if scope.outbox.events.is_some() {
            scope.outbox.waiting.borrow_mut().extend(event.take());
        }
    });
    event.map_or(Ok(()), |event| Err(Box::new(event)))
}
