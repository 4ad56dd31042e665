//! The guarded fetcher (Client ID Metadata Document §6.5, §6.6): the one way in which this server
//! fetches documents and key sets from addresses that strangers name.
//!
//! It uses https only, and port 443 unless configured. A name is resolved once, each of its
//! addresses is checked, and the connection goes to a checked address under the name's certificate.
//! There are no redirects, cookies, proxies or compression; one deadline covers everything; sizes
//! are capped while the body arrives; only status 200 and JSON count. Equal fetches at one moment
//! are one; failures are never kept. Never call it while a transaction is open.

mod address;
mod budget;
mod error;
mod freshness;
mod lookup;
mod once;
#[cfg(feature = "testing")]
mod published;
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
use reqwest::{Certificate, Client, Url};
use url::Host;

pub use self::{
    budget::ResponseKind,
    error::{FetchError, SetUpError},
    lookup::HostResolver,
};
use self::{
    budget::{Budget, FirstFetch},
    lookup::AddressGuard,
    once::{FetchKey, SingleFetch},
    rules::Rules,
};
use crate::{
    config::Settings,
    events::{self, AuditEvent, EventName, request},
    protocol::{
        host,
        rule::rule,
        time::{Seconds, UnixTime},
    },
};

/// Time for a whole fetch: name, connection, handshake, headers, body.
const DEADLINE: Duration = Duration::from_secs(5);

/// Most bytes of a document: client metadata, sector identifiers (Client ID Metadata Document
/// §6.6).
pub const DOCUMENT: usize = 5 * 1024;

/// Most bytes of a key set.
pub const KEY_SET: usize = 64 * 1024;

/// A request to fetch JSON from a URL.
#[derive(Clone, Copy, Debug)]
pub struct FetchRequest<'a> {
    /// The https URL.
    pub url: &'a str,
    /// Most bytes of the body: [`DOCUMENT`] or [`KEY_SET`].
    pub max_bytes: usize,
    /// `ETag` of the copy that the caller has.
    pub etag: Option<&'a str>,
}

/// The response to a [`FetchRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchResponse {
    /// The body; `None` = the copy of the caller is still right (RFC 9110 §15.4.5).
    pub body: Option<Arc<[u8]>>,
    /// `ETag` of the response.
    pub etag: Option<String>,
    /// Seconds for which the response may be used: 60 to 86400.
    pub fresh_for: Seconds,
}

type Outcome = Result<FetchResponse, FetchError>;
type Fetch = Shared<BoxFuture<'static, Outcome>>;
type Running = HashMap<FetchKey, WeakShared<BoxFuture<'static, Outcome>>>;

/// The fetcher of one server.
pub struct Fetcher {
    client: Client,
    guard: AddressGuard,
    rules: Rules,
    budget: Budget,
    running: Mutex<Running>,
    /// What a test has published.
    #[cfg(feature = "testing")]
    published: published::Published,
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetcher")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl Fetcher {
    /// Makes the fetcher by the settings. It blocks while it reads `fetch.extra_ca_file`.
    ///
    /// # Errors
    /// Returns an error when the file cannot be read or holds no certificates.
    pub fn new(settings: &Settings) -> Result<Self, SetUpError> {
        Self::by(settings, Arc::new(lookup::System))
    }

    /// Makes the fetcher with the names that a test provides.
    ///
    /// # Errors
    /// Returns the errors of [`Self::new`].
    #[cfg(feature = "testing")]
    pub fn with_lookup(
        settings: &Settings,
        lookup: Arc<dyn HostResolver>,
    ) -> Result<Self, SetUpError> {
        Self::by(settings, lookup)
    }

    fn by(settings: &Settings, lookup: Arc<dyn HostResolver>) -> Result<Self, SetUpError> {
        let rules = Rules::new(settings);
        let guard = AddressGuard {
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
            // The app may have switched these features on in its own reqwest, which is the same
            // crate.
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .no_hickory_dns()
            // A kept connection would skip the address check of the next fetch.
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
            #[cfg(feature = "testing")]
            published: published::Published::default(),
        })
    }

    /// Answers every later fetch of `url` with this body, without a connection. Which URLs may be
    /// fetched from at all stays as it is.
    #[cfg(feature = "testing")]
    pub fn publish(&self, url: &str, body: &[u8]) {
        self.published.publish(url, body);
    }

    /// Keeps forms that are posted to `url` from now on, without a connection.
    #[cfg(feature = "testing")]
    pub fn open_mailbox(&self, url: &str) {
        self.published.open_mailbox(url);
    }

    /// Returns the forms that were posted to `url`.
    #[cfg(feature = "testing")]
    pub fn mails(&self, url: &str) -> Vec<String> {
        self.published.mails(url)
    }

    /// Checks whether `url` may be fetched from at all, as far as its text tells. It does no I/O.
    ///
    /// # Errors
    /// Returns [`FetchError::Url`], or [`FetchError::SpecialUse`] for an address instead of a name.
    pub fn check(&self, url: &str) -> Result<(), FetchError> {
        self.parse(url).map(drop)
    }

    /// Fetches JSON from a URL that was never fetched from before and that the caller of this
    /// request named.
    ///
    /// # Errors
    /// Returns [`FetchError`]; nothing of a failure is kept.
    pub async fn get(&self, wanted: FetchRequest<'_>, now: UnixTime) -> Outcome {
        self.ask(wanted, Account::Caller, now).await
    }

    /// Fetches JSON from a URL that the metadata of a stored client names.
    ///
    /// # Errors
    /// Returns [`FetchError`]; nothing of a failure is kept.
    pub async fn get_of_client(&self, wanted: FetchRequest<'_>, now: UnixTime) -> Outcome {
        self.ask(wanted, Account::Client, now).await
    }

    /// Fetches JSON from a URL of which this server has a copy, or that the operator named.
    /// Strangers cannot use up the budget of such fetches.
    ///
    /// # Errors
    /// Returns [`FetchError`]; nothing of a failure is kept.
    pub async fn renew(&self, wanted: FetchRequest<'_>, now: UnixTime) -> Outcome {
        let outcome = self.ask(wanted, Account::Renewal, now).await;
        if outcome == Err(FetchError::Deadline) {
            self.budget.stalled(wanted.url, now);
        }
        outcome
    }

    /// Sends a form to a URL that the metadata of a client names, under the rules of a fetch: https, a checked address,
    /// no redirects, 5 seconds in all. Returns the status of the answer, whose body nobody reads.
    ///
    /// There is no budget: each call belongs to something that a signed-in person did.
    ///
    /// # Errors
    /// Returns [`FetchError`] when there is no answer.
    pub async fn post_form(&self, url: &str, form: String) -> Result<u16, FetchError> {
        #[cfg(feature = "testing")]
        if self.parse(url).is_ok() && self.published.keep(url, &form) {
            return Ok(200);
        }
        let sent = match self.parse(url) {
            Ok(url) => once::post_form(&self.client, url, form).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &sent {
            tell_refused(url, error);
        }
        sent
    }

    /// Notes what the response from `url` was ([`Self::was_invalid`]).
    pub fn found(&self, url: &str, response: ResponseKind, now: UnixTime) {
        self.budget.found(url, response, now);
    }

    /// Whether the last response from `url`, within this minute, described no client.
    pub fn was_invalid(&self, url: &str, now: UnixTime) -> bool {
        self.budget.is_invalid(url, now)
    }

    async fn ask(&self, wanted: FetchRequest<'_>, account: Account, now: UnixTime) -> Outcome {
        let url = self.parse(wanted.url)?;
        #[cfg(feature = "testing")]
        if let Some(body) = self.published.document(wanted.url) {
            let (body, etag, fresh_for) = (Some(body), None, Seconds::minutes(1));
            return Ok(FetchResponse {
                body,
                etag,
                fresh_for,
            });
        }
        let outcome = match self.join(wanted, account, url, now) {
            Ok(fetch) => fetch.await,
            Err(error) => Err(error),
        };
        if let Err(error) = &outcome {
            tell_refused(wanted.url, error);
        }
        outcome
    }

    fn parse(&self, url: &str) -> Result<Url, FetchError> {
        let url = self.rules.parse(url)?;
        // The HTTP client does not use the resolver for an address instead of a name.
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
            _ => None,
        };
        address.map_or(Ok(()), |address| self.guard.check(address))?;
        Ok(url)
    }

    /// Joins the running fetch with the same key, or begins a new one.
    fn join(
        &self,
        wanted: FetchRequest<'_>,
        account: Account,
        url: Url,
        now: UnixTime,
    ) -> Result<Fetch, FetchError> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let going = |fetch: &WeakShared<_>| fetch.upgrade().filter(|fetch| fetch.peek().is_none());
        running.retain(|_, fetch| going(fetch).is_some());
        let etag = wanted.etag.map(str::to_owned);
        let key = FetchKey {
            url: wanted.url.to_owned(),
            max_bytes: wanted.max_bytes,
            etag: etag.clone(),
        };
        if let Some(fetch) = running.get(&key).and_then(going) {
            return Ok(fetch);
        }
        if !self.affords(account, wanted.url, &url, now) {
            return Err(FetchError::Budget);
        }
        let fetch = SingleFetch {
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

fn tell_refused(url: &str, error: &FetchError) {
    let event = AuditEvent::new(EventName::FetchRefused).denied(rule!("CI-03"));
    let event = event.detail("url", url);
    events::emit(event.detail("error", error.to_string()));
}

/// Whose budget a fetch uses.
#[derive(Clone, Copy, Debug)]
enum Account {
    /// The budget of the caller whose request is being answered.
    Caller,
    /// The budget of a stored client.
    Client,
    /// The budget of renewals, which no caller can use up for others.
    Renewal,
}

impl Fetcher {
    fn affords(&self, account: Account, written: &str, url: &Url, now: UnixTime) -> bool {
        let host = host::without_dot(url.host_str().unwrap_or_default());
        let caller = request::caller_address();
        let caller = caller.as_deref();
        match account {
            Account::Caller => self.budget.take(FirstFetch::Unknown { host, caller }, now),
            Account::Client => {
                let url = written;
                self.budget.take(FirstFetch::OfClient { url, caller }, now)
            }
            Account::Renewal => self.budget.renew(written, now),
        }
    }
}

/// Reads the certificate authorities of `fetch.extra_ca_file`.
pub fn extra_certificates(settings: &Settings) -> Result<Vec<Certificate>, SetUpError> {
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
