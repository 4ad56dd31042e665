//! Redirects pages that are opened at another host to `base_url`.
//!
//! This is the one place where `Host` decides something, and the redirect to the fixed `base_url` is all
//! that it can decide (GE-09). Without it the cookies of one host are missing at the other, and the page
//! says that the person began in another browser.
//!
//! A proxy may write a name of its own into `Host`. Then the browser is at `base_url` already, and a
//! redirect brings the same request again. Names that proxies usually write are recognised
//! ([`host_alias::is_host_alias`]), and requests that name a proxy are not redirected; for all others the
//! server stops when the same request keeps coming back.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::Request,
    http::{Method, header},
    response::Response,
};

use crate::{
    events::request::RequestInfo,
    http::{
        answer::see_other,
        proxy::{self, WarnOnce},
    },
    protocol::{
        host_alias,
        time::{Seconds, UnixTime},
    },
    server::Server,
    store::markers,
};

/// Name of the marker in the database: when a page was last opened at another host.
pub const MARKER: &str = "other_host";

/// How often one and the same request is redirected to `base_url` within [`WINDOW`].
const TIMES: u8 = 3;
/// Time within which the redirects of a request are counted.
const WINDOW: Seconds = Seconds::new(10);
/// Most requests that are remembered.
const REMEMBERED: usize = 1024;
/// Most names of proxies that are remembered.
const PROXIES: usize = 64;

/// The redirects to `base_url` that are remembered, so that none of them goes round for ever.
#[derive(Debug, Default)]
pub struct OtherHosts {
    hasher: RandomState,
    state: Mutex<State>,
    warned: WarnOnce,
}

#[derive(Debug, Default)]
struct State {
    /// Recent redirects, by hash of the request.
    recent: HashMap<u64, Sent>,
    /// Values of `Host` whose requests came back after the redirect: a proxy writes them.
    proxies: HashSet<String>,
}

/// How often a request was redirected, and since when.
#[derive(Clone, Copy, Debug)]
struct Sent {
    times: u8,
    since: UnixTime,
}

/// A page request at another host.
#[derive(Clone, Copy, Hash)]
struct PageRequest<'r> {
    host: &'r str,
    target: &'r str,
    address: Option<IpAddr>,
}

impl OtherHosts {
    /// Counts a request, and says whether to redirect it.
    fn may(&self, page_request: PageRequest<'_>, now: UnixTime) -> bool {
        let key = self.hasher.hash_one(page_request);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.proxies.contains(page_request.host) {
            return false;
        }
        let is_recent = |sent: &Sent| (Seconds::ZERO..WINDOW).contains(&(now - sent.since));
        if state.recent.len() >= REMEMBERED {
            state.recent.retain(|_, sent| is_recent(sent));
        }
        if state.recent.len() >= REMEMBERED {
            // A request that cannot be counted could be redirected for ever.
            return false;
        }
        let fresh = Sent {
            times: 0,
            since: now,
        };
        let sent = state.recent.entry(key).or_insert(fresh);
        if !is_recent(sent) {
            *sent = fresh;
        }
        sent.times = sent.times.saturating_add(1);
        let comes_back = sent.times > TIMES;
        if comes_back && state.proxies.len() < PROXIES {
            state.proxies.insert(page_request.host.to_owned());
        }
        !comes_back
    }
}

impl OtherHosts {
    /// The redirect (303) to the same page at `base_url`, if it was opened under another name of this server.
    pub fn at_base_url(
        &self,
        server: &Arc<Server>,
        request: &Request,
        info: &RequestInfo,
    ) -> Option<Response> {
        let headers = request.headers();
        if request.method() != Method::GET || proxy::is_in_front(headers) {
            return None;
        }
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return None;
        };
        let host = host.to_str().ok()?;
        if !host_alias::is_host_alias(host, &server.settings.base_url) {
            return None;
        }
        if self.warned.is_first() {
            warn(server, host);
        }
        let target = request.uri().path_and_query()?.as_str();
        let page_request = PageRequest {
            host,
            target,
            address: info.address,
        };
        if !self.may(page_request, server.clock.now()) {
            return None;
        }
        see_other(&server.urls.page(target)).ok()
    }
}

/// Warns in the log, and sets the marker for the doctor (OS-06) in the background.
fn warn(server: &Arc<Server>, host: &str) {
    let host: String = host.chars().take(100).collect();
    tracing::warn!(
        rule = "OS-06",
        ?host,
        base_url = server.settings.base_url,
        "a page was opened at another host than base_url, where its cookies are missing: people \
         are sent to base_url — open the app there, or write the name that people use into \
         server.host or base_url"
    );
    let server = Arc::clone(server);
    tokio::spawn(async move {
        let (tables, now) = (server.store.tables(), server.clock.now());
        let set = |db| markers::set(db, tables, MARKER, now);
        if let Err(error) = server.store.run(set).await {
            tracing::warn!(%error, "pages at another host could not be noted");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: PageRequest<'static> = PageRequest {
        host: "localhost:5150",
        target: "/oauth/login",
        address: None,
    };

    const fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    #[test]
    fn s_d3_a_request_that_keeps_coming_back_is_answered() {
        let sent = OtherHosts::default();
        for _ in 0..TIMES {
            assert!(sent.may(ASKED, at(100)));
        }
        assert!(!sent.may(ASKED, at(100)));
        let another = PageRequest {
            target: "/oauth/apps",
            ..ASKED
        };
        assert!(!sent.may(another, at(100)), "a proxy writes this name");
        let host_alias = PageRequest {
            host: "127.0.0.1:5150",
            ..ASKED
        };
        assert!(sent.may(host_alias, at(100)));
    }

    #[test]
    fn s_d3_the_same_page_can_be_opened_again_later() {
        let sent = OtherHosts::default();
        for times in 0..20 {
            assert!(sent.may(ASKED, UnixTime::EPOCH + WINDOW * times));
        }
    }

    #[test]
    fn s_d3_the_memory_is_bounded_and_ends_no_loop_late() {
        let sent = OtherHosts::default();
        for number in 0..5_000 {
            let target = format!("/oauth/login?state={number}");
            let page_request = PageRequest {
                target: &target,
                ..ASKED
            };
            sent.may(page_request, at(100));
        }
        let state = sent.state.lock().unwrap();
        assert!(state.recent.len() <= REMEMBERED);
        drop(state);
        assert!(!sent.may(ASKED, at(100)));
        assert!(sent.may(ASKED, at(200)));
    }
}
