//! What is wrong with a form, collected from the checks of a model and worded for the pages.

use std::collections::BTreeMap;

use loco_rs::{
    model::ModelError,
    validation::{ModelValidationErrors, ModelValidationMessage, Validatable},
};
use sea_orm::DbErr;

use crate::views::form::FieldError;

/// Collects everything that is wrong with a form, so that people see all of it at once.
///
/// ```
/// use loco_oauth_server::resource_owner::{FieldError, FormCheck, SignUpError};
///
/// fn judge(password: &str) -> Result<(), SignUpError> {
///     FormCheck::new().min_length("password", password, 8).finish()?;
///     Ok(())
/// }
///
/// assert!(judge("correct horse").is_ok());
/// let Err(SignUpError::Invalid(errors)) = judge("horse") else { panic!() };
/// assert_eq!(errors, [FieldError::too_short("password", 8)]);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "`finish` says what is wrong"]
pub struct FormCheck {
    errors: Vec<FieldError>,
}

impl FormCheck {
    /// Starts a check without findings.
    pub const fn new() -> Self {
        Self { errors: Vec::new() }
    }

    /// Runs the validator of a model that is not saved yet. Its messages are shown as they are, except
    /// that a wrong mail address or a wrong length gets the message of the pages.
    pub fn model(mut self, unsaved: &impl Validatable) -> Self {
        if let Err(found) = unsaved.validate() {
            self.errors.extend(field_errors(found));
        }
        self
    }

    /// Checks that the value of a field has at least `min` characters.
    pub fn min_length(mut self, field: &str, value: &str, min: usize) -> Self {
        if value.chars().count() < min {
            self.errors.push(FieldError::too_short(field, min));
        }
        self
    }

    /// Ends the check.
    ///
    /// # Errors
    /// Everything that is wrong; `?` converts it into a `SignUpError` or a `PasswordError`.
    pub fn finish(self) -> Result<(), Vec<FieldError>> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self.errors)
        }
    }
}

/// Returns what is wrong with the form, if the error comes from a model's validator; otherwise the
/// error itself.
pub(super) fn form_errors(error: ModelError) -> Result<Vec<FieldError>, ModelError> {
    match error {
        ModelError::Validation(found) => Ok(field_errors(found)),
        // `before_save` returns the findings of the model's validator as JSON.
        ModelError::DbErr(DbErr::Custom(text)) => {
            saved_errors(&text).ok_or(ModelError::DbErr(DbErr::Custom(text)))
        }
        error => Err(error),
    }
}

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
                _ => FieldError::new(
                    &field,
                    error.message.clone().unwrap_or_else(|| error.code.clone()),
                ),
            }
        })
    });
    fields.collect()
}

fn saved_errors(text: &str) -> Option<Vec<FieldError>> {
    let errors: BTreeMap<String, Vec<ModelValidationMessage>> = serde_json::from_str(text).ok()?;
    let fields = errors.into_iter().flat_map(|(field, messages)| {
        messages
            .into_iter()
            .map(move |found| FieldError::new(&field, found.message.unwrap_or(found.code)))
    });
    Some(fields.collect())
}

#[cfg(test)]
mod tests {
    use loco_rs::validation::into_db_error;
    use validator::Validate;

    use super::*;

    #[derive(Validate)]
    struct Values {
        #[validate(length(min = 2, max = 4, message = "two to four letters"))]
        name: &'static str,
        #[validate(email(message = "no address"))]
        email: &'static str,
        #[validate(range(max = 3, message = "three at most"))]
        children: u8,
    }

    impl Validatable for Values {
        fn validator(&self) -> Box<dyn Validate> {
            Box::new(Self {
                name: self.name,
                email: self.email,
                children: self.children,
            })
        }
    }

    const WRONG: Values = Values {
        name: "x",
        email: "nowhere",
        children: 9,
    };

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let check = FormCheck::new().model(&WRONG);
        let mut errors = check
            .min_length("password", "short", 8)
            .finish()
            .unwrap_err();
        errors.sort_by(|one, other| one.field.cmp(&other.field));
        let expected = [
            FieldError::new("children", "three at most"),
            FieldError::new("email", "error-field-email"),
            FieldError::too_short("name", 2),
            FieldError::too_short("password", 8),
        ];
        assert_eq!(errors, expected);
        let too_long = Values {
            name: "Wilhelmine",
            email: "w@example.com",
            children: 1,
        };
        let errors = FormCheck::new().model(&too_long).finish().unwrap_err();
        assert_eq!(errors, [FieldError::too_long("name", 4)]);
    }

    #[test]
    fn a_form_without_fault_passes() {
        let right = Values {
            name: "Wim",
            email: "wim@example.com",
            children: 1,
        };
        let check = FormCheck::new().model(&right);
        let characters = "ÄÖÜäöüßé";
        assert_eq!(check.min_length("password", characters, 8).finish(), Ok(()));
    }

    #[test]
    fn what_before_save_found_is_read_back() {
        let found = Validatable::validate(&WRONG).unwrap_err();
        let errors = form_errors(into_db_error(&found).into()).unwrap();
        let expected = [
            FieldError::new("children", "three at most"),
            FieldError::new("email", "no address"),
            FieldError::new("name", "two to four letters"),
        ];
        assert_eq!(errors, expected);
        let other = DbErr::Custom("the disk is full".to_owned());
        let other = form_errors(other.into()).unwrap_err();
        assert!(other.to_string().contains("the disk is full"));
    }
}
