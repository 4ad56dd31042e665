//! The rate limit keys of a request, in the order of their limits, and when each counter is raised.

use crate::{
    config::RateLimitEntry,
    events::request,
    protocol::secret::{Purpose, SecretHash, hash},
};

/// The keys of one request, in the order in which they are looked at.
#[derive(Clone, Debug)]
pub struct RateLimitKeySet(pub(super) Vec<RateLimitKey>);

/// The key of one counter.
#[derive(Clone, Debug)]
pub(super) struct RateLimitKey {
    pub entry: RateLimitEntry,
    /// Position among the entry's keys, which is that of its limit.
    pub place: usize,
    text: String,
    pub counts: CountOn,
}

/// Which requests raise a counter. Every counter is looked at before the work of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CountOn {
    /// Every request, before its work.
    Requests,
    /// Requests that failed: whoever does things right is not counted.
    Failures,
    /// Requests whose client is authenticated: what somebody else sends in its name is not
    /// counted.
    Authenticated,
}

/// The keys of one entry, in the order of its limits.
#[derive(Clone, Debug)]
pub struct RateLimitKeys(RateLimitEntry, Vec<RateLimitKey>);

impl RateLimitKeys {
    /// Starts the keys of this entry.
    pub const fn entry(entry: RateLimitEntry) -> Self {
        Self(entry, Vec::new())
    }

    /// Adds the caller's address.
    pub fn address(self) -> Self {
        let text = address();
        self.key(text)
    }

    /// Adds the network of the caller's address: IPv4 /24, IPv6 /48. A customer may have that much of
    /// IPv6 (RFC 6177 §2).
    pub fn network(self) -> Self {
        let address = request::current().and_then(|request| request.address);
        self.key(address.map_or_else(|| "unknown".to_owned(), request::ip_prefix))
    }

    /// Adds the caller's address, counted apart from other requests of the same entry.
    pub fn address_for(self, what: &str) -> Self {
        let text = format!("{what} {}", address());
        self.key(text)
    }

    /// Adds a client, by the id in its request.
    pub fn client(self, client_id: &str) -> Self {
        self.key(client_id.to_owned())
    }

    /// Adds a client at the caller's address.
    pub fn client_and_address(self, client_id: &str) -> Self {
        let text = format!("{} {client_id}", address());
        self.key(text)
    }

    /// Adds a login name, in lower case and without spaces around it.
    pub fn login(self, login: &str) -> Self {
        self.key(login.trim().to_lowercase())
    }

    /// Adds a browser session, or the caller's address if there is none.
    pub fn session(self, sid: Option<&str>) -> Self {
        match sid {
            Some(sid) => self.key(format!("sid {sid}")),
            None => self.address(),
        }
    }

    /// Adds a token, by its hash.
    pub fn token(self, token: &str) -> Self {
        let hash = hash(Purpose::Access, token);
        self.key(hash.to_text())
    }

    /// Adds one counter for the whole server.
    pub fn server(self) -> Self {
        self.key(String::new())
    }

    /// Makes the last key count failures only.
    pub fn failures(self) -> Self {
        self.last_counts(CountOn::Failures)
    }

    /// Makes the last key count requests of authenticated clients only.
    pub fn authenticated(self) -> Self {
        self.last_counts(CountOn::Authenticated)
    }

    fn last_counts(mut self, counts: CountOn) -> Self {
        if let Some(key) = self.1.last_mut() {
            key.counts = counts;
        }
        self
    }

    /// Moves the first key to the end, where it is left alone once one of the others is used up. A
    /// stranger who invents a client or a login with every request then stores no counter with each.
    pub fn first_last(mut self) -> Self {
        let keys = self.1.len().min(1);
        self.1.rotate_left(keys);
        self
    }

    /// Removes the first key; the others keep their own limits.
    pub fn without_first(mut self) -> Self {
        let keys = self.1.len().min(1);
        self.1.drain(..keys);
        self
    }

    /// Appends the keys of another entry.
    pub fn and(self, other: Self) -> RateLimitKeySet {
        let mut keys = self.1;
        keys.extend(other.1);
        RateLimitKeySet(keys)
    }

    fn key(mut self, text: String) -> Self {
        let place = self.1.len();
        self.1.push(RateLimitKey {
            entry: self.0,
            place,
            text,
            counts: CountOn::Requests,
        });
        self
    }
}

impl From<RateLimitKeys> for RateLimitKeySet {
    fn from(of: RateLimitKeys) -> Self {
        Self(of.1)
    }
}

impl RateLimitKey {
    /// Returns the hash that names the counter: counters hold no address and no login in clear.
    pub(super) fn hash(&self) -> SecretHash {
        let Self {
            entry, place, text, ..
        } = self;
        hash(Purpose::Rate, &format!("{} {place} {text}", entry.as_str()))
    }
}

/// Returns the keys for failed authentications of a client at an address, and for all refusals at an
/// address (`token_failure`).
///
/// Every endpoint of clients counts them first, so that a stranger who guesses cannot use up the limit
/// of the client.
pub fn client_failure_keys(client_id: &str) -> RateLimitKeys {
    RateLimitKeys::entry(RateLimitEntry::TokenFailure)
        .client_and_address(client_id)
        .failures()
        .address()
        .failures()
        .first_last()
}

/// Returns the key for all refusals at an address (`token_failure`), without that of the client.
pub fn refusal_keys() -> RateLimitKeys {
    RateLimitKeys::entry(RateLimitEntry::TokenFailure)
        .client_and_address("")
        .address()
        .failures()
        .without_first()
}

fn address() -> String {
    request::caller_address().unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{CountOn, RateLimitKeys};
    use crate::config::RateLimitEntry;

    #[test]
    fn the_first_key_comes_last_and_keeps_its_limit() {
        let RateLimitKeys(_, keys) = RateLimitKeys::entry(RateLimitEntry::Login)
            .login(" Alice@Example.com")
            .address()
            .failures()
            .network()
            .failures()
            .server()
            .failures()
            .first_last();
        let places: Vec<usize> = keys.iter().map(|key| key.place).collect();
        assert_eq!(places, [1, 2, 3, 0]);
        assert_eq!(keys[3].text, "alice@example.com");
        assert_eq!(keys[3].counts, CountOn::Requests);
        assert!(keys[..3].iter().all(|key| key.counts == CountOn::Failures));
    }

    #[test]
    fn no_keys_are_no_fault() {
        let RateLimitKeys(_, keys) = RateLimitKeys::entry(RateLimitEntry::Login).first_last();
        assert!(keys.is_empty());
    }
}
