//! How a client sends its authorization requests: signed (RFC 9101), or pushed before (RFC 9126).

use super::{
    MetadataError, MetadataRule,
    rules::{KeySources, Rules},
};
use crate::protocol::policy::RequestForm;

/// What a client demands of its authorization requests.
pub(super) struct RequestDemands {
    /// The algorithm that signs them.
    pub(super) alg: Option<String>,
    /// Only signed ones are its own.
    pub(super) signed: bool,
    /// Only pushed ones are its own.
    pub(super) pushed: bool,
}

impl Rules<'_> {
    /// Only what the server offers can be demanded: the rest is left out of a registration (RFC 7591
    /// §3.2.1), and is an error of an operator.
    pub fn demands(&mut self, sent: RequestDemands) -> RequestDemands {
        let RequestDemands {
            alg,
            signed,
            pushed,
        } = sent;
        let (signing, pushing) = (self.policy.signed_requests, self.policy.pushed_requests);
        let has_alg = alg.is_some();
        let alg = alg.filter(|_| signing != RequestForm::Off);
        for (member, is_demanded, form, rule) in [
            (
                "request_object_signing_alg",
                has_alg,
                signing,
                MetadataRule::SignedRequestsOff,
            ),
            (
                "require_signed_request_object",
                signed,
                signing,
                MetadataRule::SignedRequestsOff,
            ),
            (
                "require_pushed_authorization_requests",
                pushed,
                pushing,
                MetadataRule::PushedRequestsOff,
            ),
        ] {
            let is_off = is_demanded && form == RequestForm::Off;
            if is_off && !self.policy.applicant.is_self_registered() {
                self.note(MetadataError::new(member, rule));
            }
        }
        RequestDemands {
            alg: self.assertion_algorithm("request_object_signing_alg", alg),
            signed: signed && signing != RequestForm::Off,
            pushed: pushed && pushing != RequestForm::Off,
        }
    }

    /// RG-07, JA-01: who signs requests has keys that the server knows.
    pub fn keys_of_requests(&mut self, demands: &RequestDemands, keys: &KeySources) {
        let signs = demands.signed || demands.alg.is_some();
        if signs && keys.jwks.is_none() && keys.jwks_uri.is_none() {
            self.refuse("jwks", MetadataRule::MissingRequestKeys);
        }
    }
}
