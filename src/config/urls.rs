//! Every URL of the plugin (UR-01): nothing else joins URLs.
//!
//! An endpoint is `base_url` + `prefix` + path (UR-03). `base_url` may have a path that a proxy
//! strips; local route paths lack it.

use url::Url;

use crate::{
    config::Settings,
    protocol::{client_auth::ClientEndpoint, resource_metadata, route::Route},
};

const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
const OPENID_METADATA: &str = "/.well-known/openid-configuration";

/// The issuer and the absolute URL of every endpoint and page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    /// Issuer identifier (RFC 8414 §2).
    pub issuer: String,
    /// Origin of `base_url`, as in the header `Origin`.
    pub origin: String,
    /// Address of the step "login": the app's page, else the built-in one.
    pub login_page: String,
    /// Address of the step "create": the app's page, the built-in one if it exists, else
    /// [`Self::login_page`].
    pub signup_page: String,
    /// Address of the step "select account".
    pub select_account_page: String,
    /// Address of the step "consent".
    pub consent_page: String,
    /// Address of the step "post login", if the app has a page for it.
    pub post_login_page: Option<String>,
    /// Address after a login without a client.
    pub after_login: String,
    /// Address after a logout without a client; `None` = the built-in page `logged_out.html`.
    pub after_logout: Option<String>,
    /// URLs of the routes, in the order of [`Route::ALL`].
    routes: Vec<String>,
    base_url: String,
    prefix: String,
    metadata_routes: Vec<String>,
}

impl Urls {
    /// Computes every URL.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let Settings {
            base_url, prefix, ..
        } = settings;
        let endpoint = |path: &str| format!("{base_url}{prefix}{path}");
        let page = |page: &Option<String>, built_in: Route| {
            page.as_ref()
                .map_or_else(|| endpoint(built_in.path()), |page| resolve(base_url, page))
        };
        let login_page = page(&settings.login_url, Route::Login);
        let signup_page = if settings.signup_url.is_some() || settings.enable_signup {
            page(&settings.signup_url, Route::Signup)
        } else {
            login_page.clone()
        };
        let after_logout = settings.after_logout_url.as_deref();
        let post_login = settings.post_login_url.as_deref();
        Self {
            issuer: settings.issuer.clone(),
            origin: Url::parse(base_url)
                .map(|url| url.origin().ascii_serialization())
                .unwrap_or_default(),
            routes: Route::ALL
                .iter()
                .map(|route| endpoint(route.path()))
                .collect(),
            select_account_page: page(&settings.select_account_url, Route::SelectAccount),
            consent_page: page(&settings.consent_url, Route::Consent),
            post_login_page: post_login.map(|page| resolve(base_url, page)),
            after_login: page(&settings.after_login_url, Route::Apps),
            after_logout: after_logout.map(|page| resolve(base_url, page)),
            login_page,
            signup_page,
            metadata_routes: metadata_routes(settings),
            base_url: base_url.clone(),
            prefix: prefix.clone(),
        }
    }

    /// Returns the URL of a route, or its pattern when the path has braces ([`Self::with`] fills
    /// them).
    #[must_use]
    pub fn of(&self, route: Route) -> &str {
        self.routes.get(route as usize).map_or("", String::as_str)
    }

    /// Returns the URL of a route with the variable part `value`: an id made by this server, or the
    /// `client_id` of a registered client (RFC 7592 §3), which are path segments without encoding.
    #[must_use]
    pub fn with(&self, route: Route, value: &str) -> String {
        let pattern = self.of(route);
        match (pattern.split_once('{'), pattern.split_once('}')) {
            (Some((before, _)), Some((_, after))) => format!("{before}{value}{after}"),
            _ => pattern.to_owned(),
        }
    }

    /// Returns the URL at which clients authenticate, a possible audience of their assertions
    /// (CA-04).
    #[must_use]
    pub fn of_client_endpoint(&self, endpoint: ClientEndpoint) -> &str {
        self.of(match endpoint {
            ClientEndpoint::Token => Route::Token,
            ClientEndpoint::Revocation => Route::Revoke,
            ClientEndpoint::Introspection => Route::Introspect,
            ClientEndpoint::PushedRequest => Route::PushedRequest,
            ClientEndpoint::DeviceAuthorization => Route::DeviceAuthorization,
        })
    }

    /// Returns a page setting as URL: a URL stays as it is, a path is one of this app.
    #[must_use]
    pub fn page(&self, page: &str) -> String {
        resolve(&self.base_url, page)
    }

    /// Returns the path of a route in the app's router: `prefix` + path.
    #[must_use]
    pub fn local(&self, route: Route) -> String {
        format!("{}{}", self.prefix, route.path())
    }

    /// Returns the start of all paths of the plugin's router.
    #[must_use]
    pub fn local_root(&self) -> String {
        format!("{}/", self.prefix)
    }

    /// Route paths at which the server metadata is served, all with the same bytes: the
    /// inserted forms (RFC 8414 §3.1, §5), the appended form (OpenID Connect Discovery §4), the
    /// bare forms where they apply. No path is there twice.
    #[must_use]
    pub fn metadata_routes(&self) -> &[String] {
        &self.metadata_routes
    }

    /// URL of the metadata of a resource, if the resource is one of this origin (RFC 9728 §3.1).
    #[must_use]
    pub fn resource_metadata(&self, identifier: &str) -> Option<String> {
        let url = Url::parse(identifier).ok()?;
        let own = self.is_own_origin(&url.origin().ascii_serialization());
        let location = resource_metadata::location(identifier).filter(|_| own)?;
        Some(format!("{}{location}", self.origin))
    }

    /// Route paths of the resources' metadata: the bare one, and every path below it.
    #[must_use]
    pub fn resource_metadata_routes(&self) -> [String; 2] {
        let bare = resource_metadata::WELL_KNOWN;
        [bare.to_owned(), format!("{bare}/{{*path}}")]
    }

    /// Whether an `Origin` header names this server.
    #[must_use]
    pub fn is_own_origin(&self, origin: &str) -> bool {
        !self.origin.is_empty() && self.origin == origin
    }

    /// Whether a URL, query aside, is an endpoint or built-in page of the plugin.
    pub(crate) fn is_own_endpoint(&self, url: &str) -> bool {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let path = path.trim_end_matches('/');
        self.routes.iter().any(|own| fits(own, path))
    }
}

/// Whether a path is one of a route, in which a part in braces stands for any part.
fn fits(route: &str, path: &str) -> bool {
    let (mut parts, mut written) = (route.split('/'), path.split('/'));
    loop {
        match (parts.next(), written.next()) {
            (None, None) => return true,
            (Some(part), Some(written)) if part == written || part.starts_with('{') => {}
            _ => return false,
        }
    }
}

fn resolve(base_url: &str, page: &str) -> String {
    if page.starts_with('/') {
        format!("{base_url}{page}")
    } else {
        page.to_owned()
    }
}

fn metadata_routes(settings: &Settings) -> Vec<String> {
    let issuer_path = path_of(&settings.issuer);
    let stripped = path_of(&settings.base_url);
    // The appended form lies below the issuer's path; a proxy takes that of `base_url` away.
    let appended = issuer_path
        .strip_prefix(&stripped)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        .unwrap_or(&issuer_path);
    let mut routes = vec![
        format!("{OAUTH_METADATA}{issuer_path}"),
        format!("{OPENID_METADATA}{issuer_path}"),
        format!("{appended}{OPENID_METADATA}"),
    ];
    if settings.include_root_oauth_metadata_fallback {
        routes.push(OAUTH_METADATA.to_owned());
    }
    if settings.include_root_openid_metadata_fallback {
        routes.push(OPENID_METADATA.to_owned());
    }
    let mut unique = Vec::new();
    for route in routes {
        if !unique.contains(&route) {
            unique.push(route);
        }
    }
    unique
}

/// Path without trailing slash: `""` or `/t1`.
fn path_of(url: &str) -> String {
    Url::parse(url)
        .map(|url| url.path().trim_end_matches('/').to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
