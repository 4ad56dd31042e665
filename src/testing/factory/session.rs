//! Makes browser sessions for tests.

use axum::http::{HeaderMap, header};
use loco_rs::app::AppContext;

use crate::{
    http::browser::with_cookies,
    people::{Owner, resource_owner::ResourceOwner},
    protocol::time::UnixTime,
    sessions::SignIn,
    testing::server,
};

/// Describes a session of `user` in a browser of its own, who signed in by password a moment ago.
pub fn session<U: ResourceOwner + Clone>(user: &U) -> SessionBuilder {
    session_of(Owner::new(user.clone()))
}

/// Describes a session of a user whose type is not known here.
pub(in crate::testing) fn session_of(owner: Owner) -> SessionBuilder {
    SessionBuilder {
        owner,
        sign_in: SignIn::default(),
    }
}

/// A session to be made.
#[must_use = "`create` makes the session"]
pub struct SessionBuilder {
    owner: Owner,
    sign_in: SignIn,
}

impl SessionBuilder {
    /// Makes it outlive the browser.
    pub const fn remembered(mut self) -> Self {
        self.sign_in.remember = true;
        self
    }

    /// Sets the time of the login.
    pub const fn auth_time(mut self, at: UnixTime) -> Self {
        self.sign_in.auth_time = Some(at);
        self
    }

    /// Sets the authentication context class of the login.
    pub fn acr(mut self, acr: &str) -> Self {
        self.sign_in.acr = Some(acr.to_owned());
        self
    }

    /// Sets the authentication methods of the login (RFC 8176).
    pub fn amr<T: ToString>(mut self, methods: impl IntoIterator<Item = T>) -> Self {
        self.sign_in.amr = methods
            .into_iter()
            .map(|method| method.to_string())
            .collect();
        self
    }

    /// Makes the session.
    pub async fn create(self, ctx: &AppContext) -> TestSession {
        let server = server(ctx);
        let mut browser = server.sessions.browser(&HeaderMap::new(), None);
        let signed_in = server
            .sessions
            .sign_in(&mut browser, &self.owner, self.sign_in)
            .await;
        let session = signed_in.expect("the user can sign in").session;
        let answer = with_cookies(browser, axum::response::Response::default());
        let mut answer = answer.expect("cookies are ASCII");
        let set_cookies = std::mem::take(answer.headers_mut());
        TestSession {
            id: session.id.get(),
            sid: session.sid,
            set_cookies,
        }
    }
}

/// A session made by a test.
#[derive(Clone, Debug)]
pub struct TestSession {
    /// Primary key of its row.
    pub id: i64,
    /// The claim `sid` of the session.
    pub sid: String,
    pub(in crate::testing) set_cookies: HeaderMap,
}

impl TestSession {
    /// Returns the `Cookie` header that its browser sends.
    pub fn cookie(&self) -> String {
        let cookies = self.set_cookies.get_all(header::SET_COOKIE).iter();
        let pairs: Vec<&str> = cookies
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
            .collect();
        pairs.join("; ")
    }
}
