//! The browser of a request: its cookies, its CSRF tokens, the people signed in in it.

pub mod cookies;
mod csrf;
mod session;

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    response::{IntoResponseParts, Response, ResponseParts},
};

pub use csrf::{CsrfCheck, Form};
pub use session::{SignIn, SignedIn};

use crate::{
    error::{Failure, PageError},
    events::request,
    http::extract::{SharedContext, server_of},
    protocol::secret::{Purpose, Secret, SecretHash},
    random::{self, RandomError},
    server::Server,
};
use cookies::{CookieNames, Cookies};

/// Most accounts signed in in one browser (BS-01).
const MAX_ACCOUNTS: usize = 5;

/// What a request says about the browser it came from, and the cookies its answer will set.
#[derive(Debug)]
pub struct Browser {
    names: CookieNames,
    binding: Option<Secret>,
    binding_is_new: bool,
    sessions: Vec<Secret>,
    sessions_changed: Option<cookies::Lifetime>,
    facts: Facts,
}

/// Headers that the rules look at.
#[derive(Clone, Debug, Default)]
struct Facts {
    fetch_site: Option<String>,
    fetch_mode: Option<String>,
    origin: Option<String>,
    accept_language: Option<String>,
    user_agent: Option<String>,
    address: Option<IpAddr>,
}

impl Facts {
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

impl FromRequestParts<SharedContext> for Browser {
    type Rejection = PageError;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &SharedContext,
    ) -> Result<Self, Self::Rejection> {
        let server = server_of(app)?;
        Ok(Self::of_request(&server, parts))
    }
}

impl Browser {
    /// The browser that sent a request.
    pub fn of_request(server: &Server, parts: &Parts) -> Self {
        let address = request::current().and_then(|request| request.address);
        Self::of_headers(server, &parts.headers, address)
    }

    /// The browser that sent these headers.
    pub fn of_headers(server: &Server, headers: &HeaderMap, address: Option<IpAddr>) -> Self {
        let names = CookieNames::new(server.settings.cookie_secure);
        let Cookies { binding, sessions } = names.read(headers);
        Self {
            names,
            binding,
            binding_is_new: false,
            sessions,
            sessions_changed: None,
            facts: Facts::read(headers, address),
        }
    }

    /// The `Accept-Language` header.
    pub fn accept_language(&self) -> Option<&str> {
        self.facts.accept_language.as_deref()
    }

    /// Whether a browser that applies `form-action` to later redirects submitted a form (AR-05).
    pub const fn is_navigating(&self) -> bool {
        self.facts.fetch_mode.is_some()
    }

    /// Whether one of our own pages led here.
    pub fn comes_from_own_page(&self) -> bool {
        self.facts.fetch_site.as_deref() == Some("same-origin")
    }

    /// The hash that binds interactions to this browser, if it has a binding cookie.
    pub fn hash(&self) -> Option<SecretHash> {
        self.binding
            .as_ref()
            .map(|binding| binding.hash(Purpose::Browser))
    }

    /// The binding secret, if the browser has one.
    pub const fn binding(&self) -> Option<&Secret> {
        self.binding.as_ref()
    }

    /// The binding secret; a browser without one gets one with the answer.
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

    /// Hashes of the session secrets, the current account first.
    pub fn session_hashes(&self) -> Vec<SecretHash> {
        self.sessions
            .iter()
            .map(|secret| secret.hash(Purpose::Session))
            .collect()
    }

    /// Adds the cookies that changed to an answer.
    ///
    /// # Errors
    /// Never in practice: cookie values are base64url.
    pub fn answer(self, mut response: Response) -> Result<Response, Failure> {
        for cookie in self.into_cookies()?.0 {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }

    /// The cookies that changed.
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

/// `Set-Cookie` headers: return them in front of the app's own answer,
/// `Ok((cookies, format::redirect("/")?).into_response())`.
#[derive(Clone, Debug)]
pub struct SetCookies(Vec<HeaderValue>);

impl IntoResponseParts for SetCookies {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        for cookie in self.0 {
            parts.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(parts)
    }
}
