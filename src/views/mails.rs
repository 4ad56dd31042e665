//! Mails: the HTML comes from a template like the pages, subject and plain text from the messages
//! of the pages.

use serde::Serialize;

use super::{Page, PageContext, PageVariables, Translations, messages, samples};

/// Mail `reset_mail.html` with a password reset link.
#[derive(Clone, Default, Serialize)]
pub struct ResetMail {
    /// Variables of all pages; a mail has no form and no stylesheet.
    #[serde(flatten)]
    pub common: PageVariables,
    /// The password reset link, which holds the token.
    pub link: String,
}

impl ResetMail {
    /// Makes a mail in the name of the app `app_name`.
    #[must_use]
    pub fn new(app_name: &str, link: String) -> Self {
        let common = PageVariables {
            app_name: app_name.to_owned(),
            ..PageVariables::default()
        };
        Self { common, link }
    }

    /// Returns the subject of the mail.
    #[must_use]
    pub fn subject(&self, words: &Translations) -> String {
        self.say(words, "reset-mail-subject")
    }

    /// Returns the plain text of the mail.
    #[must_use]
    pub fn text(&self, words: &Translations) -> String {
        let lead = self.say(words, "reset-mail-lead");
        let life = self.say(words, "reset-mail-life");
        let ignore = self.say(words, "reset-mail-ignore");
        format!("{lead}\n\n{}\n\n{life}\n\n{ignore}\n", self.link)
    }

    fn say(&self, words: &Translations, key: &str) -> String {
        let mut args = fluent_bundle::FluentArgs::new();
        args.set("app", messages::text_value(&self.common.app_name));
        words.text_with(key, &args).unwrap_or_default()
    }
}

impl PageContext for ResetMail {
    const PAGE: Page = Page::ResetMail;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let token = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let link = format!("https://id.example.com/oauth/reset-password?token={token}");
        vec![
            ("hostile", Self::new(samples::MARKUP, link.clone())),
            ("main", Self::new("Demo", link)),
        ]
    }
}
