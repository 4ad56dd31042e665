//! Refusals with the codes of the RFCs.
//!
//! A refusal has three channels: the code and a fixed public description for the client, and what
//! was expected and received for the operator's log. The public part reflects no input.

use std::fmt;

/// `error` values of RFC 6749, RFC 6750, RFC 7591, RFC 8707 and OpenID Connect Core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1, §5.2
    InvalidRequest,
    /// RFC 6749 §5.2
    InvalidClient,
    /// RFC 6749 §5.2
    InvalidGrant,
    /// RFC 6749 §4.1.2.1, §5.2
    UnauthorizedClient,
    /// RFC 6749 §5.2
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1, §5.2
    InvalidScope,
    /// RFC 8707 §2
    InvalidTarget,
    /// RFC 6749 §4.1.2.1
    AccessDenied,
    /// RFC 6749 §4.1.2.1
    ServerError,
    /// RFC 6749 §4.1.2.1
    TemporarilyUnavailable,
    /// OIDC Core §3.1.2.6
    LoginRequired,
    /// OIDC Core §3.1.2.6
    ConsentRequired,
    /// OIDC Core §3.1.2.6
    AccountSelectionRequired,
    /// OIDC Core §3.1.2.6
    InteractionRequired,
    /// OIDC Core §3.1.2.6
    RequestNotSupported,
    /// OIDC Core §3.1.2.6
    RequestUriNotSupported,
    /// OIDC Core §3.1.2.6
    RegistrationNotSupported,
    /// RFC 7591 §3.2.2
    InvalidRedirectUri,
    /// RFC 7591 §3.2.2
    InvalidClientMetadata,
    /// RFC 6750 §3.1
    InvalidToken,
    /// RFC 6750 §3.1
    InsufficientScope,
}

impl ErrorCode {
    /// The value of `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::InteractionRequired => "interaction_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Longest received value in the log that is not masked, characters.
const MAX_OBSERVED: usize = 500;

/// One refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The RFC's code.
    pub code: ErrorCode,
    /// Id of the rule that failed, for example `TK-12`.
    pub rule: &'static str,
    /// `error_description`: a fixed sentence of `%x20-21 / %x23-5B / %x5D-7E` (RFC 6749 §5.2).
    pub description: &'static str,
    /// A finding that names a member of the request, told instead of `description`. What was sent
    /// stands there in the characters of `description` only, and cut.
    pub finding: Option<Box<str>>,
    /// What the rule wanted and what it got, for the operator only; never a secret.
    pub detail: Option<Box<Detail>>,
}

/// The operator's view of a refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// What would have been accepted.
    pub expected: String,
    /// What was sent, masked.
    pub received: String,
}

macro_rules! constructors {
    ($($name:ident => $code:ident),+ $(,)?) => {
        impl OAuthError {
            $(
                #[doc = concat!("A refusal with the code `", stringify!($name), "`.")]
                pub const fn $name(rule: &'static str, description: &'static str) -> Self {
                    Self { code: ErrorCode::$code, rule, description, finding: None, detail: None }
                }
            )+
        }
    };
}

constructors! {
    invalid_request => InvalidRequest,
    invalid_client => InvalidClient,
    invalid_grant => InvalidGrant,
    unauthorized_client => UnauthorizedClient,
    unsupported_grant_type => UnsupportedGrantType,
    unsupported_response_type => UnsupportedResponseType,
    invalid_scope => InvalidScope,
    invalid_target => InvalidTarget,
    access_denied => AccessDenied,
    server_error => ServerError,
    temporarily_unavailable => TemporarilyUnavailable,
    login_required => LoginRequired,
    consent_required => ConsentRequired,
    account_selection_required => AccountSelectionRequired,
    interaction_required => InteractionRequired,
    request_not_supported => RequestNotSupported,
    request_uri_not_supported => RequestUriNotSupported,
    registration_not_supported => RegistrationNotSupported,
    invalid_redirect_uri => InvalidRedirectUri,
    invalid_client_metadata => InvalidClientMetadata,
    invalid_token => InvalidToken,
    insufficient_scope => InsufficientScope,
}

impl OAuthError {
    /// Tells a finding instead of the fixed sentence.
    #[must_use]
    pub fn with_finding(self, finding: &impl fmt::Display, received: &str) -> Self {
        let finding = finding.to_string();
        Self {
            finding: Some(finding.as_str().into()),
            ..self.expected(finding, received)
        }
    }

    /// The value of `error_description`.
    #[must_use]
    pub fn text(&self) -> &str {
        self.finding.as_deref().unwrap_or(self.description)
    }

    /// Adds what the operator should see: the wanted and the received value. The received value
    /// is masked here (length and first 4 characters), so that logs stay free of identifiers.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>, received: &str) -> Self {
        self.detail = Some(Box::new(Detail {
            expected: expected.into(),
            received: mask(received),
        }));
        self
    }

    /// The same for a received value that is neither a secret nor about a person, such as an
    /// origin: the operator sees all of it.
    #[must_use]
    pub fn with_detail(mut self, expected: impl Into<String>, received: impl Into<String>) -> Self {
        self.detail = Some(Box::new(Detail {
            expected: expected.into(),
            received: received.into(),
        }));
        self
    }
}

impl OAuthError {
    /// Adds what the operator should see, with a received value that is shown as it is: words of this
    /// server about what came, an audience, a redirect URI, scopes. Never a secret or a token.
    #[must_use]
    pub fn observed(mut self, expected: impl Into<String>, received: impl AsRef<str>) -> Self {
        self.detail = Some(Box::new(Detail {
            expected: expected.into(),
            received: received.as_ref().chars().take(MAX_OBSERVED).collect(),
        }));
        self
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.rule, self.text())
    }
}

impl std::error::Error for OAuthError {}

/// `abcd… (17)`: the first 4 characters and the length in bytes.
fn mask(value: &str) -> String {
    let head: String = value.chars().take(4).collect();
    format!("{}… ({})", head.escape_debug(), value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn received_values_are_masked() {
        let error = OAuthError::invalid_grant("TK-12", "no").expected("43", "secret-value\n");
        let detail = error.detail.unwrap();
        assert_eq!(detail.received, "secr… (13)");
    }

    #[test]
    fn s_d2_observed_values_are_shown_but_bounded() {
        let long = "a".repeat(MAX_OBSERVED + 1);
        let error = OAuthError::invalid_token("GU-02", "no").observed("https://a", &long);
        assert_eq!(error.detail.unwrap().received.len(), MAX_OBSERVED);
    }
}
