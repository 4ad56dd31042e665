//! One request at a guard: which token it brings, and whether the token is good for it.

use std::sync::Arc;

use axum::http::HeaderMap;

use super::{
    access_token::AccessToken,
    answer::{BearerError, Provided, Slot},
    asked::Asked,
    needs::Needs,
};
use crate::{
    error::Failure,
    extract::bearer_token,
    protocol::{
        bearer::Challenge, error::OAuthError, implied_scopes::ImpliedScopes, resource,
        scope::Scopes,
    },
    server::Server,
    store::transaction::budgeted,
};

/// A request, and what it must have.
#[derive(Debug)]
pub struct Gate {
    server: Arc<Server>,
    asked: Asked,
    slot: Slot,
    /// Identifier of the resource.
    pub resource: String,
    /// All scopes of the operation.
    pub needed: Scopes,
    implied: ImpliedScopes,
}

impl Gate {
    /// The gate of a request.
    ///
    /// # Errors
    /// 500, when the guard names what the settings do not know.
    pub fn new(provided: Provided, asked: Asked, needs: &Needs) -> Result<Self, BearerError> {
        let Provided { server, slot, .. } = provided;
        let (resource, implied, needed) = match needs.resolve(&server) {
            Ok((policy, needed)) => (
                policy.identifier.clone(),
                policy.implied_scopes.clone(),
                needed,
            ),
            Err(text) => {
                tracing::error!("{text}");
                return Err(BearerError::new(
                    Failure::internal(text),
                    None,
                    (&asked, &slot),
                ));
            }
        };
        Ok(Self {
            server,
            asked,
            slot,
            resource,
            needed,
            implied,
        })
    }

    /// The token of the request, if it has one.
    ///
    /// # Errors
    /// GU-01.
    pub fn presented(&self, headers: &HeaderMap) -> Result<Option<String>, BearerError> {
        bearer_token(headers, "GU-01").map_err(|error| self.refuse(error))
    }

    /// GU-02, GU-04, GU-06: what is known of a token that is good for this request.
    ///
    /// # Errors
    /// The refusal.
    pub async fn admit(self: Arc<Self>, token: &str) -> Result<AccessToken, BearerError> {
        let found = budgeted(self.server.bearer(token)).await;
        let found = found.map_err(|failure| self.refuse(failure))?;
        let invalid = || OAuthError::invalid_token("GU-02", "The access token is not valid here");
        let (access, live) = found.ok_or_else(|| self.refuse(invalid()))?;
        let is_this = |uri: &String| resource::matches(&self.resource, uri);
        let mut audience = access.token.audience.0.iter();
        if !audience.any(is_this) {
            let received = access.token.audience.0.join(" ");
            return Err(self.refuse(invalid().expected(self.resource.as_str(), &received)));
        }
        let sub = match &live.owner {
            Some(owner) => self.server.subject_for(&live.client, owner),
            None => Ok(live.client.client_id.clone()),
        };
        let granted: Scopes = access.token.scopes.0.iter().collect();
        let grant = access.grant.as_ref();
        let token = AccessToken {
            sub: sub.map_err(|failure| self.refuse(failure))?,
            user_id: access.token.user_id,
            client_id: live.client.client_id,
            scopes: self.implied.held_with(&granted),
            audience: access.token.audience.0,
            expires_at: access.token.expires_at,
            jti: access.token.jti,
            acr: grant.and_then(|grant| grant.acr.clone()),
            auth_time: grant.and_then(|grant| grant.auth_time),
            owner: live.owner,
            gate: Arc::clone(&self),
        };
        token.check(&self.needed)?;
        Ok(token)
    }

    /// 401 to a request without a token: no error code (RFC 6750 §3.1).
    pub fn ask(&self) -> BearerError {
        let error = OAuthError::invalid_token("GU-01", "An access token is needed");
        let challenge = self.challenge((&self.needed, None));
        BearerError::new(error.into(), Some(challenge), (&self.asked, &self.slot)).silent()
    }

    /// A refusal of the token.
    pub fn refuse(&self, failure: impl Into<Failure>) -> BearerError {
        self.refuse_needing(&self.needed, failure)
    }

    /// A refusal of the token by an operation that needs other scopes.
    pub fn refuse_needing(&self, needed: &Scopes, failure: impl Into<Failure>) -> BearerError {
        let failure = rule_of_faults(failure.into());
        // A fault of ours says nothing about the token (GU-06).
        let challenge = (!failure.status.is_server_error())
            .then(|| self.challenge((needed, Some(&failure.error))));
        BearerError::new(failure, challenge, (&self.asked, &self.slot))
    }

    fn challenge(&self, (needed, error): (&Scopes, Option<&OAuthError>)) -> String {
        let metadata = self.server.urls.resource_metadata(&self.resource);
        let challenge = Challenge {
            realm: &self.server.urls.issuer,
            resource_metadata: metadata.as_deref(),
            scope: &needed.to_string(),
            error,
        };
        challenge.to_string()
    }
}

/// GU-06 is the guard's name for a database that is away.
fn rule_of_faults(mut failure: Failure) -> Failure {
    if failure.status.is_server_error() {
        failure.error.rule = "GU-06";
    }
    failure
}
