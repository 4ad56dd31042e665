//! One request at a guard: which token it brings, and whether the token is good for it.

use std::sync::Arc;

use axum::http::HeaderMap;

use super::{
    access_token::AccessToken,
    answer::{BearerError, GuardExtension, RefusalSlot},
    request_context::RequestContext,
    requirement::{self, GuardRequirement, ResolvedRequirement, ScopeRule},
};
use crate::{
    error::Failure,
    http::extract::{PresentedToken, access_token},
    protocol::{
        bearer::{self, BearerPlace, Challenge},
        dpop::{Proof, TokenScheme},
        error::OAuthError,
        policy::{DpopUse, ResourcePolicy},
        received::Received,
        refusals::GuardRefusal,
        rule::rule,
        scope::Scopes,
        step_up::{LoginOfToken, LoginRequirement},
    },
    server::Server,
    store::{access_tokens::AccessTokenRow, transaction::budgeted},
    tokens::{ShownToken, lookup::ActiveAccessToken},
};

/// The check of one request at a guard: the request, and what its token must have.
#[derive(Debug)]
pub struct TokenCheck {
    server: Arc<Server>,
    request: RequestContext,
    slot: RefusalSlot,
    /// Place of the resource among those of the policy.
    pub(super) place: usize,
    /// Scopes of the operation, as challenges name them.
    pub needed: Scopes,
    enough: ScopeRule,
    /// What the login behind the token must be.
    pub(super) login: LoginRequirement,
}

impl TokenCheck {
    /// The check of a request against the requirement of a guard.
    ///
    /// # Errors
    /// 500 when the guard names what the settings do not define.
    pub fn new(
        extension: GuardExtension,
        request: RequestContext,
        requirement: &GuardRequirement,
    ) -> Result<Self, BearerError> {
        let GuardExtension { server, slot, .. } = extension;
        let demand = match requirement.resolve(&server) {
            Ok(demand) => demand,
            Err(text) => {
                tracing::error!("{text}");
                let fault = Failure::internal(text);
                return Err(BearerError::new(fault, Vec::new(), &request, &slot));
            }
        };
        let ResolvedRequirement {
            place,
            scopes: needed,
            enough,
            login,
            ..
        } = demand;
        Ok(Self {
            server,
            request,
            slot,
            place,
            needed,
            enough,
            login,
        })
    }

    /// The resource.
    #[expect(
        clippy::indexing_slicing,
        reason = "the place was found in this list, which never changes"
    )]
    pub fn resource(&self) -> &ResourcePolicy {
        &self.server.policy.resources[self.place]
    }

    /// The token of the request, if it has one. A server that reads no proofs does not know their scheme.
    ///
    /// # Errors
    /// GU-01: the refusal of a malformed header, or of several.
    pub fn access_token(&self, headers: &HeaderMap) -> Result<Option<PresentedToken>, BearerError> {
        let token = access_token(headers, BearerPlace::Guard);
        let token = token.map_err(|error| self.refuse(error))?;
        let is_known = |token: &PresentedToken| {
            token.scheme == TokenScheme::Bearer || self.server.policy.dpop != DpopUse::Off
        };
        Ok(token.filter(is_known))
    }

    /// GU-02 to GU-06: checks a token, and returns what a handler learns about it.
    ///
    /// # Errors
    /// 401 for a token that is not active, has another audience, is shown without its key or comes of a login
    /// that is not enough, 403 for one that lacks scopes, 503 or 500 for a fault.
    pub async fn admit(
        self: Arc<Self>,
        shown: &PresentedToken,
    ) -> Result<AccessToken, BearerError> {
        let found = budgeted(self.server.tokens.bearer(shown.text.expose())).await;
        let found = found.map_err(|failure| self.refuse(failure))?;
        let invalid = || OAuthError::of(GuardRefusal::AccessTokenInvalid);
        let ActiveAccessToken { access, parties } = found.map_err(|why| {
            let wanted = format!("a live access token for {}", self.resource().identifier);
            self.refuse(invalid().observed(wanted, why.to_string()))
        })?;
        let is_this = |uri: &String| self.server.policy.is_for(&self.resource().identifier, uri);
        if !access.token.audience.0.iter().any(is_this) {
            let client = &parties.client.client_id;
            let sent = access.token.audience.0.join(" ");
            let sent = format!("a live one of the client {client} for the audience {sent}");
            let wanted = format!(
                "an access token for the audience {}",
                self.resource().identifier
            );
            return Err(self.refuse(invalid().observed(wanted, sent)));
        }
        let proof = self.proof(shown, &access.token)?;
        let sub = match &parties.owner {
            Some(owner) => self
                .server
                .clients
                .subject_for(&parties.client, &owner.subject()),
            None => Ok(parties.client.client_id.clone()),
        };
        let granted: Scopes = access.token.scopes.0.iter().collect();
        let grant = access.grant.as_ref();
        let act = access.token.actor();
        let token = AccessToken {
            sub: sub.map_err(|failure| self.refuse(failure))?,
            user_id: access.token.user_id,
            client_id: parties.client.client_id.clone(),
            scopes: self.resource().implied_scopes.held_with(&granted),
            audience: access.token.audience.0,
            expires_at: access.token.expires_at,
            jti: access.token.jti,
            acr: grant.and_then(|grant| grant.acr.clone()),
            auth_time: grant.and_then(|grant| grant.auth_time),
            act,
            owner: parties.owner,
            token_check: Arc::clone(&self),
        };
        if !self.is_enough(&token.scopes) {
            return Err(token.lacking(&self.needed));
        }
        token.require_login(&self.login)?;
        if let Some(proof) = proof {
            self.use_up(&proof).await?;
        }
        Ok(token)
    }

    /// GU-03: verifies that the client has the key of the token.
    fn proof(
        &self,
        shown: &PresentedToken,
        row: &AccessTokenRow,
    ) -> Result<Option<Proof>, BearerError> {
        let Self {
            server, request, ..
        } = self;
        let shown = ShownToken {
            row,
            text: shown.text.expose(),
            scheme: shown.scheme,
            proof: &shown.proof,
            binding: server.policy.binding_at(Some(self.resource())),
            method: request.method(),
        };
        let url = || server.urls.page(request.path());
        let proof = server.tokens.check_possession(&shown, url);
        proof.map_err(|failure| self.refuse(failure))
    }

    /// DP-03: uses the proof of the request up, unless another guard of the same request has done so.
    async fn use_up(&self, proof: &Proof) -> Result<(), BearerError> {
        let hash = proof.once.hash;
        if self.slot.used_proof.get() == Some(&hash) {
            return Ok(());
        }
        let used = budgeted(self.server.tokens.use_up(proof)).await;
        used.map_err(|failure| self.refuse(failure.at_resource()))?;
        let _ = self.slot.used_proof.set(hash);
        Ok(())
    }

    /// GU-04: whether a token has enough scopes.
    fn is_enough(&self, held: &Scopes) -> bool {
        match self.enough {
            ScopeRule::All => self.needed.is_subset_of(held),
            ScopeRule::AnyOfResource => {
                let mut scopes = self.resource().scopes.iter();
                scopes.any(|scope| held.contains(scope))
            }
        }
    }

    /// GU-05: whether the login behind a token is enough.
    ///
    /// # Errors
    /// 401 `insufficient_user_authentication`, with what would be enough.
    pub fn check_login(
        &self,
        wanted: &LoginRequirement,
        login: LoginOfToken<'_>,
    ) -> Result<(), BearerError> {
        let now = self.server.clock.now();
        if wanted.is_met(&self.server.settings.acr_values, login, now) {
            return Ok(());
        }
        let error = OAuthError::of(GuardRefusal::LoginNotEnough);
        let error = error.observed(wanted.to_string(), login.shown(now));
        let challenges = self.challenges(&self.needed, Some(&error), Some(wanted));
        Err(BearerError::new(
            error.into(),
            challenges,
            &self.request,
            &self.slot,
        ))
    }

    /// What a handler wants of a login, if the settings define it.
    ///
    /// # Errors
    /// 500 when the handler names a class that the settings do not define.
    pub fn defined(&self, login: &LoginRequirement) -> Result<(), BearerError> {
        requirement::check_login(&self.server.settings, login).map_err(|what| {
            let text = format!(
                "oauth_server: a handler of {} {what}",
                self.resource().identifier
            );
            tracing::error!("{text}");
            self.refuse(Failure::internal(text))
        })
    }

    /// The 401 to a request without a token; its challenge has no error code (RFC 6750 §3.1).
    pub fn ask(&self) -> BearerError {
        let error = OAuthError::of(GuardRefusal::AccessTokenMissing)
            .received(Received::Public("no bearer token"));
        let challenges = self.challenges(&self.needed, None, None);
        BearerError::new(error.into(), challenges, &self.request, &self.slot).silent()
    }

    /// A refusal of the token.
    pub fn refuse(&self, failure: impl Into<Failure>) -> BearerError {
        self.refuse_needing(&self.needed, failure)
    }

    /// A refusal of the token by an operation that needs other scopes.
    pub fn refuse_needing(&self, needed: &Scopes, failure: impl Into<Failure>) -> BearerError {
        let failure = rule_of_faults(failure.into());
        // A fault of this server says nothing about the token, so that there is no challenge (GU-06).
        let challenges = if failure.status.is_server_error() {
            Vec::new()
        } else {
            self.challenges(needed, Some(&failure.error), None)
        };
        BearerError::new(failure, challenges, &self.request, &self.slot)
    }

    fn challenges(
        &self,
        needed: &Scopes,
        error: Option<&OAuthError>,
        login: Option<&LoginRequirement>,
    ) -> Vec<String> {
        let metadata = self
            .server
            .urls
            .resource_metadata(&self.resource().identifier);
        let (policy, scheme) = (&self.server.policy, self.request.scheme());
        let binding = policy.binding_at(Some(self.resource()));
        let challenge = Challenge {
            scheme,
            realm: &self.server.urls.issuer,
            resource_metadata: metadata.as_deref(),
            scope: &needed.to_string(),
            error,
            login,
        };
        challenge.lines(bearer::offered(policy.dpop, binding, scheme))
    }
}

/// A fault at a guard is reported under the rule GU-06.
fn rule_of_faults(mut failure: Failure) -> Failure {
    if failure.status.is_server_error() {
        failure.error.rule = rule!("GU-06");
    }
    failure
}
