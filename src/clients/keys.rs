//! The keys of clients: whether one of them signed something (CA-03, JA-01).

use super::{
    ClientRegistry,
    documents::AGAIN_AFTER,
    key_sets::{KeyOwner, KeySetError},
};
use crate::{
    error::Failure,
    protocol::{
        client::Client,
        client_assertion::{Assertion, AssertionRefusal},
        error::OAuthError,
        refusals::ClientAuthRefusal,
    },
};

/// Why nothing says that the client signed something.
pub(super) struct Unproven {
    /// The check that failed.
    pub refusal: AssertionRefusal,
    /// Why its keys could not be read.
    pub source: Option<String>,
}

impl From<AssertionRefusal> for Unproven {
    fn from(refusal: AssertionRefusal) -> Self {
        let source = None;
        Self { refusal, source }
    }
}

impl Unproven {
    /// Makes the failure of the request, whose refusal `refused` makes.
    pub fn into_failure(self, refused: fn(AssertionRefusal) -> OAuthError) -> Failure {
        Failure {
            source: self.source,
            ..refused(self.refusal).into()
        }
    }
}

impl ClientRegistry {
    /// Checks that a key of the client signed `jws`, by `jwks` of its metadata or at its `jwks_uri`. The outer
    /// error is a fault, the inner one a refusal.
    pub(super) async fn verify(
        &self,
        client: &Client,
        jws: &Assertion,
    ) -> Result<Result<(), Unproven>, Failure> {
        match &client.jwks {
            Some(keys) => Ok(jws.verify(keys).map_err(Unproven::from)),
            None => self.verify_by_uri(client, jws).await,
        }
    }

    /// Verifies a JWT by the keys at `jwks_uri` (CA-03).
    async fn verify_by_uri(
        &self,
        client: &Client,
        assertion: &Assertion,
    ) -> Result<Result<(), Unproven>, Failure> {
        let owner = KeyOwner::Client(client);
        match self.verify_by_set(owner, assertion).await? {
            Ok(()) => Ok(Ok(())),
            Err(KeySetError::Refused(refusal)) => Ok(Err(refusal.into())),
            Err(KeySetError::Forbidden { refusal, cause }) => Ok(Err(Unproven {
                refusal,
                source: Some(cause),
            })),
            Err(KeySetError::Away(cause)) => Err(no_keys(cause)),
        }
    }
}

/// Returns the error for keys that cannot be read. As for documents (CI-05), a fault of their host is
/// no fault of the assertion.
fn no_keys(cause: String) -> Failure {
    Failure {
        source: Some(cause),
        retry_after: Some(AGAIN_AFTER),
        ..OAuthError::of(ClientAuthRefusal::ClientKeysUnread).into()
    }
}
