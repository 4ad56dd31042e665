//! Pages for a forgotten password.

use serde::Serialize;

use crate::views::{ErrorLine, FormError, Page, PageContext, PageVariables, samples};

/// Variables of `forgot_password.html`, which asks for a password reset link.
#[derive(Clone, Default, Serialize)]
pub struct ForgotPasswordPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Whether a mail was sent, if the account exists.
    pub sent: bool,
    /// Address of the login page.
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

/// Variables of `reset_password.html`, which takes the new password.
#[derive(Clone, Default, Serialize)]
pub struct ResetPasswordPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Token of the link, a hidden field; `None` = the link cannot be used.
    pub token: Option<String>,
    /// Whether the password was changed.
    pub done: bool,
    /// Address of the login page.
    pub login_url: String,
    /// Address of the page that sends another link.
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
