//! How a refusal or a fault becomes an answer: JSON, an error page, or a redirect.
//!
//! Handlers return a [`Failure`] in one of two wrappers, [`ApiError`] or [`PageError`]. The wrapper's response carries a
//! [`Refused`] extension; the layer around the endpoint group renders and logs it, because only
//! the layer knows the issuer, the views and the request id.

pub mod audit;

use axum::http::{HeaderValue, StatusCode};

use crate::{
    protocol::{
        error::{ErrorCode, OAuthError},
        received::Received,
        refusals::{PageRefusal, ServerRefusal, StorageRefusal},
        time::Seconds,
    },
    random::RandomError,
    store::StoreError,
    views::pages::ReturnLink,
};

/// Seconds after which a client may try again when the storage was busy.
pub const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// A request that does not succeed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Error code, rule id and texts.
    pub error: OAuthError,
    /// HTTP status.
    pub status: StatusCode,
    /// Cause of a fault, for the log only.
    pub source: Option<String>,
    /// Seconds after which the same request may succeed (`Retry-After`).
    pub retry_after: Option<Seconds>,
}

impl Failure {
    /// A refusal with 404: what is asked for is not there for whoever asks.
    pub const fn not_found(error: OAuthError) -> Self {
        Self::transport(StatusCode::NOT_FOUND, error)
    }

    /// A refusal with an HTTP status that does not follow from its error code (404, 405, 413, 415 …).
    pub const fn transport(status: StatusCode, error: OAuthError) -> Self {
        Self {
            error,
            status,
            source: None,
            retry_after: None,
        }
    }

    /// A fault of this server: the client learns nothing but "internal error".
    pub fn internal(source: impl std::fmt::Display) -> Self {
        Self {
            error: OAuthError::of(ServerRefusal::Fault),
            status: StatusCode::INTERNAL_SERVER_ERROR,
            source: Some(source.to_string()),
            retry_after: None,
        }
    }
}

impl Failure {
    /// The same refusal at a resource, where a bad proof of possession is a 401 with a challenge (RFC 9449 §7.1).
    #[must_use]
    pub fn at_resource(mut self) -> Self {
        if matches!(
            self.error.code,
            ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce
        ) {
            self.status = StatusCode::UNAUTHORIZED;
        }
        self
    }
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        let status = match error.code {
            ErrorCode::InvalidClient
            | ErrorCode::InvalidToken
            | ErrorCode::InsufficientUserAuthentication => StatusCode::UNAUTHORIZED,
            ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
            ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            error,
            status,
            source: None,
            retry_after: None,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            let refusal = OAuthError::of(ServerRefusal::StorageBusy);
            return Self {
                source: Some(error.to_string()),
                ..refusal.into()
            };
        }
        if let StoreError::Unstorable(_) = error {
            let refusal = OAuthError::of(StorageRefusal::ValueNotStorable);
            return Self {
                source: Some(error.to_string()),
                ..refusal.into()
            };
        }
        Self::internal(error)
    }
}

impl From<RandomError> for Failure {
    fn from(error: RandomError) -> Self {
        Self::internal(error)
    }
}

impl From<crate::protocol::secret::SealError> for Failure {
    fn from(error: crate::protocol::secret::SealError) -> Self {
        Self::internal(error)
    }
}

/// Marks a response as a refusal, for the layer that renders and logs it.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The refusal or fault.
    pub failure: Failure,
    /// The client, as far as it is known.
    pub client_id: Option<String>,
    /// What the page layer needs beyond the failure.
    pub page: PageDetail,
}

/// What an error page shows beyond the failure.
#[derive(Clone, Debug, Default)]
pub struct PageDetail {
    /// Kind of the error page; `None` = the one that follows from status and code.
    pub kind: Option<crate::protocol::error_kind::ErrorKind>,
    /// A verified place to go on to (AR-04).
    pub return_link: Option<ReturnLink>,
    /// A host that the page names.
    pub host: Option<String>,
}

impl Refused {
    /// A failure about which no more is known.
    pub fn new(failure: Failure) -> Self {
        Self {
            failure,
            client_id: None,
            page: PageDetail::default(),
        }
    }

    /// A refusal that goes back to the client with the redirect of the browser.
    pub fn sent_back(failure: impl Into<Failure>, client_id: &str) -> Self {
        Self {
            client_id: Some(client_id.to_owned()),
            ..Self::new(failure.into())
        }
    }
}

/// A failure at a JSON endpoint.
#[derive(Clone, Debug)]
pub struct ApiError(pub Failure);

impl<E: Into<Failure>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// A failure at a page or at the authorization endpoint that is shown to the person. Boxed: it is
/// the rare outcome of many functions.
#[derive(Clone, Debug)]
pub struct PageError(Box<Shown>);

#[derive(Clone, Debug)]
struct Shown {
    failure: Failure,
    detail: PageDetail,
}

impl<E: Into<Failure>> From<E> for PageError {
    fn from(error: E) -> Self {
        let mut failure = error.into();
        // Pages send no challenge, which a 401 needs: an unknown client is a bad request there.
        if failure.status == StatusCode::UNAUTHORIZED {
            failure.status = StatusCode::BAD_REQUEST;
        }
        Self(Box::new(Shown {
            failure,
            detail: PageDetail::default(),
        }))
    }
}

impl PageError {
    /// The failure alone, without what the page shows beyond it.
    pub fn into_failure(self) -> Failure {
        self.0.failure
    }

    /// The mark of the response, for the layer that renders and logs it.
    pub fn into_refused(self) -> Refused {
        Refused {
            failure: self.0.failure,
            client_id: None,
            page: self.0.detail,
        }
    }

    /// GE-11: the page belongs to something that a setting switched off, as `setting` says.
    pub fn switched_off(setting: &'static str) -> Self {
        let expected = format!("a setting that switches it on, but {setting}");
        let error = OAuthError::of(PageRefusal::SwitchedOff);
        let error = error.expected(expected, Received::Nothing);
        Failure::transport(StatusCode::NOT_FOUND, error).into()
    }

    /// Sets the kind of the error page.
    #[must_use]
    pub fn showing(mut self, kind: crate::protocol::error_kind::ErrorKind) -> Self {
        self.0.detail.kind = Some(kind);
        self
    }

    /// Sets the host that the page names.
    #[must_use]
    pub fn naming(mut self, host: String) -> Self {
        self.0.detail.host = Some(host);
        self
    }

    /// Sets the verified link that the page offers (AR-04).
    #[must_use]
    pub fn with_link(mut self, link: ReturnLink) -> Self {
        self.0.detail.return_link = Some(link);
        self
    }
}
