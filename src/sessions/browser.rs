//! The browser that sent a request: its cookies and headers.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::cookies::{CookieLifetime, CookieNames, Cookies};
use crate::{
    error::Failure,
    protocol::secret::{Purpose, Secret, SecretHash},
    random::{self, RandomError},
};

/// The browser that sent a request, and the cookies that the response will set.
#[derive(Debug)]
pub struct Browser {
    names: CookieNames,
    pub(super) binding: Option<Secret>,
    binding_is_new: bool,
    pub(super) sessions: Vec<Secret>,
    pub(super) sessions_changed: Option<CookieLifetime>,
    pub(super) headers: Headers,
}

/// The headers of a request that the rules look at, and the caller's address.
#[derive(Clone, Debug, Default)]
pub(super) struct Headers {
    pub fetch_site: Option<String>,
    pub fetch_mode: Option<String>,
    pub origin: Option<String>,
    pub accept_language: Option<String>,
    pub user_agent: Option<String>,
    pub address: Option<IpAddr>,
}

impl Headers {
    fn read(headers: &HeaderMap, address: Option<IpAddr>) -> Self {
        let text = |name: HeaderName| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Self {
            fetch_site: text(HeaderName::from_static("sec-fetch-site")),
            fetch_mode: text(HeaderName::from_static("sec-fetch-mode")),
            origin: text(header::ORIGIN),
            accept_language: text(header::ACCEPT_LANGUAGE),
            user_agent: text(header::USER_AGENT).map(|agent| {
                agent
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(256)
                    .collect()
            }),
            address,
        }
    }
}

impl Browser {
    /// Reads the cookies and the headers of a request.
    pub fn read(names: CookieNames, headers: &HeaderMap, address: Option<IpAddr>) -> Self {
        let Cookies { binding, sessions } = names.read(headers);
        Self {
            names,
            binding,
            binding_is_new: false,
            sessions,
            sessions_changed: None,
            headers: Headers::read(headers, address),
        }
    }

    /// Returns the header `Accept-Language`.
    pub fn accept_language(&self) -> Option<&str> {
        self.headers.accept_language.as_deref()
    }

    /// Whether a browser that applies `form-action` to later redirects sent the form (AR-05): such a
    /// browser sends `Sec-Fetch-Mode`.
    pub const fn is_navigating(&self) -> bool {
        self.headers.fetch_mode.is_some()
    }

    /// Whether a page of this origin made the request, by the header `Sec-Fetch-Site`.
    pub fn is_same_origin_navigation(&self) -> bool {
        self.headers.fetch_site.as_deref() == Some("same-origin")
    }

    /// Returns the hash that binds interactions to this browser, if it has a binding cookie.
    pub fn hash(&self) -> Option<SecretHash> {
        self.binding
            .as_ref()
            .map(|binding| binding.hash(Purpose::Browser))
    }

    /// Returns the secret of the binding cookie, if the browser has one.
    pub const fn binding(&self) -> Option<&Secret> {
        self.binding.as_ref()
    }

    /// Returns the secret of the binding cookie. A browser without one gets one with the response.
    ///
    /// # Errors
    /// When the random generator fails.
    pub fn bind(&mut self) -> Result<Secret, RandomError> {
        if let Some(binding) = &self.binding {
            return Ok(binding.clone());
        }
        let binding = random::secret("")?;
        self.binding = Some(binding.clone());
        self.binding_is_new = true;
        Ok(binding)
    }

    /// Returns the hashes of the session secrets, the current account first.
    pub fn session_hashes(&self) -> Vec<SecretHash> {
        self.sessions
            .iter()
            .map(|secret| secret.hash(Purpose::Session))
            .collect()
    }

    /// Returns the `Set-Cookie` headers of the cookies that changed.
    ///
    /// # Errors
    /// Never in practice: cookie values are base64url.
    pub fn into_cookies(self) -> Result<SetCookies, Failure> {
        let binding = self.binding.filter(|_| self.binding_is_new);
        let binding = binding.map(|binding| self.names.binding(&binding));
        let sessions = self
            .sessions_changed
            .map(|lifetime| self.names.sessions(&self.sessions, lifetime));
        let values = binding.into_iter().chain(sessions);
        let values = values.map(|cookie| HeaderValue::from_str(&cookie));
        Ok(SetCookies(
            values
                .collect::<Result<_, _>>()
                .map_err(Failure::internal)?,
        ))
    }
}

/// `Set-Cookie` headers. A handler of the app returns them in front of its own response:
/// `Ok((cookies, format::redirect("/")?).into_response())`.
#[derive(Clone, Debug)]
pub struct SetCookies(pub(crate) Vec<HeaderValue>);
