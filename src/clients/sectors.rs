//! Sector documents (OpenID Connect Registration §5, OpenID Connect Core §8.1): a client that names
//! one has to be listed in it.

use super::{ClientRegistry, documents::AGAIN_AFTER};
use crate::{
    error::Failure,
    fetch::{DOCUMENT, FetchError, FetchRequest},
    protocol::{
        client::Client,
        client_document::{SectorError, Unread, check_sector_document, no_sector_document},
        error::OAuthError,
        refusals::RegistrationRefusal,
    },
};

impl ClientRegistry {
    /// Checks that the document at `sector_identifier_uri` lists every redirect URI of the client (OpenID
    /// Connect Registration §5, OpenID Connect Core §8.1). Clients of the settings are not checked, because
    /// the operator wrote both. `before` is the client as it is stored.
    ///
    /// # Errors
    /// When the document does not list one of them, or cannot be read.
    pub async fn check_sector(
        &self,
        client: &Client,
        before: Option<&Client>,
    ) -> Result<(), SectorError> {
        let Some(uri) = &client.sector_identifier_uri else {
            return Ok(());
        };
        let wanted = FetchRequest {
            url: uri,
            max_bytes: DOCUMENT,
            etag: None,
        };
        let named_before = before.and_then(|client| client.sector_identifier_uri.as_ref());
        let fetched = if named_before == Some(uri) {
            self.fetcher.renew(wanted, self.clock.now()).await
        } else {
            self.fetcher.get(wanted, self.clock.now()).await
        };
        match fetched {
            Ok(fetched) => check_sector_document(&fetched.body.unwrap_or_default(), client),
            // The host answers that there is no such document.
            Err(FetchError::Status(404 | 410)) => Err(SectorError::Metadata(no_sector_document())),
            Err(error) => Err(SectorError::Unread(unread(&error))),
        }
    }
}

/// Tells whether a fetch failed by a rule that the document breaks, or because it could not be read.
pub fn unread(error: &FetchError) -> Unread {
    if error.is_against_rules() {
        Unread::Forbidden(error.to_string())
    } else {
        Unread::Away(error.to_string())
    }
}

/// At registration, a document that cannot be read now is no fault of the metadata: the client is asked
/// to come again.
impl From<SectorError> for Failure {
    fn from(error: SectorError) -> Self {
        match error {
            SectorError::Metadata(finding) => OAuthError::from(finding).into(),
            SectorError::Unread(Unread::Forbidden(cause)) => Self {
                source: Some(cause),
                ..OAuthError::from(no_sector_document()).into()
            },
            SectorError::Unread(Unread::Away(cause)) => Self {
                source: Some(cause),
                retry_after: Some(AGAIN_AFTER),
                ..OAuthError::of(RegistrationRefusal::SectorDocumentUnread).into()
            },
        }
    }
}
