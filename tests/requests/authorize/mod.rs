//! GET, POST `/oauth/authorize`.

mod answers;
mod checks;
mod default_scopes;
mod faults;
mod meanwhile;
mod prompts;
mod redirect_uri;
mod resources;
pub mod snapshots;
mod transport;

pub use answers::claims;

use crate::app::{
    browser::{Authorize, Browser},
    fixtures::{CONF_CB, PUB_CB},
    server::{Answer, TestServer},
};

/// The fixtures.
pub async fn server() -> TestServer {
    TestServer::start().await
}

/// A browser in which alice is signed in.
pub async fn alice(server: &TestServer) -> Browser<'_> {
    let mut browser = server.browser();
    browser.sign_in().await;
    browser
}

/// A request of the public client.
pub fn public() -> Authorize {
    Authorize::of("pub", PUB_CB)
}

impl Authorize {
    /// The same with a query that no encoder would write.
    pub fn raw(&self, more: &str) -> String {
        format!("{}&{more}", self.path())
    }
}

/// Sends `path`, which must be refused with `error` at the client's redirect URI, and checks that
/// nothing was stored.
pub async fn refused_back(server: &TestServer, path: &str, error: &str) -> Answer {
    let mut browser = alice(server).await;
    let before = server.everything().await;
    let answer = browser.get(path).await;
    answer.assert_back_with(CONF_CB, error, state_of(path).as_deref());
    assert_eq!(server.everything().await, before, "{path}");
    answer
}

/// What has to come back: the state that was sent once, and with a value (AZ-13, GE-02).
fn state_of(path: &str) -> Option<String> {
    let (_, query) = path.split_once('?')?;
    let states = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "state");
    let states: Vec<_> = states.collect();
    match states.as_slice() {
        [(_, state)] if !state.is_empty() => Some(state.to_string()),
        _ => None,
    }
}

/// The same for a refusal that must stay here.
pub async fn refused_here(server: &TestServer, path: &str, status: u16) -> Answer {
    let mut browser = alice(server).await;
    let before = server.everything().await;
    let answer = browser.get(path).await;
    answer.assert_page(status);
    assert_eq!(server.everything().await, before, "{path}");
    answer
}
