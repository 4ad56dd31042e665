//! Who is signed in to the client: kept in memory, found by a cookie.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use loco_rs::{
    app::AppContext,
    hash,
    prelude::{
        cookie::{Cookie, CookieJar, SameSite},
        *,
    },
};

use super::{
    login::Login,
    provider::{Answer, Tokens},
};

const COOKIE: &str = "demo_client";
/// A demo forgets rather than fill the memory.
const MOST_SESSIONS: usize = 1000;

/// One browser.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// A login that has not come back yet.
    pub login: Option<Login>,
    pub tokens: Option<Tokens>,
    /// What the server answered last, newest first.
    pub answers: Vec<Answer>,
}

/// All browsers.
#[derive(Clone, Default)]
pub struct Sessions(Arc<Mutex<HashMap<String, Session>>>);

impl Sessions {
    /// # Errors
    /// When the app has not put them into its store.
    pub fn of(ctx: &AppContext) -> Result<Self> {
        let sessions = ctx.shared_store.get::<Self>();
        sessions.ok_or_else(|| Error::string("no sessions in the shared store"))
    }

    /// The session of this browser; empty for a new one.
    #[must_use]
    pub fn find(&self, jar: &CookieJar) -> Session {
        let id = jar.get(COOKIE).map(Cookie::value);
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        id.and_then(|id| sessions.get(id).cloned())
            .unwrap_or_default()
    }

    /// Keeps a session, under a new name each time.
    pub fn keep(&self, jar: CookieJar, session: Session) -> CookieJar {
        let id = hash::random_string(32);
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MOST_SESSIONS {
            sessions.clear();
        }
        if let Some(old) = jar.get(COOKIE) {
            sessions.remove(old.value());
        }
        sessions.insert(id.clone(), session);
        let cookie = Cookie::build((COOKIE, id))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax);
        jar.add(cookie)
    }
}
