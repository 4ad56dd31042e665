//! Where an authorization response may be sent (RFC 6749 §4.1.2, RFC 9207 §2).
//!
//! A [`Callback`] exists only for a redirect URI that matched a registered one, so an open
//! redirect cannot be written.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    client::Client,
    error::OAuthError,
    params::{Params, encode},
    received::Received,
    redirect_difference::Difference,
    redirect_uri,
    refusals::AuthorizeRefusal,
};

/// Most registered redirect URIs that one refusal names.
const NAMED: usize = 10;

/// How an authorization response travels to the client (OAuth 2.0 Multiple Response Type Encoding
/// Practices §2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// In a form that the browser posts to the redirect URI (OAuth 2.0 Form Post Response Mode §2).
    FormPost,
}

impl ResponseMode {
    /// Every mode.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// The value of `response_mode`, which is also stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// Reads the value of `response_mode`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}

/// An authorization response on its way to the client (RFC 6749 §4.1.2).
#[derive(Clone, PartialEq, Eq)]
pub enum ClientResponse {
    /// The browser goes to this URL.
    Redirect(String),
    /// The browser posts a form.
    Form(ResponseForm),
}

/// A form that the browser posts to the client (OAuth 2.0 Form Post Response Mode §2).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseForm {
    /// The redirect URI.
    pub action: String,
    /// The parameters of the response, in their order.
    pub fields: Vec<ResponseField>,
}

/// A parameter of an authorization response.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseField {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The value may be a code.
impl fmt::Debug for ResponseField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=[redacted]", self.name)
    }
}

/// The code in it is a secret.
impl fmt::Debug for ClientResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl ClientResponse {
    /// Writes the response for a column: a location as it is, a form as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Redirect(location) => location.clone(),
            Self::Form(form) => serde_json::to_string(form).unwrap_or_default(),
        }
    }

    /// Reads what [`Self::to_text`] wrote for an answer in this mode.
    #[must_use]
    pub fn from_text(mode: ResponseMode, text: String) -> Option<Self> {
        match mode {
            ResponseMode::Query => Some(Self::Redirect(text)),
            ResponseMode::FormPost => serde_json::from_str(&text).ok().map(Self::Form),
        }
    }
}

/// A validated redirect URI with what every response to it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    redirect_uri: String,
    explicit: bool,
    mode: ResponseMode,
    state: Option<String>,
    issuer: String,
}

/// A redirect URI that was matched when its request was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRedirect {
    /// The URI as it was sent.
    pub uri: String,
    /// Whether the request had the parameter `redirect_uri`.
    pub explicit: bool,
    /// How responses travel.
    pub mode: ResponseMode,
}

impl Callback {
    /// Matches the request's redirect URI (AZ-12) and takes its `state`.
    ///
    /// # Errors
    /// `invalid_request`, to be shown on a page: nothing may be redirected.
    pub fn find(params: &Params, client: &Client, issuer: &str) -> Result<Self, OAuthError> {
        let sent = params.one("redirect_uri").map_err(|_| {
            OAuthError::of(AuthorizeRefusal::ParameterOfTargetRepeated).naming("redirect_uri")
        })?;
        let redirect_uri = match (sent, client.redirect_uris.as_slice()) {
            (Some(sent), registered) => {
                if !redirect_uri::matches(registered, sent, client.application_type) {
                    return Err(mismatch(registered, sent));
                }
                sent
            }
            (None, [only]) if !asks_openid(params) => only,
            (None, registered) => {
                return Err(OAuthError::of(AuthorizeRefusal::RedirectUriMissing)
                    .expected(one_of(registered), Received::Nothing));
            }
        };
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            explicit: sent.is_some(),
            // A mode that is not offered is told in the query (AZ-14), as is one for an app that no form
            // reaches.
            mode: { params.one("response_mode").ok().flatten() }
                .and_then(ResponseMode::parse)
                .filter(|_| is_web(redirect_uri))
                .unwrap_or_default(),
            // A state that was sent twice identifies nothing; AZ-13 refuses it later.
            state: params.one("state").ok().flatten().map(str::to_owned),
            issuer: issuer.to_owned(),
        })
    }

    /// Makes the callback of a stored request, which was validated before.
    pub fn stored(redirect: StoredRedirect, state: Option<String>, issuer: &str) -> Self {
        Self {
            redirect_uri: redirect.uri,
            explicit: redirect.explicit,
            mode: redirect.mode,
            state,
            issuer: issuer.to_owned(),
        }
    }

    /// Checks that the client still has the redirect URI of a stored request.
    ///
    /// # Errors
    /// `invalid_request`, to be shown on a page: nothing may be redirected.
    pub fn check(&self, client: &Client) -> Result<(), OAuthError> {
        let (registered, native) = (&client.redirect_uris, client.application_type);
        if redirect_uri::matches(registered, &self.redirect_uri, native) {
            return Ok(());
        }
        Err(OAuthError::of(AuthorizeRefusal::RedirectUriWithdrawn)
            .expected(one_of(registered), Received::Public(&self.redirect_uri)))
    }

    /// Returns the URI as it was sent (RU-03).
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Whether the request had the parameter `redirect_uri`.
    pub const fn is_explicit(&self) -> bool {
        self.explicit
    }

    /// The client's `state`, byte for byte.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// How responses travel (AZ-14).
    pub const fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// Whether a browser navigates there by http(s), where `form-action` applies (AR-05).
    pub fn is_web(&self) -> bool {
        is_web(&self.redirect_uri)
    }

    /// A success response (AR-01).
    pub fn success(&self, code: &str) -> ClientResponse {
        self.response(&[("code", code)])
    }

    /// An error response (AR-02).
    pub fn error(&self, error: &OAuthError) -> ClientResponse {
        self.response(&[
            ("error", error.code.as_str()),
            ("error_description", error.text()),
        ])
    }

    fn response(&self, fields: &[(&str, &str)]) -> ClientResponse {
        let state = self.state.as_deref().map(|state| ("state", state));
        let rest = state.into_iter().chain([("iss", self.issuer.as_str())]);
        let fields = fields.iter().copied().chain(rest);
        match self.mode {
            ResponseMode::Query => {
                let query = fields.map(|(name, value)| format!("{name}={}", encode(value)));
                let query: Vec<String> = query.collect();
                ClientResponse::Redirect(with_query(&self.redirect_uri, &query.join("&")))
            }
            ResponseMode::FormPost => ClientResponse::Form(ResponseForm {
                action: self.redirect_uri.clone(),
                fields: fields
                    .map(|(name, value)| ResponseField {
                        name: name.to_owned(),
                        value: value.to_owned(),
                    })
                    .collect(),
            }),
        }
    }
}

fn is_web(uri: &str) -> bool {
    uri.starts_with("https://") || uri.starts_with("http://")
}

/// Adds to the query of a URI, which keeps the query that it has (AR-01).
pub fn with_query(uri: &str, query: &str) -> String {
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{query}")
}

fn mismatch(registered: &[String], sent: &str) -> OAuthError {
    OAuthError::of(AuthorizeRefusal::RedirectUriNotRegistered)
        .expected(one_of(registered), Received::Public(sent))
        .differing(Difference::find(registered, sent))
}

/// Lists the registered redirect URIs for the operator.
fn one_of(registered: &[String]) -> String {
    if registered.is_empty() {
        return "a registered redirect URI; this client has none".to_owned();
    }
    let shown = registered.iter().take(NAMED);
    let shown: Vec<String> = shown.map(|uri| Received::Public(uri).shown()).collect();
    let more = match registered.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("one of, byte for byte: {}{more}", shown.join(" "))
}

fn asks_openid(params: &Params) -> bool {
    params
        .iter()
        .any(|(name, value)| name == "scope" && value.split(' ').any(|word| word == "openid"))
}

#[cfg(test)]
mod tests;
