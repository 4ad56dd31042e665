//! Refusals with the codes of the RFCs.
//!
//! A refusal has three channels: the code and a fixed public description for the client, what was
//! wrong, expected and received for the operator's log, and what the person reads on a page. The
//! texts of all of them stand in one table, [`refusals`](super::refusals). The public part reflects
//! no input.

use std::fmt;

use super::{
    received::Received,
    redirect_difference::Difference,
    refusals::{Refusal, RefusalFamily, offer},
    rule::RuleId,
};

/// `error` values of RFC 6749, RFC 6750, RFC 7591, RFC 8628, RFC 8707, RFC 9101, RFC 9449 and OpenID Connect Core.
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
    /// OpenID Connect Core §3.1.2.6
    LoginRequired,
    /// OpenID Connect Core §3.1.2.6
    ConsentRequired,
    /// OpenID Connect Core §3.1.2.6
    AccountSelectionRequired,
    /// OpenID Connect Core §3.1.2.6
    InteractionRequired,
    /// OpenID Connect Core Error Code `unmet_authentication_requirements` 1.0
    UnmetAuthenticationRequirements,
    /// OpenID Connect Core §3.1.2.6
    RequestNotSupported,
    /// OpenID Connect Core §3.1.2.6
    RequestUriNotSupported,
    /// OpenID Connect Core §3.1.2.6
    RegistrationNotSupported,
    /// RFC 9101 §7
    InvalidRequestUri,
    /// RFC 9101 §7
    InvalidRequestObject,
    /// RFC 7591 §3.2.2
    InvalidRedirectUri,
    /// RFC 7591 §3.2.2
    InvalidClientMetadata,
    /// RFC 8628 §3.5
    AuthorizationPending,
    /// RFC 8628 §3.5
    SlowDown,
    /// RFC 8628 §3.5
    ExpiredToken,
    /// RFC 6750 §3.1
    InvalidToken,
    /// RFC 6750 §3.1
    InsufficientScope,
    /// RFC 9470 §3
    InsufficientUserAuthentication,
    /// RFC 9449 §5, §7.1
    InvalidDpopProof,
    /// RFC 9449 §8, §9
    UseDpopNonce,
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
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The error code of the RFC.
    pub code: ErrorCode,
    /// Id of the rule that failed, for example `TK-12`.
    pub rule: RuleId,
    /// `error_description`: a fixed sentence of `%x20-21 / %x23-5B / %x5D-7E` (RFC 6749 §5.2).
    pub description: &'static str,
    /// A sentence that names a member of the request, told instead of `description`. Sent values
    /// stand in it in the characters of `description` only, and cut.
    pub finding: Option<Box<str>>,
    /// Expected and received value, for the operator only; never a secret.
    pub detail: Option<Box<Detail>>,
    /// The row of the table that all other texts come from.
    pub refusal: &'static Refusal,
}

/// The operator's view of a refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// What would have been accepted, here more exactly than in the table; or empty.
    pub expected: String,
    /// What was sent, as far as it may be shown; or empty.
    pub received: String,
    /// How a redirect URI differs from the nearest registered one.
    pub difference: Option<Difference>,
}

impl OAuthError {
    /// Sets a sentence about a member of the request, told instead of the fixed one.
    #[must_use]
    pub fn with_finding(mut self, finding: &impl fmt::Display) -> Self {
        self.finding = Some(finding.to_string().into());
        self
    }

    /// The value of `error_description`.
    #[must_use]
    pub fn text(&self) -> &str {
        self.finding.as_deref().unwrap_or(self.description)
    }

    /// Makes a refusal from its row of the table.
    pub fn of(refusal: impl RefusalFamily) -> Self {
        let refusal = refusal.row();
        Self {
            code: refusal.code,
            rule: refusal.rule,
            description: refusal.client,
            finding: None,
            detail: None,
            refusal,
        }
    }

    /// Returns this refusal under the rule of another endpoint.
    #[must_use]
    pub const fn with_rule(mut self, rule: RuleId) -> Self {
        self.rule = rule;
        self
    }

    /// Adds the expected value, and a received one that is neither a secret nor about a person,
    /// such as an origin: the operator sees all of it.
    #[must_use]
    pub fn with_detail(self, expected: impl Into<String>, received: impl AsRef<str>) -> Self {
        self.expected(expected, Received::Public(received.as_ref()))
    }

    /// Adds what the operator should see, with a received value that is shown as it is: words of this
    /// server about what came, an audience, a redirect URI, scopes. Never a secret or a token.
    #[must_use]
    pub fn observed(self, expected: impl Into<String>, received: impl AsRef<str>) -> Self {
        self.expected(expected, Received::Public(received.as_ref()))
    }

    /// Names the parameter that is wrong, a word of this server, to the client.
    #[must_use]
    pub fn naming(mut self, parameter: &'static str) -> Self {
        self.finding = Some(format!("{}: {parameter}", self.description).into());
        self
    }

    /// Names what is offered instead, values of this server or of the client's record, to the
    /// client and the operator.
    #[must_use]
    pub fn offering<'o>(mut self, offered: impl IntoIterator<Item = &'o str>) -> Self {
        let offered: Vec<&str> = offered.into_iter().collect();
        self.finding = Some(offer(self.description, &offered).into());
        self.detail_mut().expected = match offered.as_slice() {
            [] => "nothing: this client may ask for none".to_owned(),
            offered => format!("one of: {}", offered.join(" ")),
        };
        self
    }

    /// Adds the expected value, and the received one shown as its kind allows, for the operator.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>, received: Received<'_>) -> Self {
        self.detail_mut().expected = expected.into();
        self.received(received)
    }

    /// Adds the received value, where the table has the expected one.
    #[must_use]
    pub fn received(mut self, received: Received<'_>) -> Self {
        self.detail_mut().received = received.shown();
        self
    }

    /// Adds how a redirect URI differs from the nearest registered one.
    #[must_use]
    pub fn differing(mut self, difference: Option<Difference>) -> Self {
        self.detail_mut().difference = difference;
        self
    }

    fn detail_mut(&mut self) -> &mut Detail {
        self.detail.get_or_insert_default()
    }

    /// Returns what was wrong, for the operator.
    #[must_use]
    pub const fn problem(&self) -> &'static str {
        self.refusal.problem
    }

    /// Returns what would have been accepted, for the operator; may be empty.
    #[must_use]
    pub fn wanted(&self) -> &str {
        let exactly = self
            .detail
            .as_deref()
            .map(|detail| detail.expected.as_str());
        exactly
            .filter(|expected| !expected.is_empty())
            .unwrap_or(self.refusal.expected)
    }

    /// Returns the received value, as far as it may be shown; empty when there was none.
    #[must_use]
    pub fn received_text(&self) -> &str {
        self.detail.as_deref().map_or("", |detail| &detail.received)
    }

    /// Returns what to do, for the operator and the developer.
    #[must_use]
    pub const fn fix(&self) -> &'static str {
        self.refusal.fix
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.rule, self.text())
    }
}

impl std::error::Error for OAuthError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::refusals::{CodeRefusal, GuardRefusal};

    #[test]
    fn received_values_are_shown_as_their_kind_allows() {
        let error = OAuthError::of(CodeRefusal::VerifierWrong);
        let error = error.expected("43", Received::Identifier("some-value"));
        assert_eq!(error.received_text(), "some… (10)");
        let error = error.received(Received::Secret("some-value"));
        assert_eq!(error.received_text(), "a secret of 10 bytes");
    }

    #[test]
    fn s_d2_observed_values_are_shown_but_bounded() {
        let audience = "https://api.example/notes";
        let error =
            OAuthError::of(GuardRefusal::AccessTokenInvalid).observed("https://a", audience);
        assert_eq!(error.received_text(), audience);
        let long = "a b ".repeat(1000);
        let error = error.observed("https://a", &long);
        // 300 characters of it, and how long it was.
        assert_eq!(
            error.received_text(),
            format!("{}… (4000 bytes)", "a b ".repeat(75))
        );
    }
}
