//! What the generator writes for the app, for the users of `users.rs`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use loco_oauth_server::{
    UnixTime,
    resource_owner::{
        ClaimRequest, Claims, CreateAccount, FieldError, PasswordError, ResourceOwner, SetPassword,
        SignUp, SignUpError, SignUpField,
    },
};
use loco_rs::{hash, prelude::*};

use super::users;

#[derive(loco_oauth_server::OAuthServer)]
#[oauth_server(users = "crate::app::users", hooks = "crate::app::hooks::ByClient")]
pub struct OAuth;

/// Counts how many passwords are checked at once, if the app's shared store has one.
#[derive(Default)]
pub struct PasswordGauge {
    takes: Duration,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl PasswordGauge {
    /// Every check takes this much longer.
    pub fn taking(takes: Duration) -> Arc<Self> {
        Arc::new(Self {
            takes,
            ..Self::default()
        })
    }

    pub fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    async fn check(&self) -> Checking<'_> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let checking = Checking(self);
        tokio::time::sleep(self.takes).await;
        checking
    }
}

/// A model that returns before it hashes, where there is nothing to do, as the starter's does. Every
/// hash takes this much longer, so that the difference can be seen.
#[derive(Clone, Copy)]
pub struct Hasty(pub Duration);

struct Checking<'a>(&'a PasswordGauge);

impl Drop for Checking<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl ResourceOwner for users::Model {
    type Key = i64;

    fn key(&self) -> i64 {
        self.id
    }

    fn subject(&self) -> String {
        // Some tests want a user whose subject could be taken for a client's.
        if self.name.starts_with("client_") {
            return self.name.clone();
        }
        self.pid.to_string()
    }

    async fn find_by_key(db: &DatabaseConnection, key: i64) -> ModelResult<Option<Self>> {
        Ok(users::Entity::find_by_id(key).one(db).await?)
    }

    async fn find_by_subject(db: &DatabaseConnection, subject: &str) -> ModelResult<Option<Self>> {
        let Ok(pid) = Uuid::parse_str(subject) else {
            return Ok(None);
        };
        Ok(users::Entity::find()
            .filter(users::Column::Pid.eq(pid))
            .one(db)
            .await?)
    }

    async fn find_by_login(db: &DatabaseConnection, login: &str) -> ModelResult<Option<Self>> {
        let email = login.trim().to_lowercase();
        Ok(users::Entity::find()
            .filter(users::Column::Email.eq(email))
            .one(db)
            .await?)
    }

    /// As the plugin does it by default, with what the tests want to see or to slow down.
    async fn authenticate(
        ctx: &AppContext,
        login: &str,
        password: &str,
    ) -> ModelResult<Option<Self>> {
        let gauge = ctx.shared_store.get::<Arc<PasswordGauge>>();
        let _checking = match &gauge {
            Some(gauge) => Some(gauge.check().await),
            None => None,
        };
        let user = Self::find_by_login(&ctx.db, login).await?;
        if let Some(Hasty(hash)) = ctx.shared_store.get::<Hasty>() {
            if user.is_none() {
                return Ok(None);
            }
            tokio::time::sleep(hash).await;
        }
        let Some(user) = user else {
            // In place of a comparison with nobody's password.
            hash::hash_password(password).map_err(ModelError::wrap)?;
            return Ok(None);
        };
        let matches = hash::verify_password(password, &user.password);
        Ok(matches.then_some(user))
    }

    fn password_hash(&self) -> Option<&str> {
        Some(&self.password)
    }

    fn is_active(&self) -> bool {
        self.active
    }

    fn is_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// A person whom the plugin sees for the first time may just have changed the password.
    fn changed_at(&self) -> Option<UnixTime> {
        (self.updated_at > self.created_at).then(|| self.updated_at.into())
    }

    fn display_name(&self) -> String {
        self.name.clone()
    }

    fn login_name(&self) -> String {
        self.email.clone()
    }

    fn claims(&self, request: &ClaimRequest<'_>) -> Claims {
        Claims::new()
            .with("name", &self.name)
            .with("email", &self.email)
            .with("email_verified", self.is_verified())
            .with("team", request.has_claim("team").then_some("blue"))
    }

    fn supported_claims() -> &'static [&'static str] {
        &["name", "email", "email_verified", "team"]
    }

    async fn send_verification(&self, ctx: &AppContext) -> ModelResult<()> {
        if ctx.mailer.is_none() {
            return Ok(());
        }
        let mail = mailer::Email {
            to: self.email.clone(),
            subject: "Verify".to_owned(),
            ..Default::default()
        };
        Verification::mail(ctx, &mail)
            .await
            .map_err(ModelError::wrap)
    }
}

#[async_trait]
impl CreateAccount for users::Model {
    fn signup_fields() -> Vec<SignUpField> {
        vec![SignUpField::EMAIL, SignUpField::PASSWORD]
    }

    async fn sign_up(ctx: &AppContext, values: SignUp) -> Result<Self, SignUpError> {
        long_enough(values.get("password"))?;
        let email = values.get("email").trim().to_lowercase();
        if let Some(Hasty(hash)) = ctx.shared_store.get::<Hasty>() {
            if Self::find_by_login(&ctx.db, &email).await?.is_some() {
                return Err(SignUpError::Taken);
            }
            tokio::time::sleep(hash).await;
        }
        Ok(Self::create(&ctx.db, &email, values.get("password")).await?)
    }
}

#[async_trait]
impl SetPassword for users::Model {
    async fn set_password(&self, ctx: &AppContext, password: &str) -> Result<Self, PasswordError> {
        long_enough(password)?;
        let hashed = hash::hash_password(password).map_err(ModelError::wrap)?;
        let mut user = self.clone().into_active_model();
        user.password = Set(hashed);
        Ok(user.update(&ctx.db).await.map_err(ModelError::from)?)
    }
}

struct Verification;

impl Mailer for Verification {}

/// With a text of its own in place of the plugin's.
fn long_enough(password: &str) -> Result<(), Vec<FieldError>> {
    if password.len() < 8 {
        return Err(vec![FieldError::new("password", "At least 8 characters")]);
    }
    Ok(())
}
