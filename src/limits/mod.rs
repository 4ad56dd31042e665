//! Rate limits (§31.1): fixed windows, counted before the work.
//!
//! An endpoint names its entry and keys in the order of §31.1, [`Server::limit`] counts them in
//! one step, in memory or by one statement. Keys that count failures only are looked at first and
//! counted by [`Server::failed`].

mod memory;

use std::net::{IpAddr, Ipv6Addr};

use axum::http::StatusCode;

pub use memory::Memory;

use crate::{
    config::{RateLimit, RateLimitEntry, RateLimitStore},
    error::Failure,
    events::{AuditEvent, EventName},
    protocol::{
        error::OAuthError,
        secret::{Purpose, SecretHash, hash},
    },
    request,
    server::Server,
    store::rates::{self, Count, Counted},
};

/// What a request counts for.
#[derive(Clone, Debug)]
pub struct Keys(Vec<Key>);

#[derive(Clone, Debug)]
struct Key {
    entry: RateLimitEntry,
    /// Position among the entry's keys, which is that of its limit.
    place: usize,
    text: String,
    counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    Requests,
    Failures,
}

/// The keys of one entry, in the order of §31.1.
#[derive(Clone, Debug)]
pub struct Of(RateLimitEntry, Vec<Key>);

impl Of {
    /// Keys of this entry follow.
    pub const fn entry(entry: RateLimitEntry) -> Self {
        Self(entry, Vec::new())
    }

    /// The caller's address.
    pub fn address(self) -> Self {
        let text = address();
        self.key(text)
    }

    /// A client, as it names itself.
    pub fn client(self, client_id: &str) -> Self {
        self.key(client_id.to_owned())
    }

    /// A client at one address.
    pub fn client_and_address(self, client_id: &str) -> Self {
        let text = format!("{} {client_id}", address());
        self.key(text)
    }

    /// A login as typed, however it is written.
    pub fn login(self, login: &str) -> Self {
        self.key(login.trim().to_lowercase())
    }

    /// A browser session; without one the address.
    pub fn session(self, sid: Option<&str>) -> Self {
        match sid {
            Some(sid) => self.key(format!("sid {sid}")),
            None => self.address(),
        }
    }

    /// A token that was presented.
    pub fn token(self, token: &str) -> Self {
        let hash = hash(Purpose::Access, token);
        self.key(format!("{:02x?}", hash.0))
    }

    /// One counter for the whole server.
    pub fn server(self) -> Self {
        self.key(String::new())
    }

    /// The last key counts failures only.
    pub fn failures(mut self) -> Self {
        if let Some(key) = self.1.last_mut() {
            key.counts = Counts::Failures;
        }
        self
    }

    /// The last key comes first: once it is used up, the others are left alone. Whoever invents a
    /// value for them with every request, a client or a login, then stores no counter with each.
    pub fn last_first(mut self) -> Self {
        self.1.rotate_right(1);
        self
    }

    /// And the keys of another entry.
    pub fn and(self, other: Self) -> Keys {
        let mut keys = self.1;
        keys.extend(other.1);
        Keys(keys)
    }

    fn key(mut self, text: String) -> Self {
        let place = self.1.len();
        self.1.push(Key {
            entry: self.0,
            place,
            text,
            counts: Counts::Requests,
        });
        self
    }
}

impl From<Of> for Keys {
    fn from(of: Of) -> Self {
        Self(of.1)
    }
}

/// Failed authentications of a client at an address, and all that is refused at an address
/// (`token_failure`); first of the keys of every endpoint of clients, so that a stranger who guesses
/// cannot use up what the client has.
pub fn of_client(client_id: &str) -> Of {
    Of::entry(RateLimitEntry::TokenFailure)
        .client_and_address(client_id)
        .failures()
        .address()
        .failures()
        .last_first()
}

/// Of the same keys that of the address alone.
pub fn of_refused() -> Of {
    let Of(entry, mut keys) = of_client("");
    keys.truncate(1);
    Of(entry, keys)
}

fn address() -> String {
    let address = request::current().and_then(|request| request.address);
    address.map_or_else(|| "unknown".to_owned(), network)
}

/// IPv6 as /64: a customer has that many.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).to_string(),
    }
}

impl Server {
    /// Counts a request before its work.
    ///
    /// # Errors
    /// 429 `temporarily_unavailable` over a limit; a fault when the counters are in the database
    /// and that fails.
    pub async fn limit(&self, keys: impl Into<Keys>) -> Result<(), Failure> {
        let Keys(keys) = keys.into();
        let counted = self.count(&keys, Counts::Requests).await?;
        let over = counted.into_iter().find_map(|(key, count, counted)| {
            let counted = counted?;
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
    /// As [`Self::limit`], except 429.
    pub async fn failed(&self, keys: impl Into<Keys>) -> Result<(), Failure> {
        let Keys(mut keys) = keys.into();
        keys.retain(|key| key.counts == Counts::Failures);
        self.count(&keys, Counts::Failures).await?;
        Ok(())
    }

    /// Counts the keys that have a limit; of the others `what` decides whether they are counted.
    async fn count<'a>(
        &self,
        keys: &'a [Key],
        what: Counts,
    ) -> Result<Vec<(&'a Key, Count, Option<Counted>)>, Failure> {
        let now = self.now();
        let counts = keys.iter().filter_map(|key| {
            let RateLimit { limit, seconds } = self.settings.rate_limit(key.entry, key.place)?;
            let count = Count {
                key: key.hash(),
                add: i64::from(key.counts == what),
                limit: limit.into(),
                ends_at: now.saturating_add(seconds),
            };
            Some((key, count))
        });
        let (keys, counts): (Vec<&Key>, Vec<Count>) = counts.unzip();
        let shared = self.settings.rate_limit_store == RateLimitStore::Database
            || keys.iter().any(|key| key.entry.is_always_shared());
        let counted = if counts.is_empty() {
            Vec::new()
        } else if shared {
            self.count_in_database(&counts, (what, now)).await?
        } else {
            self.limits.count(&counts, now)
        };
        let keys = keys.into_iter().zip(counts).zip(counted);
        Ok(keys
            .map(|((key, count), counted)| (key, count, counted))
            .collect())
    }

    async fn count_in_database(
        &self,
        counts: &[Count],
        (what, now): (Counts, i64),
    ) -> Result<Vec<Option<Counted>>, Failure> {
        let asks = what == Counts::Requests;
        if let Some(known) = asks.then(|| self.limits.used_up(counts, now)).flatten() {
            return Ok(known);
        }
        let tables = self.store.tables();
        let count = |db| rates::count(db, tables, (counts, now));
        let counted = self.store.run(count).await?;
        self.limits.remember(counts, (&counted, now));
        Ok(counted)
    }

    fn over(&self, key: &Key, counted: &Counted) -> Failure {
        let rest = counted.ends_at.saturating_sub(self.now()).max(1);
        let entry = key.entry;
        let hit = AuditEvent::new(EventName::RatelimitHit)
            .denied(entry.rule())
            .detail("entry", entry.as_str())
            .detail("key", key.place)
            .detail("retry_after", rest);
        self.audit(about_client(hit));
        if entry == RateLimitEntry::Login {
            let event = AuditEvent::new(EventName::LoginThrottled).denied(entry.rule());
            self.audit(about_client(event));
        }
        let error = OAuthError::temporarily_unavailable(entry.rule(), "Too many requests");
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

impl Key {
    /// The counters hold no address and no login in clear.
    fn hash(&self) -> SecretHash {
        let Self {
            entry, place, text, ..
        } = self;
        hash(Purpose::Rate, &format!("{} {place} {text}", entry.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::network;

    #[rstest]
    #[case::v4("203.0.113.9", "203.0.113.9")]
    #[case::mapped("::ffff:203.0.113.9", "203.0.113.9")]
    #[case::v6("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    fn an_address_is_one_customer(#[case] address: &str, #[case] expected: &str) {
        assert_eq!(network(address.parse().unwrap()), expected);
    }
}
