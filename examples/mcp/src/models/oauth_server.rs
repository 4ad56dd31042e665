//! The authorization server's tables as entities of this app, and what it may know of the users.
//! `cargo loco generate oauth-server` writes this file into an app of yours.

use loco_oauth_server::prelude::*;
use loco_rs::prelude::*;

use super::users;

#[derive(OAuthServer)]
#[oauth_server(users = "crate::models::users")]
pub struct OAuth;

#[async_trait]
impl ResourceOwner for users::Model {
    type Key = i64;

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

    fn password_hash(&self) -> Option<&str> {
        Some(&self.password)
    }

    /// A person whom the plugin sees for the first time may just have changed the password.
    fn changed_at(&self) -> Option<UnixTime> {
        (self.updated_at > self.created_at).then(|| self.updated_at.into())
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

    fn supported_claims() -> &'static [&'static str] {
        &["email"]
    }
}

#[async_trait]
impl CreateAccount for users::Model {
    fn signup_fields() -> Vec<SignUpField> {
        vec![SignUpField::EMAIL, SignUpField::PASSWORD]
    }

    async fn sign_up(ctx: &AppContext, values: SignUp) -> Result<Self, SignUpError> {
        let email = values.get("email").trim().to_lowercase();
        let password = values.get("password").to_owned();
        FormCheck::new()
            .min_length("password", &password, 8)
            .finish()?;
        Ok(Self::create(&ctx.db, &email, password).await?)
    }
}
