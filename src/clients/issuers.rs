//! Identity providers whose assertions about people count here (JB-01): whether one of them signed.

use super::{
    ClientRegistry,
    documents::AGAIN_AFTER,
    key_sets::{KeyOwner, KeySetError},
};
use crate::{
    error::Failure,
    protocol::{
        client_assertion::Assertion, error::OAuthError, exchange_policy::AssertionIssuer,
        grants::jwt_bearer::refused, refusals::JwtBearerRefusal,
    },
};

impl ClientRegistry {
    /// Verifies that the issuer signed an assertion. Its keys are fetched as those of clients are, and at most once
    /// a minute for an unknown one.
    ///
    /// # Errors
    /// `invalid_grant` for an assertion that is not signed by the issuer, `temporarily_unavailable` while its keys
    /// cannot be read, or a fault of this server.
    pub async fn verify_by_issuer(
        &self,
        issuer: &AssertionIssuer,
        assertion: &Assertion,
    ) -> Result<(), Failure> {
        match self
            .verify_by_set(KeyOwner::Issuer(issuer), assertion)
            .await?
        {
            Ok(()) => Ok(()),
            Err(KeySetError::Refused(refusal)) => Err(refused(refusal).into()),
            // The operator named the URL, so that the client is not at fault.
            Err(KeySetError::Forbidden { cause, .. } | KeySetError::Away(cause)) => Err(Failure {
                source: Some(cause),
                retry_after: Some(AGAIN_AFTER),
                ..OAuthError::of(JwtBearerRefusal::KeysUnread).into()
            }),
        }
    }
}
