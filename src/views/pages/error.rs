//! `error.html`: the request cannot be fulfilled.

use fluent_bundle::FluentArgs;
use serde::Serialize;

use crate::{
    protocol::{callback::ResponseField, error_kind::ErrorKind, redirect_difference::Marked},
    views::{Page, PageContext, PageVariables, Translations, messages::text_value, samples},
};

/// Variables of `error.html`. It shows no text of the request outside of `dev`.
#[derive(Clone, Serialize)]
pub struct ErrorPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// HTTP status.
    pub status: u16,
    /// OAuth error code.
    pub code: String,
    /// What happened, in a few words; the engine sets it.
    pub title: String,
    /// What happened, in sentences; the engine sets it.
    pub explanation: String,
    /// What the person can do; the engine sets it.
    pub hint: String,
    /// Setting `base_url`, for errors of people who use another address of the server.
    #[serde(skip)]
    pub address: String,
    /// A way back: only to a validated redirect URI (AR-04) or a verified `client_uri`.
    pub return_link: Option<ReturnLink>,
    /// The host that the explanation names.
    pub host: Option<String>,
    /// Details for the developer of the client, with the setting `developer_errors`.
    pub dev: Option<Developer>,
    /// Kind of error, which decides the texts.
    #[serde(skip)]
    pub kind: ErrorKind,
}

/// A link that leaves this server, named by the host it leads to.
#[derive(Clone, Debug, Serialize)]
pub struct ReturnLink {
    /// Host of the address.
    pub host: String,
    /// The address.
    pub url: String,
    /// Fields that are posted there by a form in place of the link (AR-03).
    pub fields: Vec<ResponseField>,
}

/// Which rule refused the request, and how to satisfy it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Developer {
    /// Id of the rule, such as `AZ-12`.
    pub rule: String,
    /// What was wrong, in words.
    pub problem: String,
    /// What the rule demands; empty when the other texts say it.
    pub expected: String,
    /// What was sent, as far as it may be shown; empty when nothing was.
    pub received: String,
    /// The fault behind the refusal: the host that did not answer, the storage that failed.
    pub cause: Option<String>,
    /// How a redirect URI differs from the nearest registered one.
    pub difference: Option<Differs>,
    /// What to change.
    pub fix: String,
    /// The standard behind the rule, with its section.
    pub section: String,
}

/// Two redirect URIs side by side, with marks on the parts that only one of them has.
#[derive(Clone, Debug, Serialize)]
pub struct Differs {
    /// The redirect URI of the request.
    pub sent: Marked,
    /// The registered redirect URI that is most like it.
    pub registered: Marked,
    /// The parts that differ, in words.
    pub words: String,
}

impl ErrorPage {
    /// Makes the page for a kind of error, with its usual status and code.
    #[must_use]
    pub fn new(kind: ErrorKind, common: PageVariables) -> Self {
        Self {
            common,
            status: kind.status(),
            code: kind.code().to_owned(),
            title: String::new(),
            explanation: String::new(),
            hint: String::new(),
            address: String::new(),
            return_link: None,
            host: None,
            dev: None,
            kind,
        }
    }

    /// Sets another status than the usual one of the kind.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// Whether the link may be shown: web addresses, and private-use schemes in reverse domain form,
/// the only others that a client can register (RG-06). Neither runs anything in this page.
pub(super) fn may_be_linked(link: &ReturnLink) -> bool {
    match link.url.split_once(':') {
        Some(("https" | "http", rest)) => rest.starts_with("//"),
        Some((scheme, _)) => scheme.contains('.'),
        None => false,
    }
}

impl PageContext for ErrorPage {
    const PAGE: Page = Page::Error;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn translate(&mut self, words: &Translations) {
        let texts = self.kind.texts();
        self.title = words.say(texts.title);
        self.explanation = match &self.host {
            Some(host) => {
                let mut args = FluentArgs::new();
                args.set("host", text_value(host));
                words
                    .text_with(texts.explanation, &args)
                    .unwrap_or_default()
            }
            None => words.say(texts.explanation),
        };
        let mut args = FluentArgs::new();
        args.set("address", text_value(&self.address));
        let hint = words.text_with(texts.hint, &args);
        self.hint = hint.unwrap_or_else(|| texts.hint.to_owned());
        self.return_link = self.return_link.take().filter(may_be_linked);
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let mut all: Vec<(&'static str, Self)> = ErrorKind::ALL
            .iter()
            .map(|&kind| {
                let mut page = Self::new(kind, samples::failed());
                page.address = "https://id.example.com".into();
                page.host = (kind == ErrorKind::UnreadDocument).then(|| "app.example".to_owned());
                (kind.name(), page)
            })
            .collect();
        let main = Self::new(ErrorKind::RedirectMismatch, samples::failed());
        let marked = |differs: &str| Marked {
            before: "https://app.example/".into(),
            differs: differs.into(),
            after: String::new(),
        };
        let dev = Developer {
            rule: "AZ-12".into(),
            problem: "The redirect URI is none of those that the client registered.".into(),
            expected: "one of the registered redirect URIs, byte for byte".into(),
            received: samples::MARKUP.into(),
            cause: None,
            difference: Some(Differs {
                sent: marked(samples::MARKUP),
                registered: marked("callback"),
                words: "the path".into(),
            }),
            fix: "Register this redirect URI, or send one that is registered.".into(),
            section: "OAuth 2.1 §2.3.1".into(),
        };
        let link = |url: &str| ReturnLink {
            fields: Vec::new(),
            host: "app.example".into(),
            url: url.into(),
        };
        let nothing_sent = Developer {
            received: String::new(),
            difference: None,
            ..dev.clone()
        };
        let back = link("https://app.example/callback?error=invalid_scope&state=1");
        all.push((
            "developer",
            Self {
                dev: Some(dev),
                ..main.clone()
            },
        ));
        all.push((
            "developer_of_nothing_sent",
            Self {
                dev: Some(nothing_sent),
                ..Self::new(ErrorKind::MissingClient, samples::failed())
            },
        ));
        all.push((
            "return_link",
            Self {
                return_link: Some(back),
                ..Self::new(ErrorKind::InvalidScope, samples::failed())
            },
        ));
        all.push((
            "script_link",
            Self {
                return_link: Some(link("javascript:alert(1)")),
                ..main.clone()
            },
        ));
        all.push(("main", main));
        all
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{ReturnLink, may_be_linked};

    #[rstest]
    #[case("https://app.example/cb", true)]
    #[case("http://127.0.0.1:4000/cb", true)]
    #[case("com.example.app:/cb", true)]
    #[case("javascript:alert(1)", false)]
    #[case("JavaScript:alert(1)", false)]
    #[case("data:text/html,x", false)]
    #[case("vbscript:x", false)]
    #[case("//evil.example", false)]
    fn c055_no_link_runs_anything(#[case] url: &str, #[case] allowed: bool) {
        let link = ReturnLink {
            fields: Vec::new(),
            host: "app.example".into(),
            url: url.into(),
        };

        assert_eq!(may_be_linked(&link), allowed);
    }
}
