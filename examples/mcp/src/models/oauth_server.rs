//! The authorization server's tables as entities of this app, and what it may know of the users.
//! `cargo loco generate oauth-server` writes this file into an app of yours.

use std::sync::LazyLock;

use loco_oauth_server::prelude::*;
use loco_rs::{hash, prelude::*};
use sea_orm::SqlErr;

use super::users;

#[derive(OAuthServer)]
#[oauth_server(users = "crate::models::users")]
pub struct OAuth;

/// Checked for unknown logins, so that they take as long as known ones.
static NOBODYS_PASSWORD: LazyLock<String> =
    LazyLock::new(|| hash::hash_password("nobody").unwrap_or_default());

#[async_trait]
impl ResourceOwner for users::Model {
    type Key = i64;

    const SUPPORTED_CLAIMS: &'static [&'static str] = &["email"];

    fn key(&self) -> i64 {
        self.id
    }

    fn subject(&self) -> String {
        self.pid.to_string()
    }

    async fn find_by_key(db: &DatabaseConnection, key: i64) -> ModelResult<Option<Self>> {
        Ok(users::Entity::find_by_id(key).one(db).await?)
    }

    async fn find_by_subject(db: &DatabaseConnection, subject: &str) -> ModelResult<Option<Self>> {
        let Ok(pid) = Uuid::parse_str(subject) else {
            return Ok(None);
        };
        let user = users::Entity::find().filter(users::Column::Pid.eq(pid));
        Ok(user.one(db).await?)
    }

    async fn find_by_login(db: &DatabaseConnection, login: &str) -> ModelResult<Option<Self>> {
        let email = login.trim().to_lowercase();
        let user = users::Entity::find().filter(users::Column::Email.eq(email));
        Ok(user.one(db).await?)
    }

    async fn authenticate(
        ctx: &AppContext,
        login: &str,
        password: &str,
    ) -> ModelResult<Option<Self>> {
        let user = Self::find_by_login(&ctx.db, login).await?;
        let known = user
            .as_ref()
            .map_or(&*NOBODYS_PASSWORD, |user| &user.password);
        let matches = hash::verify_password(password, known);
        Ok(user.filter(|_| matches))
    }

    fn credential_stamp(&self) -> Option<String> {
        Some(self.password.clone())
    }

    /// A person whom the plugin sees for the first time may just have changed the password.
    fn changed_at(&self) -> Option<i64> {
        (self.updated_at > self.created_at).then(|| self.updated_at.timestamp())
    }

    fn display_name(&self) -> String {
        self.email.clone()
    }

    fn login_name(&self) -> String {
        self.email.clone()
    }

    fn claims(&self, _request: &ClaimRequest<'_>) -> Claims {
        Claims::new().with("email", &self.email)
    }

    fn signup_fields() -> Vec<SignUpField> {
        let field = |name, label, kind, autocomplete| SignUpField {
            name,
            label,
            kind,
            autocomplete,
            required: true,
        };
        vec![
            field("email", "field-email", "email", "username"),
            field("password", "field-password", "password", "new-password"),
        ]
    }

    async fn sign_up(ctx: &AppContext, values: SignUp) -> Result<Self, SignUpError> {
        let email = values.get("email").trim().to_lowercase();
        let password = values.get("password").to_owned();
        if password.len() < 8 {
            return Err(SignUpError::Invalid(vec![FieldError::too_short(
                "password", 8,
            )]));
        }
        match Self::create(&ctx.db, &email, password).await {
            Err(ModelError::DbErr(error))
                if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) =>
            {
                Err(SignUpError::Taken)
            }
            result => Ok(result?),
        }
    }
}
