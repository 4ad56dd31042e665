//! The root secret, from which other keys are derived.

use std::{fs, io, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::{blocking, error::KeyError, files};
use crate::config::{Secret, SecretSource, Settings};

/// Returns the `secret` of the settings. Where there is none, outside production, it returns the
/// secret that was made at first boot and is kept beside the keys.
///
/// # Errors
/// Returns an error when the file cannot be read or made.
pub async fn root_secret(settings: &Settings) -> Result<Secret, KeyError> {
    match settings.secret.clone() {
        SecretSource::Given(secret) => Ok(secret),
        SecretSource::File(path) => blocking(move || read_or_create(&path)).await,
    }
}

fn read_or_create(path: &Path) -> Result<Secret, KeyError> {
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    files::ensure_directory(directory)?;
    let _lock = files::lock(directory)?;
    match fs::read_to_string(path) {
        Ok(text) => Ok(Secret::new(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut bytes = zeroize::Zeroizing::new([0; 32]);
            SystemRandom::new()
                .fill(bytes.as_mut_slice())
                .map_err(|_| KeyError::Crypto)?;
            let text = URL_SAFE_NO_PAD.encode(*bytes);
            files::create(path, text.as_bytes())?;
            tracing::info!(file = %path.display(), "made the root secret");
            Ok(Secret::new(text))
        }
        Err(error) => Err(KeyError::file(path, error)),
    }
}
