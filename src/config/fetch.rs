//! `fetch`: how this server asks others (§28.4).

use std::path::PathBuf;

use serde::Deserialize;

use super::finding::Findings;

/// `fetch`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchSettings {
    /// PEM file with one more certificate authority, for development and tests.
    pub extra_ca_file: Option<PathBuf>,
}

pub(super) fn check(fetch: &FetchSettings, production: bool, findings: &mut Findings) {
    if production && fetch.extra_ca_file.is_some() {
        findings.add(
            "fetch.extra_ca_file",
            "set in production",
            "remove it: certificates of the public authorities are trusted",
        );
    }
}
