//! Pages around signing out.

use serde::Serialize;

use super::error::{ReturnLink, may_be_linked};
use crate::views::{Page, PageContext, PageVariables, Translations, samples};

/// Variables of `logout.html`, which asks before a session ends.
#[derive(Clone, Default, Serialize)]
pub struct LogoutPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Further accounts in this browser.
    pub other_accounts: Vec<OtherAccount>,
    /// Host that the browser goes to after signing out.
    pub post_logout_host: Option<String>,
}

/// A further account in this browser.
#[derive(Clone, Default, Serialize)]
pub struct OtherAccount {
    /// Public identifier (`sid`) of the session.
    pub sid: String,
    /// Name of the person.
    pub name: String,
    /// Login name that the person signs in with.
    pub login: String,
}

impl PageContext for LogoutPage {
    const PAGE: Page = Page::Logout;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self {
            common: PageVariables {
                cancel_action: None,
                ..samples::interaction("logout")
            },
            other_accounts: Vec::new(),
            post_logout_host: Some("app.example".into()),
        };
        let other_accounts = vec![OtherAccount {
            sid: "sid-2".into(),
            name: "Ada at work".into(),
            login: "ada@work.example".into(),
        }];
        let direct = PageVariables {
            user: Some(samples::user()),
            ..samples::alone("logout")
        };
        vec![
            (
                "several",
                Self {
                    other_accounts,
                    ..main.clone()
                },
            ),
            (
                "direct",
                Self {
                    common: direct,
                    ..Self::default()
                },
            ),
            (
                "hostile",
                Self {
                    common: samples::hostile("logout"),
                    ..main.clone()
                },
            ),
            ("main", main),
        ]
    }
}

/// A remark on the page after signing out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The address to go back to is not registered, so nobody is sent there (ES-04).
    RedirectDropped,
}

/// Variables of `logged_out.html`: the session has ended.
#[derive(Clone, Default, Serialize)]
pub struct LoggedOutPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Text of the remark; the engine sets it from `remark`.
    pub notice: Option<String>,
    /// The remark that is shown.
    #[serde(skip)]
    pub remark: Option<Notice>,
    /// Link to the app.
    pub continue_url: Option<String>,
    /// Address that a client wants the browser to go to for which the operator does not vouch
    /// (ES-05).
    pub return_link: Option<ReturnLink>,
}

impl PageContext for LoggedOutPage {
    const PAGE: Page = Page::LoggedOut;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn translate(&mut self, words: &Translations) {
        if self.remark == Some(Notice::RedirectDropped) {
            self.notice = Some(words.say("notice-redirect-dropped"));
        }
        self.return_link = self.return_link.take().filter(may_be_linked);
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self {
            common: samples::alone("logout"),
            continue_url: Some("/".into()),
            ..Self::default()
        };
        let link = |url: &str| ReturnLink {
            fields: Vec::new(),
            host: "app.example".into(),
            url: url.into(),
        };
        vec![
            (
                "return_link",
                Self {
                    continue_url: None,
                    return_link: Some(link("https://app.example/bye?state=1")),
                    ..main.clone()
                },
            ),
            (
                "script_link",
                Self {
                    return_link: Some(link("javascript:alert(1)")),
                    ..main.clone()
                },
            ),
            (
                "dropped",
                Self {
                    remark: Some(Notice::RedirectDropped),
                    ..main.clone()
                },
            ),
            ("main", main),
        ]
    }
}
