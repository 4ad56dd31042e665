//! Which URLs may be fetched from, as far as their text tells.

use reqwest::Url;

use super::FetchError;
use crate::{
    config::Settings,
    protocol::{host, redirect_uri::is_loopback_host},
};

/// Longest URL, bytes.
const MAX_LENGTH: usize = 2000;

/// Settings that decide which URLs may be fetched from.
#[derive(Debug)]
pub(super) struct Rules {
    /// Whether this server runs on a developer's machine: it may then fetch from that machine, on
    /// any port.
    pub loopback: bool,
    /// `host:port` of the ports other than 443 that are allowed.
    hosts: Vec<String>,
}

impl Rules {
    pub fn new(settings: &Settings) -> Self {
        let allowed = &settings.client_id_metadata_documents.allowed_hosts;
        Self {
            loopback: settings.fetches_from_own_machine(),
            hosts: allowed.clone(),
        }
    }

    /// # Errors
    /// Returns [`FetchError::Url`] for a URL that may not be fetched from.
    pub fn parse(&self, text: &str) -> Result<Url, FetchError> {
        if text.len() > MAX_LENGTH || !text.starts_with("https://") {
            return Err(FetchError::Url);
        }
        let url = Url::parse(text).map_err(|_| FetchError::Url)?;
        let plain = url.username().is_empty() && url.password().is_none() && !text.contains('#');
        if plain && self.is_port_open(&url) {
            return Ok(url);
        }
        Err(FetchError::Url)
    }

    fn is_port_open(&self, url: &Url) -> bool {
        let Some(port) = url.port() else {
            return true;
        };
        let host = url.host_str().unwrap_or_default();
        let with_port = format!("{host}:{port}");
        let is_named = |allowed: &String| host::is_same(allowed, &with_port);
        (self.loopback && is_loopback_host(url)) || self.hosts.iter().any(is_named)
    }
}
