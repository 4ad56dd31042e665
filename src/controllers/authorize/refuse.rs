//! Refusals and faults of authorization requests: to the client, or on a page (AR-02 to AR-06).

use axum::response::Response;

use super::requested::{Found, Requester};
use crate::{
    controllers::outcome::answer,
    error::{Failure, PageError},
    http::layers::SentBack,
    protocol::{
        callback::{Callback, ClientResponse},
        client::Client,
        error::ErrorCode,
        error_kind::ErrorKind,
        redirect_uri,
    },
    server::Server,
    sessions::{Browser, SignedIn},
    views::pages::ReturnLink,
};

/// Sends errors to clients.
#[derive(Clone, Copy)]
pub struct Sender<'a> {
    /// The server.
    pub server: &'a Server,
    /// The browser that carries the error.
    pub browser: &'a Browser,
}

impl Sender<'_> {
    /// Refuses a request: by an answer to the client (AR-02), or by a page that names the host and offers the
    /// way back (AR-04). A fault always goes to the client (AR-06).
    ///
    /// # Errors
    /// The page.
    pub fn refuse(
        self,
        found: &Found<'_>,
        current: Option<&SignedIn>,
        failure: Failure,
    ) -> Result<Response, PageError> {
        let Requester { client, callback } = &found.requester;
        let silent = matches!(found.params().one("prompt"), Ok(Some("none")));
        if is_fault(&failure) || client.is_trusted() || current.is_some() || silent {
            return self.sent_back(client, callback, failure);
        }
        let host = redirect_uri::host(callback.redirect_uri())
            .unwrap_or_else(|| callback.redirect_uri().to_owned());
        let link = match callback.error(&failure.error) {
            ClientResponse::Redirect(url) => ReturnLink {
                host,
                url,
                fields: Vec::new(),
            },
            ClientResponse::Form(form) => ReturnLink {
                host,
                url: form.action,
                fields: form.fields,
            },
        };
        let kind = ErrorKind::of_code(failure.error.code);
        Err(PageError::from(failure).showing(kind).with_link(link))
    }

    /// Sends an error to the client (AR-02).
    ///
    /// # Errors
    /// When the page of a form cannot be rendered.
    pub fn sent_back(
        self,
        client: &Client,
        callback: &Callback,
        failure: impl Into<Failure>,
    ) -> Result<Response, PageError> {
        let failure = failure.into();
        let error = callback.error(&failure.error);
        let mut response = answer(self.server, self.browser, error)?;
        let mark = SentBack::new(failure, &client.client_id);
        response.extensions_mut().insert(mark);
        Ok(response)
    }

    /// AR-06: client and redirect URI are verified, so a fault goes back to the client.
    ///
    /// # Errors
    /// A failure that is no fault, as a page.
    pub fn send_failure(
        self,
        client: &Client,
        callback: &Callback,
        failure: Failure,
    ) -> Result<Response, PageError> {
        if !is_fault(&failure) {
            return Err(failure.into());
        }
        self.sent_back(client, callback, failure)
    }
}

const fn is_fault(failure: &Failure) -> bool {
    matches!(
        failure.error.code,
        ErrorCode::TemporarilyUnavailable | ErrorCode::ServerError
    )
}
