//! The body of a token response (RFC 6749 §5.1).

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::NewAccessToken;
use crate::{
    error::Failure,
    protocol::{access_token::Audience, dpop::TokenScheme, secret::Secret, time::Seconds},
    store::access_tokens::AccessTokenRow,
};

/// Members that the app cannot set: those of a response, and those that would make an error of it.
pub const MEMBERS: [&str; 11] = [
    "access_token",
    "token_type",
    "expires_in",
    "scope",
    "refresh_token",
    "id_token",
    "issued_token_type",
    "resource",
    "error",
    "error_description",
    "error_uri",
];

/// What answers to exchanges and assertions say besides about the token.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct IssuedAbout<'a> {
    /// The type of the token (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
    /// The resources that the token is for (Identity Assertion JWT Authorization Grant §4.4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<OneOrMany<'a>>,
}

/// Resources: one is written as a text, several as a list.
#[derive(Clone, Copy, Debug)]
pub struct OneOrMany<'a>(pub &'a [String]);

impl Serialize for OneOrMany<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Audience(self.0.to_vec()).serialize(serializer)
    }
}

/// The body of a token response.
#[derive(Serialize)]
pub struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    /// Left out if it is empty: RFC 6749 §3.3 has no empty scope.
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(flatten)]
    about: IssuedAbout<'a>,
    /// What the app adds; none of [`MEMBERS`].
    #[serde(flatten)]
    fields: &'a Map<String, Value>,
}

/// The type of an access token: how a client sends it (RFC 6749 §7.1, RFC 9449 §5).
pub const fn token_type(access: &AccessTokenRow) -> &'static str {
    match access.dpop_jkt {
        Some(_) => TokenScheme::Dpop.as_str(),
        None => TokenScheme::Bearer.as_str(),
    }
}

impl TokenResponse<'_> {
    /// Returns the body as JSON, ready to be sent.
    ///
    /// # Errors
    /// Never in practice: every member is JSON already.
    pub fn bytes(
        access: &NewAccessToken,
        refresh: Option<&Secret>,
        id_token: Option<String>,
    ) -> Result<Vec<u8>, Failure> {
        let about = IssuedAbout::default();
        Self::bytes_about(access, refresh, id_token, about)
    }

    /// Returns the body of an answer that says more about the token.
    ///
    /// # Errors
    /// Those of [`Self::bytes`].
    pub fn bytes_of(access: &NewAccessToken, about: IssuedAbout<'_>) -> Result<Vec<u8>, Failure> {
        Self::bytes_about(access, None, None, about)
    }

    fn bytes_about(
        access: &NewAccessToken,
        refresh: Option<&Secret>,
        id_token: Option<String>,
        about: IssuedAbout<'_>,
    ) -> Result<Vec<u8>, Failure> {
        let body = TokenResponse {
            access_token: access.token.expose(),
            token_type: token_type(&access.row),
            expires_in: access.row.expires_at - access.row.issued_at,
            refresh_token: refresh.map(Secret::expose),
            scope: access.row.scopes.0.join(" "),
            id_token,
            about,
            fields: &access.fields,
        };
        serde_json::to_vec(&body).map_err(Failure::internal)
    }
}
