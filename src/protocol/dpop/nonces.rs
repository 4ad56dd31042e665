//! Nonces that this server gives for proofs (DP-04, RFC 9449 §8). None is stored: each is the MAC of the
//! five minutes in which it is given, so that every node knows those of the others.

use crate::protocol::{
    secret::{mac, same},
    time::{Seconds, UnixTime},
};

/// How long one nonce is given. It is accepted as long again.
const WINDOW: Seconds = Seconds::minutes(5);

/// The nonces that are accepted now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonces {
    /// The nonce that is given now, for the header `DPoP-Nonce`.
    pub current: String,
    previous: String,
}

impl Nonces {
    /// The nonces at `now`, of the root secret of this server.
    #[must_use]
    pub fn at(now: UnixTime, secret: &str) -> Self {
        let window = now.as_seconds().div_euclid(WINDOW.get());
        let of = |window: i64| mac(secret, &["dpop-nonce", &window.to_string()]);
        Self {
            current: of(window),
            previous: of(window.saturating_sub(1)),
        }
    }

    /// Whether a proof with this nonce is fresh.
    #[must_use]
    pub fn admit(&self, sent: &str) -> bool {
        same(sent, &self.current) || same(sent, &self.previous)
    }
}
