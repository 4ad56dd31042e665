//! Protection against cross-site request forgery: a token for each form, and the headers in which the
//! browser names the origin of a request (CS-01 to CS-03).

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
    /// The route that the form posts to.
    pub route: Route,
    /// Id of the interaction that the form belongs to.
    pub interaction: Option<&'a str>,
    /// `sid` of the session that the form was rendered for.
    pub sid: Option<&'a str>,
}

/// The result of checking a posted form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsrfCheck {
    /// The form came from here, for this account.
    Valid,
    /// The form came from here, but was rendered for another account (CO-05).
    OtherAccount,
    /// The browser's headers say that a page of another origin sent the form (CS-02).
    ForeignOrigin,
    /// The token is missing, forged, or from another browser (CS-03).
    Invalid,
}

const NOBODY: &str = "-";

impl CsrfForm<'_> {
    /// Returns the name of the form in its token: the path of its route without the slash.
    fn name(&self) -> &'static str {
        self.route.path().trim_start_matches('/')
    }

    fn mac(&self, binding: &Secret, sid: &str) -> String {
        let interaction = self.interaction.unwrap_or(NOBODY);
        mac(binding.expose(), &["csrf", self.name(), interaction, sid])
    }
}

impl Browser {
    /// Returns the token of a form (CS-01): the `sid` of its account in clear, a dot and the MAC.
    ///
    /// # Errors
    /// When the random generator fails.
    pub fn csrf_token(&mut self, form: CsrfForm<'_>) -> Result<String, RandomError> {
        let binding = self.bind()?;
        let sid = form.sid.unwrap_or(NOBODY);
        Ok(format!("{sid}.{}", form.mac(&binding, sid)))
    }

    /// Checks the origin and the token of a posted form (CS-01, CS-02).
    pub fn check_csrf(&self, form: CsrfForm<'_>, token: Option<&str>, urls: &Urls) -> CsrfCheck {
        if !self.is_same_origin(urls) {
            return CsrfCheck::ForeignOrigin;
        }
        token.map_or(CsrfCheck::Invalid, |token| self.check_token(form, token))
    }

    /// Checks the token alone (CS-01), where another rule checks the origin.
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

    /// Whether a script of this origin, or of one of the origins in `trusted`, made the request (EX-02).
    pub fn is_trusted_script(&self, urls: &Urls, trusted: &[String]) -> bool {
        match &self.headers.origin {
            Some(origin) => {
                let is_named = |own: &String| host::is_same_origin(own, origin);
                urls.is_own_origin(origin) || trusted.iter().any(is_named)
            }
            None => self.is_same_origin_navigation(),
        }
    }

    /// Whether a page of this origin made the request, by `Origin` and `Sec-Fetch-Site`; without either
    /// header the answer is no. Browsers leave `Origin` out of reads from the same origin.
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

    /// Returns the headers in which the browser names the origin of the request, for the log.
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

    /// Whether the browser's headers allow the form (CS-02). `Origin: null` decides nothing, because
    /// `Referrer-Policy: no-referrer` makes browsers send it with form posts.
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
