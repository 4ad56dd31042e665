//! How often this process asks others (CI-03): strangers decide what is fetched, and must not be
//! able to turn the server against somebody.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Length of the window, seconds.
const WINDOW: i64 = 60;
/// Most fetches from one host in a window.
const PER_HOST: u32 = 10;
/// Most fetches in a window; also bounds what is remembered.
const IN_ALL: u32 = 600;

/// Fetches of the current window.
#[derive(Debug, Default)]
pub(super) struct Budget(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    /// Unix seconds.
    began: i64,
    in_all: u32,
    of_host: HashMap<String, u32>,
}

impl Budget {
    /// Whether one more fetch from `host` is within the budget; if so it is counted.
    pub fn take(&self, host: &str, now: i64) -> bool {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.saturating_sub(window.began);
        if !(0..WINDOW).contains(&age) {
            *window = Window {
                began: now,
                ..Window::default()
            };
        }
        let of_host = window.of_host.get(host).copied().unwrap_or_default();
        if of_host >= PER_HOST || window.in_all >= IN_ALL {
            return false;
        }
        window.in_all += 1;
        window.of_host.insert(host.to_owned(), of_host + 1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_03_ten_fetches_of_a_host_in_a_minute() {
        let budget = Budget::default();
        assert!((0..10).all(|_| budget.take("a.example", 1000)));
        assert!(!budget.take("a.example", 1059));
        assert!(budget.take("b.example", 1059));
        assert!(budget.take("a.example", 1060));
    }

    #[test]
    fn many_hosts_share_one_ceiling() {
        let budget = Budget::default();
        assert!((0..600).all(|host| budget.take(&host.to_string(), 1000)));
        assert!(!budget.take("one.more.example", 1000));
        assert!(budget.take("one.more.example", 1060));
    }

    /// GE-01: a clock that goes back does not lock anybody out.
    #[test]
    fn a_clock_that_goes_back_begins_a_window() {
        let budget = Budget::default();
        assert!((0..10).all(|_| budget.take("a.example", 1000)));
        assert!(budget.take("a.example", 10));
    }
}
