//! Target `cookies`: each line is a `Cookie` header.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{
    protocol::{secret::Secret, time::Seconds},
    sessions::cookies::{CookieLifetime, CookieNames, Cookies},
};

/// The two cookies: a value comes from a cookie of exactly that name, whose prefix
/// `__Host-` browsers guard, and foreign cookies beside it do not matter.
pub fn cookies(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(header::COOKIE, value);
        }
    }
    for (names, prefix) in [(CookieNames::Host, "__Host-"), (CookieNames::Plain, "")] {
        let Cookies { binding, sessions } = names.read(&headers);
        let sent = |name: &str| sent(&headers, &format!("{prefix}{name}"));

        let bindings = sent("oauth_browser");
        if let Some(binding) = &binding {
            assert!(bindings.contains(&binding.expose().as_bytes().to_vec()));
        }
        match bindings.as_slice() {
            [only] => assert_eq!(binding.is_some(), is_secret(only), "one binding cookie"),
            _ => assert!(binding.is_none(), "none, or two of the name"),
        }

        let lists = sent("oauth_session");
        let of_one = |value: &Vec<u8>| {
            let parts: Vec<&[u8]> = value.split(|byte| *byte == b'.').collect();
            sessions
                .iter()
                .all(|secret| parts.contains(&secret.expose().as_bytes()))
        };
        assert!(sessions.is_empty() || lists.iter().any(of_one));
        assert!(sessions.len() <= 5);
        if let [only] = lists.as_slice() {
            let parts = only.split(|byte| *byte == b'.');
            let secrets: BTreeSet<&[u8]> = parts.filter(|part| is_secret(part)).collect();
            // One that stands twice is one session.
            assert_eq!(sessions.len(), secrets.len().min(5), "one session cookie");
        } else {
            assert!(sessions.is_empty(), "none, or two of the name");
        }
        round_trip(names, &sessions, binding.as_ref());
    }
}

/// Values of the cookies with this name, byte for byte (RFC 6265 §4.2.1).
fn sent(headers: &HeaderMap, name: &str) -> Vec<Vec<u8>> {
    let trim = |bytes: &[u8]| bytes.trim_ascii().to_vec();
    let mut values = Vec::new();
    for header in headers.get_all(header::COOKIE) {
        for cookie in header.as_bytes().split(|byte| *byte == b';') {
            let mut halves = cookie.splitn(2, |byte| *byte == b'=');
            let (first, second) = (halves.next(), halves.next());
            if let (Some(key), Some(value)) = (first, second)
                && trim(key) == name.as_bytes()
            {
                values.push(trim(value));
            }
        }
    }
    values
}

fn is_secret(value: &[u8]) -> bool {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    value.len() == 43 && value.iter().all(|byte| alphabet.contains(byte))
}

/// What is set is what comes back.
fn round_trip(names: CookieNames, sessions: &[Secret], binding: Option<&Secret>) {
    let mut headers = HeaderMap::new();
    let set = [
        binding.map(|binding| names.binding(binding)),
        Some(names.sessions(sessions, CookieLifetime::Remembered(Seconds::minutes(1)))),
    ];
    for cookie in set.into_iter().flatten() {
        let pair = cookie.split(';').next().unwrap_or_default();
        let value = HeaderValue::from_str(pair);
        headers.append(
            header::COOKIE,
            value.unwrap_or_else(|error| panic!("{error}")),
        );
    }
    let again = names.read(&headers);
    assert_eq!(again.binding.as_ref(), binding);
    assert_eq!(again.sessions, sessions);
}
