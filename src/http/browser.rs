//! The browser of a request as an extractor, and its cookies in an answer.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{IntoResponseParts, Response, ResponseParts},
};

use super::extract::{SharedContext, server_of};
use crate::{
    error::{Failure, PageError},
    events::request,
    server::Server,
    sessions::{Browser, SetCookies},
};

impl FromRequestParts<SharedContext> for Browser {
    type Rejection = PageError;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &SharedContext,
    ) -> Result<Self, Self::Rejection> {
        let server = server_of(app)?;
        Ok(of_request(&server, parts))
    }
}

/// The browser that sent the request that is being answered.
pub fn of_request(server: &Server, parts: &Parts) -> Browser {
    let address = request::current().and_then(|request| request.address);
    server.sessions.browser(&parts.headers, address)
}

/// Adds the cookies that changed to an answer.
///
/// # Errors
/// When a cookie is not valid in a header. Cookie values are base64url, which always is.
pub fn with_cookies(browser: Browser, mut response: Response) -> Result<Response, Failure> {
    for cookie in browser.into_cookies()?.0 {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

impl IntoResponseParts for SetCookies {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        for cookie in self.0 {
            parts.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(parts)
    }
}
