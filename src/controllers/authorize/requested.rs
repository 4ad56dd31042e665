//! The first half of an authorization request: its client, where its parameters stand, where answers go.

use std::{borrow::Cow, sync::Arc};

use crate::{
    clients::documents::{ClientRefreshError, ClientUse},
    config::RateLimitEntry,
    error::{Failure, PageError},
    events::request,
    interactions::usable,
    keys::JwtPurpose,
    limits::RateLimitKeys,
    protocol::{
        authorize::{self, AuthorizationRequest, RequestSource},
        callback::Callback,
        client::Client,
        error::OAuthError,
        error_kind::ErrorKind,
        params::Params,
        policy::Entitlement,
    },
    server::Server,
};

/// The client of a request, and where answers to it may go.
pub struct Requester {
    /// The client.
    pub client: Arc<Client>,
    /// Where answers go.
    pub callback: Callback,
}

/// Where the parameters of a request are.
pub enum Requested<'p> {
    /// In a request of this client that was pushed before (RFC 9126).
    Pushed {
        /// The client.
        client: Arc<Client>,
        /// The `request_uri`.
        handle: &'p str,
    },
    /// In the request, or in a signed object within it (RFC 9101).
    Here(Found<'p>),
}

/// A request whose answer may go to its client.
pub struct Found<'p> {
    /// The client and its redirect URI.
    pub requester: Requester,
    /// The parameters as they were sent.
    pub sent: &'p Params,
    /// The parameters that count, or why there are none (AZ-10, AZ-11).
    counting: Result<Cow<'p, Params>, Failure>,
}

impl Found<'_> {
    /// The parameters that count, or those that were sent if none count.
    pub fn params(&self) -> &Params {
        self.counting.as_deref().unwrap_or(self.sent)
    }

    /// Decide, first half: the request itself (AZ-10, AZ-11, AZ-13 to AZ-27).
    ///
    /// # Errors
    /// The refusal that is sent to the client, or a fault.
    pub fn validate(&self, server: &Server) -> Result<AuthorizationRequest, Failure> {
        let params = self.counting.as_deref().map_err(Failure::clone)?;
        Ok(validate(server, params, &self.requester)?)
    }
}

/// Load: the client (AZ-04 to AZ-08).
///
/// # Errors
/// An error page.
pub async fn load(server: &Server, params: &Params) -> Result<Arc<Client>, PageError> {
    let named = params.one("client_id").ok().flatten().unwrap_or_default();
    let keys = RateLimitKeys::entry(RateLimitEntry::Authorize).address();
    server.limits.check(keys.client_and_address(named)).await?;
    let client_id = authorize::client_id(params)?;
    request::note_client(client_id);
    let stored = server.clients.find(client_id).await?;
    let current = Box::pin(
        server
            .clients
            .up_to_date(client_id, stored, ClientUse::Authorization),
    );
    usable(current.await.map_err(no_client)?)
}

/// CI-05: the page names the host that could not be read.
fn no_client(why: ClientRefreshError) -> PageError {
    match why {
        ClientRefreshError::Unread { host, failure } => PageError::from(failure)
            .showing(ErrorKind::UnreadDocument)
            .naming(host),
        ClientRefreshError::Failed(failure) => failure.into(),
    }
}

/// Finds the parameters of a request and proves its redirect URI (AZ-09 to AZ-12). What is wrong with a request
/// object is told to the client only if the redirect URI beside it is one of the client's.
///
/// # Errors
/// An error page.
pub async fn requested<'p>(
    server: &Server,
    client: Arc<Client>,
    sent: &'p Params,
) -> Result<Requested<'p>, PageError> {
    let entitlement = Entitlement {
        client: &client,
        policy: &server.policy,
    };
    let counting = match authorize::source(sent, entitlement) {
        Ok(RequestSource::Pushed(handle)) => return Ok(Requested::Pushed { client, handle }),
        Ok(RequestSource::Parameters) => Ok(Cow::Borrowed(sent)),
        Ok(RequestSource::Signed(object)) => {
            let signed = Box::pin(server.clients.signed_request(&client, object));
            signed.await.map(Cow::Owned)
        }
        Err(error) => Err(Failure::from(error)),
    };
    let params = counting.as_deref().unwrap_or(sent);
    let callback = Callback::find(params, &client, &server.urls.issuer);
    let callback = match (&counting, callback) {
        (_, Ok(callback)) => callback,
        (Ok(_), Err(error)) => return Err(error.into()),
        (Err(failure), Err(_)) => return Err(failure.clone().into()),
    };
    Ok(Requested::Here(Found {
        requester: Requester { client, callback },
        sent,
        counting,
    }))
}

/// Checks the parameters of a request (AZ-13 to AZ-27), here or as they are pushed (PR-03).
///
/// # Errors
/// The refusal.
pub fn validate(
    server: &Server,
    params: &Params,
    requester: &Requester,
) -> Result<AuthorizationRequest, OAuthError> {
    let verify_hint = |token: &str| {
        let now = server.clock.now();
        let hint = server
            .keys
            .verify(token, JwtPurpose::IdTokenHint, now)
            .ok()?;
        Some(hint.subject)
    };
    let entitlement = Entitlement {
        client: &requester.client,
        policy: &server.policy,
    };
    authorize::validate(params, entitlement, &requester.callback, &verify_hint)
}
