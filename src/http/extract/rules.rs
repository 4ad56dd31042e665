//! The rules that a request breaks by the way in which it is written.

use crate::protocol::{
    error::OAuthError,
    refusals::RefusalFamily,
    rule::{RuleId, rule},
};

/// The rules of an endpoint, or a family of them, on the content type, the URL and the body of a request.
/// The checks are the same everywhere; the rules have an id for each family.
#[derive(Clone, Copy, Debug)]
pub struct TransportRules {
    content_type: RuleId,
    content: RuleId,
}

impl TransportRules {
    /// The authorization endpoint.
    pub const AUTHORIZE: Self = Self {
        content_type: rule!("AZ-01"),
        content: rule!("AZ-02"),
    };
    /// The token endpoint, revocation and introspection.
    pub const CLIENT: Self = Self {
        content_type: rule!("TK-01"),
        content: rule!("TK-02"),
    };
    /// The `UserInfo` endpoint.
    pub const USERINFO: Self = Self::same(rule!("UI-01"));
    /// The logout endpoint.
    pub const END_SESSION: Self = Self::same(rule!("ES-01"));
    /// The registration endpoint, and the management of a registered client.
    pub const REGISTRATION: Self = Self {
        content_type: rule!("RG-01"),
        content: rule!("RG-02"),
    };
    /// The endpoints for scripts of the app.
    pub const SCRIPT: Self = Self::same(rule!("EX-01"));
    /// Forms of pages.
    pub const PAGE: Self = Self::same(rule!("PG-08"));

    const fn same(rule: RuleId) -> Self {
        Self {
            content_type: rule,
            content: rule,
        }
    }

    /// Makes the refusal of a content type.
    pub(super) fn refuse_type(self, refusal: impl RefusalFamily) -> OAuthError {
        OAuthError::of(refusal).with_rule(self.content_type)
    }

    /// Makes the refusal of a URL or a body.
    pub(super) fn refuse(self, refusal: impl RefusalFamily) -> OAuthError {
        OAuthError::of(refusal).with_rule(self.content)
    }
}
