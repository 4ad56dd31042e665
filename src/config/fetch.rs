//! Settings `fetch` and `client_id_metadata_documents`: what this server fetches from others
//! (CI-02, CI-03).

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::{AppEnvironment, Settings, finding::Findings, raw::RawSettings};
use crate::protocol::{redirect_uri::is_loopback_host, time::Seconds};

/// Setting `fetch`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchSettings {
    /// PEM file with one more certificate authority, for development and tests.
    pub extra_ca_file: Option<PathBuf>,
}

/// Longest time for which a copy serves while its host cannot be read: 30 days.
const MAX_STALE: Seconds = Seconds::days(30);

/// Setting `client_id_metadata_documents`. A host is `host`, or `host:port` for another port than
/// 443.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentSettings {
    /// Whether the URL of a document is accepted as a `client_id`.
    pub enabled: bool,
    /// Only documents of these hosts; empty = of every public host.
    pub allowed_hosts: Vec<String>,
    /// No documents of these hosts.
    pub denied_hosts: Vec<String>,
    /// How long a copy of a document that is no longer fresh is used while its host cannot be read.
    /// It applies to key sets at `jwks_uri` too.
    pub stale_seconds: Seconds,
}

impl Default for DocumentSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            allowed_hosts: Vec::new(),
            denied_hosts: Vec::new(),
            stale_seconds: Seconds::days(1),
        }
    }
}

impl Settings {
    /// Whether this server runs on a developer's machine: it may then fetch from that machine.
    #[must_use]
    pub fn fetches_from_own_machine(&self) -> bool {
        let base_url = Url::parse(&self.base_url);
        !self.production && base_url.is_ok_and(|url| is_loopback_host(&url))
    }
}

pub(super) fn check(
    raw: &RawSettings,
    app_environment: AppEnvironment<'_>,
    findings: &mut Findings,
) {
    if app_environment.production() && raw.fetch.extra_ca_file.is_some() {
        findings.add(
            "fetch.extra_ca_file",
            "set in production",
            "remove it: certificates of the public authorities are trusted",
        );
    }
    let documents = &raw.client_id_metadata_documents;
    if !(Seconds::ZERO..=MAX_STALE).contains(&documents.stale_seconds) {
        findings.add(
            "client_id_metadata_documents.stale_seconds",
            "out of range",
            format!("write a number of seconds from 0 to {MAX_STALE}"),
        );
    }
    let lists = [
        ("allowed_hosts", &documents.allowed_hosts),
        ("denied_hosts", &documents.denied_hosts),
    ];
    for (key, hosts) in lists {
        for (index, host) in hosts.iter().enumerate() {
            if !is_host(host) {
                findings.add(
                    format!("client_id_metadata_documents.{key}[{index}]"),
                    "not a host",
                    "write for example `client.example`, or `client.example:8443` for another \
                     port than 443",
                );
            }
        }
    }
}

/// A host as a URL has it, with a port unless that is 443.
fn is_host(text: &str) -> bool {
    Url::parse(&format!("https://{text}/")).is_ok_and(|url| {
        let host = url.host_str().unwrap_or_default();
        match url.port() {
            Some(port) => text == format!("{host}:{port}"),
            None => text == host,
        }
    })
}
