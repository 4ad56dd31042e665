//! A person's browser in front of the app.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    response::Response,
};
use axum_test::{TestRequest, TestResponse, TestServer};
use loco_rs::app::AppContext;

use super::{
    assertions::header_of,
    factory,
    page::{Form, Page},
    server,
};
use crate::{people::resource_owner::ResourceOwner, server::Server};

/// Most redirects in a row, more than any flow has.
const MAX_REDIRECTS: usize = 10;

/// A browser: cookies of its own, whatever the test server saves, and redirects within the app.
/// Two of them are two people, or one person at two machines.
///
/// ```no_run
/// # use loco_oauth_server::{resource_owner::ResourceOwner, testing::*};
/// # async fn example(request: &TestServer, ctx: &loco_rs::app::AppContext, user: impl ResourceOwner + Clone) {
/// let mut browser = sign_in_browser(request, ctx, &user).await;
/// let page = browser.open("/oauth/logout").await;
/// browser.submit(&page.form_with_button("action", "sign_out")).await;
/// # }
/// ```
#[derive(Clone)]
pub struct Browser<'a> {
    request: &'a TestServer,
    server: Arc<Server>,
    cookies: BTreeMap<String, String>,
}

/// Returns a browser in which `user` is signed in, without going through the login page.
pub async fn sign_in_browser<'a, U: ResourceOwner + Clone>(
    request: &'a TestServer,
    ctx: &AppContext,
    user: &U,
) -> Browser<'a> {
    let session = factory::session(user).create(ctx).await;
    let mut browser = Browser::new(request, ctx);
    browser.take_cookies(&session.set_cookies);
    browser
}

impl std::fmt::Debug for Browser<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.cookies.keys()).finish()
    }
}

impl<'a> Browser<'a> {
    /// Makes a browser without cookies.
    pub fn new(request: &'a TestServer, ctx: &AppContext) -> Self {
        Self {
            request,
            server: server(ctx),
            cookies: BTreeMap::new(),
        }
    }

    /// Returns the cookies, by name.
    pub const fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// Forgets a cookie.
    pub fn forget(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    /// Returns the `Cookie` header, for requests that the test makes itself:
    /// `request.get("/").add_header(name, value)`.
    pub fn cookie_header(&self) -> (HeaderName, HeaderValue) {
        let pairs = self.cookies.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let value = HeaderValue::from_str(&pairs.join("; ")).expect("cookies are ASCII");
        (header::COOKIE, value)
    }

    /// GETs a path or URL of the app; redirects are not followed.
    pub async fn get(&mut self, url: &str) -> TestResponse {
        let request = self.request.get(&self.local(url));
        self.send(request).await
    }

    /// Posts a form; redirects are not followed.
    pub async fn post(&mut self, form: &Form) -> TestResponse {
        let request = self.request.post(&self.local(&form.action));
        self.send(request.form(&form.fields)).await
    }

    /// Opens a path or URL of the app and follows redirects while they stay in it.
    pub async fn open(&mut self, url: &str) -> Page {
        let response = self.get(url).await;
        self.follow(url, response, None).await
    }

    /// Submits a form and follows redirects while they stay in the app.
    pub async fn submit(&mut self, form: &Form) -> Page {
        let response = self.post(form).await;
        self.follow(&form.action, response, None).await
    }

    /// Follows redirects within the app, but not to `stop`: the redirect URI of a client.
    pub(super) async fn follow(
        &mut self,
        url: &str,
        mut response: TestResponse,
        stop: Option<&str>,
    ) -> Page {
        let mut url = url.to_owned();
        for _ in 0..MAX_REDIRECTS {
            if !response.status_code().is_redirection() {
                return Page { url, response };
            }
            url = header_of(&response, "location");
            let at_client = stop.is_some_and(|stop| leads_to(&url, stop));
            if at_client || !self.is_local(&url) {
                return Page { url, response };
            }
            response = self.get(&url).await;
        }
        panic!("the redirects have no end: {url}");
    }

    async fn send(&mut self, request: TestRequest) -> TestResponse {
        let mut request = request.clear_cookies().do_not_save_cookies();
        if !self.cookies.is_empty() {
            let (name, value) = self.cookie_header();
            request = request.add_header(name, value);
        }
        let response = request.await;
        self.take_cookies(response.headers());
        response
    }

    /// Keeps the cookies that an answer sets.
    pub(super) fn take_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("cookies are ASCII");
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Takes a response that one of the app's own pages would have given, and goes on from there.
    pub(super) async fn continue_after(&mut self, response: Response, stop: &str) -> Page {
        self.take_cookies(response.headers());
        let target = response.headers().get(header::LOCATION);
        let target = target.and_then(|target| target.to_str().ok());
        let target = target.expect("the interaction goes on").to_owned();
        if self.is_local(&target) && !leads_to(&target, stop) {
            let response = self.get(&target).await;
            return self.follow(&target, response, Some(stop)).await;
        }
        // The client has the response in its address; the redirect came from no request of this
        // browser.
        let response = self.get("/").await;
        Page {
            url: target,
            response,
        }
    }

    /// The request that the browser would send to one of the app's own pages.
    pub(super) fn parts(&self, url: &str) -> Parts {
        let (name, value) = self.cookie_header();
        let request = axum::http::Request::builder()
            .uri(self.local(url))
            .header(name, value);
        request.body(()).expect("a URL of the app").into_parts().0
    }

    /// The path that the app's router knows. An absolute URL would leave the test server.
    pub(super) fn local(&self, url: &str) -> String {
        local(&self.server, url)
    }

    fn is_local(&self, url: &str) -> bool {
        let rest = url.strip_prefix(&self.server.settings.base_url);
        url.starts_with('/') || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The path of a URL of the app.
pub(super) fn local(server: &Server, url: &str) -> String {
    let path = url.strip_prefix(&server.settings.base_url).unwrap_or(url);
    if path.is_empty() {
        "/".to_owned()
    } else {
        path.to_owned()
    }
}

/// Whether `url` is `target`, apart from the query.
pub(super) fn leads_to(url: &str, target: &str) -> bool {
    let bare = |url: &str| url.split(['?', '#']).next().map(str::to_owned);
    bare(url) == bare(target)
}
