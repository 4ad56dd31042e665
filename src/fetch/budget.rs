//! How often this process fetches from others (CI-03): strangers decide what is fetched, and must
//! not be able to turn the server against somebody, nor to use up what others need.

use crate::protocol::time::{Seconds, UnixTime};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Length of the window.
const WINDOW: Seconds = Seconds::new(60);
/// Most first fetches of a kind from URLs of one host in a window.
const PER_HOST: u32 = 10;
/// Most first fetches of a kind for one caller in a window.
const PER_CALLER: u32 = 10;
/// Most first fetches from unknown URLs in a window; it also bounds what is remembered of them.
const IN_ALL: u32 = 600;
/// Most fetches from one URL of a stored client in a window.
const PER_URL: u32 = 10;
/// Most URLs, and most callers, that are remembered for stored clients.
const MAX_REMEMBERED: usize = 10_000;

/// A fetch from a URL that was never fetched from before.
#[derive(Clone, Copy, Debug)]
pub(super) enum FirstFetch<'a> {
    /// Any URL that a caller named.
    Unknown {
        /// Host of the URL.
        host: &'a str,
        /// Address of the caller who named the URL; `None` = the fetch is not for an outside
        /// caller.
        caller: Option<&'a str>,
    },
    /// A URL in the metadata of a stored client: it uses up nothing that other clients need,
    /// whether on its host or another.
    OfClient {
        /// The URL.
        url: &'a str,
        /// Address of the caller who speaks in the client's name; `None` = nobody outside.
        caller: Option<&'a str>,
    },
}

/// Counts the fetches of the current window.
#[derive(Debug, Default)]
pub(super) struct Budget(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    /// When the window began.
    began: UnixTime,
    unknown: FirstFetches,
    /// First fetches from URLs that stored clients name, by caller.
    of_caller: HashMap<String, u32>,
    /// Fetches for stored clients by URL. Each URL has its own count: a caller who makes a copy be
    /// renewed takes nothing from other clients on its host.
    of_url: HashMap<String, UrlUsage>,
}

/// What a response was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseKind {
    /// A document that describes a client.
    Client,
    /// A document that describes no client.
    NoClient,
}

/// Fetches from one URL of a stored client in this window.
#[derive(Clone, Copy, Debug, Default)]
struct UrlUsage {
    fetches: u32,
    /// Whether the last response from the URL described no client.
    is_invalid: bool,
}

#[derive(Debug, Default)]
struct FirstFetches {
    in_all: u32,
    of_host: HashMap<String, u32>,
    of_caller: HashMap<String, u32>,
}

impl Budget {
    /// Whether one more first fetch is within the budget; if so it is counted.
    pub fn take(&self, look: FirstFetch<'_>, now: UnixTime) -> bool {
        self.within(now, |window| match look {
            FirstFetch::Unknown { host, caller } => window.unknown.take(host, caller),
            FirstFetch::OfClient { url, caller } => window.take(url, caller),
        })
    }

    /// Whether `url`, fetched from before, may be fetched from once more; if so it is counted.
    pub fn renew(&self, url: &str, now: UnixTime) -> bool {
        self.within(now, |window| window.take(url, None))
    }

    /// Notes what the response from `url` was. [`Self::is_invalid`] asks for it once the fetches of
    /// the URL are used up: using them up must not bring back what its owner has withdrawn.
    pub fn found(&self, url: &str, response: ResponseKind, now: UnixTime) {
        self.within(now, |window| {
            let of_url = UrlUsage {
                is_invalid: response == ResponseKind::NoClient,
                ..window.of_url(url)
            };
            remember(&mut window.of_url, url, of_url);
        });
    }

    /// Whether the last response from `url` in this window described no client.
    pub fn is_invalid(&self, url: &str, now: UnixTime) -> bool {
        self.within(now, |window| window.of_url(url).is_invalid)
    }

    /// Notes that a URL did not respond within the deadline. It is not renewed again in this
    /// window: every caller who needs it would wait as long.
    pub fn stalled(&self, url: &str, now: UnixTime) {
        self.within(now, |window| {
            let of_url = UrlUsage {
                fetches: PER_URL,
                ..window.of_url(url)
            };
            remember(&mut window.of_url, url, of_url);
        });
    }

    fn within<T>(&self, now: UnixTime, work: impl FnOnce(&mut Window) -> T) -> T {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now - window.began;
        if !(Seconds::ZERO..WINDOW).contains(&age) {
            *window = Window {
                began: now,
                ..Window::default()
            };
        }
        work(&mut window)
    }
}

impl FirstFetches {
    fn take(&mut self, host: &str, caller: Option<&str>) -> bool {
        let of_host = self.of_host.get(host).copied().unwrap_or_default();
        let of_caller = caller.and_then(|caller| self.of_caller.get(caller));
        let of_caller = of_caller.copied().unwrap_or_default();
        if of_host >= PER_HOST || of_caller >= PER_CALLER || self.in_all >= IN_ALL {
            return false;
        }
        self.in_all += 1;
        self.of_host.insert(host.to_owned(), of_host + 1);
        if let Some(caller) = caller {
            self.of_caller.insert(caller.to_owned(), of_caller + 1);
        }
        true
    }
}

impl Window {
    fn of_url(&self, url: &str) -> UrlUsage {
        self.of_url.get(url).copied().unwrap_or_default()
    }

    fn take(&mut self, url: &str, caller: Option<&str>) -> bool {
        let of_url = self.of_url(url);
        let of_caller = caller.and_then(|caller| self.of_caller.get(caller));
        let of_caller = of_caller.copied().unwrap_or_default();
        if of_url.fetches >= PER_URL || of_caller >= PER_CALLER {
            return false;
        }
        let fetches = of_url.fetches + 1;
        remember(&mut self.of_url, url, UrlUsage { fetches, ..of_url });
        if let Some(caller) = caller {
            remember(&mut self.of_caller, caller, of_caller + 1);
        }
        true
    }
}

/// Remembers a value. A forgotten URL is fetched from once more, which harms less than to refuse
/// it.
fn remember<T>(all: &mut HashMap<String, T>, key: &str, value: T) {
    if all.len() >= MAX_REMEMBERED && !all.contains_key(key) {
        all.clear();
    }
    all.insert(key.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    const fn of(host: &str) -> FirstFetch<'_> {
        FirstFetch::Unknown { host, caller: None }
    }

    const fn by<'a>(host: &'a str, caller: &'a str) -> FirstFetch<'a> {
        let caller = Some(caller);
        FirstFetch::Unknown { host, caller }
    }

    const fn of_client<'a>(url: &'a str, caller: &'a str) -> FirstFetch<'a> {
        let caller = Some(caller);
        FirstFetch::OfClient { url, caller }
    }

    #[test]
    fn ci_03_ten_first_looks_at_a_host_in_a_minute() {
        let budget = Budget::default();
        assert!((0..10).all(|_| budget.take(of("a.example"), at(1000))));
        assert!(!budget.take(of("a.example"), at(1059)));
        assert!(budget.take(of("b.example"), at(1059)));
        assert!(budget.take(of("a.example"), at(1060)));
    }

    #[test]
    fn ci_03_ten_first_looks_of_a_caller_in_a_minute() {
        let budget = Budget::default();
        assert!((0..10).all(|host| budget.take(by(&host.to_string(), "192.0.2.1"), at(1000))));
        assert!(!budget.take(by("a.example", "192.0.2.1"), at(1059)));
        assert!(budget.take(by("a.example", "192.0.2.2"), at(1059)));
        assert!(budget.take(by("a.example", "192.0.2.1"), at(1060)));
    }

    /// A fetch that is refused to a caller uses up nothing of the host.
    #[test]
    fn a_caller_over_its_budget_spends_no_other() {
        let budget = Budget::default();
        assert!((0..10).all(|host| budget.take(by(&host.to_string(), "192.0.2.1"), at(1000))));
        assert!((0..50).all(|_| !budget.take(by("a.example", "192.0.2.1"), at(1000))));
        assert!((0..10).all(|host| budget.take(by("a.example", &host.to_string()), at(1000))));
    }

    #[test]
    fn ci_03_first_looks_spend_no_renewals() {
        let budget = Budget::default();
        assert!((0..600).all(|host| budget.take(of(&host.to_string()), at(1000))));
        assert!(!budget.take(of("one.more.example"), at(1000)));
        let keys = |url| FirstFetch::OfClient { url, caller: None };
        assert!((0..10).all(|_| budget.take(keys("https://one.more.example/jwks"), at(1000))));
        assert!(!budget.take(keys("https://one.more.example/jwks"), at(1000)));
        assert!(budget.take(keys("https://one.more.example/of-another"), at(1000)));
        assert!((0..10).all(|_| budget.renew("https://one.more.example/app.json", at(1000))));
        assert!(!budget.renew("https://one.more.example/app.json", at(1000)));
        assert!(budget.renew("https://one.more.example/other.json", at(1000)));
        assert!(budget.take(of("one.more.example"), at(1060)));
    }

    /// B2: a caller who makes one client's keys be fetched takes nothing from another client.
    #[test]
    fn s_b2_the_first_look_at_keys_belongs_to_its_client() {
        let budget = Budget::default();
        let of_attacker = |n: u32| format!("https://keys.example/attacker-{n}");
        assert!((0..10).all(|n| budget.take(of_client(&of_attacker(n), "192.0.2.1"), at(1000))));
        assert!(!budget.take(of_client(&of_attacker(10), "192.0.2.1"), at(1000)));
        assert!(budget.take(
            of_client("https://keys.example/victim", "192.0.2.2"),
            at(1000)
        ));
        // The number of callers and hosts does not matter.
        for n in 0..2000 {
            let (url, caller) = (format!("https://{n}.example/keys"), n.to_string());
            assert!(budget.take(of_client(&url, &caller), at(1000)));
        }
        assert!(budget.take(
            of_client("https://keys.example/victim", "192.0.2.3"),
            at(1000)
        ));
    }

    #[test]
    fn s_b2_what_was_found_last_is_remembered_for_the_window() {
        let budget = Budget::default();
        let url = "https://a.example/app.json";
        assert!(!budget.is_invalid(url, at(1000)));
        assert!(budget.renew(url, at(1000)));
        budget.found(url, ResponseKind::NoClient, at(1000));
        assert!((0..9).all(|_| budget.renew(url, at(1000))) && !budget.renew(url, at(1000)));
        assert!(budget.is_invalid(url, at(1059)));
        assert!(!budget.is_invalid("https://a.example/other.json", at(1059)));
        budget.found(url, ResponseKind::Client, at(1059));
        assert!(!budget.is_invalid(url, at(1059)));
        budget.found(url, ResponseKind::NoClient, at(1059));
        assert!(!budget.is_invalid(url, at(1060)));
    }

    #[test]
    fn a_url_that_stalled_waits_for_the_next_window() {
        let budget = Budget::default();
        assert!(budget.renew("https://a.example/app.json", at(1000)));
        budget.stalled("https://a.example/app.json", at(1005));
        assert!(!budget.renew("https://a.example/app.json", at(1059)));
        assert!(budget.renew("https://a.example/other.json", at(1059)));
        assert!(budget.renew("https://a.example/app.json", at(1060)));
    }

    #[test]
    fn the_memory_is_bounded() {
        let budget = Budget::default();
        for n in 0..2 * MAX_REMEMBERED {
            let (url, caller) = (n.to_string(), Some(n.to_string()));
            let caller = caller.as_deref();
            assert!(budget.take(FirstFetch::OfClient { url: &url, caller }, at(1000)));
        }
        let window = budget.0.lock().unwrap();
        assert!(window.of_url.len() <= MAX_REMEMBERED);
        assert!(window.of_caller.len() <= MAX_REMEMBERED);
        drop(window);
    }

    /// GE-01: a clock that goes back locks nobody out.
    #[test]
    fn a_clock_that_goes_back_begins_a_window() {
        let budget = Budget::default();
        assert!((0..10).all(|_| budget.take(of("a.example"), at(1000))));
        assert!(budget.take(of("a.example"), at(10)));
    }
}
