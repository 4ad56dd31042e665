//! The rules of client metadata for texts, names and links (RG-05).

use std::collections::BTreeMap;

use url::{Host, Url};

use super::{
    MetadataError, MetadataRule,
    rules::{MAX_ENTRIES, Rules},
};
use crate::protocol::{display_name, redirect_uri};

pub(super) const MAX_TEXT: usize = 2000;
const MAX_NAME: usize = 200;
const MAX_STATEMENT: usize = 4096;
/// Members for people, which may come in several languages (RFC 7591 §2.2).
pub(in crate::protocol) const LOCALIZED: [&str; 5] = [
    "client_name",
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
];

impl Rules<'_> {
    /// RFC 7591 §2.2: applies the rules of the member that the tag belongs to.
    pub fn localized(&mut self, sent: BTreeMap<String, String>) -> BTreeMap<String, String> {
        if sent.len() > MAX_ENTRIES {
            self.refuse("client_name", MetadataRule::TooMany);
            return BTreeMap::new();
        }
        let mut kept = BTreeMap::new();
        for (full, text) in sent {
            let (name, tag) = full.split_once('#').unwrap_or((&full, ""));
            // Known names only: what was sent is not reflected.
            let Some(member) = LOCALIZED.into_iter().find(|member| *member == name) else {
                continue;
            };
            if !is_language_tag(tag) {
                let finding = MetadataError::new(member, MetadataRule::LanguageTag);
                self.note(finding.received(tag));
            }
            let text = match member {
                "client_name" => self.name(member, Some(&text)).and_then(display_name::clean),
                _ => self.link(member, Some(text)),
            };
            kept.extend(text.map(|text| (full.clone(), text)));
        }
        kept
    }

    /// RG-05: a name of at most 200 characters, something of which can be seen.
    pub fn name<'n>(&mut self, member: &str, sent: Option<&'n str>) -> Option<&'n str> {
        let visible = |name: &str| display_name::clean(name).is_some();
        if sent.is_some_and(|name| name.chars().count() > MAX_NAME || !visible(name)) {
            let length = format!("{} characters", sent.unwrap_or_default().chars().count());
            self.note(MetadataError::new(member, MetadataRule::Name).received(length));
        }
        sent
    }

    /// RG-05: a link for people. One that pages may not show is left out of a registration: an app
    /// on a developer's machine has its home page there, too.
    pub fn link(&mut self, member: &str, sent: Option<String>) -> Option<String> {
        let strange = |text: &String| !is_https(text);
        let left_out = self.policy.applicant.is_self_registered();
        let sent = sent.filter(|text| !(left_out && strange(text)));
        self.https(member, sent)
    }

    pub fn https(&mut self, member: &str, sent: Option<String>) -> Option<String> {
        match sent.as_deref() {
            Some(text) if text.len() > MAX_TEXT => self.refuse(member, MetadataRule::TooLong),
            Some(text) if !is_https(text) => {
                self.note(MetadataError::new(member, MetadataRule::HttpsUrl).received(text));
            }
            _ => {}
        }
        sent
    }

    /// RG-02: a signed statement is longer than other texts.
    pub fn statement(&mut self, sent: Option<String>) -> Option<String> {
        if sent.as_ref().is_some_and(|text| text.len() > MAX_STATEMENT) {
            self.refuse("software_statement", MetadataRule::StatementTooLong);
        }
        sent
    }

    /// RG-05: checks a list of texts.
    pub fn texts(&mut self, member: &str, sent: Option<Vec<String>>) -> Vec<String> {
        let texts = sent.unwrap_or_default();
        if texts.len() > MAX_ENTRIES {
            self.refuse(member, MetadataRule::TooMany);
        }
        for text in &texts {
            self.check_text(member, text);
        }
        texts
    }

    /// RG-05: checks a text.
    pub fn text(&mut self, member: &str, sent: Option<String>) -> Option<String> {
        if let Some(text) = &sent {
            self.check_text(member, text);
        }
        sent
    }

    fn check_text(&mut self, member: &str, text: &str) {
        if text.len() > MAX_TEXT {
            self.refuse(member, MetadataRule::TooLong);
        } else if text.chars().any(char::is_control) {
            self.refuse(member, MetadataRule::Control);
        }
    }
}

/// The shape of a tag of BCP 47; no list of languages.
fn is_language_tag(tag: &str) -> bool {
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    tag.len() <= 35 && tag.split('-').all(is_part)
}

/// Neither an address nor a name that only means something inside of a network. What the name
/// leads to is looked at before each fetch.
pub(super) fn is_on_public_name(text: &str) -> bool {
    const INSIDE: [&str; 4] = [".localhost", ".local", ".internal", ".home.arpa"];
    let url = Url::parse(text).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.contains('.') && !INSIDE.iter().any(|end| name.ends_with(end))
        }
        _ => false,
    }
}

/// A loopback host: a developer's own.
pub(super) fn is_on_this_machine(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| redirect_uri::is_loopback_host(&url))
}

/// Written as `https://`, in printable ASCII, with a host and without user information.
pub(super) fn is_https(text: &str) -> bool {
    text.starts_with("https://")
        && text.bytes().all(|byte| matches!(byte, 0x21..=0x7E))
        && Url::parse(text).is_ok_and(|url| url.username().is_empty() && url.password().is_none())
}
