//! Cross-site request forgery: a token per form and the browser's own word (CS-01 to CS-03).

use super::Browser;
use crate::{
    config::urls::Urls,
    protocol::{
        host,
        route::Route,
        secret::{Secret, mac, same},
    },
    random::RandomError,
};

/// Which form a token belongs to.
#[derive(Clone, Copy, Debug)]
pub struct CsrfForm<'a> {
    /// The route it posts to.
    pub route: Route,
    /// The interaction it belongs to.
    pub interaction: Option<&'a str>,
    /// The session it was rendered for.
    pub sid: Option<&'a str>,
}

/// What a posted token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsrfCheck {
    /// The form came from here, for this account.
    Valid,
    /// The form came from here, but was rendered for another account (CO-05).
    OtherAccount,
    /// By the browser's own word, a page of another origin sent it (CS-02).
    ForeignOrigin,
    /// Missing, forged, or from another browser (CS-03).
    Invalid,
}

const NOBODY: &str = "-";

impl CsrfForm<'_> {
    /// What stands for the form in its token: the path without its slash.
    fn name(&self) -> &'static str {
        self.route.path().trim_start_matches('/')
    }

    fn mac(&self, binding: &Secret, sid: &str) -> String {
        let interaction = self.interaction.unwrap_or(NOBODY);
        mac(binding.expose(), &["csrf", self.name(), interaction, sid])
    }
}

impl Browser {
    /// The token of a form (CS-01): the account it is for, in clear, and the MAC over both.
    ///
    /// # Errors
    /// When the random generator fails.
    pub fn csrf_token(&mut self, form: CsrfForm<'_>) -> Result<String, RandomError> {
        let binding = self.bind()?;
        let sid = form.sid.unwrap_or(NOBODY);
        Ok(format!("{sid}.{}", form.mac(&binding, sid)))
    }

    /// Judges a posted form (CS-01, CS-02).
    pub fn check_csrf(&self, form: CsrfForm<'_>, token: Option<&str>, urls: &Urls) -> CsrfCheck {
        if !self.is_same_origin(urls) {
            return CsrfCheck::ForeignOrigin;
        }
        token.map_or(CsrfCheck::Invalid, |token| self.check_token(form, token))
    }

    /// Judges the token alone (CS-01), where the origin is checked by another rule.
    pub fn check_token(&self, form: CsrfForm<'_>, token: &str) -> CsrfCheck {
        let Some((binding, (sid, posted))) = self.binding.as_ref().zip(token.split_once('.'))
        else {
            return CsrfCheck::Invalid;
        };
        if !same(&form.mac(binding, sid), posted) {
            return CsrfCheck::Invalid;
        }
        if sid == form.sid.unwrap_or(NOBODY) {
            CsrfCheck::Valid
        } else {
            CsrfCheck::OtherAccount
        }
    }

    /// EX-02: a script of this origin or of one of `trusted`.
    pub fn is_trusted_script(&self, urls: &Urls, trusted: &[String]) -> bool {
        match &self.headers.origin {
            Some(origin) => {
                let is_named = |own: &String| host::is_same_origin(own, origin);
                urls.is_own_origin(origin) || trusted.iter().any(is_named)
            }
            None => self.is_same_origin_navigation(),
        }
    }

    /// Whether a page of this origin made the request, by the browser's word; no word is a no.
    /// Browsers leave `Origin` out of reads from the same origin.
    pub fn is_same_origin_request(&self, urls: &Urls) -> bool {
        match (
            self.headers.origin.as_deref(),
            self.headers.fetch_site.as_deref(),
        ) {
            (Some(origin), None | Some("same-origin")) => urls.is_own_origin(origin),
            (None, Some(site)) => site == "same-origin",
            _ => false,
        }
    }

    /// What the browser says about where a request came from, for the log.
    pub fn origin_facts(&self) -> String {
        let header = |name: &str, value: Option<&str>| match value {
            Some(value) => format!("{name}: {}", value.chars().take(200).collect::<String>()),
            None => format!("no {name}"),
        };
        let (origin, site) = (&self.headers.origin, &self.headers.fetch_site);
        format!(
            "{}, {}",
            header("Origin", origin.as_deref()),
            header("Sec-Fetch-Site", site.as_deref())
        )
    }

    /// CS-02. `Origin: null` decides nothing: `Referrer-Policy: no-referrer` makes browsers send
    /// it with form posts.
    fn is_same_origin(&self, urls: &Urls) -> bool {
        match (
            self.headers.fetch_site.as_deref(),
            self.headers.origin.as_deref(),
        ) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, None | Some("null")) => true,
            (None, Some(origin)) => origin == urls.origin,
        }
    }
}
