//! Data about the request that is being answered: events, limits and error pages need its id and
//! where it came from.

use std::{
    cell::RefCell,
    future::Future,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use axum::http::{HeaderValue, Method, Uri};

use super::{AuditEvent, Events, user_agent};

tokio::task_local! {
    static CURRENT: RequestScope;
}

/// Data about one request. `Debug` shows no query and no header, which may hold hints and `state`.
#[derive(Clone)]
pub struct RequestInfo {
    /// HTTP method.
    pub method: Method,
    /// The URL.
    pub uri: Uri,
    /// Loco's request id, or one that this library made.
    pub reference: String,
    /// Loco's `remote_ip` if that middleware is on, else the address of the socket.
    pub address: Option<IpAddr>,
    /// Whether a proxy names the caller in a header that nothing reads (OS-09).
    pub unread_proxy: bool,
    /// Header `Accept-Language`.
    pub accept_language: Option<HeaderValue>,
    /// Header `User-Agent`.
    pub user_agent: Option<HeaderValue>,
}

impl std::fmt::Debug for RequestInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestInfo")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .field("reference", &self.reference)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl RequestInfo {
    /// Returns the languages that the caller's browser asks for.
    pub fn accept_language(&self) -> Option<&str> {
        self.accept_language.as_ref()?.to_str().ok()
    }

    /// Returns browser and system of the caller, such as `Firefox, Linux`.
    pub fn user_agent_family(&self) -> Option<String> {
        let agent = self.user_agent.as_ref()?.to_str().ok()?;
        Some(user_agent::family(agent))
    }
}

/// Returns the network of an address: IPv4 /24, IPv6 /48.
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

/// Returns the address of the caller as one customer has it: IPv6 as /64, because a customer has
/// that many (RFC 6177 §2); `unknown` where no address is known. Returns `None` outside of a
/// request.
pub fn caller_address() -> Option<String> {
    let address = current()?.address;
    Some(address.map_or_else(|| "unknown".to_owned(), customer_of))
}

fn customer_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).to_string(),
    }
}

struct RequestScope {
    info: Arc<RequestInfo>,
    client_id: RefCell<Option<String>>,
    outbox: Outbox,
}

impl RequestScope {
    fn new(info: Arc<RequestInfo>, events: Option<Events>) -> Self {
        Self {
            info,
            client_id: RefCell::default(),
            outbox: Outbox {
                events,
                waiting: RefCell::default(),
            },
        }
    }
}

/// Events of a request. They are sent when the request ends, also when the caller disconnected and
/// the request was dropped: what was stored is reported.
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

/// Runs `work`, which answers a request, with the data of that request.
pub async fn scoped<T>(
    info: Arc<RequestInfo>,
    events: Option<Events>,
    work: impl Future<Output = T>,
) -> T {
    CURRENT.scope(RequestScope::new(info, events), work).await
}

/// Runs `work`, which answers a request without waiting, with the data of that request.
pub fn scoped_now<T>(
    info: Arc<RequestInfo>,
    events: Option<Events>,
    work: impl FnOnce() -> T,
) -> T {
    CURRENT.sync_scope(RequestScope::new(info, events), work)
}

/// Returns the data of the request that is being answered.
pub fn current() -> Option<Arc<RequestInfo>> {
    CURRENT.try_with(|scope| Arc::clone(&scope.info)).ok()
}

/// Notes the client that the request names, for the event of a refusal.
pub fn note_client(client_id: &str) {
    // Outside of a request no event needs the client.
    let _ = CURRENT.try_with(|scope| scope.client_id.replace(Some(client_id.to_owned())));
}

/// Returns the client that the request names.
pub fn client_id() -> Option<String> {
    let noted = CURRENT.try_with(|scope| scope.client_id.borrow().clone());
    noted.ok().flatten()
}

/// Returns the receivers of the events of the request that is being answered.
pub fn events() -> Option<Events> {
    let events = CURRENT.try_with(|scope| scope.outbox.events.clone());
    events.ok().flatten()
}

/// Keeps an event until the request is answered. Returns the event where there is no request.
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::customer_of;

    #[rstest]
    #[case::v4("203.0.113.9", "203.0.113.9")]
    #[case::mapped("::ffff:203.0.113.9", "203.0.113.9")]
    #[case::v6("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    fn an_address_is_one_customer(#[case] address: &str, #[case] expected: &str) {
        assert_eq!(customer_of(address.parse().unwrap()), expected);
    }
}
