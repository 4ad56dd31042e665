//! The pages people see: login, sign-up, account chooser, consent, sign-out.

mod client_text;
mod consent;
mod csrf;
mod equal_time;
mod forms;
mod headers;
mod hints;
mod hosts;
mod language;
mod login;
mod logout;
pub mod password;
mod remembered_consent;
mod select_account;
mod signup;
mod snapshots;

use crate::app::{
    browser::{Authorize, Browser},
    fixtures::{ALICE, PASSWORD},
    server::{Answer, TestServer},
};

/// A browser with alice's consent page for `request`.
pub async fn at_consent<'a>(server: &'a TestServer, request: &Authorize) -> (Browser<'a>, Answer) {
    let mut browser = server.browser();
    let page = browser.authorize(request).await;
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");
    (browser, page)
}
