//! What the plugin needs to know about the app's users: the [`ResourceOwner`] trait, and what an app
//! may offer besides: [`CreateAccount`], [`SetPassword`].
//!
//! "Resource owner" is the word of RFC 6749 §1.1 for the person who grants access. The generator
//! writes the implementations for the starter's `users` model.

mod form_check;
mod forms;

use std::{any::Any, collections::BTreeMap};

use async_trait::async_trait;
use loco_rs::{app::AppContext, model::ModelResult};
use sea_orm::DatabaseConnection;
use serde::Serialize;

pub use self::{
    form_check::FormCheck,
    forms::{PasswordError, SignUp, SignUpError},
};
use super::passwords;
use crate::protocol::{claims, time::UnixTime};
pub use crate::{
    store::user_key::{UserKey, UserKeyType},
    views::form::{FieldError, SignUpField},
};

/// The claims of a user (OpenID Connect Core §5.1), by claim name. Null values are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Claims(BTreeMap<String, serde_json::Value>);

impl Claims {
    /// No claims.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a claim; `None` and JSON null add nothing.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::Null) | Err(_) => {}
            Ok(value) => {
                self.0.insert(name.to_owned(), value);
            }
        }
        self
    }

    /// The value of one claim.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&serde_json::Value> {
        self.0.get(name)
    }

    /// All claims, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &serde_json::Value)> {
        self.0.iter()
    }
}

/// What a set of claims is computed for.
#[derive(Clone, Debug)]
pub struct ClaimRequest<'a> {
    /// Client that will read the claims.
    pub client_id: &'a str,
    /// Granted scopes. Claims that neither these scopes cover nor `claims` names are dropped by the plugin.
    pub scopes: &'a [String],
    /// Names of the claims that were granted by themselves (OpenID Connect Core §5.5).
    pub claims: &'a [String],
}

impl ClaimRequest<'_> {
    /// Whether `scope` was granted: a reason to look up what only that scope shows.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }

    /// Whether a claim will leave, by a scope or by itself: a reason to look up what only that claim shows.
    #[must_use]
    pub fn has_claim(&self, claim: &str) -> bool {
        let scopes = self.scopes.iter().collect();
        claims::covers(&scopes, claim) || self.claims.iter().any(|granted| granted == claim)
    }
}

/// The app's user, as the authorization server sees it: which one it is, and what is true of it.
///
/// What an app may offer besides are traits of their own, which the derive finds where the users model
/// implements them: [`CreateAccount`] for the sign-up page, [`SetPassword`] for a forgotten password.
///
/// A method that takes `&self` is a fact about one user. The plugin asks for it through
/// `dyn ResourceOwner`, so that a new fact is one method here, with a default. The other methods find
/// users; those that take `db` are called outside of any transaction of the plugin.
#[async_trait]
pub trait ResourceOwner: Any + Send + Sync {
    /// Type of the primary key: `i32`, `i64` or `Uuid`.
    type Key: UserKeyType
    where
        Self: Sized;

    /// Primary key of the user.
    fn key(&self) -> Self::Key
    where
        Self: Sized;

    /// The `sub` of this user: at most 255 ASCII characters, never reused (OpenID Connect Core §2).
    fn subject(&self) -> String;

    /// Finds a user by primary key.
    ///
    /// Guards, sessions and the endpoints for tokens read the row of the users table by themselves, together
    /// with the code, token or session: a user who is not accepted any more is told apart by
    /// [`Self::is_active`], not by leaving the row out here.
    ///
    /// # Errors
    /// When the database fails; an unknown key is `Ok(None)`.
    async fn find_by_key(db: &DatabaseConnection, key: Self::Key) -> ModelResult<Option<Self>>
    where
        Self: Sized;

    /// Finds a user by [`Self::subject`].
    ///
    /// # Errors
    /// When the database fails; an unknown subject is `Ok(None)`.
    async fn find_by_subject(db: &DatabaseConnection, subject: &str) -> ModelResult<Option<Self>>
    where
        Self: Sized;

    /// Finds a user by what people type into the login form.
    ///
    /// # Errors
    /// When the database fails; an unknown login is `Ok(None)`.
    async fn find_by_login(db: &DatabaseConnection, login: &str) -> ModelResult<Option<Self>>
    where
        Self: Sized;

    /// The user with this login and password, or `None`: by default the one that
    /// [`Self::find_by_login`] finds, if the password is that of [`Self::password_hash`]. It hashes for
    /// unknown logins too; an app whose passwords are kept elsewhere writes its own check, and the
    /// login page still takes the same time for unknown logins (ASVS 6.3.8).
    ///
    /// Called on one of few threads that are there for hashing: hash in place, not on tokio's blocking
    /// pool, whose hundreds of threads would each keep the memory of a hash. The same is true of
    /// [`CreateAccount::sign_up`] and [`SetPassword::set_password`].
    ///
    /// # Errors
    /// When the database fails; wrong credentials are `Ok(None)`.
    async fn authenticate(
        ctx: &AppContext,
        login: &str,
        password: &str,
    ) -> ModelResult<Option<Self>>
    where
        Self: Sized,
    {
        let user = Self::find_by_login(&ctx.db, login).await?;
        let known = user.as_ref().and_then(Self::password_hash);
        let is_right = passwords::matches(password, known);
        Ok(user.filter(|_| is_right))
    }

    /// The password as [`loco_rs::hash`] keeps it; `None` when nobody can log in with one.
    fn password_hash(&self) -> Option<&str> {
        None
    }

    /// Returns a value that changes with the credentials: sessions made before the change end. By default
    /// it is the hash of the password. Only a hash of this value is stored.
    fn credential_stamp(&self) -> Option<String> {
        self.password_hash().map(str::to_owned)
    }

    /// When the credentials changed last, for an app that keeps this: an older JWT of the
    /// app makes no session (`POST /oauth/session`). Without it the plugin goes by
    /// [`Self::credential_stamp`], and takes the moment at which it first sees another stamp. A time
    /// that also moves when something else changes would refuse good JWTs.
    fn credentials_changed_at(&self) -> Option<UnixTime> {
        None
    }

    /// When anything about the user changed after the account was made: the column
    /// `updated_at` of the starter. It is read once, when the plugin sees a person for the first time and
    /// does not know since when their credentials are in effect: the change may have been one of the
    /// password, so that an older JWT of the app makes no session.
    fn changed_at(&self) -> Option<UnixTime> {
        None
    }

    /// Whether the account may be used now. An inactive user has no sessions and no accepted tokens.
    /// A client that refreshes meanwhile loses its grant, and has to ask the person again (TK-20).
    fn is_active(&self) -> bool {
        true
    }

    /// Whether the login address was verified (`require_verified_email`).
    fn is_verified(&self) -> bool {
        true
    }

    /// Sends the mail with which the person proves their address: after a sign-up, and again when
    /// somebody with the right password waits for it (`require_verified_email`). It is called only for
    /// users who are not verified, and no response waits for it.
    ///
    /// # Errors
    /// When the mail cannot be sent; the error is logged.
    async fn send_verification(&self, _ctx: &AppContext) -> ModelResult<()> {
        Ok(())
    }

    /// Name to greet the person with.
    fn display_name(&self) -> String {
        self.subject()
    }

    /// What the person types to log in.
    fn login_name(&self) -> String {
        self.subject()
    }

    /// Where mail reaches the person: the login name, if that is an address.
    fn mail_address(&self) -> Option<String> {
        Some(self.login_name()).filter(|login| login.contains('@'))
    }

    /// Claims for ID token and UserInfo (OpenID Connect Core §5.1). Unknown values are left out.
    fn claims(&self, _request: &ClaimRequest<'_>) -> Claims {
        Claims::new()
    }

    /// Names of the claims that [`Self::claims`] can give; listed in the server metadata as
    /// `claims_supported`.
    fn supported_claims() -> &'static [&'static str]
    where
        Self: Sized,
    {
        &[]
    }
}

/// A users model that makes accounts: where it is implemented, there is a sign-up page
/// (`enable_signup`).
#[async_trait]
pub trait CreateAccount: ResourceOwner + Sized {
    /// Inputs of the sign-up page.
    fn signup_fields() -> Vec<SignUpField>;

    /// Makes an account. Check the form first ([`FormCheck`]), then look whether the login name is
    /// taken: with `require_verified_email` nobody may learn that from the answer. That it takes the
    /// same time is the plugin's care, and so is the mail that verifies the address
    /// ([`ResourceOwner::send_verification`]).
    ///
    /// `?` turns errors of the model and the database into what the page shows; see [`SignUpError`].
    ///
    /// # Errors
    /// [`SignUpError`] says whether the person or the app has to act.
    async fn sign_up(ctx: &AppContext, values: SignUp) -> Result<Self, SignUpError>;
}

/// A users model that sets passwords: where it is implemented, people can choose a new one by a link
/// in a mail (`enable_password_reset`).
#[async_trait]
pub trait SetPassword: ResourceOwner + Sized {
    /// Sets a new password, for a person who opened the link of a mail. What
    /// [`ResourceOwner::credential_stamp`] gives must change with it: it ends older links and sessions.
    ///
    /// # Errors
    /// [`PasswordError`] says whether the person or the app has to act.
    async fn set_password(&self, ctx: &AppContext, password: &str) -> Result<Self, PasswordError>;
}
