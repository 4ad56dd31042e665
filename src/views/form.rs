//! Fields of forms, and errors in the entered values.

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

impl SignUpField {
    /// `name`: the name of the person.
    pub const NAME: Self = Self {
        name: "name",
        label: "field-name",
        kind: "text",
        autocomplete: "name",
        required: true,
    };

    /// `email`: the email address, for an app whose users log in with it.
    pub const EMAIL: Self = Self {
        name: "email",
        label: "field-email",
        kind: "email",
        autocomplete: "username",
        required: true,
    };

    /// `password`: the new password.
    pub const PASSWORD: Self = Self {
        name: "password",
        label: "field-password",
        kind: "password",
        autocomplete: "new-password",
        required: true,
    };
}

/// An error of one form field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Name of the field, `""` for the form as a whole.
    pub field: String,
    /// Fluent message key (`error-field-required` …), or the text itself. A key may be followed by
    /// the values of the message, `error-field-too-short-min?min=8`.
    pub message: String,
}

impl FieldError {
    /// Makes an error of one field, from the key of its message or the text itself.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }

    /// Makes the error that the value has fewer than `min` characters.
    #[must_use]
    pub fn too_short(field: impl Into<String>, min: usize) -> Self {
        Self::new(field, format!("error-field-too-short-min?min={min}"))
    }

    /// Makes the error that the value has more than `max` characters.
    #[must_use]
    pub fn too_long(field: impl Into<String>, max: usize) -> Self {
        Self::new(field, format!("error-field-too-long-max?max={max}"))
    }
}
