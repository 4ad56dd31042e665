//! Findings from requests to the running deployment: OS-04 to OS-07, OS-14, OS-15, OS-19.

use std::time::Duration;

use reqwest::{
    Client, Response, Url,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, CACHE_CONTROL, DATE, HeaderName, ORIGIN, SET_COOKIE,
    },
    redirect::Policy,
};
use serde_json::Value;

use super::Finding;
use crate::{
    clock::Clock,
    config::{Settings, urls::Urls},
    fetch::extra_certificates,
    protocol::{
        route::Route,
        rule::{RuleId, rule},
        time::{Seconds, UnixTime},
    },
};

/// Longest wait for one response.
const WAIT: Duration = Duration::from_secs(5);
/// Most that two clocks may differ (OS-19).
const CLOCKS: Seconds = Seconds::new(5);

/// One deployment to which requests are sent.
struct Probe<'a> {
    http: Client,
    /// Where it is reached, without a trailing slash.
    at: String,
    settings: &'a Settings,
    urls: Urls,
    findings: Vec<Finding>,
}

/// Sends requests to the deployment at `url`, by default at `base_url`, and returns the findings.
///
/// # Errors
/// When `url` is not an http address.
pub async fn findings(settings: &Settings, url: Option<&str>) -> Result<Vec<Finding>, String> {
    let at = url.unwrap_or(&settings.base_url).trim_end_matches('/');
    let parsed = Url::parse(at).map_err(|error| format!("url: {at}: {error}"))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!("url: {at} is no http address"));
    }
    let mut http = Client::builder().redirect(Policy::none()).timeout(WAIT);
    for certificate in extra_certificates(settings).map_err(|error| error.to_string())? {
        http = http.add_root_certificate(certificate);
    }
    let http = http.build().map_err(|error| error.to_string())?;
    let mut probe = Probe {
        http,
        at: at.to_owned(),
        settings,
        urls: Urls::new(settings),
        findings: Vec::new(),
    };
    probe.address(&parsed);
    if probe.documents().await {
        probe.pages().await;
        probe.answers().await;
        probe.resources().await;
    }
    Ok(probe.findings)
}

impl Probe<'_> {
    fn error(&mut self, id: RuleId, text: String) {
        self.findings.push(Finding::error(id, text));
    }

    fn warn(&mut self, id: RuleId, text: String) {
        self.findings.push(Finding::warn(id, text));
    }

    /// OS-06: the deployment is reached under another address than `base_url`, or by http in production.
    fn address(&mut self, at: &Url) {
        let base = Url::parse(&self.settings.base_url);
        if base.is_ok_and(|base| base.origin() != at.origin()) {
            let text = format!(
                "reached at {}, but base_url is {}: clients are sent elsewhere — make them equal",
                self.at, self.settings.base_url
            );
            self.error(rule!("OS-06"), text);
        }
        if self.settings.production && at.scheme() == "http" {
            self.error(rule!("OS-06"), "http in production — use https".to_owned());
        }
    }

    /// Returns the URL with the same path at the address of the deployment.
    fn here(&self, url: &str) -> String {
        let path = url.strip_prefix(&self.settings.base_url).unwrap_or(url);
        if path.starts_with("http") {
            return path.to_owned();
        }
        format!("{}{path}", self.at)
    }

    async fn get(&self, url: &str) -> Result<Response, String> {
        let sent = self.http.get(self.here(url)).send().await;
        sent.map_err(|error| error.without_url().to_string())
    }

    /// Checks the metadata documents (OS-04, OS-05) and the clock (OS-19). Returns `false` if the
    /// deployment does not answer.
    async fn documents(&mut self) -> bool {
        let paths: Vec<String> = self.urls.metadata_routes().to_vec();
        for (place, path) in paths.iter().enumerate() {
            match self.get(path).await {
                Err(error) if place == 0 => {
                    self.error(
                        rule!("OS-04"),
                        format!("nobody answers at {}: {error}", self.at),
                    );
                    return false;
                }
                Err(error) => self.error(rule!("OS-04"), format!("{path}: {error}")),
                Ok(answer) => {
                    if place == 0 {
                        self.clock(&answer);
                    }
                    self.document(path, answer).await;
                }
            }
        }
        true
    }

    async fn document(&mut self, path: &str, answer: Response) {
        let status = answer.status();
        let body = answer.bytes().await.unwrap_or_default();
        let Ok(Value::Object(document)) = serde_json::from_slice(&body) else {
            let text = format!("{path} answers {status} without JSON — is another route in front?");
            return self.error(rule!("OS-04"), text);
        };
        let issuer = document.get("issuer").and_then(Value::as_str);
        if !status.is_success() || issuer != Some(&self.urls.issuer) {
            let text = format!(
                "{path} answers {status} with the issuer {issuer:?} instead of {}",
                self.urls.issuer
            );
            self.error(rule!("OS-04"), text);
        }
        for (name, value) in &document {
            if value.is_null() {
                self.error(rule!("OS-05"), format!("{path}: the member {name} is null"));
            }
            let is_endpoint = name.ends_with("_endpoint") || name == "jwks_uri";
            if let (true, Some(url)) = (is_endpoint, value.as_str()) {
                self.endpoint(name, url).await;
            }
        }
    }

    async fn endpoint(&mut self, name: &str, url: &str) {
        let seen = match self.get(url).await {
            Ok(answer) if answer.status() != 404 => return,
            Ok(answer) => answer.status().to_string(),
            Err(error) => error,
        };
        self.error(
            rule!("OS-05"),
            format!("{name} is advertised, but {url} answers {seen}"),
        );
    }

    fn clock(&mut self, answer: &Response) {
        let date = header(answer, &DATE);
        let date = date.and_then(|date| chrono::DateTime::parse_from_rfc2822(&date).ok());
        let Some(date) = date else { return };
        let off = (UnixTime::from(date) - Clock::system().now()).abs();
        if off > CLOCKS {
            let text = format!("the clocks of here and there differ by {off} s — run NTP");
            self.error(rule!("OS-19"), text);
        }
    }

    /// OS-07: a cookie of the login page is not `Secure` or has no prefix `__Host-`.
    async fn pages(&mut self) {
        let login = self.urls.of(Route::Login).to_owned();
        let Ok(answer) = self.get(&login).await else {
            return;
        };
        if !self.at.starts_with("https://") {
            return;
        }
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let cookies: Vec<String> = cookies
            .filter_map(|cookie| cookie.to_str().ok())
            .filter(|cookie| !(cookie.starts_with("__Host-") && cookie.contains("Secure")))
            .filter_map(|cookie| Some(cookie.split_once('=')?.0.to_owned()))
            .collect();
        for name in cookies {
            let text =
                format!("the cookie {name} is not __Host- and Secure — base_url must be https");
            self.error(rule!("OS-07"), text);
        }
    }

    /// OS-14: something changes `no-store` of the token endpoint, or allows credentials across origins.
    async fn answers(&mut self) {
        let token = self.here(self.urls.of(Route::Token));
        let asked = self
            .http
            .post(&token)
            .header(ORIGIN, "https://elsewhere.example");
        let Ok(answer) = asked.form(&[("grant_type", "")]).send().await else {
            return;
        };
        let stored = header(&answer, &CACHE_CONTROL);
        if stored.as_deref() != Some("no-store") {
            let text = format!(
                "{token} answers with Cache-Control {stored:?} instead of no-store — a layer of \
                 the app or the proxy changes it"
            );
            self.warn(rule!("OS-14"), text);
        }
        if header(&answer, &ACCESS_CONTROL_ALLOW_CREDENTIALS).is_some() {
            let text = format!(
                "{token} allows credentials across origins — exempt it from the CORS of app or proxy"
            );
            self.warn(rule!("OS-14"), text);
        }
    }

    /// OS-15: the route of a resource answers without a token.
    async fn resources(&mut self) {
        let resources = self.settings.resources.iter();
        let own: Vec<String> = resources
            .map(|resource| resource.identifier.clone())
            .filter(|identifier| identifier.starts_with(&self.settings.base_url))
            .collect();
        for identifier in own {
            let Ok(answer) = self.get(&identifier).await else {
                continue;
            };
            if answer.status().is_success() {
                let text = format!(
                    "{identifier} answers {} without a token — guard it",
                    answer.status()
                );
                self.warn(rule!("OS-15"), text);
            }
        }
    }
}

fn header(answer: &Response, name: &HeaderName) -> Option<String> {
    let value = answer.headers().get(name)?.to_str().ok()?;
    Some(value.to_owned())
}
