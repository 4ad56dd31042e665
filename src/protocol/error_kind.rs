//! Kinds of errors that end on the error page, and their texts.

use super::error::ErrorCode;

/// Why a page is an error page. Controllers choose a kind, which decides title, explanation and
/// hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    // Errors of a request.
    /// Malformed, missing or repeated parameters.
    InvalidRequest,
    /// A method that this address does not know.
    MethodNotAllowed,
    /// A form in another encoding.
    UnsupportedMediaType,
    /// Body or address longer than permitted.
    TooLarge,
    /// No such page.
    NotFound,
    /// The page belongs to something that is switched off.
    SwitchedOff,
    /// Too many requests.
    RateLimited,
    /// The storage is busy.
    Unavailable,
    /// A fault of this server.
    ServerError,
    /// The hidden token of a form does not fit the browser (CS-03).
    FormExpired,

    // Errors of a client.
    /// No `client_id` in the request.
    MissingClient,
    /// Nobody knows this client.
    UnknownClient,
    /// The registration of the client was removed.
    RemovedClient,
    /// The client was switched off.
    DisabledClient,
    /// The redirect URI is not one of the client's.
    RedirectMismatch,
    /// The document of the client could not be read from its host (CI-05).
    UnreadDocument,

    // Errors of an interaction.
    /// The interaction waited too long.
    InteractionExpired,
    /// The interaction began in another browser.
    OtherBrowser,
    /// The interaction was answered before.
    AlreadyCompleted,
    /// No interaction is named where one is needed.
    NoInteraction,

    // Requests to sign out.
    /// The id token that should tell who signs out is not ours (ES-02).
    LogoutHint,

    // Answers that are usually sent back to the client (AR-04).
    /// `unauthorized_client`.
    UnauthorizedClient,
    /// `unsupported_response_type`.
    UnsupportedResponseType,
    /// `invalid_scope`.
    InvalidScope,
    /// `invalid_target`.
    InvalidTarget,
    /// `access_denied`.
    AccessDenied,
    /// `login_required`.
    LoginRequired,
    /// `consent_required`.
    ConsentRequired,
    /// `account_selection_required`.
    AccountSelectionRequired,
    /// `interaction_required`.
    InteractionRequired,
    /// `unmet_authentication_requirements`.
    UnmetAuthenticationRequirements,
    /// `request_not_supported`.
    RequestNotSupported,
    /// `request_uri_not_supported`.
    RequestUriNotSupported,
    /// `registration_not_supported`.
    RegistrationNotSupported,
    /// `invalid_request_uri`.
    InvalidRequestUri,
    /// `invalid_request_object`.
    InvalidRequestObject,
}

/// Message keys of one kind of error.
pub(crate) struct Texts {
    pub(crate) title: &'static str,
    pub(crate) explanation: &'static str,
    pub(crate) hint: &'static str,
}

/// Message keys of what the person can do.
mod hint {
    pub(super) const BACK: &str = "hint-back";
    pub(super) const TELL_APP: &str = "hint-tell-app";
    pub(super) const START_AGAIN: &str = "hint-start-again";
    pub(super) const WAIT: &str = "hint-wait";
    pub(super) const RELOAD: &str = "hint-reload";
    pub(super) const REFERENCE: &str = "hint-reference";
    pub(super) const CLOSE: &str = "hint-close";
    pub(super) const SIGN_IN: &str = "hint-sign-in";
    pub(super) const SAME_BROWSER: &str = "hint-same-browser";
}

/// Everything about one kind of error.
struct Row {
    name: &'static str,
    status: u16,
    code: &'static str,
    texts: Texts,
}

const fn row(name: &'static str, status: u16, code: &'static str, texts: Texts) -> Row {
    Row {
        name,
        status,
        code,
        texts,
    }
}

const fn say(title: &'static str, explanation: &'static str, hint: &'static str) -> Texts {
    Texts {
        title,
        explanation,
        hint,
    }
}

impl ErrorKind {
    /// Every kind, for tests.
    pub const ALL: [Self; 36] = [
        Self::InvalidRequest,
        Self::MethodNotAllowed,
        Self::UnsupportedMediaType,
        Self::TooLarge,
        Self::NotFound,
        Self::SwitchedOff,
        Self::RateLimited,
        Self::Unavailable,
        Self::ServerError,
        Self::FormExpired,
        Self::MissingClient,
        Self::UnknownClient,
        Self::RemovedClient,
        Self::DisabledClient,
        Self::RedirectMismatch,
        Self::UnreadDocument,
        Self::InteractionExpired,
        Self::OtherBrowser,
        Self::AlreadyCompleted,
        Self::NoInteraction,
        Self::LogoutHint,
        Self::UnauthorizedClient,
        Self::UnsupportedResponseType,
        Self::InvalidScope,
        Self::InvalidTarget,
        Self::AccessDenied,
        Self::LoginRequired,
        Self::ConsentRequired,
        Self::AccountSelectionRequired,
        Self::InteractionRequired,
        Self::UnmetAuthenticationRequirements,
        Self::RequestNotSupported,
        Self::RequestUriNotSupported,
        Self::RegistrationNotSupported,
        Self::InvalidRequestUri,
        Self::InvalidRequestObject,
    ];

    /// Returns the kind for an OAuth error code that no other kind explains better.
    #[must_use]
    pub const fn of_code(code: ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidClient => Self::UnknownClient,
            ErrorCode::UnauthorizedClient => Self::UnauthorizedClient,
            ErrorCode::UnsupportedResponseType => Self::UnsupportedResponseType,
            ErrorCode::InvalidScope => Self::InvalidScope,
            ErrorCode::InvalidTarget => Self::InvalidTarget,
            ErrorCode::AccessDenied => Self::AccessDenied,
            ErrorCode::ServerError => Self::ServerError,
            ErrorCode::TemporarilyUnavailable => Self::Unavailable,
            ErrorCode::LoginRequired => Self::LoginRequired,
            ErrorCode::ConsentRequired => Self::ConsentRequired,
            ErrorCode::AccountSelectionRequired => Self::AccountSelectionRequired,
            ErrorCode::InteractionRequired => Self::InteractionRequired,
            ErrorCode::UnmetAuthenticationRequirements => Self::UnmetAuthenticationRequirements,
            ErrorCode::RequestNotSupported => Self::RequestNotSupported,
            ErrorCode::RequestUriNotSupported => Self::RequestUriNotSupported,
            ErrorCode::RegistrationNotSupported => Self::RegistrationNotSupported,
            ErrorCode::InvalidRequestUri => Self::InvalidRequestUri,
            ErrorCode::InvalidRequestObject => Self::InvalidRequestObject,
            ErrorCode::InvalidRequest
            | ErrorCode::InvalidGrant
            | ErrorCode::UnsupportedGrantType
            | ErrorCode::InvalidRedirectUri
            | ErrorCode::InvalidClientMetadata
            | ErrorCode::AuthorizationPending
            | ErrorCode::SlowDown
            | ErrorCode::ExpiredToken
            | ErrorCode::InvalidToken
            | ErrorCode::InsufficientScope
            | ErrorCode::InsufficientUserAuthentication
            | ErrorCode::InvalidDpopProof
            | ErrorCode::UseDpopNonce => Self::InvalidRequest,
        }
    }

    /// Short name of the kind, also the middle of its message keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Usual HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().status
    }

    /// OAuth error code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    pub(crate) const fn texts(self) -> Texts {
        self.row().texts
    }

    #[rustfmt::skip]
    const fn row(self) -> Row {
        match self {
            Self::InvalidRequest => row("invalid-request", 400, "invalid_request", say("problem-request-title", "problem-invalid-request", hint::TELL_APP)),
            Self::MethodNotAllowed => row("method", 405, "invalid_request", say("problem-request-title", "problem-method", hint::BACK)),
            Self::UnsupportedMediaType => row("media-type", 415, "invalid_request", say("problem-request-title", "problem-media-type", hint::BACK)),
            Self::TooLarge => row("too-large", 413, "invalid_request", say("problem-request-title", "problem-too-large", hint::TELL_APP)),
            Self::NotFound => row("not-found", 404, "invalid_request", say("problem-not-found-title", "problem-not-found", hint::BACK)),
            Self::SwitchedOff => row("switched-off", 404, "invalid_request", say("problem-not-found-title", "problem-switched-off", hint::BACK)),
            Self::RateLimited => row("rate-limited", 429, "temporarily_unavailable", say("problem-rate-limited-title", "problem-rate-limited", hint::WAIT)),
            Self::Unavailable => row("unavailable", 503, "temporarily_unavailable", say("problem-unavailable-title", "problem-unavailable", hint::RELOAD)),
            Self::ServerError => row("server-error", 500, "server_error", say("problem-server-error-title", "problem-server-error", hint::REFERENCE)),
            Self::FormExpired => row("form-expired", 403, "invalid_request", say("problem-form-expired-title", "problem-form-expired", hint::RELOAD)),
            Self::MissingClient => row("missing-client", 400, "invalid_request", say("problem-unknown-client-title", "problem-missing-client", hint::TELL_APP)),
            Self::UnknownClient => row("unknown-client", 400, "invalid_client", say("problem-unknown-client-title", "problem-unknown-client", hint::TELL_APP)),
            Self::RemovedClient => row("removed-client", 400, "invalid_client", say("problem-removed-client-title", "problem-removed-client", hint::START_AGAIN)),
            Self::DisabledClient => row("disabled-client", 400, "unauthorized_client", say("problem-disabled-client-title", "problem-disabled-client", hint::TELL_APP)),
            Self::RedirectMismatch => row("redirect", 400, "invalid_request", say("problem-redirect-title", "problem-redirect", hint::TELL_APP)),
            Self::UnreadDocument => row("unread-document", 503, "temporarily_unavailable", say("problem-unread-document-title", "problem-unread-document", hint::WAIT)),
            Self::InteractionExpired => row("expired", 400, "invalid_request", say("problem-expired-title", "problem-expired", hint::START_AGAIN)),
            Self::OtherBrowser => row("other-browser", 400, "invalid_request", say("problem-other-browser-title", "problem-other-browser", hint::SAME_BROWSER)),
            Self::AlreadyCompleted => row("completed", 400, "invalid_request", say("problem-completed-title", "problem-completed", hint::CLOSE)),
            Self::NoInteraction => row("no-interaction", 400, "invalid_request", say("problem-no-interaction-title", "problem-no-interaction", hint::START_AGAIN)),
            Self::LogoutHint => row("logout-hint", 400, "invalid_request", say("problem-logout-hint-title", "problem-logout-hint", hint::CLOSE)),
            Self::UnauthorizedClient => row("unauthorized-client", 400, "unauthorized_client", say("problem-refused-title", "problem-unauthorized-client", hint::TELL_APP)),
            Self::UnsupportedResponseType => row("response-type", 400, "unsupported_response_type", say("problem-refused-title", "problem-response-type", hint::TELL_APP)),
            Self::InvalidScope => row("scope", 400, "invalid_scope", say("problem-refused-title", "problem-scope", hint::TELL_APP)),
            Self::InvalidTarget => row("target", 400, "invalid_target", say("problem-refused-title", "problem-target", hint::TELL_APP)),
            Self::AccessDenied => row("access-denied", 400, "access_denied", say("problem-access-denied-title", "problem-access-denied", hint::BACK)),
            Self::LoginRequired => row("login-required", 400, "login_required", say("problem-person-needed-title", "problem-login-required", hint::SIGN_IN)),
            Self::ConsentRequired => row("consent-required", 400, "consent_required", say("problem-person-needed-title", "problem-consent-required", hint::START_AGAIN)),
            Self::AccountSelectionRequired => row("account-required", 400, "account_selection_required", say("problem-person-needed-title", "problem-account-required", hint::START_AGAIN)),
            Self::InteractionRequired => row("interaction-required", 400, "interaction_required", say("problem-person-needed-title", "problem-interaction-required", hint::START_AGAIN)),
            Self::UnmetAuthenticationRequirements => row("unmet", 400, "unmet_authentication_requirements", say("problem-unmet-title", "problem-unmet", hint::TELL_APP)),
            Self::RequestNotSupported => row("signed-request", 400, "request_not_supported", say("problem-refused-title", "problem-signed-request", hint::TELL_APP)),
            Self::RequestUriNotSupported => row("request-uri-off", 400, "request_uri_not_supported", say("problem-refused-title", "problem-request-uri-off", hint::TELL_APP)),
            Self::RegistrationNotSupported => row("registration", 400, "registration_not_supported", say("problem-refused-title", "problem-registration", hint::TELL_APP)),
            Self::InvalidRequestUri => row("request-uri", 400, "invalid_request_uri", say("problem-refused-title", "problem-request-uri", hint::START_AGAIN)),
            Self::InvalidRequestObject => row("request-object", 400, "invalid_request_object", say("problem-refused-title", "problem-request-object", hint::TELL_APP)),
        }
    }
}
