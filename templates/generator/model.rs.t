//! OAuth 2.1 authorization server and `OpenID` provider of this app.
//!
//! [`OAuth`] holds its tables as entities beside it (`oauth_clients::Entity`, …) and wires it into
//! `src/app.rs`. What it knows of the users is written out below: change it as the app needs.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use async_trait::async_trait;
use loco_oauth_server::resource_owner::{
    ClaimRequest, Claims, FieldError, PasswordError, ResourceOwner, SignUp, SignUpError, SignUpField,
};
use loco_rs::app::AppContext;
use loco_rs::hash;
use loco_rs::model::{ModelError, ModelResult};
use loco_rs::validation::{ModelValidationErrors, ModelValidationMessage, Validatable};
use sea_orm::{ActiveValue::Set, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, SqlErr};
use uuid::Uuid;

use crate::mailers::auth::AuthMailer;
__USE_USERS__
use __USERS_METHODS__::RegisterParams;

#[derive(loco_oauth_server::OAuthServer)]
#[oauth_server(__ATTRIBUTES__)]
pub struct OAuth;

/// Shortest password that the pages take.
const PASSWORD_MIN_LENGTH: usize = 8;

/// Compared with when a login is unknown, so that the answer takes as long as for a known one.
static NOBODYS_PASSWORD: LazyLock<String> =
    LazyLock::new(|| hash::hash_password(&hash::random_string(32)).unwrap_or_default());

#[async_trait]
impl ResourceOwner for users::Model {
    type Key = __KEY__;

    /// What [`Self::claims`] can give; published in the server metadata.
    const SUPPORTED_CLAIMS: &'static [&'static str] =
        &["name", "email", "email_verified", "updated_at"];

    /// [`Self::set_password`] is written: people can choose a new password by mail.
    const CAN_SET_PASSWORD: bool = true;

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
        if Uuid::parse_str(subject).is_err() {
            return Ok(None);
        }
        found(Self::find_by_pid(db, subject).await)
    }

    /// People log in with their e-mail address.
    async fn find_by_login(db: &DatabaseConnection, login: &str) -> ModelResult<Option<Self>> {
        found(Self::find_by_email(db, &normalized(login)).await)
    }

    async fn authenticate(
        ctx: &AppContext,
        login: &str,
        password: &str,
    ) -> ModelResult<Option<Self>> {
        let user = Self::find_by_login(&ctx.db, login).await?;
        // In place: the plugin calls this on threads that are there for hashing.
        let known = user.as_ref().map_or(&*NOBODYS_PASSWORD, |user| &user.password);
        let matches = hash::verify_password(password, known);
        Ok(user.filter(|_| matches))
    }

    /// An inactive user has no sessions and no live tokens. The starter's users are all active.
    fn is_active(&self) -> bool {
        true
    }

    fn is_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// A changed password ends the sessions that began with the old one.
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

    /// Claims of ID token and `UserInfo`. Each is shown only with the scope it belongs to.
    fn claims(&self, _request: &ClaimRequest<'_>) -> Claims {
        Claims::new()
            .with("name", &self.name)
            .with("email", &self.email)
            .with("email_verified", self.is_verified())
            .with("updated_at", self.updated_at.timestamp())
    }

    fn signup_fields() -> Vec<SignUpField> {
        vec![
            SignUpField {
                name: "name",
                label: "field-name",
                kind: "text",
                autocomplete: "name",
                required: true,
            },
            SignUpField {
                name: "email",
                label: "field-email",
                kind: "email",
                autocomplete: "username",
                required: true,
            },
            SignUpField {
                name: "password",
                label: "field-password",
                kind: "password",
                autocomplete: "new-password",
                required: true,
            },
        ]
    }

    async fn sign_up(ctx: &AppContext, values: SignUp) -> Result<Self, SignUpError> {
        let params = RegisterParams {
            email: normalized(values.get("email")),
            password: values.get("password").to_owned(),
            name: values.get("name").trim().to_owned(),
        };
        // The form first: what is said of it must not depend on whether the address is taken.
        let errors = form_errors(&params);
        if !errors.is_empty() {
            return Err(SignUpError::Invalid(errors));
        }
        let user = Self::create_with_password(&ctx.db, &params)
            .await
            .map_err(sign_up_error)?;
        // The account exists. The answer does not wait for the mail; one that was lost is sent
        // again when the person signs in.
        let (ctx, unverified) = (ctx.clone(), user.clone());
        tokio::spawn(async move {
            if let Err(err) = unverified.send_verification(&ctx).await {
                tracing::error!(error = %err, "the verification mail was not sent");
            }
        });
        Ok(user)
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

    async fn set_password(&self, ctx: &AppContext, password: &str) -> Result<Self, PasswordError> {
        if let Some(error) = too_short(password) {
            return Err(PasswordError::Invalid(vec![error]));
        }
        let user = self.clone().into_active_model();
        Ok(user.reset_password(&ctx.db, password).await?)
    }
}

/// What is wrong with a sign-up, by the rules of the users model and for the password.
fn form_errors(params: &RegisterParams) -> Vec<FieldError> {
    let unsaved = users::ActiveModel {
        email: Set(params.email.clone()),
        name: Set(params.name.clone()),
        ..Default::default()
    };
    let by_model = unsaved.validate().err().map(field_errors);
    let by_model = by_model.unwrap_or_default().into_iter();
    by_model.chain(too_short(&params.password)).collect()
}

/// The messages of the model's validator; where a length is wrong, with the length it must have.
fn field_errors(found: ModelValidationErrors) -> Vec<FieldError> {
    let fields = found.errors.into_iter().flat_map(|(field, errors)| {
        errors.into_iter().map(move |error| {
            let bound = |name: &str| {
                let value = error.params.get(name)?.as_u64()?;
                usize::try_from(value).ok()
            };
            let length = error.params.get("value").and_then(|value| value.as_str());
            let length = length.map_or(0, |value| value.chars().count());
            match (error.code.as_str(), bound("min"), bound("max")) {
                ("email", _, _) => FieldError::new(&field, "error-field-email"),
                ("length", Some(min), _) if length < min => FieldError::too_short(&field, min),
                ("length", _, Some(max)) if length > max => FieldError::too_long(&field, max),
                _ => FieldError::new(&field, error.message.clone().unwrap_or_else(|| error.code.clone())),
            }
        })
    });
    fields.collect()
}

fn too_short(password: &str) -> Option<FieldError> {
    (password.chars().count() < PASSWORD_MIN_LENGTH)
        .then(|| FieldError::too_short("password", PASSWORD_MIN_LENGTH))
}

/// E-mail addresses are compared in lower case.
fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The finders of the users model answer an unknown user with an error.
fn found(result: ModelResult<users::Model>) -> ModelResult<Option<users::Model>> {
    match result {
        Ok(user) => Ok(Some(user)),
        Err(ModelError::EntityNotFound) => Ok(None),
        Err(err) => Err(err),
    }
}

fn sign_up_error(err: ModelError) -> SignUpError {
    match err {
        ModelError::EntityAlreadyExists => SignUpError::Taken,
        // Two sign-ups at the same moment: the unique index decides.
        ModelError::DbErr(err)
            if matches!(err.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) =>
        {
            SignUpError::Taken
        }
        // `before_save` hands on what the model's validator found as JSON.
        ModelError::DbErr(DbErr::Custom(errors)) => invalid_fields(&errors)
            .map_or_else(|| ModelError::msg(&errors).into(), SignUpError::Invalid),
        err => err.into(),
    }
}

fn invalid_fields(errors: &str) -> Option<Vec<FieldError>> {
    let errors: BTreeMap<String, Vec<ModelValidationMessage>> = serde_json::from_str(errors).ok()?;
    let fields = errors.into_iter().flat_map(|(field, messages)| {
        messages.into_iter().map(move |found| FieldError {
            field: field.clone(),
            message: found.message.unwrap_or(found.code),
        })
    });
    Some(fields.collect())
}
