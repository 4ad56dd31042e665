//! Why a document, or its URL, is refused, and what that says about its client.

use crate::protocol::{
    client_metadata::MetadataError, error::OAuthError, received::Received,
    refusals::ClientDocumentRefusal, strict_json::JsonError,
};

use super::sector::SectorError;

/// Why a document, or its URL, is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// CI-02, Client ID Metadata Document §3.
    #[error("the client_id is not an https URL with a path, in normal form")]
    Url,
    /// CI-02: the settings do not allow the host.
    #[error("documents of this host are not accepted")]
    Host,
    /// CI-03: the document was not fetched.
    #[error("{0}")]
    Fetch(#[from] Unread),
    /// CI-06: the document described no client, and is not fetched again within this minute.
    #[error("the document described no client when it was read last, less than a minute ago")]
    StillInvalid,
    /// CI-04: the document is not an object, or has a member twice.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// CI-04, Client ID Metadata Document §4.1: the member `client_id` is not the URL.
    #[error("client_id of the document is not its URL")]
    ClientId,
    /// CI-04: a required member is missing.
    #[error("the member {0} is missing")]
    Missing(&'static str),
    /// CI-04, Client ID Metadata Document §4.1: a public document cannot hold a secret.
    #[error("the member {0} is about a secret")]
    Secret(&'static str),
    /// CI-04: a member is against the rules of a registration (RG-05 to RG-07).
    #[error("{0}")]
    Metadata(#[from] MetadataError),
    /// CI-04: the document at `sector_identifier_uri` was not read.
    #[error("sector_identifier_uri: {0}")]
    Sector(Unread),
}

/// Why something that a URL names was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// The rules of fetching forbid it: a redirect, the size, an address that is not public.
    #[error("{0}")]
    Forbidden(String),
    /// The host is away or busy, or answers with something else, as walls against robots do; or too
    /// many fetches were made within this minute.
    #[error("{0}")]
    Away(String),
}

/// What an error says about the client of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentVerdict {
    /// The operator does not want such clients.
    NotAccepted,
    /// Nothing about the client: the document was not read.
    Unread,
    /// The document was read, and describes no client that may be used.
    Invalid,
}

impl From<SectorError> for DocumentError {
    fn from(error: SectorError) -> Self {
        match error {
            SectorError::Unread(unread) => Self::Sector(unread),
            SectorError::Metadata(error) => Self::Metadata(error),
        }
    }
}

impl DocumentError {
    /// Returns what the error says about the client.
    #[must_use]
    pub const fn finding(&self) -> DocumentVerdict {
        match self {
            Self::Url | Self::Host => DocumentVerdict::NotAccepted,
            Self::Fetch(_) | Self::Sector(_) | Self::Json(JsonError::Unreadable) => {
                DocumentVerdict::Unread
            }
            Self::Json(_)
            | Self::StillInvalid
            | Self::ClientId
            | Self::Missing(_)
            | Self::Secret(_)
            | Self::Metadata(_) => DocumentVerdict::Invalid,
        }
    }

    /// Whether the document may be readable in a minute, so that the client is not refused for
    /// good.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Fetch(Unread::Away(_))
                | Self::Sector(Unread::Away(_))
                | Self::Json(JsonError::Unreadable)
        )
    }

    /// Makes the refusal. Details of the fetch are for the operator alone, and no fault of the
    /// request.
    #[must_use]
    pub fn refusal(&self, client_id: &str) -> OAuthError {
        let sent = Received::Public(client_id);
        match self {
            Self::Url => OAuthError::of(ClientDocumentRefusal::UrlWrong).received(sent),
            Self::Host => OAuthError::of(ClientDocumentRefusal::HostRefused).received(sent),
            Self::Fetch(_) => OAuthError::of(ClientDocumentRefusal::NotFetched).received(sent),
            _ => OAuthError::of(ClientDocumentRefusal::ContentRefused)
                .expected(self.to_string(), sent),
        }
    }

    /// The answer while the document cannot be read (CI-05): the host's trouble, and never
    /// `invalid_client`, upon which clients forget their registration.
    #[must_use]
    pub fn unread(client_id: &str) -> OAuthError {
        OAuthError::of(ClientDocumentRefusal::Unread).received(Received::Public(client_id))
    }
}
