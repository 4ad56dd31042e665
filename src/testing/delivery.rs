//! How the authorization request of a flow reaches the server.

use serde_json::Value;

use super::{Refused, caller::pairs, running::Running};
use crate::protocol::route::Route;

/// How the authorization request reaches the server.
#[derive(Clone, Copy)]
pub(super) enum Delivery {
    /// The browser carries its parameters.
    Browser,
    /// The client pushes it, and the browser carries the handle (RFC 9126).
    Pushed,
}

impl Running<'_> {
    /// Returns the parameters that the browser carries; `None` if the push of the request was refused.
    pub(super) async fn carried(&mut self) -> Option<Vec<(String, String)>> {
        match self.delivery {
            Delivery::Browser => Some(self.sent.clone()),
            Delivery::Pushed => match self.push().await {
                Ok(handle) => Some(handle),
                Err(refused) => {
                    self.push_refused = Some(refused);
                    None
                }
            },
        }
    }

    async fn push(&self) -> Result<Vec<(String, String)>, Box<Refused>> {
        let mut form = pairs(&self.sent);
        // The client names itself as it authenticates.
        form.retain(|(name, _)| *name != "client_id");
        let url = self.server().urls.of(Route::PushedRequest);
        let response = self.caller.post(url, &form).await;
        if response.status_code() != 201 {
            return Err(Box::new(Refused::at_token(url, response)));
        }
        let answer: Value = response.json();
        let handle = answer["request_uri"].as_str().unwrap_or_default();
        Ok(vec![
            ("client_id".to_owned(), self.caller.client.id().to_owned()),
            ("request_uri".to_owned(), handle.to_owned()),
        ])
    }
}
