//! The token of a request, and the answer to a request without a good one (RFC 6750 §3).

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{Api, SCOPE};

/// Why a request is refused.
pub enum Refusal {
    /// No token.
    NoToken,
    /// Not live, not for this API, not from this server.
    InvalidToken,
    /// Good, but not for this.
    InsufficientScope,
    /// The authorization server does not answer.
    Unavailable,
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let header = headers.get(header::AUTHORIZATION).ok_or(Refusal::NoToken)?;
    let header = header.to_str().map_err(|_| Refusal::InvalidToken)?;
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Refusal::NoToken),
    }
}

impl Refusal {
    /// The answer, with a challenge that says where to get a token (RFC 9728 §5.1).
    pub fn answer(self, api: &Api) -> Response {
        let (status, error) = match self {
            Self::NoToken => (StatusCode::UNAUTHORIZED, ""),
            Self::InvalidToken => (StatusCode::UNAUTHORIZED, ", error=\"invalid_token\""),
            Self::InsufficientScope => (StatusCode::FORBIDDEN, ", error=\"insufficient_scope\""),
            Self::Unavailable => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        };
        let metadata = format!("{}/.well-known/oauth-protected-resource", api.resource);
        let challenge =
            format!("Bearer resource_metadata=\"{metadata}\", scope=\"{SCOPE}\"{error}");
        (status, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
    }
}
