//! Pages on which a person signs in.

use serde::Serialize;

use crate::views::{ErrorLine, FormError, Page, PageContext, PageVariables, samples};

/// Variables of `login.html`, which asks for login and password.
#[derive(Clone, Default, Serialize)]
pub struct LoginPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Page to go on with, such as `apps`; a hidden field.
    pub next: Option<String>,
    /// Code of a device to go on with; a hidden field.
    pub user_code: Option<String>,
    /// Login to fill in, from the request's `login_hint`.
    pub login_hint: Option<String>,
    /// Login of the account that must sign in again.
    pub locked_login: Option<String>,
    /// Whether the client requested a fresh login.
    pub reauthenticate: bool,
    /// Whether "keep me signed in" is offered.
    pub remember_allowed: bool,
    /// Address of the sign-up page.
    pub signup_url: Option<String>,
    /// Address at which a forgotten password can be reset.
    pub forgot_url: Option<String>,
    /// Other ways to sign in.
    pub external: Vec<ExternalLogin>,
}

/// Another way to sign in.
#[derive(Clone, Debug, Serialize)]
pub struct ExternalLogin {
    /// Label of the button.
    pub label: String,
    /// Address that the button leads to.
    pub url: String,
}

impl PageContext for LoginPage {
    const PAGE: Page = Page::Login;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self {
            common: samples::interaction("login"),
            login_hint: Some("ada@example.com".into()),
            remember_allowed: true,
            signup_url: Some("/oauth/signup?interaction=int-4711".into()),
            forgot_url: Some("/oauth/forgot-password".into()),
            ..Self::default()
        };
        let refused = PageVariables {
            errors: vec![FormError::Credentials.into()],
            values: samples::values(&[("login", "ada@example.com"), ("remember", "on")]),
            ..main.common.clone()
        };
        let incomplete = PageVariables {
            errors: vec![ErrorLine::field("password", "error-field-required")],
            ..refused.clone()
        };
        let external = vec![ExternalLogin {
            label: "Example ID".into(),
            url: "/auth/example".into(),
        }];
        vec![
            (
                "refused",
                Self {
                    common: refused,
                    ..main.clone()
                },
            ),
            (
                "incomplete",
                Self {
                    common: incomplete,
                    ..main.clone()
                },
            ),
            (
                "external",
                Self {
                    external,
                    ..main.clone()
                },
            ),
            (
                "hostile",
                Self {
                    common: samples::hostile("login"),
                    login_hint: Some(samples::MARKUP.into()),
                    ..main.clone()
                },
            ),
            (
                "again",
                Self {
                    locked_login: Some("ada@example.com".into()),
                    reauthenticate: true,
                    signup_url: None,
                    ..main.clone()
                },
            ),
            (
                "plain",
                Self {
                    next: Some("apps".into()),
                    common: samples::alone("login"),
                    ..Self::default()
                },
            ),
            ("main", main),
        ]
    }
}

/// Variables of `select_account.html`, which offers the accounts of this browser.
#[derive(Clone, Default, Serialize)]
pub struct SelectAccountPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Accounts of this browser.
    pub accounts: Vec<AccountLine>,
}

/// An account of this browser.
#[derive(Clone, Default, Serialize)]
pub struct AccountLine {
    /// Public identifier (`sid`) of the session.
    pub sid: String,
    /// Name of the person.
    pub name: String,
    /// Login name that the person signs in with.
    pub login: String,
    /// Path of a picture on this server.
    pub picture: Option<String>,
    /// Whether it is the account in use.
    pub current: bool,
    /// Whether the account can be used without signing in again.
    pub signed_in: bool,
}

impl PageContext for SelectAccountPage {
    const PAGE: Page = Page::SelectAccount;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let account = |sid: &str, name: &str, login: &str| AccountLine {
            sid: sid.into(),
            name: name.into(),
            login: login.into(),
            signed_in: true,
            ..AccountLine::default()
        };
        let main = Self {
            common: samples::interaction("select-account"),
            accounts: vec![
                AccountLine {
                    current: true,
                    ..account("sid-1", "Ada Lovelace", "ada@example.com")
                },
                AccountLine {
                    signed_in: false,
                    ..account("sid-2", "Ada at work", "ada@work.example")
                },
                account("sid-3", "", "bob@example.com"),
            ],
        };
        let hostile = Self {
            common: samples::hostile("select-account"),
            accounts: vec![account("\"><script>", samples::MARKUP, samples::MARKUP)],
        };
        let gone = PageVariables {
            errors: vec![FormError::AccountGone.into()],
            ..main.common.clone()
        };
        vec![
            (
                "gone",
                Self {
                    common: gone,
                    ..main.clone()
                },
            ),
            ("hostile", hostile),
            ("main", main),
        ]
    }
}
