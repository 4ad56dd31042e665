//! Pages around a forgotten password.

use serde::Serialize;

use crate::views::{ErrorLine, FormError, Page, PageContext, PageVariables, samples};

/// `forgot_password.html`: asks for a link to a new password.
#[derive(Clone, Default, Serialize)]
pub struct ForgotPasswordPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// A mail is on its way, if the account exists.
    pub sent: bool,
    /// Back to the login.
    pub login_url: String,
}

impl PageContext for ForgotPasswordPage {
    const PAGE: Page = Page::ForgotPassword;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self {
            common: samples::alone("forgot-password"),
            sent: false,
            login_url: "/oauth/login".into(),
        };
        let refused = PageVariables {
            errors: vec![FormError::FormExpired.into()],
            values: samples::values(&[("login", "ada@example.com")]),
            ..main.common.clone()
        };
        let empty = PageVariables {
            errors: vec![ErrorLine::field("login", "error-field-required")],
            ..main.common.clone()
        };
        let with = |common| Self {
            common,
            ..main.clone()
        };
        vec![
            ("refused", with(refused)),
            ("empty", with(empty)),
            ("hostile", with(samples::hostile("forgot-password"))),
            (
                "sent",
                Self {
                    sent: true,
                    ..main.clone()
                },
            ),
            ("main", main),
        ]
    }
}

/// `reset_password.html`: takes the new password.
#[derive(Clone, Default, Serialize)]
pub struct ResetPasswordPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Hidden field: the token of the link. None = the link cannot be used.
    pub token: Option<String>,
    /// The password was changed.
    pub done: bool,
    /// To the login.
    pub login_url: String,
    /// Where another link can be asked for.
    pub forgot_url: String,
}

impl PageContext for ResetPasswordPage {
    const PAGE: Page = Page::ResetPassword;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self {
            common: samples::alone("reset-password"),
            token: Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into()),
            done: false,
            login_url: "/oauth/login".into(),
            forgot_url: "/oauth/forgot-password".into(),
        };
        let weak = PageVariables {
            errors: vec![ErrorLine::field("password", "error-field-too-short")],
            ..main.common.clone()
        };
        vec![
            (
                "weak",
                Self {
                    common: weak,
                    ..main.clone()
                },
            ),
            (
                "hostile",
                Self {
                    token: Some(samples::MARKUP.into()),
                    ..main.clone()
                },
            ),
            (
                "refused",
                Self {
                    token: None,
                    ..main.clone()
                },
            ),
            (
                "done",
                Self {
                    token: None,
                    done: true,
                    ..main.clone()
                },
            ),
            ("main", main),
        ]
    }
}
