//! `base_url`, `issuer`, `prefix`, pages and other URLs (ST-04, ST-05, ST-11).

use url::Url;

use super::{AppEnvironment, finding::Findings, settings::Settings};
use crate::{
    config::urls::Urls,
    protocol::{redirect_uri::is_loopback_host, route::Route},
};

/// Stands in for a `base_url` that cannot be used, so that the other checks can go on.
const STAND_IN: &str = "http://localhost";

/// The public address of the app's `/`, without trailing slash.
pub(super) fn base_url(
    written: Option<String>,
    app_environment: AppEnvironment<'_>,
    findings: &mut Findings,
) -> String {
    if written.is_none() && app_environment.production() {
        findings.add(
            "base_url",
            "missing in production",
            "write the public address of the app, for example https://app.example",
        );
        return STAND_IN.to_owned();
    }
    let text = written.unwrap_or_else(|| app_environment.server_url.to_owned());
    let text = text.strip_suffix('/').unwrap_or(&text);
    match normal(text) {
        Some(url) if without_slash(&url) != text => {
            let expected = without_slash(&url);
            findings.add(
                "base_url",
                "not in normal form",
                format!("write {expected}"),
            );
        }
        Some(url)
            if app_environment.production()
                && url.scheme() == "http"
                && !is_loopback_host(&url) =>
        {
            findings.add(
                "base_url",
                "http in production",
                "use https; http is for loopback hosts (OAuth 2.1 section 1.5)",
            );
        }
        Some(_) => return text.to_owned(),
        None => findings.add(
            "base_url",
            "not an absolute http(s) URL without query, fragment and user information",
            "write the public address of the app, for example https://app.example",
        ),
    }
    STAND_IN.to_owned()
}

/// Checks and returns the issuer (ST-05).
pub(super) fn issuer(written: Option<String>, base_url: &str, findings: &mut Findings) -> String {
    let Some(text) = written else {
        return base_url.to_owned();
    };
    let origin = Url::parse(base_url).map(|url| url.origin());
    let expected = match Url::parse(&text) {
        Ok(url) if url.path() == "/" => base_url.to_owned(),
        Ok(url) => match &origin {
            Ok(origin) => origin.ascii_serialization() + url.path().trim_end_matches('/'),
            Err(_) => base_url.to_owned(),
        },
        Err(_) => base_url.to_owned(),
    };
    let same_origin = Url::parse(&text).map(|url| url.origin()) == origin;
    let good = normal(&text).is_some_and(|url| without_slash(&url) == text && same_origin);
    if !good || text.ends_with('/') {
        findings.add(
            "issuer",
            "not an URL of the origin of base_url in normal form without query, fragment, user \
             information, trailing slash and default port",
            format!("write {expected}"),
        );
    }
    text
}

/// A path of plain segments, without trailing slash.
pub(super) fn prefix(written: String, findings: &mut Findings) -> String {
    let segment = |segment: &str| {
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(plain)
    };
    let segments = written.strip_prefix('/').map(|rest| rest.split('/'));
    let good = written.is_empty() || segments.is_some_and(|mut all| all.all(segment));
    if !good || written.starts_with("/.well-known") {
        findings.add(
            "prefix",
            "not a path of plain segments that begins with / and does not end with it",
            "write for example /oauth, or \"\" for the root",
        );
        return "/oauth".to_owned();
    }
    written
}

/// A page setting: URL, or path of this app.
pub(super) fn check_page(key: &str, page: Option<&String>, findings: &mut Findings) {
    let local = |text: &str| text.starts_with('/') && !text.starts_with("//");
    if page.is_some_and(|text| !local(text) && web_url(text).is_none()) {
        findings.add(
            key,
            "not a page",
            "write a path such as /login, or an http(s) URL",
        );
    }
}

/// A link that is published.
pub(super) fn check_link(key: &str, link: Option<&String>, findings: &mut Findings) {
    if link.is_some_and(|text| web_url(text).is_none()) {
        findings.add(
            key,
            "not an absolute http(s) URL",
            "write one, or remove the key",
        );
    }
}

/// An origin as browsers send it (RFC 6454 §6.2).
pub(super) fn check_origin(key: String, origin: &str, findings: &mut Findings) {
    let expected = web_url(origin).map(|url| url.origin().ascii_serialization());
    if expected.as_deref() != Some(origin) {
        let expected = expected.unwrap_or_else(|| "https://app.example".to_owned());
        findings.add(
            key,
            "not a web origin",
            format!("write for example {expected}"),
        );
    }
}

/// ST-11: the app's page for a step cannot be the plugin's own.
pub(super) fn check_own_pages(settings: &Settings, findings: &mut Findings) {
    let urls = Urls::new(settings);
    let pages = [
        ("login_url", &settings.login_url),
        ("consent_url", &settings.consent_url),
        ("select_account_url", &settings.select_account_url),
        ("signup_url", &settings.signup_url),
        ("post_login_url", &settings.post_login_url),
        ("after_login_url", &settings.after_login_url),
        ("after_logout_url", &settings.after_logout_url),
    ];
    for (key, page) in pages {
        let Some(page) = page.as_ref().map(|page| urls.page(page)) else {
            continue;
        };
        // The page of connected apps is no step of a request: it is where a login leads anyway.
        let is_default = key == "after_login_url" && page == urls.of(Route::Apps);
        if urls.is_own_endpoint(&page) && !is_default {
            findings.add(
                key,
                "one of the plugin's own paths",
                "name a page of the app, or remove the key for the built-in page",
            );
        }
    }
}

/// An http(s) URL without user information.
fn web_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && plain).then_some(url)
}

/// An http(s) URL that may be an issuer (RFC 8414 §2).
fn normal(text: &str) -> Option<Url> {
    web_url(text).filter(|url| {
        url.query().is_none() && url.fragment().is_none() && !text.contains(['?', '#', '@'])
    })
}

fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
