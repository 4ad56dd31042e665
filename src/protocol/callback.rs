//! Where an authorization response may be sent (RFC 6749 §4.1.2, RFC 9207 §2).
//!
//! A [`Callback`] exists only for a redirect URI that matched a registered one, so an open
//! redirect cannot be written.

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

/// A validated redirect URI with what every response to it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    redirect_uri: String,
    explicit: bool,
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

    /// Whether a browser navigates there by http(s), where `form-action` applies (AR-05).
    pub fn is_web(&self) -> bool {
        self.redirect_uri.starts_with("https://") || self.redirect_uri.starts_with("http://")
    }

    /// Location of a success response (AR-01).
    pub fn success(&self, code: &str) -> String {
        self.location(&[("code", code)])
    }

    /// Location of an error response (AR-02).
    pub fn error(&self, error: &OAuthError) -> String {
        self.location(&[
            ("error", error.code.as_str()),
            ("error_description", error.text()),
        ])
    }

    fn location(&self, fields: &[(&str, &str)]) -> String {
        let state = self.state.as_deref().map(|state| ("state", state));
        let rest = state.into_iter().chain([("iss", self.issuer.as_str())]);
        let query: Vec<String> = fields
            .iter()
            .copied()
            .chain(rest)
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        with_query(&self.redirect_uri, &query.join("&"))
    }
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
mod tests {
    use super::*;
    use crate::protocol::refusals::InteractionRefusal;

    fn callback(uri: &str, state: Option<&str>) -> Callback {
        Callback::stored(
            StoredRedirect {
                uri: uri.into(),
                explicit: true,
            },
            state.map(str::to_owned),
            "https://as.example",
        )
    }

    #[test]
    fn ar_01_the_uris_own_query_stays_and_each_field_stands_once() {
        assert_eq!(
            callback("https://app.example/cb?x=1", Some("S")).success("c"),
            "https://app.example/cb?x=1&code=c&state=S&iss=https%3A%2F%2Fas.example"
        );
        assert_eq!(
            callback("com.example.app:/cb", None).success("c"),
            "com.example.app:/cb?code=c&iss=https%3A%2F%2Fas.example"
        );
    }

    #[test]
    fn c255_ar_02_no_control_character_reaches_the_location() {
        let location = callback("https://app.example/cb", Some("\r\nSet-Cookie: x=é"))
            .error(&OAuthError::of(InteractionRefusal::PersonRefused));
        assert!(location.is_ascii());
        assert!(!location.contains(['\r', '\n', ' ']));
    }
}
