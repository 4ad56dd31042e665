//! Extractors whose rejections are answers in the endpoint's own shape.

mod body;
mod form;
mod json;
mod rules;

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use loco_rs::app::AppContext;

pub use form::{
    ApiForm, DPOP, PageForm, PresentedToken, QueryParams, access_token, authorization_headers,
    check_target, read as read_form, scheme_of, sent_proof,
};
pub use json::{MetadataJson, read as read_json};
pub use rules::TransportRules;

pub use crate::people::SharedContext;
use crate::{
    error::{ApiError, Failure},
    events::request,
    protocol::client_auth::{ClientEndpoint, ClientParameters, Credentials},
    server::Server,
};

/// The client's credentials at `endpoint`, from the `Authorization` header or the form.
///
/// # Errors
/// `invalid_request`, `invalid_client` (CA-01, CA-02).
pub fn credentials(
    headers: &HeaderMap,
    body: ClientParameters<'_>,
    endpoint: ClientEndpoint,
) -> Result<Credentials, Failure> {
    let credentials = Credentials::read(&authorization_headers(headers)?, body)?.at(endpoint);
    request::note_client(&credentials.client_id);
    Ok(credentials)
}

/// The server of this app, from the shared store.
#[derive(Clone, Debug)]
pub struct ServerState(pub Arc<Server>);

impl std::ops::Deref for ServerState {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

/// Finds the server of this app in the shared store.
///
/// # Errors
/// When the initializer of this server did not run.
pub fn server_of(ctx: &AppContext) -> Result<Arc<Server>, Failure> {
    ctx.shared_store
        .get::<Arc<Server>>()
        .ok_or_else(|| Failure::internal("the initializer of oauth_server did not run"))
}

impl FromRequestParts<SharedContext> for ServerState {
    type Rejection = ApiError;

    async fn from_request_parts(
        _parts: &mut Parts,
        app: &SharedContext,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self(server_of(app)?))
    }
}
