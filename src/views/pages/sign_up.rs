//! `signup.html`: makes an account.

use serde::Serialize;

use crate::views::{
    ErrorLine, FormError, Page, PageContext, PageVariables, Translations, form::SignUpField,
    samples,
};

/// Variables of `signup.html`, which makes an account.
#[derive(Clone, Default, Serialize)]
pub struct SignUpPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Inputs of the form.
    pub fields: Vec<SignUpInput>,
    /// Page to go on with; a hidden field.
    pub next: Option<String>,
    /// Code of a device to go on with; a hidden field.
    pub user_code: Option<String>,
    /// Address of the login page, for people who have an account.
    pub login_url: String,
}

/// An input of the sign-up page.
#[derive(Clone, Debug, Serialize)]
pub struct SignUpInput {
    /// Name of the form field.
    pub name: String,
    /// Key of the label's message, or the text itself; after rendering always the text.
    pub label: String,
    /// Value of the `type` attribute.
    #[serde(rename = "type")]
    pub kind: String,
    /// Value of the `autocomplete` attribute.
    pub autocomplete: String,
    /// Whether an empty value is refused.
    pub required: bool,
}

impl From<&SignUpField> for SignUpInput {
    fn from(field: &SignUpField) -> Self {
        Self {
            name: field.name.into(),
            label: field.label.into(),
            kind: field.kind.into(),
            autocomplete: field.autocomplete.into(),
            required: field.required,
        }
    }
}

impl PageContext for SignUpPage {
    const PAGE: Page = Page::Signup;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn translate(&mut self, words: &Translations) {
        for field in &mut self.fields {
            field.label = words.say(&field.label);
        }
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let field = |name, label, kind, autocomplete| {
            SignUpInput::from(&SignUpField {
                name,
                label,
                kind,
                autocomplete,
                required: true,
            })
        };
        let main = Self {
            common: samples::interaction("signup"),
            fields: vec![
                field("name", "field-name", "text", "name"),
                field("email", "field-email", "email", "username"),
                field("password", "field-new-password", "password", "new-password"),
                SignUpInput {
                    required: false,
                    ..field("team", "Team <A&B>", "text", "organization")
                },
            ],
            login_url: "/oauth/login?interaction=int-4711".into(),
            ..Self::default()
        };
        let errors = PageVariables {
            errors: vec![
                ErrorLine::field("email", "error-field-email"),
                ErrorLine::field("password", "error-field-too-short"),
                ErrorLine::field("team", "Only <b>letters</b>, please"),
            ],
            values: samples::values(&[("name", samples::MARKUP), ("email", "ada"), ("team", "42")]),
            ..main.common.clone()
        };
        let failed = PageVariables {
            errors: vec![FormError::SignUpFailed.into()],
            ..main.common.clone()
        };
        vec![
            (
                "field_errors",
                Self {
                    common: errors,
                    ..main.clone()
                },
            ),
            (
                "failed",
                Self {
                    common: failed,
                    ..main.clone()
                },
            ),
            (
                "plain",
                Self {
                    common: samples::alone("signup"),
                    next: Some("device".into()),
                    user_code: Some("BCDF-GHJK".into()),
                    ..main.clone()
                },
            ),
            ("main", main),
        ]
    }
}
