//! The sign-up form and what can be wrong with what people enter.

use std::collections::BTreeMap;

use loco_rs::prelude::ModelError;
use serde::Serialize;

/// One input of the sign-up page.
#[derive(Clone, Debug, Serialize)]
pub struct SignUpField {
    /// Name of the form field.
    pub name: &'static str,
    /// Fluent message key of the label (`field-email` …), or the text itself.
    pub label: &'static str,
    /// Value of the `type` attribute: `text`, `email`, `password`, …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Value of the `autocomplete` attribute (HTML autofill field name).
    pub autocomplete: &'static str,
    /// Whether an empty value is refused.
    pub required: bool,
}

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

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Name of the field, `""` for the form as a whole.
    pub field: String,
    /// Fluent message key (`error-field-required` …), or the text itself. A key may be followed by
    /// the values of the message, `error-field-too-short-min?min=8`.
    pub message: String,
}

impl FieldError {
    /// An error of one field, with the key of its message or the text itself.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }

    /// The value has fewer characters than the field needs.
    #[must_use]
    pub fn too_short(field: impl Into<String>, min: usize) -> Self {
        Self::new(field, format!("error-field-too-short-min?min={min}"))
    }

    /// The value has more characters than the field takes.
    #[must_use]
    pub fn too_long(field: impl Into<String>, max: usize) -> Self {
        Self::new(field, format!("error-field-too-long-max?max={max}"))
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
