//! Why there is no document.

use std::net::IpAddr;

/// Why there is no document. Details are for the log: what a stranger's address answered is
/// nothing that an answer of this server may tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Not https, with user information or a fragment, or on a port that is not configured.
    #[error("not an address that is fetched from")]
    Url,
    /// Too many fetches from this host, or in all, in this minute.
    #[error("too many fetches in this minute")]
    Budget,
    /// The name has no address.
    #[error("the host is unknown")]
    UnknownHost,
    /// An address that is not one of the public internet.
    #[error("the host has the special-use address {0}")]
    SpecialUse(IpAddr),
    /// No connection, no handshake, or not HTTP.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// Over 5 seconds in all.
    #[error("not finished within 5 seconds")]
    Deadline,
    /// Another status than 200; redirects are not followed.
    #[error("the status is {0}")]
    Status(u16),
    /// Another type than JSON, or compressed.
    #[error("the answer is not plain JSON")]
    Type,
    /// Larger than asked for.
    #[error("the answer is too large")]
    TooLarge,
}

impl FetchError {
    /// Whether the rules of fetching forbid it, whenever it is tried: the address, a redirect,
    /// the size. Everything else may be otherwise in a minute.
    #[must_use]
    pub const fn is_against_rules(&self) -> bool {
        match self {
            Self::Url | Self::SpecialUse(_) | Self::TooLarge => true,
            Self::Status(status) => matches!(status, 300..=399),
            Self::Budget
            | Self::UnknownHost
            | Self::Connection(_)
            | Self::Deadline
            | Self::Type => false,
        }
    }
}

/// The fetcher cannot work: the file of the extra certificate authority.
#[derive(Debug, thiserror::Error)]
#[error("oauth_server: fetch.extra_ca_file: {0} — write the path of a PEM file with certificates")]
pub struct SetUpError(pub(super) String);
