//! The guarded fetcher (§28.4; CIMD §6.5, §6.6): the one way in which this server asks others, on
//! the word of strangers, for documents and key sets.
//!
//! https only; port 443 unless configured; a name is resolved once, each of its addresses is
//! checked, and the connection goes to a checked address under the name's certificate. No
//! redirects, cookies, proxies or compression; one deadline over everything; sizes are capped
//! while the body arrives; only 200 and JSON count. Equal fetches at the same moment are one;
//! failures are never kept. Never call it while a transaction is open.

mod address;
mod budget;
mod freshness;
mod lookup;
mod rules;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use reqwest::{
    Certificate, Client, Response, StatusCode, Url,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH},
};

use url::Host;

pub use self::lookup::Lookup;
use self::{budget::Budget, lookup::Guard, rules::Rules};
use crate::{
    config::Settings,
    events::{self, AuditEvent, EventName},
};

/// Time for everything: name, connection, handshake, headers, body.
const DEADLINE: Duration = Duration::from_secs(5);

/// Most bytes of a document: client metadata, sector identifiers (CIMD §6.6).
pub const DOCUMENT: usize = 5 * 1024;

/// Most bytes of a key set.
pub const KEY_SET: usize = 64 * 1024;

/// Why there is no document. Details are for the log: what a stranger's address answered is
/// nothing that an answer of this server may tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Not https, with user information or a fragment, or on a port that is not configured.
    #[error("not an address that is fetched from")]
    Url,
    /// Too many fetches from this host, or in all, in this minute.
    #[error("too many fetches in this minute")]
    Budget,
    /// The name has no address.
    #[error("the host is unknown")]
    UnknownHost,
    /// An address that is not one of the public internet.
    #[error("the host has the special-use address {0}")]
    SpecialUse(IpAddr),
    /// No connection, no handshake, or not HTTP.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// Over 5 seconds in all.
    #[error("not finished within 5 seconds")]
    Deadline,
    /// Another status than 200; redirects are not followed.
    #[error("the status is {0}")]
    Status(u16),
    /// Another type than JSON, or compressed.
    #[error("the answer is not plain JSON")]
    Type,
    /// Larger than asked for.
    #[error("the answer is too large")]
    TooLarge,
}

/// The fetcher cannot work: the file of the extra certificate authority.
#[derive(Debug, thiserror::Error)]
#[error("oauth_server: fetch.extra_ca_file: {0} — write the path of a PEM file with certificates")]
pub struct SetUpError(String);

/// What is fetched.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The https URL.
    pub url: &'a str,
    /// Most bytes of the answer: [`DOCUMENT`] or [`KEY_SET`].
    pub max_bytes: usize,
    /// `ETag` of the copy that the caller has.
    pub etag: Option<&'a str>,
}

/// What was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The body; `None` = the caller's copy is still right.
    pub body: Option<Arc<[u8]>>,
    /// `ETag` of the answer.
    pub etag: Option<String>,
    /// Seconds for which it may be used: 60 to 86400.
    pub fresh_for: i64,
}

type Outcome = Result<Fetched, FetchError>;
type Fetch = Shared<BoxFuture<'static, Outcome>>;
type Running = HashMap<(String, usize, Option<String>), WeakShared<BoxFuture<'static, Outcome>>>;

/// The fetcher of one server.
pub struct Fetcher {
    client: Client,
    guard: Guard,
    rules: Rules,
    budget: Budget,
    running: Mutex<Running>,
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetcher")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl Fetcher {
    /// The fetcher by the settings. Blocks while it reads `fetch.extra_ca_file`.
    ///
    /// # Errors
    /// The file cannot be read or holds no certificates.
    pub fn new(settings: &Settings) -> Result<Self, SetUpError> {
        Self::by(settings, Arc::new(lookup::System))
    }

    /// The same with names that a test makes up.
    ///
    /// # Errors
    /// As [`Self::new`].
    #[cfg(feature = "testing")]
    pub fn with_lookup(settings: &Settings, lookup: Arc<dyn Lookup>) -> Result<Self, SetUpError> {
        Self::by(settings, lookup)
    }

    fn by(settings: &Settings, lookup: Arc<dyn Lookup>) -> Result<Self, SetUpError> {
        let rules = Rules::new(settings);
        let guard = Guard {
            lookup,
            loopback: rules.loopback,
        };
        let mut builder = Client::builder()
            .use_rustls_tls()
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .user_agent(concat!("loco-oauth-server/", env!("CARGO_PKG_VERSION")))
            // The app may have switched these on in its own reqwest, which is the same crate.
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .no_hickory_dns()
            // A kept connection would skip the check of the next fetch.
            .pool_max_idle_per_host(0)
            .connect_timeout(DEADLINE)
            .timeout(DEADLINE)
            .dns_resolver(Arc::new(guard.clone()));
        for certificate in extra_certificates(settings)? {
            builder = builder.add_root_certificate(certificate);
        }
        Ok(Self {
            client: builder.build().map_err(|e| SetUpError(e.to_string()))?,
            guard,
            rules,
            budget: Budget::default(),
            running: Mutex::default(),
        })
    }

    /// Whether `url` may be fetched at all, as far as its text tells. No I/O.
    ///
    /// # Errors
    /// [`FetchError::Url`], or [`FetchError::SpecialUse`] for an address instead of a name.
    pub fn check(&self, url: &str) -> Result<(), FetchError> {
        self.parse(url).map(drop)
    }

    /// Fetches JSON. `now` is Unix seconds.
    ///
    /// # Errors
    /// [`FetchError`]; nothing of a failure is kept.
    pub async fn get(&self, wanted: Wanted<'_>, now: i64) -> Outcome {
        let url = self.parse(wanted.url)?;
        let outcome = self.join(wanted, url, now)?.await;
        if let Err(error) = &outcome {
            let event = AuditEvent::new(EventName::FetchRefused).denied("CI-03");
            let event = event.detail("url", wanted.url);
            events::emit(event.detail("error", error.to_string()));
        }
        outcome
    }

    fn parse(&self, url: &str) -> Result<Url, FetchError> {
        let url = self.rules.parse(url)?;
        // A client that connects to an address never asks the resolver.
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
            _ => None,
        };
        address.map_or(Ok(()), |address| self.guard.check(address))?;
        Ok(url)
    }

    /// The running fetch of the same, or a new one.
    fn join(&self, wanted: Wanted<'_>, url: Url, now: i64) -> Result<Fetch, FetchError> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let going = |fetch: &WeakShared<_>| fetch.upgrade().filter(|fetch| fetch.peek().is_none());
        running.retain(|_, fetch| going(fetch).is_some());
        let etag = wanted.etag.map(str::to_owned);
        let key = (wanted.url.to_owned(), wanted.max_bytes, etag.clone());
        if let Some(fetch) = running.get(&key).and_then(going) {
            return Ok(fetch);
        }
        if !self.budget.take(url.host_str().unwrap_or_default(), now) {
            return Err(FetchError::Budget);
        }
        let fetch = Once {
            client: self.client.clone(),
            url,
            max_bytes: wanted.max_bytes,
            etag,
            now,
        };
        let fetch = fetch.run().boxed().shared();
        if let Some(weak) = fetch.downgrade() {
            running.insert(key, weak);
        }
        Ok(fetch)
    }
}

/// One fetch.
struct Once {
    client: Client,
    url: Url,
    max_bytes: usize,
    etag: Option<String>,
    now: i64,
}

impl Once {
    async fn run(self) -> Outcome {
        let answer = tokio::time::timeout(DEADLINE, self.ask()).await;
        answer.unwrap_or(Err(FetchError::Deadline))
    }

    async fn ask(self) -> Outcome {
        let mut request = self.client.get(self.url).header(ACCEPT, "application/json");
        if let Some(etag) = &self.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let mut response = request.send().await.map_err(failure)?;
        let fetched = Fetched {
            body: None,
            etag: etag(response.headers()).or_else(|| self.etag.clone()),
            fresh_for: freshness::seconds(response.headers(), self.now),
        };
        match response.status() {
            StatusCode::NOT_MODIFIED if self.etag.is_some() => return Ok(fetched),
            StatusCode::OK => {}
            status => return Err(FetchError::Status(status.as_u16())),
        }
        if !is_plain_json(response.headers()) {
            return Err(FetchError::Type);
        }
        let etag = etag(response.headers());
        let body = body(&mut response, self.max_bytes).await?;
        Ok(Fetched {
            body: Some(body.into()),
            etag,
            ..fetched
        })
    }
}

/// The body, read no further than the limit.
async fn body(response: &mut Response, max_bytes: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// `application/json` or `application/…+json`, and not compressed.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let media_type = text(CONTENT_TYPE).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    let plain = text(CONTENT_ENCODING).is_none_or(|value| value.eq_ignore_ascii_case("identity"));
    json && plain
}

/// An entity tag of a size that can be stored.
fn etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get(ETAG)?.to_str().ok()?;
    (etag.len() <= 200).then(|| etag.to_owned())
}

/// The guard's own refusal stands at the end of the client's chain of causes.
fn failure(error: reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Deadline;
    }
    let error = error.without_url();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    let mut innermost = String::new();
    while let Some(current) = cause {
        if let Some(refusal) = current.downcast_ref::<FetchError>() {
            return refusal.clone();
        }
        innermost = current.to_string();
        cause = current.source();
    }
    FetchError::Connection(innermost)
}

/// The certificate authorities of `fetch.extra_ca_file`.
pub(crate) fn extra_certificates(settings: &Settings) -> Result<Vec<Certificate>, SetUpError> {
    let Some(path) = &settings.fetch.extra_ca_file else {
        return Ok(Vec::new());
    };
    let wrong = |cause: &dyn std::fmt::Display| SetUpError(format!("{}: {cause}", path.display()));
    let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))?;
    if found.is_empty() {
        return Err(wrong(&"no certificate in it"));
    }
    Ok(found)
}
