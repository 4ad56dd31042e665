//! What surrounds the endpoints of a group: shape of errors, headers, log.

mod error_page;
mod json_error;
mod page_headers;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use self::{
    error_page::error_page,
    json_error::{ClientScheme, challenge, json_error},
};
pub use self::{error_page::rendered, json_error::error_body, page_headers::with_page_headers};
use crate::{
    error::{
        Failure, PageDetail, RETRY_AFTER, Refused,
        audit::{self, OfClient},
    },
    events::request::{self, RequestInfo},
    http::extract::{SharedContext, server_of},
    protocol::{error::OAuthError, refusals},
    server::Server,
    store::transaction::budgeted,
    views::ErrorKind,
};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a layer knows of the route it surrounds.
#[derive(Clone)]
pub struct Around {
    /// The app.
    pub app: SharedContext,
    /// Methods of the route, for `Allow`. The router's own list has HEAD, which is refused here.
    pub allow: HeaderValue,
}

/// Runs `answer` where the facts of the request are known, and its events go out at the end.
async fn around_request<F>(
    app: &SharedContext,
    request: Request,
    answer: impl FnOnce(Request, Arc<RequestInfo>) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let (mut parts, body) = request.into_parts();
    let asked = crate::http::request::info(&mut parts);
    let server = server_of(app).ok();
    if let (true, Some(server)) = (asked.unread_proxy, &server) {
        server.proxy_is_unread();
    }
    let events = server.as_ref().map(|server| server.events.clone());
    let answer = answer(Request::from_parts(parts, body), Arc::clone(&asked));
    let answer = async {
        if let Some(server) = &server {
            server.look_at_keys().await;
        }
        answer.await
    };
    request::scoped(asked, events, answer).await
}

/// Around the JSON endpoints (TK-01).
pub async fn api(State(around): State<Around>, request: Request, next: Next) -> Response {
    let app = around.app.clone();
    let api = |request, asked| in_api(around, request, next, asked);
    // Boxed: the future of a whole request is large.
    Box::pin(around_request(&app, request, api)).await
}

async fn in_api(around: Around, request: Request, next: Next, asked: Arc<RequestInfo>) -> Response {
    let scheme = ClientScheme::asked_by(request.headers());
    let mut response = answer(request, next).await;
    if let Some(refused) = refusal_of(&mut response) {
        audit::refused(&refused, OfClient::Endpoint);
        response = json_error(&response, &refused.failure);
        let error = &refused.failure.error;
        challenge(&mut response, &around.app, error, scheme);
    }
    name_methods(&mut response, &around);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    refer(headers, &asked);
    response
}

/// Around metadata, keys and assets: public, cacheable, HEAD allowed.
pub async fn discovery(State(around): State<Around>, request: Request, next: Next) -> Response {
    let discovery = |request, asked| in_discovery(request, next, asked);
    around_request(&around.app, request, discovery).await
}

async fn in_discovery(request: Request, next: Next, asked: Arc<RequestInfo>) -> Response {
    let mut response = next.run(request).await;
    if let Some(refused) = refusal_of(&mut response) {
        audit::refused(&refused, OfClient::Page);
        response = json_error(&response, &refused.failure);
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, NO_STORE);
    }
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    refer(response.headers_mut(), &asked);
    response
}

/// Around the authorization endpoint and the pages.
pub async fn page(State(around): State<Around>, request: Request, next: Next) -> Response {
    let app = around.app.clone();
    let page = |request, asked| in_page(around, request, next, asked);
    // Boxed: the future of a whole request is large.
    Box::pin(around_request(&app, request, page)).await
}

async fn in_page(
    around: Around,
    request: Request,
    next: Next,
    asked: Arc<RequestInfo>,
) -> Response {
    let server = server_of(&around.app).ok();
    let elsewhere = server
        .as_ref()
        .and_then(|server| server.at_base_url(&request, &asked));
    let mut response = match elsewhere {
        Some(redirect) => redirect,
        None => answer(request, next).await,
    };
    if let Some(sent_back) = response.extensions_mut().remove::<SentBack>() {
        audit::refused(&sent_back.0, OfClient::Page);
    }
    if let Some(refused) = refusal_of(&mut response) {
        audit::refused(&refused, OfClient::Page);
        response = error_page(&response, &refused, server.as_deref(), &asked);
    }
    name_methods(&mut response, &around);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        // Also where a form is shown again.
        let headers = response.headers_mut();
        headers.entry(header::RETRY_AFTER).or_insert(RETRY_AFTER);
    }
    refer(response.headers_mut(), &asked);
    with_page_headers(response)
}

/// What the endpoint or the router refused.
fn refusal_of(response: &mut Response) -> Option<Refused> {
    let refused = response.extensions_mut().remove::<Refused>();
    refused.or_else(|| by_transport(response))
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

/// The endpoint's answer, within the request's budget for the database. axum would run a GET
/// handler for HEAD, and some of ours create something (RFC 9110 §9.2.1).
async fn answer(request: Request, next: Next) -> Response {
    match request.method() {
        &Method::HEAD => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        _ => budgeted(next.run(request)).await,
    }
}

/// `Allow` of a 405 (RFC 9110 §15.5.6).
fn name_methods(response: &mut Response, around: &Around) {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response
            .headers_mut()
            .insert(header::ALLOW, around.allow.clone());
    }
}

/// Refusals that the router made without us: 405.
fn by_transport(response: &Response) -> Option<Refused> {
    (response.status() == StatusCode::METHOD_NOT_ALLOWED).then(|| {
        let error = OAuthError::of(&refusals::METHOD_NOT_ALLOWED);
        Refused {
            page: PageDetail {
                kind: Some(ErrorKind::MethodNotAllowed),
                ..PageDetail::default()
            },
            ..Refused::new(Failure::transport(StatusCode::METHOD_NOT_ALLOWED, error))
        }
    })
}

fn refer(headers: &mut HeaderMap, asked: &RequestInfo) {
    if let Ok(value) = HeaderValue::from_str(&asked.reference) {
        headers.entry(X_REQUEST_ID).or_insert(value);
    }
}

/// Runs what the plugin does on a route of the app as it would on one of its own.
pub async fn on_route_of_app<T>(
    server: &Server,
    asked: Arc<RequestInfo>,
    work: impl Future<Output = T>,
) -> T {
    request::scoped(asked, Some(server.events.clone()), work).await
}
