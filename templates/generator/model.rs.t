//! OAuth 2.1 authorization server and `OpenID` provider of this app.
//!
//! [`OAuth`] holds its tables as entities beside it (`oauth_clients::Entity`, …) and wires it into
//! `src/app.rs`. What it knows of the users is written out below: change it as the app needs.
//! [`ResourceOwner`] asks for more than a starter knows, for example whether an account `is_active`.

use loco_oauth_server::prelude::*;
use loco_rs::prelude::*;

use crate::mailers::auth::AuthMailer;
__USE_USERS__
use __USERS_METHODS__::RegisterParams;

#[derive(OAuthServer)]
#[oauth_server(__ATTRIBUTES__)]
pub struct OAuth;

/// Fewest characters of a new password.
const PASSWORD_MIN_LENGTH: usize = 8;

#[async_trait]
impl ResourceOwner for users::Model {
    type Key = __KEY__;

    fn key(&self) -> Self::Key {
        self.__KEY_COLUMN__
    }

    /// The `sub` of tokens: never reused, says nothing about the person.
    fn subject(&self) -> String {
        self.pid.to_string()
    }

    async fn find_by_key(db: &DatabaseConnection, key: Self::Key) -> ModelResult<Option<Self>> {
        Ok(users::Entity::find_by_id(key).one(db).await?)
    }

    async fn find_by_subject(db: &DatabaseConnection, subject: &str) -> ModelResult<Option<Self>> {
        let Ok(pid) = Uuid::parse_str(subject) else {
            return Ok(None);
        };
        let user = users::Entity::find().filter(users::Column::Pid.eq(pid));
        Ok(user.one(db).await?)
    }

    /// People log in with their e-mail address.
    async fn find_by_login(db: &DatabaseConnection, login: &str) -> ModelResult<Option<Self>> {
        let user = users::Entity::find().filter(users::Column::Email.eq(normalized(login)));
        Ok(user.one(db).await?)
    }

    /// What a login is checked against. A changed password ends the sessions that began with the old
    /// one.
    fn password_hash(&self) -> Option<&str> {
        Some(&self.password)
    }

    /// A person whom the plugin sees for the first time may just have changed the password.
    fn changed_at(&self) -> Option<UnixTime> {
        (self.updated_at > self.created_at).then(|| self.updated_at.into())
    }

    fn is_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// The starter's welcome mail, whose link verifies the address.
    async fn send_verification(&self, ctx: &AppContext) -> ModelResult<()> {
        if ctx.mailer.is_none() {
            return Ok(());
        }
        let user = self.clone().into_active_model();
        let user = user.set_email_verification_sent(&ctx.db).await?;
        AuthMailer::send_welcome(ctx, &user)
            .await
            .map_err(ModelError::wrap)
    }

    fn display_name(&self) -> String {
        self.name.clone()
    }

    fn login_name(&self) -> String {
        self.email.clone()
    }

    /// Claims of ID token and `UserInfo`. Each is shown only with the scope it belongs to.
    fn claims(&self, _request: &ClaimRequest<'_>) -> Claims {
        Claims::new()
            .with("name", &self.name)
            .with("email", &self.email)
            .with("email_verified", self.is_verified())
            .with("updated_at", self.updated_at.timestamp())
    }

    /// The names of these claims; published in the server metadata.
    fn supported_claims() -> &'static [&'static str] {
        &["name", "email", "email_verified", "updated_at"]
    }
}

/// There is a sign-up page.
#[async_trait]
impl CreateAccount for users::Model {
    fn signup_fields() -> Vec<SignUpField> {
        vec![SignUpField::NAME, SignUpField::EMAIL, SignUpField::PASSWORD]
    }

    async fn sign_up(ctx: &AppContext, values: SignUp) -> Result<Self, SignUpError> {
        let params = RegisterParams {
            email: normalized(values.get("email")),
            password: values.get("password").to_owned(),
            name: values.get("name").trim().to_owned(),
        };
        let unsaved = users::ActiveModel {
            email: Set(params.email.clone()),
            name: Set(params.name.clone()),
            ..Default::default()
        };
        // The form first: what is said of it must not depend on whether the address is taken.
        FormCheck::new()
            .model(&unsaved)
            .min_length("password", &params.password, PASSWORD_MIN_LENGTH)
            .finish()?;
        Ok(Self::create_with_password(&ctx.db, &params).await?)
    }
}

/// People can choose a new password by a link in a mail.
#[async_trait]
impl SetPassword for users::Model {
    async fn set_password(&self, ctx: &AppContext, password: &str) -> Result<Self, PasswordError> {
        FormCheck::new()
            .min_length("password", password, PASSWORD_MIN_LENGTH)
            .finish()?;
        let user = self.clone().into_active_model();
        Ok(user.reset_password(&ctx.db, password).await?)
    }
}

/// E-mail addresses are compared in lower case.
fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}
