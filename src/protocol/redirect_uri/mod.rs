//! Redirect URIs: what may be registered (RG-06) and what matches (RU-01 to RU-03).
//!
//! A URI is kept and compared as the bytes that were registered. Parsing only classifies it.

mod parts;
#[cfg(test)]
mod tests;

use url::{Host, Url};

use self::parts::{Scheme, port_rest, scheme_of, split_loopback};
pub use self::parts::{is_dotless, is_never_a_redirect};
use super::{client::ApplicationType, host};

/// Longest redirect URI, in bytes.
const MAX_LENGTH: usize = 2000;

/// Why a redirect URI is refused (RG-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Empty, over 2000 bytes, or not printable ASCII.
    #[error("a redirect URI is 1 to 2000 printable ASCII characters without spaces")]
    Characters,
    /// Relative, or not a URI at all.
    #[error(
        "a redirect URI is absolute: scheme (letters, digits, + - .), // and host, port 1 to 65535"
    )]
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
    #[error(
        "an http redirect URI begins with exactly http://127.0.0.1, http://[::1] or http://localhost; use https"
    )]
    PlainHttp,
    /// A private-use scheme that no slash follows (RFC 8252 §7.1).
    #[error("a private-use redirect URI looks like com.example.app:/callback")]
    PrivateSchemeForm,
    /// A parameter in the query that answers have too (RFC 6749 §3.1: none stands there twice).
    #[error("the query of a redirect URI has none of code, state, iss, error, error_description")]
    ResponseParameter,
    /// A private-use scheme without a dot that the setting `redirect_schemes` does not list.
    #[error("use https, http on 127.0.0.1, com.example.app:/callback, or a scheme of this server")]
    UnlistedScheme,
    /// A scheme that runs or reads something where the browser is: `javascript`, `data` and others.
    #[error("this scheme is never a redirect URI; use https, or http on 127.0.0.1")]
    ForbiddenScheme,
}

/// Parameters that answers are sent with (AR-01, AR-02), each once.
const RESPONSE_PARAMETERS: [&str; 5] = ["code", "state", "iss", "error", "error_description"];

/// Whether a client may register `uri` (RG-06). `schemes` are the private-use schemes without a dot
/// that the operator accepts (`redirect_schemes`).
///
/// # Errors
/// The first rule that the URI breaks.
pub fn check(uri: &str, schemes: &[String]) -> Result<(), RedirectUriError> {
    check_written(uri, schemes)?;
    let (_, query) = uri.split_once('?').unwrap_or_default();
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    if parameters.any(|(name, _)| RESPONSE_PARAMETERS.contains(&name.as_ref())) {
        return Err(RedirectUriError::ResponseParameter);
    }
    Ok(())
}

/// Whether `uri` is of a scheme that a client may have, and everybody reads it alike.
///
/// # Errors
/// The first rule that the URI breaks.
pub fn check_written(uri: &str, schemes: &[String]) -> Result<(), RedirectUriError> {
    check_characters(uri)?;
    let scheme = scheme_of(uri).ok_or(RedirectUriError::NotAbsolute)?;
    check_scheme(uri, scheme, schemes)?;
    let parsed = Url::parse(uri).map_err(|_| RedirectUriError::NotAbsolute)?;
    if scheme.is_private() {
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

fn check_scheme(uri: &str, scheme: Scheme, schemes: &[String]) -> Result<(), RedirectUriError> {
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
        Scheme::ReverseDomain => check_private_form(uri),
        Scheme::Dotless if is_listed(uri, schemes) => check_private_form(uri),
        Scheme::Dotless => Err(RedirectUriError::UnlistedScheme),
        Scheme::Forbidden => Err(RedirectUriError::ForbiddenScheme),
    }
}

/// Schemes are compared without regard to case (RFC 3986 §3.1).
fn is_listed(uri: &str, schemes: &[String]) -> bool {
    let scheme = parts::scheme_text(uri);
    schemes.iter().any(|own| own.eq_ignore_ascii_case(scheme))
}

/// One to three slashes behind the scheme, as apps write it: `:/`, `://host/` and `:///` are all
/// in use. It is compared as it is written.
fn check_private_form(uri: &str) -> Result<(), RedirectUriError> {
    let path = parts::path_of(uri);
    let slashes = path.bytes().take_while(|byte| *byte == b'/').count();
    if !(1..=3).contains(&slashes) {
        return Err(RedirectUriError::PrivateSchemeForm);
    }
    let authority = path.strip_prefix("//").unwrap_or_default();
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(RedirectUriError::UserInformation);
    }
    Ok(())
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

/// Whether the sent redirect URI is one of the registered ones (RU-01 to RU-03).
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
        (Some(own), Some(sent)) => {
            own.origin == sent.origin
                && port_rest(own.after).is_some()
                && port_rest(own.after) == port_rest(sent.after)
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

/// The private-use scheme of the URI, for example `com.example.app` or `cursor` (RFC 8252 §7.1).
#[must_use]
pub fn private_scheme(uri: &str) -> Option<&str> {
    scheme_of(uri)?
        .is_private()
        .then(|| parts::scheme_text(uri))
}

/// The private-use scheme of the URI if it has no dot: any program may claim it, and nothing tells
/// whose it is.
#[must_use]
pub fn dotless_scheme(uri: &str) -> Option<&str> {
    (scheme_of(uri)? == Scheme::Dotless).then(|| parts::scheme_text(uri))
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
        Scheme::ReverseDomain | Scheme::Dotless | Scheme::Forbidden => None,
    }
}

/// The type of a client that names none (RG-06): `native` if any redirect URI is loopback or
/// private-use.
///
/// Only a program on a person's device has such a one, and its port is free (RFC 8252 §7.3),
/// whatever else stands in the list.
#[must_use]
pub fn infer_application_type(redirect_uris: &[String]) -> ApplicationType {
    let native = |uri: &String| is_loopback(uri) || private_scheme(uri).is_some();
    if redirect_uris.iter().any(native) {
        ApplicationType::Native
    } else {
        ApplicationType::Web
    }
}
