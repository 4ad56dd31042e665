//! Browsers and who is signed in in them: cookies, form tokens, sessions.

mod browser;
pub mod cookies;
mod csrf;
mod end;
mod of_person;
mod row;
mod service;
mod subject;

pub use self::{
    browser::{Browser, SetCookies},
    csrf::{CsrfCheck, CsrfForm},
    of_person::{UserSession, device_label},
    service::{SessionService, SessionServiceParts, SignIn, SignedIn},
};

/// Largest number of accounts that are signed in in one browser (BS-01).
const MAX_ACCOUNTS: usize = crate::store::browser_sessions::MOST_SESSIONS;
