//! Sector documents (OpenID Connect Registration §5, OpenID Connect Core §8.1).

use super::Unread;
use crate::protocol::{
    client::Client,
    client_metadata::{MetadataError, MetadataRule},
};

/// Why the sector of a client is not confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SectorError {
    /// The document was not read, which says nothing about the client.
    Unread(Unread),
    /// There is no such document, or it does not list what it has to.
    Metadata(MetadataError),
}

/// There is no document that lists every redirect URI.
#[must_use]
pub fn no_sector_document() -> MetadataError {
    MetadataError::new("sector_identifier_uri", MetadataRule::SectorDocument)
}

/// Checks that the fetched document, a JSON list of redirect URIs, has every redirect URI of the
/// client.
///
/// # Errors
/// An error when a redirect URI is missing, or the document is not such a list.
pub fn check_sector_document(body: &[u8], client: &Client) -> Result<(), SectorError> {
    let listed = serde_json::from_slice::<Vec<String>>(body);
    let lists_all = |listed: Vec<String>| {
        let mut uris = client.redirect_uris.iter();
        uris.all(|uri| listed.contains(uri))
    };
    if listed.is_ok_and(lists_all) {
        return Ok(());
    }
    Err(SectorError::Metadata(no_sector_document()))
}
