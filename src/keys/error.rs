//! Errors of loading, making and using keys.

use std::{io, path::PathBuf};

use crate::protocol::jwk::SigningAlg;

/// Text about a key file that its group or everybody can read, with the command that helps.
pub const OPEN_TO_OTHERS: &str = "can be read by its group or by others — run `chmod 600` \
    on it; where an orchestrator mounts the files for a group (0640, as fsGroup of Kubernetes \
    does), copy them with mode 0600 in an init container, or hand them over as `keys.pem` from an \
    environment variable";

/// Keys cannot be loaded, made or used. No text shows a part of a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// ST-04, ST-08: algorithms in use without a key that signs.
    #[error(
        "oauth_server: keys: no usable key for {algs} — run `cargo loco task oauth:keys:rotate \
         alg:{algs} now:true`, or add the key to `keys.pem` or `keys.jwks`",
        algs = list(.0)
    )]
    Missing(Vec<SigningAlg>),
    /// ST-04: somebody besides the owner can read the key.
    #[error("oauth_server: keys: {} {OPEN_TO_OTHERS}", .0.display())]
    ReadableByOthers(PathBuf),
    /// A file or list entry is not a key, or not one that can be used.
    #[error(
        "oauth_server: keys: {place}: {problem} — write a PKCS#8 key of RSA (2048 bits or more), P-256 or Ed25519"
    )]
    Unusable {
        /// File, or position in the list.
        place: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A description file cannot be understood.
    #[error("oauth_server: keys: {}: not the description of a key — {source}", .path.display())]
    Description {
        /// Path of the file `<kid>.json`.
        path: PathBuf,
        /// Error of the parser.
        source: serde_json::Error,
    },
    /// A file or directory cannot be read or written.
    #[error("oauth_server: keys: {}: {source}", .path.display())]
    File {
        /// Path of the file or directory.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// No key signs with this algorithm now.
    #[error("no active key for {0}")]
    NoKey(SigningAlg),
    /// The claims cannot be written as JSON.
    #[error("claims cannot be written as JSON: {0}")]
    Claims(#[from] serde_json::Error),
    /// The cryptographic library refused to work.
    #[error("signing or key generation failed")]
    Crypto,
    /// The task that did the work was cancelled.
    #[error("key work was cancelled")]
    Cancelled,
}

impl KeyError {
    pub(super) fn file(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        Self::File { path, source }
    }

    pub(super) fn unusable(place: impl Into<String>, problem: &'static str) -> Self {
        let place = place.into();
        Self::Unusable { place, problem }
    }
}

fn list(algorithms: &[SigningAlg]) -> String {
    let names: Vec<&str> = algorithms.iter().map(|alg| alg.as_str()).collect();
    names.join(",")
}
