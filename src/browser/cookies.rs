//! The two cookies (§10.2).

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::MAX_ACCOUNTS;
use crate::protocol::secret::Secret;

/// How long the session cookie stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Until the browser closes.
    Browser,
    /// "Remember me", seconds.
    Remembered(i64),
}

/// Names and attributes; the plain names exist only with an http `base_url`.
#[derive(Clone, Copy, Debug)]
pub struct CookieNames {
    secure: bool,
}

impl CookieNames {
    pub const fn new(secure: bool) -> Self {
        Self { secure }
    }

    const fn session_name(self) -> &'static str {
        if self.secure {
            "__Host-oauth_session"
        } else {
            "oauth_session"
        }
    }

    const fn binding_name(self) -> &'static str {
        if self.secure {
            "__Host-oauth_browser"
        } else {
            "oauth_browser"
        }
    }

    /// The binding secret and the session secrets of a request.
    pub fn read(self, headers: &HeaderMap) -> (Option<Secret>, Vec<Secret>) {
        let jar = CookieJar::from_headers(headers);
        let value = |name| jar.get(name).map(Cookie::value).unwrap_or_default();
        let is_secret = |value: &str| value.len() == 43;
        let binding = Some(value(self.binding_name())).filter(|value| is_secret(value));
        let sessions = value(self.session_name())
            .split('.')
            .filter(|value| is_secret(value));
        (
            binding.map(Secret::new),
            sessions.take(MAX_ACCOUNTS).map(Secret::new).collect(),
        )
    }

    /// `Set-Cookie` of the binding cookie.
    pub fn binding(self, secret: &Secret) -> String {
        self.cookie(self.binding_name(), secret.expose().to_owned())
            .to_string()
    }

    /// `Set-Cookie` of the session cookie; no secret removes it.
    pub fn sessions(self, secrets: &[Secret], lifetime: Lifetime) -> String {
        let value: Vec<&str> = secrets.iter().map(Secret::expose).collect();
        let cookie = self.cookie(self.session_name(), value.join("."));
        match lifetime {
            _ if secrets.is_empty() => format!("{cookie}; Max-Age=0"),
            Lifetime::Remembered(seconds) => format!("{cookie}; Max-Age={seconds}"),
            Lifetime::Browser => cookie.to_string(),
        }
    }

    /// `Lax`, not `Strict`: the browser arrives from the client's site.
    fn cookie(self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .build()
    }
}
