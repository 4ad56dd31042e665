//! Proofs of possession (RFC 9449): verified, and used up on all nodes.

use axum::http::Method;

use super::TokenService;
use crate::{
    error::Failure,
    protocol::{
        dpop::{Binding, Expected, Nonces, Proof, SentProof, TokenScheme, possession},
        error::OAuthError,
        policy::DpopUse,
        refusals::DpopRefusal,
        route::Route,
        time::Seconds,
    },
    store::{
        access_tokens::AccessTokenRow,
        ephemerals::{self, UsedProof},
    },
};

/// Seconds beyond its end for which a used proof is remembered: a clock that went ahead and comes back makes
/// none valid again.
const USED_KEPT: Seconds = Seconds::minutes(5);

/// An access token as a request shows it.
pub struct ShownToken<'a> {
    /// Its row.
    pub row: &'a AccessTokenRow,
    /// Its text.
    pub text: &'a str,
    /// The scheme of the header `Authorization`.
    pub scheme: TokenScheme,
    /// The header `DPoP`.
    pub proof: &'a SentProof,
    /// Whether the resource takes bound tokens alone.
    pub binding: Binding,
    /// Method of the request.
    pub method: &'a Method,
}

impl TokenService {
    /// Returns the nonces that proofs must have at this moment; `None` = they need none (DP-04).
    pub fn nonces(&self) -> Option<Nonces> {
        let secret = self.nonce_secret.as_ref()?;
        Some(Nonces::at(self.clock.now(), secret.expose()))
    }

    /// Verifies the proof of a request to an endpoint for clients (TK-08). Whether it was used before is the
    /// question of [`Self::use_up`]. `Ok(None)` = there is none, or the server reads none.
    ///
    /// # Errors
    /// `invalid_dpop_proof` or `use_dpop_nonce`.
    pub fn proof_at(&self, route: Route, sent: &SentProof) -> Result<Option<Proof>, OAuthError> {
        if self.policy.dpop == DpopUse::Off {
            return Ok(None);
        }
        sent.verify(&Expected {
            method: Method::POST.as_str(),
            url: self.urls.of(route),
            access_token: None,
            nonces: self.nonces().as_ref(),
            lifetime: self.settings.dpop.proof_lifetime_seconds,
            now: self.clock.now(),
        })
    }

    /// GU-03, DP-05: verifies that the client which shows an access token has its key. `url` makes the URL of
    /// the request. Returns the proof, which is then to be used up; a bearer token has none.
    ///
    /// # Errors
    /// 401 for a token that may not be shown in this way, and for a proof that is not good.
    pub fn check_possession(
        &self,
        shown: &ShownToken<'_>,
        url: impl FnOnce() -> String,
    ) -> Result<Option<Proof>, Failure> {
        let verify = || {
            shown.proof.verify(&Expected {
                method: shown.method.as_str(),
                url: &url(),
                access_token: Some(shown.text),
                nonces: self.nonces().as_ref(),
                lifetime: self.settings.dpop.proof_lifetime_seconds,
                now: self.clock.now(),
            })
        };
        let bound_to = shown.row.dpop_jkt.as_deref();
        let proof = possession(bound_to, shown.scheme, shown.binding, verify);
        proof.map_err(|error| Failure::from(error).at_resource())
    }

    /// Uses a proof up, on all nodes (DP-03). Requests at the same time share the statement.
    ///
    /// # Errors
    /// `invalid_dpop_proof` for one that was used before, or a fault.
    pub async fn use_up(&self, proof: &Proof) -> Result<(), Failure> {
        let used = UsedProof {
            hash: proof.once.hash,
            forget_at: proof.once.until + USED_KEPT,
        };
        let store = self.store.clone();
        let take = move |proofs: Vec<UsedProof>, _| {
            let store = store.clone();
            async move { ephemerals::take_proofs(store.pool(), store.tables(), &proofs).await }
        };
        if self.store.ask(&self.lookups.proofs, used, take).await? {
            return Ok(());
        }
        Err(OAuthError::of(DpopRefusal::Used).into())
    }
}
