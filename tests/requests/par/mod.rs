//! POST `/oauth/par`, and the browser that comes with the handle (RFC 9126).

mod clients;
mod handles;
mod pushes;
mod signed;

use serde_json::Value;

use crate::app::{
    browser::{Authorize, Browser},
    server::{Answer, TestServer},
    tokens::text,
};

const PATH: &str = "/oauth/par";
const HANDLE: &str = "urn:ietf:params:oauth:request_uri:";

/// The parameters of a request as a form.
fn form(request: &Authorize) -> Vec<(&str, &str)> {
    let pairs = request.0.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

impl TestServer {
    /// Pushes a request of a confidential fixture.
    async fn push_as(&self, client: &str, request: &Authorize) -> Answer {
        self.as_client(client, PATH, &form(request)).await
    }

    /// Pushes a request of `conf`, and returns its handle.
    async fn pushed(&self, request: &Authorize) -> String {
        let answer = self.push_as("conf", request).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        handle(&answer.json()).to_owned()
    }
}

fn handle(body: &Value) -> &str {
    text(body, "request_uri")
}

/// The request of a browser that comes with a handle.
fn with_handle(client: &str, handle: &str) -> Authorize {
    Authorize(Vec::new())
        .with("client_id", client)
        .with("request_uri", handle)
}

/// Opens a handle of `conf`, without following.
async fn come(browser: &mut Browser<'_>, handle: &str) -> Answer {
    browser.get(&with_handle("conf", handle).path()).await
}

/// PAGE(400, `invalid_request_uri`).
#[track_caller]
fn assert_handle_refused(answer: &Answer) {
    answer.assert_page(400);
    assert!(answer.body.contains("invalid_request_uri"), "{answer:?}");
}
