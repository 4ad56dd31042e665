//! Which URLs are fetched from, as far as their text tells.

use std::collections::BTreeSet;

use reqwest::Url;
use url::Host;

use super::FetchError;
use crate::config::Settings;

/// Longest URL, bytes.
const MAX_LENGTH: usize = 2000;

/// What the settings say about URLs.
#[derive(Debug)]
pub(super) struct Rules {
    /// Whether this server runs on a developer's machine: what it fetches may lie there too, on
    /// any port.
    pub loopback: bool,
    /// `host:port` besides port 443.
    ports: BTreeSet<String>,
}

impl Rules {
    pub fn new(settings: &Settings) -> Self {
        let base_url = Url::parse(&settings.base_url);
        let own = base_url.is_ok_and(|url| is_loopback(&url));
        Self {
            loopback: own && !settings.production,
            ports: BTreeSet::new(),
        }
    }

    /// # Errors
    /// [`FetchError::Url`].
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
        (self.loopback && is_loopback(url)) || self.ports.contains(&format!("{host}:{port}"))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
