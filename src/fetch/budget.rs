//! How often this process asks others (CI-03): strangers decide what is fetched, and must not be
//! able to turn the server against somebody, nor to use up what others need.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Length of the window, seconds.
const WINDOW: i64 = 60;
/// Most first looks of a kind at URLs of one host in a window.
const PER_HOST: u32 = 10;
/// Most first looks at unknown URLs on the word of one caller in a window.
const PER_CALLER: u32 = 10;
/// Most first looks of a kind in a window; also bounds what is remembered of them.
const IN_ALL: u32 = 600;
/// Most renewals from one URL in a window.
const PER_URL: u32 = 10;
/// Most URLs whose renewals are remembered.
const MAX_URLS: usize = 10_000;

/// A URL that was never fetched from before.
#[derive(Clone, Copy, Debug)]
pub(super) enum FirstLook<'a> {
    /// Any URL on the word of a caller.
    Unknown {
        /// Host of the URL.
        host: &'a str,
        /// Address of whoever named it; `None` = nobody outside.
        caller: Option<&'a str>,
    },
    /// A URL in the metadata of a client that is stored.
    OfClient {
        /// Host of the URL.
        host: &'a str,
    },
}

/// Fetches of the current window.
#[derive(Debug, Default)]
pub(super) struct Budget(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    /// Unix seconds.
    began: i64,
    unknown: FirstLooks,
    /// Apart: invented URLs on a host take nothing from the clients that have their keys there.
    of_clients: FirstLooks,
    /// Renewals by URL. Each has its own: whoever makes a copy be renewed does what its client
    /// needs, and takes nothing from others on the same host.
    renewals: HashMap<String, u32>,
}

#[derive(Debug, Default)]
struct FirstLooks {
    in_all: u32,
    of_host: HashMap<String, u32>,
    of_caller: HashMap<String, u32>,
}

impl Budget {
    /// Whether one more first look is within the budget; if so it is counted.
    pub fn take(&self, look: FirstLook<'_>, now: i64) -> bool {
        self.within(now, |window| match look {
            FirstLook::Unknown { host, caller } => window.unknown.take(host, caller),
            FirstLook::OfClient { host } => window.of_clients.take(host, None),
        })
    }

    /// Whether what was fetched from `url` before may be fetched once more; if so it is counted.
    pub fn renew(&self, url: &str, now: i64) -> bool {
        self.within(now, |window| {
            let so_far = window.renewals.get(url).copied().unwrap_or_default();
            if so_far >= PER_URL {
                return false;
            }
            window.remember(url, so_far + 1);
            true
        })
    }

    /// A URL from which nothing came within the deadline is not renewed again in this window:
    /// everybody who needs it would wait as long.
    pub fn stalled(&self, url: &str, now: i64) {
        self.within(now, |window| window.remember(url, PER_URL));
    }

    fn within<T>(&self, now: i64, work: impl FnOnce(&mut Window) -> T) -> T {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.saturating_sub(window.began);
        if !(0..WINDOW).contains(&age) {
            *window = Window {
                began: now,
                ..Window::default()
            };
        }
        work(&mut window)
    }
}

impl FirstLooks {
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
    fn remember(&mut self, url: &str, count: u32) {
        // Forgotten renewals are made once more: that harms less than to refuse one.
        if self.renewals.len() >= MAX_URLS && !self.renewals.contains_key(url) {
            self.renewals.clear();
        }
        self.renewals.insert(url.to_owned(), count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn of(host: &str) -> FirstLook<'_> {
        FirstLook::Unknown { host, caller: None }
    }

    const fn by<'a>(host: &'a str, caller: &'a str) -> FirstLook<'a> {
        let caller = Some(caller);
        FirstLook::Unknown { host, caller }
    }

    #[test]
    fn ci_03_ten_first_looks_at_a_host_in_a_minute() {
        let budget = Budget::default();
        assert!((0..10).all(|_| budget.take(of("a.example"), 1000)));
        assert!(!budget.take(of("a.example"), 1059));
        assert!(budget.take(of("b.example"), 1059));
        assert!(budget.take(of("a.example"), 1060));
    }

    #[test]
    fn ci_03_ten_first_looks_of_a_caller_in_a_minute() {
        let budget = Budget::default();
        assert!((0..10).all(|host| budget.take(by(&host.to_string(), "192.0.2.1"), 1000)));
        assert!(!budget.take(by("a.example", "192.0.2.1"), 1059));
        assert!(budget.take(by("a.example", "192.0.2.2"), 1059));
        assert!(budget.take(by("a.example", "192.0.2.1"), 1060));
    }

    /// What is refused to a caller costs the host nothing.
    #[test]
    fn a_caller_over_its_budget_spends_no_other() {
        let budget = Budget::default();
        assert!((0..10).all(|host| budget.take(by(&host.to_string(), "192.0.2.1"), 1000)));
        assert!((0..50).all(|_| !budget.take(by("a.example", "192.0.2.1"), 1000)));
        assert!((0..10).all(|host| budget.take(by("a.example", &host.to_string()), 1000)));
    }

    #[test]
    fn ci_03_first_looks_spend_no_renewals() {
        let budget = Budget::default();
        assert!((0..600).all(|host| budget.take(of(&host.to_string()), 1000)));
        assert!(!budget.take(of("one.more.example"), 1000));
        let keys = FirstLook::OfClient {
            host: "one.more.example",
        };
        assert!((0..10).all(|_| budget.take(keys, 1000)));
        assert!(!budget.take(keys, 1000));
        assert!((0..10).all(|_| budget.renew("https://one.more.example/app.json", 1000)));
        assert!(!budget.renew("https://one.more.example/app.json", 1000));
        assert!(budget.renew("https://one.more.example/other.json", 1000));
        assert!(budget.take(of("one.more.example"), 1060));
    }

    #[test]
    fn a_url_that_stalled_waits_for_the_next_window() {
        let budget = Budget::default();
        assert!(budget.renew("https://a.example/app.json", 1000));
        budget.stalled("https://a.example/app.json", 1005);
        assert!(!budget.renew("https://a.example/app.json", 1059));
        assert!(budget.renew("https://a.example/other.json", 1059));
        assert!(budget.renew("https://a.example/app.json", 1060));
    }

    #[test]
    fn the_memory_is_bounded() {
        let budget = Budget::default();
        assert!((0..2 * MAX_URLS).all(|url| budget.renew(&url.to_string(), 1000)));
        assert!(budget.0.lock().unwrap().renewals.len() <= MAX_URLS);
    }

    /// GE-01: a clock that goes back does not lock anybody out.
    #[test]
    fn a_clock_that_goes_back_begins_a_window() {
        let budget = Budget::default();
        assert!((0..10).all(|_| budget.take(of("a.example"), 1000)));
        assert!(budget.take(of("a.example"), 10));
    }
}
