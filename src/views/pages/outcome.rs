//! Pages that end a flow, or send the browser on.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    protocol::callback::ResponseField,
    views::{Page, PageContext, PageVariables, samples},
};

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

/// The script of `form_post.html`, which sends its form (AR-03). It has no character that a template escapes.
const SUBMIT: &str = "document.forms[0].submit()";

/// Variables of `form_post.html`, whose form the browser posts to the client (AR-03).
#[derive(Clone, Serialize)]
pub struct FormPostPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Address that the form is posted to: the redirect URI.
    pub target: String,
    /// Host of the target.
    pub target_host: String,
    /// The hidden fields: the answer to the client.
    pub fields: Vec<ResponseField>,
    /// Text of the script that sends the form; the page works without.
    pub script: &'static str,
}

impl FormPostPage {
    /// Makes the page of a form.
    #[must_use]
    pub fn new(target: String, target_host: String, fields: Vec<ResponseField>) -> Self {
        Self {
            common: PageVariables::default(),
            target,
            target_host,
            fields,
            script: SUBMIT,
        }
    }

    /// Returns the script as a source of `script-src` (CSP Level 3).
    #[must_use]
    pub fn script_source() -> String {
        format!("'sha256-{}'", STANDARD.encode(Sha256::digest(SUBMIT)))
    }
}

impl PageContext for FormPostPage {
    const PAGE: Page = Page::FormPost;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |common, fields: &[(&str, &str)]| {
            let fields = fields.iter().map(|(name, value)| ResponseField {
                name: (*name).to_owned(),
                value: (*value).to_owned(),
            });
            let target = "https://app.example/callback?x=1&y=2".to_owned();
            Self {
                common,
                ..Self::new(target, "app.example".to_owned(), fields.collect())
            }
        };
        let hostile = page(samples::hostile("consent"), &[("state", samples::MARKUP)]);
        let main = page(
            samples::interaction("consent"),
            &[
                ("code", "c0de"),
                ("state", "a&b"),
                ("iss", "https://id.example.com"),
            ],
        );
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
