//! Redirect URIs: what may be registered (§13.3) and what matches (§7.3).
//!
//! A URI is kept and compared as the bytes that were registered. Parsing only classifies it.

mod parts;
#[cfg(test)]
mod tests;

use url::{Host, Url};

use self::parts::{Scheme, port_rest, scheme_of, split_loopback};
use super::{client::ApplicationType, host};

/// Longest redirect URI, in bytes.
const MAX_LENGTH: usize = 2000;

/// Why a redirect URI is refused (§13.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Empty, over 2000 bytes, or not printable ASCII.
    #[error("a redirect URI is 1 to 2000 printable ASCII characters without spaces")]
    Characters,
    /// Relative, or not a URI at all.
    #[error("a redirect URI is an absolute URI")]
    NotAbsolute,
    /// `#`, even with nothing behind it (RFC 6749 §3.1.2).
    #[error("a redirect URI has no fragment")]
    Fragment,
    /// `user@` or `user:password@`.
    #[error("a redirect URI has no user information")]
    UserInformation,
    /// `*`: nothing is matched by pattern (RFC 9700 §2.1).
    #[error("a redirect URI has no wildcard")]
    Wildcard,
    /// A backslash, which browsers read as a slash.
    #[error("a redirect URI has no backslash")]
    Backslash,
    /// `.` or `..` as a path segment, also percent-encoded.
    #[error("a redirect URI has no dot segments")]
    DotSegment,
    /// A host that browsers would rewrite.
    #[error("the host of a redirect URI is written in its normal form")]
    Host,
    /// `http` on another host than `127.0.0.1`, `[::1]` or `localhost`.
    #[error("an http redirect URI is for 127.0.0.1, [::1] or localhost only; use https")]
    PlainHttp,
    /// A private-use scheme of a web client (RFC 8252 §7.1 is about native ones).
    #[error("a private-use scheme is for native clients only")]
    PrivateSchemeOfWeb,
    /// A private-use scheme that is not `reverse.domain:/path`.
    #[error("a private-use redirect URI looks like com.example.app:/callback, with one slash")]
    PrivateSchemeForm,
    /// A parameter in the query that answers have too (RFC 6749 §3.1: none stands there twice).
    #[error("the query of a redirect URI has none of code, state, iss, error, error_description")]
    ResponseParameter,
    /// Any other scheme, `javascript` and `data` among them.
    #[error("the scheme is not https, http on loopback, or a private-use scheme")]
    Scheme,
}

/// Parameters that answers are sent with (AR-01, AR-02), each once.
const RESPONSE_PARAMETERS: [&str; 5] = ["code", "state", "iss", "error", "error_description"];

/// Whether a client of this type may register `uri` (§13.3).
///
/// # Errors
/// The first rule that the URI breaks.
pub fn check(uri: &str, application_type: ApplicationType) -> Result<(), RedirectUriError> {
    check_written(uri, application_type)?;
    let (_, query) = uri.split_once('?').unwrap_or_default();
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    if parameters.any(|(name, _)| RESPONSE_PARAMETERS.contains(&name.as_ref())) {
        return Err(RedirectUriError::ResponseParameter);
    }
    Ok(())
}

/// Whether `uri` is of a scheme that such a client may have, and everybody reads it alike.
///
/// # Errors
/// The first rule that the URI breaks.
pub fn check_written(uri: &str, application_type: ApplicationType) -> Result<(), RedirectUriError> {
    check_characters(uri)?;
    let scheme = scheme_of(uri).ok_or(RedirectUriError::NotAbsolute)?;
    check_scheme(uri, scheme, application_type)?;
    let parsed = Url::parse(uri).map_err(|_| RedirectUriError::NotAbsolute)?;
    if scheme == Scheme::Private {
        return check_segments(parts::path_of(uri));
    }
    let authority = parts::authority_of(uri).ok_or(RedirectUriError::NotAbsolute)?;
    check_segments(authority.path)?;
    // `https:app.example`, `https:///app.example` and `0x7f.1` parse, as something else.
    let written = authority.host;
    match parsed.host_str() {
        Some(host) if host.eq_ignore_ascii_case(written) => Ok(()),
        _ => Err(RedirectUriError::Host),
    }
}

fn check_characters(uri: &str) -> Result<(), RedirectUriError> {
    let printable = uri.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
    if uri.is_empty() || uri.len() > MAX_LENGTH || !printable {
        return Err(RedirectUriError::Characters);
    }
    if uri.contains('#') {
        return Err(RedirectUriError::Fragment);
    }
    if uri.contains('*') {
        return Err(RedirectUriError::Wildcard);
    }
    if uri.contains('\\') {
        return Err(RedirectUriError::Backslash);
    }
    Ok(())
}

fn check_scheme(
    uri: &str,
    scheme: Scheme,
    application_type: ApplicationType,
) -> Result<(), RedirectUriError> {
    match scheme {
        Scheme::Https | Scheme::Http => {
            let authority = parts::authority_of(uri).ok_or(RedirectUriError::NotAbsolute)?;
            if authority.has_user_information {
                Err(RedirectUriError::UserInformation)
            } else if scheme == Scheme::Http && split_loopback(uri).is_none() {
                Err(RedirectUriError::PlainHttp)
            } else {
                Ok(())
            }
        }
        Scheme::Private if application_type == ApplicationType::Web => {
            Err(RedirectUriError::PrivateSchemeOfWeb)
        }
        Scheme::Private if !has_one_slash(parts::path_of(uri)) => {
            Err(RedirectUriError::PrivateSchemeForm)
        }
        Scheme::Private => Ok(()),
        Scheme::Other => Err(RedirectUriError::Scheme),
    }
}

fn has_one_slash(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//")
}

/// `.`, `..` and their percent-encoded spellings, which browsers resolve.
fn check_segments(path: &str) -> Result<(), RedirectUriError> {
    let dots = |segment: &str| {
        let decoded = segment.to_ascii_lowercase().replace("%2e", ".");
        decoded == "." || decoded == ".."
    };
    let path = path.split('?').next().unwrap_or_default();
    if path.split('/').any(dots) {
        return Err(RedirectUriError::DotSegment);
    }
    Ok(())
}

/// Whether the sent redirect URI is one of the registered ones (§7.3).
#[must_use]
pub fn matches(registered: &[String], sent: &str, application_type: ApplicationType) -> bool {
    // RU-03: text that does not parse never matches.
    if Url::parse(sent).is_err() {
        return false;
    }
    // RU-01: byte for byte.
    if registered.iter().any(|own| own == sent) {
        return true;
    }
    // RU-02: native clients, loopback, any port.
    application_type == ApplicationType::Native
        && registered.iter().any(|own| same_but_for_port(own, sent))
}

fn same_but_for_port(registered: &str, sent: &str) -> bool {
    match (split_loopback(registered), split_loopback(sent)) {
        (Some((host, after)), Some((sent_host, sent_after))) => {
            host == sent_host
                && port_rest(after).is_some()
                && port_rest(after) == port_rest(sent_after)
        }
        _ => false,
    }
}

/// `http` on `127.0.0.1`, `[::1]` or `localhost` (RFC 8252 §7.3).
#[must_use]
pub fn is_loopback(uri: &str) -> bool {
    split_loopback(uri).is_some()
}

/// Whether the host of the URL is this machine, whatever the scheme.
#[must_use]
pub fn is_loopback_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The private-use scheme of the URI, for example `com.example.app` (RFC 8252 §7.1).
#[must_use]
pub fn private_scheme(uri: &str) -> Option<&str> {
    match scheme_of(uri)? {
        Scheme::Private => uri.split(':').next(),
        _ => None,
    }
}

/// Host of an http(s) redirect URI, lower-case, without port and without a dot at the end: what
/// people are shown, and what hosts are compared by.
#[must_use]
pub fn host(uri: &str) -> Option<String> {
    match scheme_of(uri)? {
        Scheme::Https | Scheme::Http => {
            let url = Url::parse(uri).ok()?;
            Some(host::without_dot(url.host_str()?).to_owned())
        }
        Scheme::Private | Scheme::Other => None,
    }
}

/// The type of a client that names none: `native` if every redirect URI is loopback or
/// private-use, else `web` (§13.2).
#[must_use]
pub fn infer_application_type(redirect_uris: &[String]) -> ApplicationType {
    let native = |uri: &String| is_loopback(uri) || private_scheme(uri).is_some();
    if !redirect_uris.is_empty() && redirect_uris.iter().all(native) {
        ApplicationType::Native
    } else {
        ApplicationType::Web
    }
}
