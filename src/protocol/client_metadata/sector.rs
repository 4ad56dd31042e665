//! Sector documents (OpenID Connect Registration §5, Core §8.1).

use super::{MetadataError, MetadataRule};
use crate::protocol::client::Client;

/// Whether the fetched document, a JSON list of redirect URIs, has every one of the client.
///
/// # Errors
/// It does not, is no such list, or was not to be had (`None`).
pub fn check_sector_document(body: Option<&[u8]>, client: &Client) -> Result<(), MetadataError> {
    let listed = body.and_then(|body| serde_json::from_slice::<Vec<String>>(body).ok());
    let lists_all = |listed: &Vec<String>| {
        let mut uris = client.redirect_uris.iter();
        uris.all(|uri| listed.contains(uri))
    };
    if listed.as_ref().is_some_and(lists_all) {
        return Ok(());
    }
    Err(MetadataError::new(
        "sector_identifier_uri",
        MetadataRule::SectorDocument,
    ))
}
