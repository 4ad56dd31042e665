//! The end of a flow that failed.

use axum_test::TestResponse;
use serde_json::Value;

use super::page::{Page, parameter};

/// Who was told about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedAt {
    /// The person, on a page of the server: the client could not be trusted with the answer.
    Page,
    /// The client, at its redirect URI (RFC 6749 §4.1.2.1).
    Callback,
    /// The client, at the token endpoint (RFC 6749 §5.2), or at the one for pushed requests (RFC 9126 §2.3).
    Token,
}

/// An authorization that was refused.
#[derive(Debug)]
pub struct Refused {
    /// The error code.
    pub error: String,
    /// The error description; pages have none.
    pub error_description: Option<String>,
    /// Who was told.
    pub at: RefusedAt,
    /// Address that the browser was at.
    pub url: String,
    /// The answer of the server.
    pub response: TestResponse,
}

impl Refused {
    /// The error page. An override of it that does not show the code reads as `""`.
    pub(super) fn on_page(page: Page) -> Self {
        Self {
            error: page.text_of("code").unwrap_or_default(),
            error_description: None,
            at: RefusedAt::Page,
            url: page.url,
            response: page.response,
        }
    }

    pub(super) fn at_callback(page: Page, error: String) -> Self {
        Self {
            error,
            error_description: parameter(&page.url, "error_description"),
            at: RefusedAt::Callback,
            url: page.url,
            response: page.response,
        }
    }

    pub(super) fn at_token(url: &str, response: TestResponse) -> Self {
        let body: Value = serde_json::from_str(&response.text()).unwrap_or_default();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        Self {
            error: text("error").unwrap_or_default(),
            error_description: text("error_description"),
            at: RefusedAt::Token,
            url: url.to_owned(),
            response,
        }
    }
}
