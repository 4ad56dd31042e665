//! The answers that never change.

use axum::body::Bytes;

use super::keys::SigningKey;

/// The metadata, with `{base}` where the URL of the server stands.
const METADATA: &str = include_str!("metadata.json");

/// Metadata and public keys, ready to be sent.
#[derive(Clone, Debug)]
pub struct Documents {
    /// The metadata.
    pub metadata: Bytes,
    /// The public keys.
    pub keys: Bytes,
}

impl Documents {
    /// Writes both.
    pub fn new(base_url: &str, keys: &[SigningKey]) -> Self {
        let keys: Vec<String> = keys.iter().map(SigningKey::jwk).collect();
        Self {
            metadata: METADATA.trim().replace("{base}", base_url).into(),
            keys: format!(r#"{{"keys":[{}]}}"#, keys.join(",")).into(),
        }
    }
}
