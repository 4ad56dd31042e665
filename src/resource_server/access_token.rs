//! What a guarded handler learns about the token.

use std::sync::Arc;

use loco_rs::app::AppContext;

use super::{answer::BearerError, token_check::TokenCheck};
use crate::{
    error::Failure,
    people::{Owner, resource_owner::ResourceOwner},
    protocol::{
        actor::Actor,
        error::OAuthError,
        received::Received,
        refusals::GuardRefusal,
        scope::Scopes,
        step_up::{LoginOfToken, LoginRequirement},
        time::{Seconds, UnixTime},
    },
    store::{
        StoreError,
        transaction::retry,
        user_key::{UserKey, UserKeyType},
    },
};

/// An access token that a guard has accepted. Handlers inside the layers of `OAuth::require` and
/// `OAuth::mcp` take it as an extractor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccessToken {
    /// The subject as the client sees it; for machines the client id.
    pub sub: String,
    /// Primary key of the user; `None` for machines.
    pub user_id: Option<UserKey>,
    /// Id of the client to which the token was issued.
    pub client_id: String,
    /// Scopes of the token, with those that they imply at this resource.
    pub scopes: Scopes,
    /// Identifiers of the resources that the token is for (`aud`).
    pub audience: Vec<String>,
    /// End of validity.
    pub expires_at: UnixTime,
    /// Id of the token (`jti`), if it is a JWT.
    pub jti: Option<String>,
    /// Authentication context class of the user's login; `None` for machines.
    pub acr: Option<String>,
    /// Time of the user's login; `None` for machines.
    pub auth_time: Option<UnixTime>,
    /// Who acts for the subject with an exchanged token (RFC 8693 §4.1); `None` = the subject's own client.
    pub act: Option<Actor>,
    pub(super) owner: Option<Owner>,
    pub(super) token_check: Arc<TokenCheck>,
}

impl AccessToken {
    /// Whether the client acts for itself, and not for a user (RFC 6749 §4.4).
    #[must_use]
    pub const fn is_machine(&self) -> bool {
        self.user_id.is_none()
    }

    /// Checks scopes that only a part of an operation needs, inside a handler. The challenge then
    /// names these and those of the guard, so that a client which asks for more loses nothing.
    ///
    /// # Errors
    /// 403 `insufficient_scope`. In a handler that returns [`loco_rs::Result`], `?` keeps the
    /// challenge.
    pub fn require<S: AsRef<str>>(
        &self,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<(), BearerError> {
        let scopes: Scopes = scopes.into_iter().collect();
        if scopes.is_subset_of(&self.scopes) {
            return Ok(());
        }
        Err(self.lacking(&self.token_check.needed.union(&scopes)))
    }

    /// Checks that the login behind the token is of one of these classes, or of a stronger one, where only a
    /// part of an operation needs that (RFC 9470).
    ///
    /// # Errors
    /// 401 `insufficient_user_authentication`, with the classes; 500 when one is not in the setting
    /// `acr_values`. In a handler that returns [`loco_rs::Result`], `?` keeps the challenge.
    pub fn require_acr<S: AsRef<str>>(
        &self,
        acr_values: impl IntoIterator<Item = S>,
    ) -> Result<(), BearerError> {
        let acr_values = acr_values.into_iter();
        self.require_login_of_handler(&LoginRequirement {
            acr_values: acr_values.map(|acr| acr.as_ref().to_owned()).collect(),
            max_age: None,
        })
    }

    /// Checks that the login behind the token is not longer ago than `max_age`, where only a part of an
    /// operation needs that (RFC 9470).
    ///
    /// # Errors
    /// 401 `insufficient_user_authentication`, with the time. In a handler that returns
    /// [`loco_rs::Result`], `?` keeps the challenge.
    pub fn require_max_age(&self, max_age: Seconds) -> Result<(), BearerError> {
        self.require_login_of_handler(&LoginRequirement {
            acr_values: Vec::new(),
            max_age: Some(max_age),
        })
    }

    /// The challenge names what the guard wants, too, so that one new login is enough for both.
    fn require_login_of_handler(&self, login: &LoginRequirement) -> Result<(), BearerError> {
        self.token_check.defined(login)?;
        self.require_login(&self.token_check.login.and(login))
    }

    /// GU-05: checks the login behind the token.
    pub(super) fn require_login(&self, wanted: &LoginRequirement) -> Result<(), BearerError> {
        let login = LoginOfToken {
            acr: self.acr.as_deref(),
            auth_time: self.auth_time,
        };
        self.token_check.check_login(wanted, login)
    }

    /// The user to whom the token belongs, loaded together with the token.
    ///
    /// # Errors
    /// 403 for the token of a machine, 401 when the user does not exist, 503 or 500 when the database fails.
    pub async fn user<U: ResourceOwner + Clone>(&self, ctx: &AppContext) -> Result<U, BearerError> {
        let Some(key) = self.user_id else {
            let error = OAuthError::of(GuardRefusal::PersonNeeded)
                .received(Received::Public("a token of a client that acts for itself"));
            return Err(self.token_check.refuse(error));
        };
        if let Some(user) = self.owner.as_ref().and_then(Owner::model::<U>) {
            return Ok(user.clone());
        }
        let found = match U::Key::from_user_key(key) {
            Some(key) => {
                let find = || async { Ok(U::find_by_key(&ctx.db, key.clone()).await?) };
                let found = retry(find).await;
                found.map_err(|error: StoreError| self.token_check.refuse(Failure::from(error)))?
            }
            None => None,
        };
        found.ok_or_else(|| {
            let error = OAuthError::of(GuardRefusal::UserOfTokenGone);
            self.token_check.refuse(error)
        })
    }

    /// GU-04: the refusal of a token that lacks some of these scopes.
    pub(super) fn lacking(&self, needed: &Scopes) -> BearerError {
        let (wanted, held) = (format!("the scopes {needed}"), self.scopes.to_string());
        let error = OAuthError::of(GuardRefusal::ScopeLacking).observed(wanted, held);
        self.token_check.refuse_needing(needed, error)
    }
}
