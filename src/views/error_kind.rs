//! The situations that end on the error page, and what is said about them.

/// Why a page is an error page. Controllers choose one; title, explanation and hint follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    // What this server says about a request.
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

    // What it says about a client.
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

    // What it says about an interaction.
    /// Waited too long.
    InteractionExpired,
    /// Started in another browser.
    OtherBrowser,
    /// Answered before.
    AlreadyCompleted,
    /// No interaction named where one is needed.
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

/// Message keys of one situation.
pub(super) struct Texts {
    pub(super) title: &'static str,
    pub(super) explanation: &'static str,
    pub(super) hint: &'static str,
}

/// What the person can do.
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

/// One row per situation: name, status, code, title, explanation, hint.
type Row = (
    &'static str,
    u16,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

impl ErrorKind {
    /// Every situation, for tests.
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

    /// The situation of an OAuth error code that no other situation explains better.
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        let sent_back = &Self::ALL[21..];
        sent_back
            .iter()
            .copied()
            .find(|kind| kind.code() == code)
            .unwrap_or(match code {
                "invalid_client" => Self::UnknownClient,
                "temporarily_unavailable" => Self::Unavailable,
                "server_error" => Self::ServerError,
                _ => Self::InvalidRequest,
            })
    }

    /// Short name, also the middle of the message keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// Usual HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// OAuth error code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().2
    }

    pub(super) const fn texts(self) -> Texts {
        let (_, _, _, title, explanation, hint) = self.row();
        Texts {
            title,
            explanation,
            hint,
        }
    }

    #[rustfmt::skip]
    const fn row(self) -> Row {
        match self {
            Self::InvalidRequest => ("invalid-request", 400, "invalid_request", "problem-request-title", "problem-invalid-request", hint::TELL_APP),
            Self::MethodNotAllowed => ("method", 405, "invalid_request", "problem-request-title", "problem-method", hint::BACK),
            Self::UnsupportedMediaType => ("media-type", 415, "invalid_request", "problem-request-title", "problem-media-type", hint::BACK),
            Self::TooLarge => ("too-large", 413, "invalid_request", "problem-request-title", "problem-too-large", hint::TELL_APP),
            Self::NotFound => ("not-found", 404, "invalid_request", "problem-not-found-title", "problem-not-found", hint::BACK),
            Self::SwitchedOff => ("switched-off", 404, "invalid_request", "problem-not-found-title", "problem-switched-off", hint::BACK),
            Self::RateLimited => ("rate-limited", 429, "temporarily_unavailable", "problem-rate-limited-title", "problem-rate-limited", hint::WAIT),
            Self::Unavailable => ("unavailable", 503, "temporarily_unavailable", "problem-unavailable-title", "problem-unavailable", hint::RELOAD),
            Self::ServerError => ("server-error", 500, "server_error", "problem-server-error-title", "problem-server-error", hint::REFERENCE),
            Self::FormExpired => ("form-expired", 403, "invalid_request", "problem-form-expired-title", "problem-form-expired", hint::RELOAD),
            Self::MissingClient => ("missing-client", 400, "invalid_request", "problem-unknown-client-title", "problem-missing-client", hint::TELL_APP),
            Self::UnknownClient => ("unknown-client", 400, "invalid_client", "problem-unknown-client-title", "problem-unknown-client", hint::TELL_APP),
            Self::RemovedClient => ("removed-client", 400, "invalid_client", "problem-removed-client-title", "problem-removed-client", hint::START_AGAIN),
            Self::DisabledClient => ("disabled-client", 400, "unauthorized_client", "problem-disabled-client-title", "problem-disabled-client", hint::TELL_APP),
            Self::RedirectMismatch => ("redirect", 400, "invalid_request", "problem-redirect-title", "problem-redirect", hint::TELL_APP),
            Self::UnreadDocument => ("unread-document", 503, "temporarily_unavailable", "problem-unread-document-title", "problem-unread-document", hint::WAIT),
            Self::InteractionExpired => ("expired", 400, "invalid_request", "problem-expired-title", "problem-expired", hint::START_AGAIN),
            Self::OtherBrowser => ("other-browser", 400, "invalid_request", "problem-other-browser-title", "problem-other-browser", hint::SAME_BROWSER),
            Self::AlreadyCompleted => ("completed", 400, "invalid_request", "problem-completed-title", "problem-completed", hint::CLOSE),
            Self::NoInteraction => ("no-interaction", 400, "invalid_request", "problem-no-interaction-title", "problem-no-interaction", hint::START_AGAIN),
            Self::LogoutHint => ("logout-hint", 400, "invalid_request", "problem-logout-hint-title", "problem-logout-hint", hint::CLOSE),
            Self::UnauthorizedClient => ("unauthorized-client", 400, "unauthorized_client", "problem-refused-title", "problem-unauthorized-client", hint::TELL_APP),
            Self::UnsupportedResponseType => ("response-type", 400, "unsupported_response_type", "problem-refused-title", "problem-response-type", hint::TELL_APP),
            Self::InvalidScope => ("scope", 400, "invalid_scope", "problem-refused-title", "problem-scope", hint::TELL_APP),
            Self::InvalidTarget => ("target", 400, "invalid_target", "problem-refused-title", "problem-target", hint::TELL_APP),
            Self::AccessDenied => ("access-denied", 400, "access_denied", "problem-access-denied-title", "problem-access-denied", hint::BACK),
            Self::LoginRequired => ("login-required", 400, "login_required", "problem-person-needed-title", "problem-login-required", hint::SIGN_IN),
            Self::ConsentRequired => ("consent-required", 400, "consent_required", "problem-person-needed-title", "problem-consent-required", hint::START_AGAIN),
            Self::AccountSelectionRequired => ("account-required", 400, "account_selection_required", "problem-person-needed-title", "problem-account-required", hint::START_AGAIN),
            Self::InteractionRequired => ("interaction-required", 400, "interaction_required", "problem-person-needed-title", "problem-interaction-required", hint::START_AGAIN),
            Self::UnmetAuthenticationRequirements => ("unmet", 400, "unmet_authentication_requirements", "problem-unmet-title", "problem-unmet", hint::TELL_APP),
            Self::RequestNotSupported => ("signed-request", 400, "request_not_supported", "problem-refused-title", "problem-signed-request", hint::TELL_APP),
            Self::RequestUriNotSupported => ("request-uri-off", 400, "request_uri_not_supported", "problem-refused-title", "problem-request-uri-off", hint::TELL_APP),
            Self::RegistrationNotSupported => ("registration", 400, "registration_not_supported", "problem-refused-title", "problem-registration", hint::TELL_APP),
            Self::InvalidRequestUri => ("request-uri", 400, "invalid_request_uri", "problem-refused-title", "problem-request-uri", hint::START_AGAIN),
            Self::InvalidRequestObject => ("request-object", 400, "invalid_request_object", "problem-refused-title", "problem-request-object", hint::TELL_APP),
        }
    }
}
