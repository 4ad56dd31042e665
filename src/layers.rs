//! What surrounds the endpoints of a group: shape of errors, headers, log (§29, §30).

use axum::{
    Json,
    extract::{Request, State},
    http::{
        Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header,
        request::Parts,
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use loco_rs::{app::AppContext, controller::middleware::request_id::LocoRequestId};
use serde::Serialize;

use crate::{
    error::{Failure, PageDetail, PageError, RETRY_AFTER, Refused},
    extract::server_of,
    pages::PagePolicy,
    protocol::{
        error::{ErrorCode, OAuthError},
        redirect_uri,
        scope::OPENID,
    },
    server::Server,
    store::transaction::budgeted,
    views::{
        Common, ErrorKind,
        pages::{Developer, ErrorPage, ReturnLink},
    },
};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a layer knows of the route it surrounds.
#[derive(Clone)]
pub struct Around {
    /// The app.
    pub ctx: AppContext,
    /// Methods of the route, for `Allow`. The router's own list has HEAD, which is refused here.
    pub allow: HeaderValue,
}

/// Facts of the request that its answer needs.
#[derive(Clone, Debug)]
pub struct Asked {
    path: String,
    method: Method,
    /// Id of the request, in the log and in the answer.
    pub reference: String,
    accept_language: Option<String>,
}

impl Asked {
    /// The facts of a request.
    pub fn of(request: &Request) -> Self {
        Self::new(
            (request.method(), request.uri()),
            (request.headers(), request.extensions()),
        )
    }

    /// The same without the body.
    pub fn of_parts(parts: &Parts) -> Self {
        Self::new(
            (&parts.method, &parts.uri),
            (&parts.headers, &parts.extensions),
        )
    }

    fn new((method, uri): (&Method, &Uri), (headers, more): (&HeaderMap, &Extensions)) -> Self {
        let id = more.get::<LocoRequestId>();
        let language = headers.get(header::ACCEPT_LANGUAGE);
        Self {
            path: uri.path().to_owned(),
            method: method.clone(),
            reference: id.map_or_else(
                || uuid::Uuid::new_v4().to_string(),
                |id| id.get().to_owned(),
            ),
            accept_language: language
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
        }
    }
}

/// Around the JSON endpoints (TK-01, §29.1, §30.1).
pub async fn api(State(around): State<Around>, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let mut response = answer(request, next).await;
    let refused = response
        .extensions_mut()
        .remove::<Refused>()
        .or_else(|| by_transport(&response));
    if let Some(refused) = refused {
        log(&asked, &refused);
        response = json_error(&response, &refused.failure);
        challenge(&mut response, &around.ctx, &refused.failure.error);
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

/// Around metadata, keys and assets: public, cacheable, HEAD allowed (§6.3).
pub async fn discovery(request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let mut response = next.run(request).await;
    let refused = response
        .extensions_mut()
        .remove::<Refused>()
        .or_else(|| by_transport(&response));
    if let Some(refused) = refused {
        log(&asked, &refused);
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

/// Around the authorization endpoint and the pages (§9.1, §30.3).
pub async fn page(State(around): State<Around>, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let mut response = answer(request, next).await;
    if let Some(sent_back) = response.extensions_mut().remove::<SentBack>() {
        log(&asked, &sent_back.0);
    }
    let refused = response
        .extensions_mut()
        .remove::<Refused>()
        .or_else(|| by_transport(&response));
    if let Some(refused) = refused {
        log(&asked, &refused);
        let server = server_of(&around.ctx).ok();
        response = error_page(&response, &refused, (server.as_deref(), &asked));
    }
    name_methods(&mut response, &around);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        // Also where a form is shown again (§29.2).
        let headers = response.headers_mut();
        headers.entry(header::RETRY_AFTER).or_insert(RETRY_AFTER);
    }
    refer(response.headers_mut(), &asked);
    with_page_headers(response)
}

/// Marks a redirect that carries a refusal to the client, for the log.
#[derive(Clone, Debug)]
pub struct SentBack(pub Refused);

impl SentBack {
    /// A refusal that goes back to `client_id`.
    pub fn new(error: OAuthError, client_id: &str) -> Self {
        Self(Refused {
            failure: error.into(),
            client_id: Some(client_id.to_owned()),
            page: PageDetail::default(),
        })
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
        let error = OAuthError::invalid_request("TK-01", "The method is not allowed here");
        Refused {
            failure: Failure::transport(StatusCode::METHOD_NOT_ALLOWED, error),
            client_id: None,
            page: PageDetail {
                kind: Some(ErrorKind::MethodNotAllowed),
                return_link: None,
            },
        }
    })
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'static str,
    error_description: &'a str,
}

/// The JSON of a refusal, as bytes.
pub fn error_body(error: &OAuthError) -> Vec<u8> {
    let body = ErrorBody {
        error: error.code.as_str(),
        error_description: error.description,
    };
    serde_json::to_vec(&body).unwrap_or_default()
}

fn json_error(bare: &Response, failure: &Failure) -> Response {
    let body = ErrorBody {
        error: failure.error.code.as_str(),
        error_description: failure.error.text(),
    };
    let mut response = (failure.status, Json(body)).into_response();
    keep(bare, &mut response);
    response
}

/// Headers of the bare answer that belong to the refusal.
fn keep(bare: &Response, response: &mut Response) {
    for name in [
        header::RETRY_AFTER,
        header::WWW_AUTHENTICATE,
        header::SET_COOKIE,
    ] {
        for value in bare.headers().get_all(&name) {
            response.headers_mut().append(name.clone(), value.clone());
        }
    }
}

/// `WWW-Authenticate` (RFC 6749 §5.2, RFC 6750 §3); answers that bring their own keep it.
fn challenge(response: &mut Response, ctx: &AppContext, error: &OAuthError) {
    if response.headers().contains_key(header::WWW_AUTHENTICATE) {
        return;
    }
    let Ok(server) = server_of(ctx) else { return };
    let realm = &server.urls.issuer;
    let value = match error.code {
        ErrorCode::InvalidClient => format!("Basic realm=\"{realm}\""),
        // No scope leads to the management of a registration.
        ErrorCode::InvalidToken if error.rule.starts_with("RG-") => format!(
            "Bearer realm=\"{realm}\", error=\"{}\", error_description=\"{}\"",
            error.code, error.description
        ),
        ErrorCode::InvalidToken | ErrorCode::InsufficientScope => format!(
            "Bearer realm=\"{realm}\", scope=\"{OPENID}\", error=\"{}\", error_description=\"{}\"",
            error.code, error.description
        ),
        _ => return,
    };
    if let Ok(value) = HeaderValue::from_str(&value) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
}

fn error_page(
    bare: &Response,
    refused: &Refused,
    (server, asked): (Option<&Server>, &Asked),
) -> Response {
    let rendered = server
        .ok_or_else(|| "no server".to_owned())
        .and_then(|server| render_error(server, refused, asked).map_err(|e| e.to_string()));
    let mut response = match rendered {
        Ok((lang, html)) => {
            let mut response = (refused.failure.status, axum::response::Html(html)).into_response();
            if let Ok(lang) = HeaderValue::from_str(&lang) {
                response
                    .headers_mut()
                    .insert(header::CONTENT_LANGUAGE, lang);
            }
            response
        }
        Err(error) => {
            tracing::error!(
                error,
                reference_id = asked.reference,
                "the error page is broken"
            );
            let text = format!("{}\n", refused.failure.error.code);
            (refused.failure.status, text).into_response()
        }
    };
    keep(bare, &mut response);
    response
}

fn render_error(
    server: &Server,
    refused: &Refused,
    asked: &Asked,
) -> Result<(String, String), crate::views::ViewsError> {
    let failure = &refused.failure;
    let kind = refused.page.kind.unwrap_or_else(|| kind_of(failure));
    let lang = server
        .views
        .negotiate(&[], asked.accept_language.as_deref());
    let common = Common {
        app_name: server.settings.app_name.clone(),
        issuer_host: redirect_uri::host(&server.urls.issuer).unwrap_or_default(),
        css_url: server.urls.assets(&server.views.stylesheet()?.file_name()),
        reference_id: asked.reference.clone(),
        ..Common::default()
    };
    let mut page = ErrorPage::new(kind, common).with_status(failure.status.as_u16());
    failure.error.code.as_str().clone_into(&mut page.code);
    page.return_link = refused
        .page
        .return_link
        .clone()
        .map(|(host, url)| ReturnLink { host, url });
    if server.settings.developer_errors {
        page.dev = Some(developer(failure));
    }
    let html = server.views.render(&lang, &page)?;
    Ok((lang, html))
}

fn kind_of(failure: &Failure) -> ErrorKind {
    match failure.status {
        StatusCode::METHOD_NOT_ALLOWED => ErrorKind::MethodNotAllowed,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorKind::UnsupportedMediaType,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => ErrorKind::TooLarge,
        StatusCode::SERVICE_UNAVAILABLE => ErrorKind::Unavailable,
        StatusCode::INTERNAL_SERVER_ERROR => ErrorKind::ServerError,
        _ => match failure.error.rule {
            "AZ-06" => ErrorKind::MissingClient,
            "AZ-07" => ErrorKind::UnknownClient,
            "AZ-08" => ErrorKind::DisabledClient,
            "AZ-12" => ErrorKind::RedirectMismatch,
            _ => ErrorKind::of_code(failure.error.code.as_str()),
        },
    }
}

fn developer(failure: &Failure) -> Developer {
    let detail = failure.error.detail.as_deref();
    Developer {
        rule: failure.error.rule.to_owned(),
        expected: detail
            .map(|detail| detail.expected.clone())
            .unwrap_or_default(),
        received: detail
            .map(|detail| detail.received.clone())
            .unwrap_or_default(),
        fix: failure
            .source
            .clone()
            .unwrap_or_else(|| failure.error.description.to_owned()),
        section: section(failure.error.rule).to_owned(),
    }
}

/// The text behind the rules of a family.
fn section(rule: &str) -> &'static str {
    match rule.split('-').next().unwrap_or_default() {
        "AZ" => "RFC 6749 §4.1, OpenID Connect Core §3.1.2",
        "IX" => "RFC 6749 §10.12",
        "CS" | "PG" => "OAuth 2.1 §7.10",
        "NX" => "OpenID Connect Core §3.1.2.3",
        _ => "OAuth 2.1",
    }
}

/// One line per refusal (§29.4).
pub fn log(asked: &Asked, refused: &Refused) {
    let Failure {
        error,
        status,
        source,
    } = &refused.failure;
    let detail = error.detail.as_deref().cloned().unwrap_or_default();
    let client_id = refused
        .client_id
        .as_deref()
        .unwrap_or_default()
        .escape_debug()
        .to_string();
    let source = source
        .as_deref()
        .unwrap_or_default()
        .escape_debug()
        .to_string();
    if status.is_server_error() {
        tracing::error!(
            target: "oauth_server::audit", event = "request.refused", reference_id = asked.reference,
            rule = error.rule, method = %asked.method, endpoint = asked.path, client_id,
            code = error.code.as_str(), status = status.as_u16(), source,
        );
    } else {
        tracing::info!(
            target: "oauth_server::audit", event = "request.refused", reference_id = asked.reference,
            rule = error.rule, method = %asked.method, endpoint = asked.path, client_id,
            code = error.code.as_str(), status = status.as_u16(),
            expected = detail.expected, received = detail.received,
        );
    }
}

fn refer(headers: &mut HeaderMap, asked: &Asked) {
    if let Ok(value) = HeaderValue::from_str(&asked.reference) {
        headers.entry(X_REQUEST_ID).or_insert(value);
    }
}

/// An answer of ours on a route of the app, with the headers of our pages.
pub fn with_page_headers(mut response: Response) -> Response {
    let mut policy = response
        .extensions_mut()
        .remove::<PagePolicy>()
        .unwrap_or_default();
    // Browsers apply the opener policy to redirects too: one of ours must not cut a pop-up off.
    policy.interaction |= response.status().is_redirection();
    page_headers(response.headers_mut(), &policy);
    response
}

/// An error page of ours on a route of the app.
pub fn rendered(server: &Server, error: PageError, accept_language: Option<&str>) -> Response {
    let asked = Asked {
        path: String::new(),
        method: Method::GET,
        reference: uuid::Uuid::new_v4().to_string(),
        accept_language: accept_language.map(str::to_owned),
    };
    let mut response = error.into_response();
    if let Some(refused) = response.extensions_mut().remove::<Refused>() {
        log(&asked, &refused);
        response = error_page(&response, &refused, (Some(server), &asked));
    }
    refer(response.headers_mut(), &asked);
    with_page_headers(response)
}

fn page_headers(headers: &mut HeaderMap, policy: &PagePolicy) {
    let scheme = policy
        .form_action
        .as_ref()
        .map_or_else(String::new, |scheme| format!(" {scheme}"));
    let csp = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{scheme}; \
         frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    );
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        headers.insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    let fixed = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=()",
        ),
        (header::VARY, "Accept-Language"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !policy.interaction {
        headers.insert(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        );
    }
}
