//! How a refusal at a guard becomes an answer, wherever in the app it was made.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use loco_rs::{
    app::AppContext,
    controller::{AppRoutes, ErrorDetail},
};

use super::{
    browsers::{CorsFlag, Preflights},
    request_context::RequestContext,
    requirement,
};
use crate::{
    error::{Failure, RETRY_AFTER, Refused},
    http::layers,
    protocol::secret::SecretHash,
    server::Server,
};

/// Headers of a refusal that a script may read. Which scripts may read the answer is decided by the app's
/// `cors` middleware, except at routes of `OAuth::mcp` ([`CorsFlag`]).
const EXPOSED: HeaderValue =
    HeaderValue::from_static("WWW-Authenticate, DPoP-Nonce, Retry-After, x-request-id");

/// What guards note about a request. One of its parts is set by a refusal, the other by a proof.
#[derive(Debug, Default)]
pub struct GuardNotes {
    /// The refusal that a handler turned into an error of Loco, which has no place for a challenge.
    refusal: OnceLock<BearerError>,
    /// The proof of possession that a guard has used up: another guard around the same handler takes it, too.
    pub used_proof: OnceLock<SecretHash>,
}

/// Keeps the notes until the answer leaves.
pub type RefusalSlot = Arc<GuardNotes>;

/// What guards need, in the extensions of every request of the app.
#[derive(Clone)]
pub struct GuardExtension {
    /// The server of this app.
    pub server: Arc<Server>,
    /// Keeps a refusal until the answer leaves.
    pub slot: RefusalSlot,
    /// Whether scripts of every origin may read the answer.
    pub cors_flag: CorsFlag,
}

/// What [`provide`] needs, made once at boot.
#[derive(Clone)]
pub struct GuardState {
    server: Arc<Server>,
    preflights: Preflights,
}

impl GuardState {
    /// Checks the guards among `routes`, and finds the routes whose preflights they answer. `routes` is
    /// called only in programs that have guards.
    ///
    /// # Errors
    /// All resources and scopes that guards name and the settings do not define.
    pub fn new(
        server: Arc<Server>,
        ctx: &AppContext,
        routes: impl FnOnce() -> AppRoutes,
    ) -> Result<Self, String> {
        let routes = requirement::check_named(&server.settings, routes)?;
        let routes = routes.map(|routes| routes.collect()).unwrap_or_default();
        let preflights = Preflights::of(routes, ctx);
        Ok(Self { server, preflights })
    }
}

/// The refusal of a request by a guard: 401, 403, 400, or 503 when the database fails. Boxed: it is the rare
/// outcome.
#[derive(Clone)]
pub struct BearerError(Box<Refusal>);

#[derive(Clone)]
struct Refusal {
    failure: Failure,
    challenges: Vec<String>,
    reference: String,
    /// Whether the body holds the error as JSON.
    has_body: bool,
    slot: RefusalSlot,
}

impl BearerError {
    /// Makes a refusal and logs it.
    pub(super) fn new(
        failure: Failure,
        challenges: Vec<String>,
        request: &RequestContext,
        slot: &RefusalSlot,
    ) -> Self {
        let refused = Refused::new(failure);
        request.tell(&refused);
        Self(Box::new(Refusal {
            failure: refused.failure,
            challenges,
            reference: request.reference().to_owned(),
            has_body: true,
            slot: Arc::clone(slot),
        }))
    }

    /// The refusal with an empty body.
    pub(super) fn silent(mut self) -> Self {
        self.0.has_body = false;
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.failure.status
    }

    /// Turns the answer that the app has made of this error into that of the guard. Headers of the app stay,
    /// except those that describe its body.
    fn onto(&self, response: &mut Response) {
        let refusal = &self.0;
        *response.status_mut() = refusal.failure.status;
        let headers = response.headers_mut();
        for of_body in [
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
            header::CONTENT_TYPE,
            header::ETAG,
        ] {
            headers.remove(of_body);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        headers
            .entry(header::ACCESS_CONTROL_EXPOSE_HEADERS)
            .or_insert(EXPOSED);
        if let Ok(reference) = HeaderValue::from_str(&refusal.reference) {
            let name = HeaderName::from_static("x-request-id");
            headers.entry(name).or_insert(reference);
        }
        let challenges = refusal.challenges.iter();
        let challenges = challenges.filter_map(|line| HeaderValue::from_str(line).ok());
        for (place, challenge) in challenges.enumerate() {
            if place == 0 {
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            } else {
                headers.append(header::WWW_AUTHENTICATE, challenge);
            }
        }
        if refusal.failure.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        if refusal.has_body {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
            *response.body_mut() = Body::from(layers::error_body(&refusal.failure.error));
        } else {
            *response.body_mut() = Body::empty();
        }
    }
}

impl IntoResponse for BearerError {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        self.onto(&mut response);
        response
    }
}

impl fmt::Debug for BearerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BearerError").field(&self.0.failure).finish()
    }
}

impl fmt::Display for BearerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.failure.error.fmt(f)
    }
}

impl std::error::Error for BearerError {}

/// For `?` in handlers that return [`loco_rs::Result`]: status and body, and the challenge too,
/// because the answer is completed on its way out.
impl From<BearerError> for loco_rs::Error {
    fn from(error: BearerError) -> Self {
        let oauth_error = &error.0.failure.error;
        let detail = ErrorDetail::new(oauth_error.code.as_str(), oauth_error.text());
        let status = error.status();
        // The first refusal of a request is its answer.
        let slot = Arc::clone(&error.0.slot);
        let _ = slot.refusal.set(error);
        Self::CustomError(status, detail)
    }
}

/// Layer around every route of the app: it gives guards the server, and completes their refusals.
pub async fn provide(
    State(provider): State<GuardState>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(answer) = provider.preflights.answer(&request) {
        return answer;
    }
    let nonce = layers::nonce_for(&provider.server, request.headers());
    let (slot, cors_flag) = (RefusalSlot::default(), CorsFlag::default());
    request.extensions_mut().insert(GuardExtension {
        server: provider.server,
        slot: Arc::clone(&slot),
        cors_flag: cors_flag.clone(),
    });
    let mut response = next.run(request).await;
    if let Some(error) = slot.refusal.get()
        && error.status() == response.status()
    {
        error.onto(&mut response);
    }
    if let Some(nonce) = nonce {
        response.headers_mut().insert(layers::DPOP_NONCE, nonce);
    }
    cors_flag.apply(&mut response);
    response
}

impl fmt::Debug for GuardExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.fmt(f)
    }
}
