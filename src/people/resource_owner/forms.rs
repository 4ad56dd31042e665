//! The sign-up form and what can be wrong with what people enter.

use std::collections::BTreeMap;

use loco_rs::prelude::ModelError;

use crate::views::form::FieldError;

/// The values of a sign-up form: the declared fields, no others.
#[derive(Clone, Default)]
pub struct SignUp {
    values: BTreeMap<String, String>,
}

impl SignUp {
    /// Values by field name.
    #[must_use]
    pub const fn new(values: BTreeMap<String, String>) -> Self {
        Self { values }
    }

    /// The value of one field, `""` when it was not sent.
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
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// The login name belongs to another account. The page does not say so.
    #[error("the login name is taken")]
    Taken,
    /// Fields that must be filled in differently.
    #[error("the form has errors")]
    Invalid(Vec<FieldError>),
    /// Sign-up is not offered by this app.
    #[error("sign-up is not supported")]
    Unsupported,
    /// A fault of the app or its database.
    #[error(transparent)]
    Other(#[from] ModelError),
}

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It must be another one; the field is `password`.
    #[error("the password is not good enough")]
    Invalid(Vec<FieldError>),
    /// The app sets no passwords here.
    #[error("setting a password is not supported")]
    Unsupported,
    /// A fault of the app or its database.
    #[error(transparent)]
    Other(#[from] ModelError),
}
