//! The two cookies of this server: the session cookie (BS-01) and the binding cookie (IX-03).

use std::collections::BTreeSet;

use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::{Cookie, SameSite};

use super::MAX_ACCOUNTS;
use crate::{
    config::Settings,
    protocol::{secret::Secret, time::Seconds},
};

/// How long a browser keeps the session cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieLifetime {
    /// Until the browser closes.
    Browser,
    /// "Remember me": the cookie stays for this many seconds.
    Remembered(Seconds),
}

/// The secrets in the cookies of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookies {
    /// The secret of the binding cookie.
    pub binding: Option<Secret>,
    /// The secrets of the session cookie, the current account first.
    pub sessions: Vec<Secret>,
}

/// Names and attributes of the cookies.
#[derive(Clone, Copy, Debug)]
pub enum CookieNames {
    /// `Secure` cookies whose names begin with `__Host-`.
    Host,
    /// Cookies that also travel over http, for an http `base_url`.
    Plain,
}

impl CookieNames {
    /// Returns the names that the setting `cookie_secure` asks for.
    pub const fn of(settings: &Settings) -> Self {
        if settings.cookie_secure {
            Self::Host
        } else {
            Self::Plain
        }
    }

    const fn session_name(self) -> &'static str {
        match self {
            Self::Host => "__Host-oauth_session",
            Self::Plain => "oauth_session",
        }
    }

    const fn binding_name(self) -> &'static str {
        match self {
            Self::Host => "__Host-oauth_browser",
            Self::Plain => "oauth_browser",
        }
    }

    /// Reads the secrets in the cookies of a request.
    pub fn read(self, headers: &HeaderMap) -> Cookies {
        let value = |name| value_of(headers, name).unwrap_or_default();
        let sessions = value(self.session_name()).split(|byte| *byte == b'.');
        // A secret that stands twice is one session.
        let mut seen = BTreeSet::new();
        let sessions = sessions.filter(|secret| seen.insert(*secret));
        Cookies {
            binding: secret(value(self.binding_name())),
            sessions: sessions.filter_map(secret).take(MAX_ACCOUNTS).collect(),
        }
    }

    /// Returns the value of the header `Set-Cookie` for the binding cookie.
    pub fn binding(self, secret: &Secret) -> String {
        self.cookie(self.binding_name(), secret.expose().to_owned())
            .to_string()
    }

    /// Returns the value of the header `Set-Cookie` for the session cookie. Without secrets it removes the
    /// cookie.
    pub fn sessions(self, secrets: &[Secret], lifetime: CookieLifetime) -> String {
        let value: Vec<&str> = secrets.iter().map(Secret::expose).collect();
        let cookie = self.cookie(self.session_name(), value.join("."));
        match lifetime {
            _ if secrets.is_empty() => format!("{cookie}; Max-Age=0"),
            CookieLifetime::Remembered(seconds) => format!("{cookie}; Max-Age={seconds}"),
            CookieLifetime::Browser => cookie.to_string(),
        }
    }

    /// Builds a cookie. It is `Lax`, not `Strict`, because the browser arrives from the client's site.
    fn cookie(self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(matches!(self, Self::Host))
            .build()
    }
}

/// Returns the value of the only cookie with exactly this name (RFC 6265 §4.2.1).
///
/// Two cookies of this name count as none (BS-01): a browser sends a second one when somebody else set
/// it, for another path or from a neighbouring host, and nothing tells which of them this server set
/// (RFC 6265 §4.2.2, §8.6). A percent-encoded name is another name: browsers keep neighbouring hosts
/// from setting `__Host-` as it is written, and no other form of it. Other cookies may have any bytes.
fn value_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h [u8]> {
    let cookies = headers.get_all(header::COOKIE).into_iter();
    let cookies = cookies.flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    let mut named = cookies.filter_map(|cookie| {
        let at = cookie.iter().position(|byte| *byte == b'=')?;
        let (own, value) = cookie.split_at_checked(at)?;
        (own.trim_ascii() == name.as_bytes()).then_some(value.get(1..)?)
    });
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only.trim_ascii()),
        _ => None,
    }
}

/// Parses a secret: 256 bits in base64url, which are 43 characters. Nothing else is ever written back.
fn secret(value: &[u8]) -> Option<Secret> {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let text = std::str::from_utf8(value).ok()?;
    (value.len() == 43 && value.iter().all(is_digit)).then(|| Secret::new(text))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rstest::rstest;

    use super::*;

    const SECRET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";

    fn headers(cookie: &[u8]) -> HeaderMap {
        let cookie = [cookie, b"=", SECRET.as_bytes()].concat();
        let value = HeaderValue::from_bytes(&cookie).expect("a header");
        HeaderMap::from_iter([(header::COOKIE, value)])
    }

    /// Fuzzing found that names were decoded, and that one cookie that is not ASCII hid the others.
    #[rstest]
    #[case::plain(b"__Host-oauth_browser", true)]
    #[case::beside_another(b"a=b; __Host-oauth_browser", true)]
    #[case::beside_one_in_latin_1(b"name=J\xfcrgen; __Host-oauth_browser", true)]
    #[case::beside_one_without_value(b"a;__Host-oauth_browser", true)]
    #[case::encoded(b"%5F_Host-oauth_browser", false)]
    #[case::all_encoded(b"%5F%5FHost-oauth%5Fbrowser", false)]
    #[case::without_prefix(b"oauth_browser", false)]
    #[case::another_case(b"__host-oauth_browser", false)]
    #[case::in_the_value_of_another(b"a=__Host-oauth_browser", false)]
    fn s10_2_the_name_is_exact(#[case] cookie: &[u8], #[case] found: bool) {
        let Cookies { binding, sessions } = CookieNames::Host.read(&headers(cookie));
        let expected = found.then(|| Secret::new(SECRET));
        assert_eq!((binding, sessions), (expected, Vec::new()));
    }

    /// BS-01: neither the first nor the last of two is taken, whatever they hold.
    #[rstest]
    #[case::two_values(&["NAME=OWN; NAME=OTHER"])]
    #[case::the_other_first(&["NAME=OTHER; NAME=OWN"])]
    #[case::the_same_value(&["NAME=OWN; NAME=OWN"])]
    #[case::an_empty_one(&["NAME=OWN; NAME="])]
    #[case::no_secret(&["NAME=x; NAME=OWN"])]
    #[case::three(&["NAME=OWN; a=b; NAME=OTHER; NAME=OWN"])]
    #[case::without_spaces(&["NAME=OWN;NAME=OTHER"])]
    #[case::two_headers(&["NAME=OWN", "NAME=OTHER"])]
    #[case::two_headers_with_others(&["a=b; NAME=OWN", "c=d; NAME=OWN; e=f"])]
    fn s_b12_two_cookies_of_a_name_are_none(
        #[case] lines: &[&str],
        #[values("__Host-oauth_session", "__Host-oauth_browser")] name: &str,
    ) {
        let other = SECRET.to_ascii_uppercase();
        let fill = |line: &str| {
            let line = line.replace("NAME", name).replace("OWN", SECRET);
            HeaderValue::from_str(&line.replace("OTHER", &other)).expect("a header")
        };
        let mut headers = HeaderMap::new();
        for line in lines.iter().copied() {
            headers.append(header::COOKIE, fill(line));
        }
        // The other cookie is not touched by that.
        let kept = if name.ends_with("browser") {
            "__Host-oauth_session"
        } else {
            "__Host-oauth_browser"
        };
        let line = HeaderValue::from_str(&format!("{kept}={SECRET}")).expect("a header");
        headers.append(header::COOKIE, line);
        let Cookies { binding, sessions } = CookieNames::Host.read(&headers);
        if name.ends_with("browser") {
            assert_eq!((binding, sessions), (None, vec![Secret::new(SECRET)]));
        } else {
            assert_eq!((binding, sessions), (Some(Secret::new(SECRET)), Vec::new()));
        }
    }

    /// Fuzzing found a tab within a secret, which the next `Set-Cookie` would have had, too.
    #[rstest]
    #[case("0123456789abcdefghijklmnopqrstuvwxyz-_ABCD\t.", 0)]
    #[case("\"123456789abcdefghijklmnopqrstuvwxyz-_ABCDE.", 0)]
    #[case("0123456789abcdefghijklmnopqrstuvwxyz-_ABCDE.", 1)]
    fn s10_2_a_secret_is_base64url(#[case] front: &str, #[case] more: usize) {
        let cookie = format!("oauth_session={front}{SECRET}");
        let value = HeaderValue::from_str(&cookie).expect("a header");
        let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
        let Cookies { sessions, .. } = CookieNames::Plain.read(&headers);
        assert_eq!(sessions.len(), 1 + more);
    }
}
