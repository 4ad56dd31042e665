//! The sign-up form and what can be wrong with what people enter.

use std::collections::BTreeMap;

use loco_rs::model::ModelError;
use sea_orm::{DbErr, SqlErr};

use super::form_check::form_errors;
use crate::views::form::FieldError;

/// The values of a sign-up form: the declared fields, no others.
#[derive(Clone, Default)]
pub struct SignUp {
    values: BTreeMap<String, String>,
}

impl SignUp {
    /// Creates the form from its values by field name.
    #[must_use]
    pub const fn new(values: BTreeMap<String, String>) -> Self {
        Self { values }
    }

    /// Returns the value of one field, `""` when it was not sent.
    #[must_use]
    pub fn get(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }
}

impl std::fmt::Debug for SignUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // One of the values is a password.
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Why a sign-up did not make an account.
///
/// `?` converts a [`ModelError`]: an entity that exists already and a violated unique index are
/// [`Self::Taken`], what a model's validator found is [`Self::Invalid`], everything else is a fault.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// The login name belongs to another account. The page does not say so.
    #[error("the login name is taken")]
    Taken,
    /// Fields that must be filled in differently.
    #[error("the form has errors")]
    Invalid(Vec<FieldError>),
    /// A fault of the app or its database.
    #[error(transparent)]
    Other(ModelError),
}

impl From<Vec<FieldError>> for SignUpError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Invalid(errors)
    }
}

impl From<ModelError> for SignUpError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::EntityAlreadyExists => Self::Taken,
            // Two sign-ups at the same moment: the unique index decides.
            ModelError::DbErr(error) if is_unique_violation(&error) => Self::Taken,
            error => form_errors(error).map_or_else(Self::Other, Self::Invalid),
        }
    }
}

fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Why a password was not set.
///
/// `?` converts a [`ModelError`]: what a model's validator found is [`Self::Invalid`], everything
/// else is a fault.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The password must be another one; the field of the errors is `password`.
    #[error("the password is not good enough")]
    Invalid(Vec<FieldError>),
    /// A fault of the app or its database.
    #[error(transparent)]
    Other(ModelError),
}

impl From<Vec<FieldError>> for PasswordError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Invalid(errors)
    }
}

impl From<ModelError> for PasswordError {
    fn from(error: ModelError) -> Self {
        form_errors(error).map_or_else(Self::Other, Self::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error of `before_save` for a model with a wrong value.
    fn found() -> ModelError {
        let json = r#"{"name":[{"code":"length","message":"longer, please"}]}"#;
        DbErr::Custom(json.to_owned()).into()
    }

    #[test]
    fn errors_of_the_model_become_answers_to_the_person() {
        let taken = SignUpError::from(ModelError::EntityAlreadyExists);
        assert!(matches!(taken, SignUpError::Taken));
        let expected = [FieldError::new("name", "longer, please")];
        let SignUpError::Invalid(errors) = SignUpError::from(found()) else {
            panic!("the person can do something about it")
        };
        assert_eq!(errors, expected);
        let PasswordError::Invalid(errors) = PasswordError::from(found()) else {
            panic!("the person can do something about it")
        };
        assert_eq!(errors, expected);
    }

    #[test]
    fn everything_else_is_a_fault() {
        let fault = || ModelError::msg("the disk is full");
        assert!(matches!(SignUpError::from(fault()), SignUpError::Other(_)));
        assert!(matches!(
            PasswordError::from(fault()),
            PasswordError::Other(_)
        ));
        let missing = SignUpError::from(ModelError::EntityNotFound);
        assert!(matches!(missing, SignUpError::Other(_)));
    }
}
