//! GET, POST `/oauth/authorize`.

mod answers;
mod checks;
mod faults;
mod prompts;
mod redirect_uri;
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
    let before = server.rows().await;
    let answer = browser.get(path).await;
    assert_back_only(&answer, error);
    assert_eq!(server.rows().await, before, "{path}");
    answer
}

/// BACK(e) to `conf` in the query, with nothing else from the request.
#[track_caller]
pub fn assert_back_only(answer: &Answer, error: &str) {
    answer.assert_back(CONF_CB, error);
    let location = answer.location();
    assert!(!location.contains('#'), "in the query: {location}");
    let location = url::Url::parse(location).unwrap();
    let names = location.query_pairs().map(|(name, _)| name.into_owned());
    let names: Vec<String> = names.filter(|name| name != "state").collect();
    assert_eq!(names, ["error", "error_description", "iss"]);
}

/// The same for a refusal that must stay here.
pub async fn refused_here(server: &TestServer, path: &str, status: u16) -> Answer {
    let mut browser = alice(server).await;
    let before = server.rows().await;
    let answer = browser.get(path).await;
    answer.assert_page(status);
    assert_eq!(server.rows().await, before, "{path}");
    answer
}
