//! Pages that end a flow, or send the browser on.

use serde::Serialize;

use crate::views::{Page, PageContext, PageVariables, samples};

/// Variables of `handoff.html`, which sends the browser on without a redirect (AR-05).
#[derive(Clone, Default, Serialize)]
pub struct HandoffPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Address that the browser goes to: the redirect URI with its answer.
    pub target: String,
    /// Host of the target.
    pub target_host: String,
}

impl PageContext for HandoffPage {
    const PAGE: Page = Page::Handoff;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self {
            common: samples::interaction("consent"),
            target: "https://app.example/callback?code=c0de&state=a%26b&iss=https%3A%2F%2Fid.example.com".into(),
            target_host: "app.example".into(),
        };
        let hostile = Self {
            common: samples::hostile("consent"),
            target:
                "https://app.example/callback?x='\";url=https://evil.example\"><script>&state=1"
                    .into(),
            target_host: "app.example".into(),
        };
        vec![("hostile", hostile), ("main", main)]
    }
}

/// Variables of `completed.html`: the request was answered before. It links to the client's home
/// page.
#[derive(Clone, Default, Serialize)]
pub struct CompletedPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
}

impl PageContext for CompletedPage {
    const PAGE: Page = Page::Completed;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            (
                "without_client",
                Self {
                    common: samples::alone("continue"),
                },
            ),
            (
                "hostile",
                Self {
                    common: samples::hostile("continue"),
                },
            ),
            (
                "main",
                Self {
                    common: samples::interaction("continue"),
                },
            ),
        ]
    }
}

/// Variables of `check_mail.html`: a mail with a link was sent.
#[derive(Clone, Default, Serialize)]
pub struct CheckMailPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// The email address, masked.
    pub address_hint: String,
}

impl PageContext for CheckMailPage {
    const PAGE: Page = Page::CheckMail;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self {
            common: samples::interaction("signup"),
            address_hint: "a•••@example.com".into(),
        };
        let hostile = Self {
            common: samples::hostile("signup"),
            address_hint: samples::MARKUP.into(),
        };
        vec![("hostile", hostile), ("main", main)]
    }
}
