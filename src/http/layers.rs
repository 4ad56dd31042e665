//! The layers around the endpoints of a group: form of errors, headers, log.

mod error_page;
mod json_error;
mod page_headers;

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;

use self::{
    error_page::error_page,
    json_error::{SentScheme, challenge, json_error},
};
pub use self::{
    error_page::rendered,
    json_error::{bearer_challenges, error_body},
    page_headers::with_page_headers,
};
use crate::{
    error::{
        ApiError, Failure, PageDetail, PageError, RETRY_AFTER, Refused,
        audit::{self, AuditSurface},
    },
    events::request::{self, RequestInfo},
    http::{
        extract::{DPOP, SharedContext, server_of},
        other_host::OtherHosts,
        proxy::{WarnOnce, warn_of_unread_proxy},
    },
    protocol::{error::OAuthError, error_kind::ErrorKind, refusals::TransportRefusal},
    server::Server,
    store::transaction::budgeted,
};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Name of the header with a nonce for the next proof (RFC 9449 §8).
pub const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a layer knows of the route it surrounds.
#[derive(Clone)]
pub struct LayerState {
    /// The app.
    pub app: SharedContext,
    /// Methods of the route, for `Allow`. The router's own list has HEAD, which is refused here.
    pub allow: HeaderValue,
    /// What the layers of all routes remember over requests.
    pub memory: Arc<LayerMemory>,
}

/// What the layers remember over requests.
#[derive(Debug, Default)]
pub struct LayerMemory {
    /// Whether the warning about an unread proxy was given (OS-09).
    proxy: WarnOnce,
    /// Page requests at other hosts.
    other_hosts: OtherHosts,
}

/// Runs `answer` with the facts of the request in scope; the events of the request are sent at its end.
async fn around_request<F>(
    state: &LayerState,
    request: Request,
    answer: impl FnOnce(Request, Arc<RequestInfo>) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let (mut parts, body) = request.into_parts();
    let info = crate::http::request::info(&mut parts);
    let server = server_of(&state.app).ok();
    if let (true, Some(server)) = (info.unread_proxy, &server)
        && state.memory.proxy.is_first()
    {
        warn_of_unread_proxy(server);
    }
    let events = server.as_ref().map(|server| server.events.clone());
    let answer = answer(Request::from_parts(parts, body), Arc::clone(&info));
    let answer = async {
        if let Some(server) = &server {
            server
                .keys
                .up_to_date(server.clock.now(), Some(&server.events))
                .await;
        }
        answer.await
    };
    request::scoped(info, events, answer).await
}

/// Layer around the JSON endpoints (TK-01).
pub async fn api(State(state): State<LayerState>, request: Request, next: Next) -> Response {
    let api = |request, info| in_api(state.clone(), request, next, info);
    // Boxed: the future of a whole request is large.
    Box::pin(around_request(&state, request, api)).await
}

async fn in_api(
    state: LayerState,
    request: Request,
    next: Next,
    info: Arc<RequestInfo>,
) -> Response {
    let sent = SentScheme::of(request.headers());
    let nonce = nonce_of(&state, request.headers());
    let mut response = no_panic::<ApiError>(answer(request, next)).await;
    if let Some(refused) = refusal_of(&mut response) {
        audit::refused(&refused, AuditSurface::Endpoint);
        response = json_error(&response, &refused.failure);
        let error = &refused.failure.error;
        challenge(&mut response, &state.app, error, sent);
    }
    set_allow_header(&mut response, &state);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Some(nonce) = nonce {
        headers.insert(DPOP_NONCE, nonce);
    }
    set_request_id(headers, &info);
    response
}

/// The nonce of the answer, if the request has a proof.
fn nonce_of(state: &LayerState, request: &HeaderMap) -> Option<HeaderValue> {
    // Most requests have none, and need not look for the server.
    let server = request
        .contains_key(DPOP)
        .then(|| server_of(&state.app).ok());
    nonce_for(&*server.flatten()?, request)
}

/// DP-04: the nonce that goes with the answer to a request with a proof, so that the next proof has a fresh one.
pub fn nonce_for(server: &Server, request: &HeaderMap) -> Option<HeaderValue> {
    if !request.contains_key(DPOP) {
        return None;
    }
    let nonces = server.tokens.nonces()?;
    HeaderValue::from_str(&nonces.current).ok()
}

/// Layer around metadata, keys and assets, which are public and cacheable, and allow HEAD.
pub async fn discovery(State(state): State<LayerState>, request: Request, next: Next) -> Response {
    let discovery = |request, info| in_discovery(request, next, info);
    around_request(&state, request, discovery).await
}

async fn in_discovery(request: Request, next: Next, info: Arc<RequestInfo>) -> Response {
    let mut response = no_panic::<ApiError>(next.run(request)).await;
    if let Some(refused) = refusal_of(&mut response) {
        audit::refused(&refused, AuditSurface::Page);
        response = json_error(&response, &refused.failure);
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, NO_STORE);
    }
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    set_request_id(response.headers_mut(), &info);
    response
}

/// Layer around the authorization endpoint and the pages.
pub async fn page(State(state): State<LayerState>, request: Request, next: Next) -> Response {
    let page = |request, info| in_page(state.clone(), request, next, info);
    // Boxed: the future of a whole request is large.
    Box::pin(around_request(&state, request, page)).await
}

async fn in_page(
    state: LayerState,
    request: Request,
    next: Next,
    info: Arc<RequestInfo>,
) -> Response {
    let server = server_of(&state.app).ok();
    let elsewhere = server.as_ref().and_then(|server| {
        state
            .memory
            .other_hosts
            .at_base_url(server, &request, &info)
    });
    let mut response = match elsewhere {
        Some(redirect) => redirect,
        None => no_panic::<PageError>(answer(request, next)).await,
    };
    if let Some(sent_back) = response.extensions_mut().remove::<SentBack>() {
        audit::refused(&sent_back.0, AuditSurface::Page);
    }
    if let Some(refused) = refusal_of(&mut response) {
        audit::refused(&refused, AuditSurface::Page);
        response = error_page(&response, &refused, server.as_deref(), &info);
    }
    set_allow_header(&mut response, &state);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        // A form that is shown again has no such header yet.
        let headers = response.headers_mut();
        headers.entry(header::RETRY_AFTER).or_insert(RETRY_AFTER);
    }
    set_request_id(response.headers_mut(), &info);
    with_page_headers(response)
}

/// The refusal of the endpoint or of the router, if the response is one.
fn refusal_of(response: &mut Response) -> Option<Refused> {
    let refused = response.extensions_mut().remove::<Refused>();
    refused.or_else(|| method_refusal(response))
}

/// Marks a redirect that carries a refusal to the client, for the log.
#[derive(Clone, Debug)]
pub struct SentBack(pub Refused);

impl SentBack {
    /// A refusal that goes back to `client_id`.
    pub fn new(failure: impl Into<Failure>, client_id: &str) -> Self {
        Self(Refused::sent_back(failure, client_id))
    }
}

/// Runs the endpoint within the request's time for the database (FA-01). HEAD is refused, because axum would
/// run the GET handler for it, and some of them create something (RFC 9110 §9.2.1).
async fn answer(request: Request, next: Next) -> Response {
    match request.method() {
        &Method::HEAD => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        _ => budgeted(next.run(request)).await,
    }
}

/// Runs the endpoint. A panic is answered with 500, as JSON or as a page.
async fn no_panic<E: From<Failure> + IntoResponse>(
    answer: impl Future<Output = Response>,
) -> Response {
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            let text = text.unwrap_or_default();
            E::from(Failure::internal(format!("panic: {text}"))).into_response()
        }
    }
}

/// Sets `Allow` on a 405 (RFC 9110 §15.5.6).
fn set_allow_header(response: &mut Response, state: &LayerState) {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response
            .headers_mut()
            .insert(header::ALLOW, state.allow.clone());
    }
}

/// The refusal that belongs to a 405 of the router.
fn method_refusal(response: &Response) -> Option<Refused> {
    (response.status() == StatusCode::METHOD_NOT_ALLOWED).then(|| {
        let error = OAuthError::of(TransportRefusal::MethodNotAllowed);
        Refused {
            page: PageDetail {
                kind: Some(ErrorKind::MethodNotAllowed),
                ..PageDetail::default()
            },
            ..Refused::new(Failure::transport(StatusCode::METHOD_NOT_ALLOWED, error))
        }
    })
}

fn set_request_id(headers: &mut HeaderMap, info: &RequestInfo) {
    if let Ok(value) = HeaderValue::from_str(&info.reference) {
        headers.entry(X_REQUEST_ID).or_insert(value);
    }
}

/// Runs `work` of this server on a route of the app, with the facts of the request in scope; its events are
/// sent at the end.
pub async fn on_route_of_app<T>(
    server: &Server,
    info: Arc<RequestInfo>,
    work: impl Future<Output = T>,
) -> T {
    request::scoped(info, Some(server.events.clone()), work).await
}
