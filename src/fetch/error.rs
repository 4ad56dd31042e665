//! Errors of a fetch.

use std::net::IpAddr;

/// Why a fetch brought no document. Details are for the log: answers of this server must not tell a
/// stranger what an address responded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL is not https, has user information or a fragment, or a port that is not configured.
    #[error("not an address that is fetched from")]
    Url,
    /// Too many fetches from this host, or in all, within this minute.
    #[error("too many fetches in this minute")]
    Budget,
    /// The name of the host has no address.
    #[error("the host is unknown")]
    UnknownHost,
    /// The host has an address that is not one of the public internet.
    #[error("the host has the special-use address {0}")]
    SpecialUse(IpAddr),
    /// The connection or the handshake failed, or the response is not HTTP.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// The fetch took over 5 seconds in all.
    #[error("not finished within 5 seconds")]
    Deadline,
    /// The response has another status than 200; redirects are not followed.
    #[error("the status is {0}")]
    Status(u16),
    /// The response has another type than JSON, or is compressed.
    #[error("the answer is not plain JSON")]
    Type,
    /// The response has more bytes than the request allows.
    #[error("the answer is too large")]
    TooLarge,
}

impl FetchError {
    /// Whether the rules of fetching forbid it at any time: the address, a redirect, the size. Any
    /// other error may be over in a minute.
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

/// The fetcher cannot work, because the file of the extra certificate authority is not usable.
#[derive(Debug, thiserror::Error)]
#[error("oauth_server: fetch.extra_ca_file: {0} — write the path of a PEM file with certificates")]
pub struct SetUpError(pub(super) String);
