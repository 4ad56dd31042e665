//! A refusal as JSON, with its challenge.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    error::Failure,
    http::extract::{SharedContext, scheme_of, server_of},
    protocol::{bearer, dpop::TokenScheme, error::OAuthError, refusals::Challenge, scope::OPENID},
    server::Server,
};

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'static str,
    error_description: &'a str,
}

/// The JSON of a refusal, as bytes.
pub fn error_body(error: &OAuthError) -> Vec<u8> {
    let body = ErrorBody {
        error: error.code.as_str(),
        error_description: error.text(),
    };
    serde_json::to_vec(&body).unwrap_or_default()
}

pub(super) fn json_error(bare: &Response, failure: &Failure) -> Response {
    let body = ErrorBody {
        error: failure.error.code.as_str(),
        error_description: failure.error.text(),
    };
    let mut response = (failure.status, Json(body)).into_response();
    copy_headers(bare, &mut response);
    response
}

/// Copies the headers of the bare answer that belong to the refusal.
pub(super) fn copy_headers(bare: &Response, response: &mut Response) {
    for name in [
        header::RETRY_AFTER,
        header::WWW_AUTHENTICATE,
        header::SET_COOKIE,
    ] {
        for value in bare.headers().get_all(&name) {
            response.headers_mut().append(name.clone(), value.clone());
        }
    }
}

/// The header `Authorization` of a request, which decides the schemes of the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SentScheme {
    /// None. RFC 9110 §15.5.2 wants a challenge with every 401. A client that is not authenticated (CA-02) is asked
    /// with a scheme that browsers do not know: they show no password box, which `Basic` would open for a script
    /// of this origin.
    Nothing,
    /// An access token with a proof (RFC 9449 §7.1).
    Dpop,
    /// RFC 6749 §5.2: a client that used the header is asked with the scheme `Basic`.
    Other,
}

impl SentScheme {
    /// What the request has.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        match scheme_of(headers) {
            TokenScheme::Dpop => Self::Dpop,
            TokenScheme::Bearer if headers.contains_key(header::AUTHORIZATION) => Self::Other,
            TokenScheme::Bearer => Self::Nothing,
        }
    }

    /// The scheme of an access token.
    const fn of_token(self) -> TokenScheme {
        match self {
            Self::Dpop => TokenScheme::Dpop,
            Self::Nothing | Self::Other => TokenScheme::Bearer,
        }
    }
}

/// Sets `WWW-Authenticate` (RFC 6749 §5.2, RFC 6750 §3, RFC 9449 §7.1); an answer that has one already keeps it.
pub(super) fn challenge(
    response: &mut Response,
    app: &SharedContext,
    error: &OAuthError,
    sent: SentScheme,
) {
    if response.headers().contains_key(header::WWW_AUTHENTICATE) {
        return;
    }
    let Ok(server) = server_of(app) else { return };
    let realm = &server.urls.issuer;
    let reason = format!(
        "error=\"{}\", error_description=\"{}\"",
        error.code,
        error.text()
    );
    let values = match error.refusal.challenge {
        Challenge::None => return,
        Challenge::Client => vec![match sent {
            SentScheme::Other | SentScheme::Dpop => format!("Basic realm=\"{realm}\""),
            SentScheme::Nothing => format!("OAuth realm=\"{realm}\""),
        }],
        Challenge::Bearer => vec![format!("Bearer realm=\"{realm}\", {reason}")],
        // At the token endpoint a proof is refused with 400, without a challenge.
        Challenge::Proof if response.status() != StatusCode::UNAUTHORIZED => return,
        Challenge::BearerWithOpenid | Challenge::Proof => {
            bearer_challenges(&server, sent.of_token(), Some(error))
        }
    };
    for value in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response
                .headers_mut()
                .append(header::WWW_AUTHENTICATE, value);
        }
    }
}

/// The challenges of `UserInfo` (UI-02, UI-04), for a request whose token came with the scheme `sent`.
pub fn bearer_challenges(
    server: &Server,
    sent: TokenScheme,
    error: Option<&OAuthError>,
) -> Vec<String> {
    let policy = &server.policy;
    let challenge = bearer::Challenge {
        scheme: sent,
        realm: &server.urls.issuer,
        resource_metadata: None,
        scope: OPENID,
        error,
        login: None,
    };
    challenge.lines(bearer::offered(policy.dpop, policy.binding_at(None), sent))
}
