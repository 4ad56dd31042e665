//! A refusal as JSON, with its challenge.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    error::Failure,
    http::extract::{SharedContext, server_of},
    protocol::{error::OAuthError, refusals::Challenge, scope::OPENID},
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

/// The scheme of the challenge to a client that is not authenticated (CA-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientScheme {
    /// RFC 6749 §5.2: for a client that used the `Authorization` header.
    Basic,
    /// RFC 9110 §15.5.2 wants a challenge with every 401. For a scheme that browsers do not know
    /// they show no password box, which `Basic` would open for a script of this origin.
    OAuth,
}

impl ClientScheme {
    /// The scheme for a request, by whether it has an `Authorization` header.
    pub(super) fn asked_by(headers: &HeaderMap) -> Self {
        if headers.contains_key(header::AUTHORIZATION) {
            Self::Basic
        } else {
            Self::OAuth
        }
    }
}

/// Sets `WWW-Authenticate` (RFC 6749 §5.2, RFC 6750 §3); an answer that has one already keeps it.
pub(super) fn challenge(
    response: &mut Response,
    app: &SharedContext,
    error: &OAuthError,
    scheme: ClientScheme,
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
    let value = match error.refusal.challenge {
        Challenge::None => return,
        Challenge::Client => match scheme {
            ClientScheme::Basic => format!("Basic realm=\"{realm}\""),
            ClientScheme::OAuth => format!("OAuth realm=\"{realm}\""),
        },
        Challenge::Bearer => format!("Bearer realm=\"{realm}\", {reason}"),
        Challenge::BearerWithOpenid => {
            format!("Bearer realm=\"{realm}\", scope=\"{OPENID}\", {reason}")
        }
    };
    if let Ok(value) = HeaderValue::from_str(&value) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
}
