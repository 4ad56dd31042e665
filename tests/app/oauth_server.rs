//! What the generator writes for the app, for the users above.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use loco_oauth_server::resource_owner::{
    ClaimRequest, Claims, FieldError, PasswordError, ResourceOwner, SignUp, SignUpError,
    SignUpField,
};
use loco_rs::{hash, prelude::*};
use sea_orm::SqlErr;

use super::users;

#[derive(loco_oauth_server::OAuthServer)]
#[oauth_server(users = "crate::app::users", hooks = "crate::app::hooks::ByClient")]
pub struct OAuth;

static NOBODYS_PASSWORD: LazyLock<String> =
    LazyLock::new(|| hash::hash_password("nobody").unwrap_or_default());

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

    const SUPPORTED_CLAIMS: &'static [&'static str] = &["name", "email", "email_verified"];

    const CAN_SET_PASSWORD: bool = true;

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
        let known = user
            .as_ref()
            .map_or(&*NOBODYS_PASSWORD, |user| &user.password);
        let matches = hash::verify_password(password, known);
        Ok(user.filter(|_| matches))
    }

    fn is_active(&self) -> bool {
        self.active
    }

    fn is_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    fn credential_stamp(&self) -> Option<String> {
        Some(self.password.clone())
    }

    /// A person whom the plugin sees for the first time may just have changed the password.
    fn changed_at(&self) -> Option<i64> {
        (self.updated_at > self.created_at).then(|| self.updated_at.timestamp())
    }

    fn display_name(&self) -> String {
        self.name.clone()
    }

    fn login_name(&self) -> String {
        self.email.clone()
    }

    fn claims(&self, _request: &ClaimRequest<'_>) -> Claims {
        Claims::new()
            .with("name", &self.name)
            .with("email", &self.email)
            .with("email_verified", self.is_verified())
    }

    fn signup_fields() -> Vec<SignUpField> {
        let field = |name, kind, autocomplete| SignUpField {
            name,
            label: match name {
                "email" => "field-email",
                _ => "field-password",
            },
            kind,
            autocomplete,
            required: true,
        };
        vec![
            field("email", "email", "username"),
            field("password", "password", "new-password"),
        ]
    }

    async fn sign_up(ctx: &AppContext, values: SignUp) -> Result<Self, SignUpError> {
        if let Some(error) = too_short(values.get("password")) {
            return Err(SignUpError::Invalid(vec![error]));
        }
        let email = values.get("email").trim().to_lowercase();
        if let Some(Hasty(hash)) = ctx.shared_store.get::<Hasty>() {
            if Self::find_by_login(&ctx.db, &email).await?.is_some() {
                return Err(SignUpError::Taken);
            }
            tokio::time::sleep(hash).await;
        }
        match Self::create(&ctx.db, &email, values.get("password")).await {
            Err(ModelError::DbErr(error))
                if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) =>
            {
                Err(SignUpError::Taken)
            }
            result => Ok(result?),
        }
    }

    async fn send_verification(&self, ctx: &AppContext) -> ModelResult<()> {
        let mail = mailer::Email {
            to: self.email.clone(),
            subject: "Verify".to_owned(),
            ..Default::default()
        };
        Verification::mail(ctx, &mail)
            .await
            .map_err(ModelError::wrap)
    }

    async fn set_password(&self, ctx: &AppContext, password: &str) -> Result<Self, PasswordError> {
        if let Some(error) = too_short(password) {
            return Err(PasswordError::Invalid(vec![error]));
        }
        let hashed = hash::hash_password(password).map_err(ModelError::wrap)?;
        let mut user = self.clone().into_active_model();
        user.password = Set(hashed);
        Ok(user.update(&ctx.db).await.map_err(ModelError::from)?)
    }
}

struct Verification;

impl Mailer for Verification {}

fn too_short(password: &str) -> Option<FieldError> {
    (password.len() < 8).then(|| FieldError {
        field: "password".to_owned(),
        message: "At least 8 characters".to_owned(),
    })
}
