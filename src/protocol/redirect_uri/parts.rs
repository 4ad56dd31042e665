//! Parts of a redirect URI as text.

/// Hosts of RFC 8252 §7.3 with their scheme, exactly as they must be written.
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// Schemes that run or read something where the browser is, or that lead to no app: no setting
/// makes one of them a redirect URI. In alphabetical order.
const FORBIDDEN: [&str; 14] = [
    "about",
    "blob",
    "data",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Https,
    Http,
    /// Private-use, in reverse domain form: at least two labels (RFC 8252 §7.1).
    ReverseDomain,
    /// Private-use, without a dot: only those that the operator lists.
    Dotless,
    /// Never a redirect URI.
    Forbidden,
}

impl Scheme {
    /// Whether the scheme is that of an app on a device (RFC 8252 §7.1).
    pub const fn is_private(self) -> bool {
        match self {
            Self::ReverseDomain | Self::Dotless => true,
            Self::Https | Self::Http | Self::Forbidden => false,
        }
    }
}

/// Class of the scheme; `None` = no scheme (RFC 3986 §3.1).
pub(super) fn scheme_of(uri: &str) -> Option<Scheme> {
    let (scheme, _) = uri.split_once(':')?;
    if !is_scheme(scheme) {
        return None;
    }
    Some(match scheme.to_ascii_lowercase().as_str() {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        other if is_never_a_redirect(other) => Scheme::Forbidden,
        other if is_reverse_domain(other) => Scheme::ReverseDomain,
        // Dots that are no reverse domain, as in `com..app`, are nobody's name.
        other if other.contains('.') => Scheme::Forbidden,
        _ => Scheme::Dotless,
    })
}

/// The text in front of the colon.
pub(super) fn scheme_text(uri: &str) -> &str {
    uri.split(':').next().unwrap_or_default()
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    let tail = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(tail)
}

/// Whether the text is a scheme without a dot, as the setting `redirect_schemes` lists them.
#[must_use]
pub fn is_dotless(text: &str) -> bool {
    is_scheme(text) && !text.contains('.')
}

/// Whether no client may be sent to this scheme, whatever the settings say.
#[must_use]
pub fn is_never_a_redirect(scheme: &str) -> bool {
    FORBIDDEN
        .iter()
        .any(|never| never.eq_ignore_ascii_case(scheme))
}

fn is_reverse_domain(scheme: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.contains('+')
    };
    scheme.contains('.') && scheme.split('.').all(label)
}

/// What follows the scheme and its colon.
pub(super) fn path_of(uri: &str) -> &str {
    uri.split_once(':').map_or("", |(_, path)| path)
}

/// The authority of an http(s) URI and the path after it (RFC 3986 §3.2).
pub(super) struct Authority<'a> {
    pub has_user_information: bool,
    pub host: &'a str,
    pub path: &'a str,
}

/// `None` = no `//`, or nothing behind it, or a port that is none.
pub(super) fn authority_of(uri: &str) -> Option<Authority<'_>> {
    let rest = path_of(uri).strip_prefix("//")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let end = host_end(authority)?;
    let (host, port) = authority.split_at(end);
    let has_user_information = authority.contains('@');
    if host.is_empty() || (!has_user_information && !port.is_empty() && port_rest(port) != Some(""))
    {
        return None;
    }
    Some(Authority {
        has_user_information,
        host,
        path,
    })
}

fn host_end(authority: &str) -> Option<usize> {
    if authority.starts_with('[') {
        Some(authority.find(']')? + 1)
    } else {
        Some(authority.find(':').unwrap_or(authority.len()))
    }
}

/// A loopback redirect URI, in two parts.
pub(super) struct LoopbackUri<'a> {
    /// Scheme and host.
    pub(super) origin: &'static str,
    /// What follows.
    pub(super) after: &'a str,
}

/// A loopback redirect URI, split right after its host. What follows is nothing, a port, a path
/// or a query; anything else would belong to another host (`localhost.evil.example`).
pub(super) fn split_loopback(uri: &str) -> Option<LoopbackUri<'_>> {
    LOOPBACK.into_iter().find_map(|origin| {
        let after = uri.strip_prefix(origin)?;
        port_rest(after).map(|_| LoopbackUri { origin, after })
    })
}

/// What follows the port, if there is one. `None` = the text does not go on with a port, a path,
/// a query or the end.
pub(super) fn port_rest(after_host: &str) -> Option<&str> {
    let rest = match after_host.strip_prefix(':') {
        Some(port) => {
            let end = port
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(port.len());
            let (digits, rest) = port.split_at(end);
            digits.parse::<u16>().ok().filter(|port| *port > 0)?;
            rest
        }
        None => after_host,
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
}
