//! Rate limits: fixed windows, counted before the work.
//!
//! An endpoint names its entry and keys in the order of its limits, and [`RateLimiter::check`] counts
//! them in one step, in memory or by one statement. Keys that count failures, or requests of
//! authenticated clients, are only looked at there, and counted by [`RateLimiter::record_failure`] and
//! [`RateLimiter::record_authenticated`]: what a stranger sends raises no counter that limits others.

mod keys;
mod mails;
mod memory;

use std::sync::Arc;

use axum::http::StatusCode;

pub use self::keys::{RateLimitKeySet, RateLimitKeys, client_failure_keys, refusal_keys};
use self::{
    keys::{CountOn, RateLimitKey},
    memory::Memory,
};
use crate::{
    clock::Clock,
    config::{RateLimit, RateLimitEntry, RateLimitStore, Settings},
    error::Failure,
    events::{AuditEvent, EventName, Events, request},
    protocol::{
        error::OAuthError,
        refusals::TransportRefusal,
        time::{Seconds, UnixTime},
    },
    store::{
        Store,
        rates::{self, CounterIncrement, CounterState},
    },
};

/// A key with its counter.
struct KeyCount<'a> {
    key: &'a RateLimitKey,
    count: CounterIncrement,
    /// The counter after the request; `None` if it was left alone, because an earlier key is used up.
    counted: Option<CounterState>,
}

/// Counts what requests cost, in memory or in the database, and refuses what is over a limit.
pub struct RateLimiter {
    settings: Arc<Settings>,
    store: Store,
    clock: Clock,
    events: Events,
    /// Counters of this process, and what it knows of those in the database.
    memory: Memory,
}

impl RateLimiter {
    /// Creates a limiter that has counted nothing yet.
    pub fn new(settings: Arc<Settings>, store: Store, clock: Clock, events: Events) -> Self {
        Self {
            settings,
            store,
            clock,
            events,
            memory: Memory::default(),
        }
    }

    /// Counts a request before its work.
    ///
    /// # Errors
    /// 429 `temporarily_unavailable` over a limit; a fault when the counters are in the database
    /// and that fails.
    pub async fn check(&self, keys: impl Into<RateLimitKeySet>) -> Result<(), Failure> {
        let RateLimitKeySet(keys) = keys.into();
        let counted = self.count(&keys, CountOn::Requests).await?;
        let over = counted.into_iter().find_map(|it| {
            let (key, count, counted) = (it.key, it.count, it.counted?);
            // A key that is only looked at is used up when it has reached its limit.
            let used_up = counted.count.saturating_sub(count.add) >= count.limit;
            used_up.then_some((key, counted))
        });
        match over {
            None => Ok(()),
            Some((key, counted)) => Err(self.over(key, &counted)),
        }
    }

    /// Counts a request that failed, for the keys that count failures.
    ///
    /// # Errors
    /// When the counters are in the database and that fails.
    pub async fn record_failure(&self, keys: impl Into<RateLimitKeySet>) -> Result<(), Failure> {
        self.raise(keys.into(), CountOn::Failures).await?;
        Ok(())
    }

    /// Counts a request of an authenticated client, for the keys that count those.
    ///
    /// # Errors
    /// When the counters are in the database and that fails.
    pub async fn record_authenticated(
        &self,
        keys: impl Into<RateLimitKeySet>,
    ) -> Result<(), Failure> {
        self.raise(keys.into(), CountOn::Authenticated).await?;
        Ok(())
    }

    async fn raise(
        &self,
        RateLimitKeySet(mut keys): RateLimitKeySet,
        what: CountOn,
    ) -> Result<(), Failure> {
        keys.retain(|key| key.counts == what);
        self.count(&keys, what).await?;
        Ok(())
    }

    /// Looks at the keys that have a limit, and raises the counters of those that count `what`.
    async fn count<'a>(
        &self,
        keys: &'a [RateLimitKey],
        what: CountOn,
    ) -> Result<Vec<KeyCount<'a>>, Failure> {
        let now = self.clock.now();
        let counts = keys.iter().filter_map(|key| {
            let RateLimit { limit, seconds } = self.settings.rate_limit(key.entry, key.place)?;
            let count = CounterIncrement {
                key: key.hash(),
                add: i64::from(key.counts == what),
                limit: limit.into(),
                ends_at: now + seconds,
            };
            Some((key, count))
        });
        let (keys, counts): (Vec<&RateLimitKey>, Vec<CounterIncrement>) = counts.unzip();
        let shared = self.settings.rate_limit_store == RateLimitStore::Database
            || keys.iter().any(|key| key.entry.is_always_shared());
        let counted = if counts.is_empty() {
            Vec::new()
        } else if shared {
            self.count_in_database(&counts, what, now).await?
        } else {
            self.memory.count(&counts, now)
        };
        let keys = keys.into_iter().zip(counts).zip(counted);
        Ok(keys
            .map(|((key, count), counted)| KeyCount {
                key,
                count,
                counted,
            })
            .collect())
    }

    async fn count_in_database(
        &self,
        counts: &[CounterIncrement],
        what: CountOn,
        now: UnixTime,
    ) -> Result<Vec<Option<CounterState>>, Failure> {
        let asks = what == CountOn::Requests;
        if let Some(known) = asks.then(|| self.memory.used_up(counts, now)).flatten() {
            return Ok(known);
        }
        let tables = self.store.tables();
        let count = |db| rates::count(db, tables, counts, now);
        let counted = self.store.run(count).await?;
        self.memory.remember(counts, &counted, now);
        Ok(counted)
    }

    fn over(&self, key: &RateLimitKey, counted: &CounterState) -> Failure {
        let rest = (counted.ends_at - self.clock.now()).max(Seconds::new(1));
        let entry = key.entry;
        let hit = AuditEvent::new(EventName::RatelimitHit)
            .denied(entry.rule())
            .detail("entry", entry.as_str())
            .detail("key", key.place)
            .detail("retry_after", rest);
        self.events.emit(about_client(hit));
        if entry == RateLimitEntry::Login {
            let event = AuditEvent::new(EventName::LoginThrottled).denied(entry.rule());
            self.events.emit(about_client(event));
        }
        let error = OAuthError::of(TransportRefusal::TooManyRequests).with_rule(entry.rule());
        Failure {
            retry_after: Some(rest),
            ..Failure::transport(StatusCode::TOO_MANY_REQUESTS, error)
        }
    }
}

fn about_client(event: AuditEvent) -> AuditEvent {
    match request::client_id() {
        Some(client_id) => event.client_id(client_id),
        None => event,
    }
}
