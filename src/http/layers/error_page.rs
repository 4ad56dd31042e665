//! A refusal as a page.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    json_error::copy_headers, page_headers::with_page_headers, refusal_of, set_request_id,
};
use crate::{
    error::{
        Failure, PageError, Refused,
        audit::{self, AuditSurface},
    },
    events::{
        AuditEvent, EventName, Outcome,
        request::{self, RequestInfo},
    },
    http::pages::PagePolicy,
    protocol::{error_kind::ErrorKind, redirect_uri, route::Route},
    server::Server,
    views::{
        PageVariables,
        pages::{Developer, Differs, ErrorPage},
    },
};

/// Renders an error page on a route of the app, within [`super::on_route_of_app`].
pub fn rendered(server: &Server, error: PageError) -> Response {
    let mut response = error.into_response();
    if let (Some(refused), Some(info)) = (refusal_of(&mut response), request::current()) {
        audit::refused(&refused, AuditSurface::Page);
        response = error_page(&response, &refused, Some(server), &info);
        set_request_id(response.headers_mut(), &info);
    }
    with_page_headers(response)
}

pub(super) fn error_page(
    bare: &Response,
    refused: &Refused,
    server: Option<&Server>,
    info: &RequestInfo,
) -> Response {
    let rendered = server
        .ok_or_else(|| "no server".to_owned())
        .and_then(|server| render_error(server, refused, info).map_err(|e| e.to_string()));
    let mut response = match rendered {
        Ok(RenderedPage { lang, html }) => {
            let mut response = (refused.failure.status, axum::response::Html(html)).into_response();
            if let Ok(lang) = HeaderValue::from_str(&lang) {
                response
                    .headers_mut()
                    .insert(header::CONTENT_LANGUAGE, lang);
            }
            response
        }
        Err(error) => {
            let event = AuditEvent::new(EventName::TemplateBroken).outcome(Outcome::Error);
            crate::events::emit(event.detail("page", "error").detail("error", error));
            let text = format!("{}\n", refused.failure.error.code);
            (refused.failure.status, text).into_response()
        }
    };
    copy_headers(bare, &mut response);
    let link = refused.page.return_link.as_ref();
    if let Some(link) = link.filter(|link| !link.fields.is_empty()) {
        let policy = PagePolicy::posting(&link.url);
        response.extensions_mut().insert(policy);
    }
    response
}

/// A page as HTML, and the language it is in.
struct RenderedPage {
    lang: String,
    html: String,
}

fn render_error(
    server: &Server,
    refused: &Refused,
    info: &RequestInfo,
) -> Result<RenderedPage, crate::views::ViewsError> {
    let failure = &refused.failure;
    let kind = refused.page.kind.unwrap_or_else(|| kind_of(failure));
    let lang = server.views.negotiate(&[], info.accept_language());
    let common = PageVariables {
        app_name: server.settings.app_name.clone(),
        issuer_host: redirect_uri::host(&server.urls.issuer).unwrap_or_default(),
        css_url: server
            .urls
            .with(Route::Asset, &server.views.stylesheet()?.file_name()),
        reference_id: info.reference.clone(),
        ..PageVariables::default()
    };
    let mut page = ErrorPage::new(kind, common).with_status(failure.status.as_u16());
    failure.error.code.as_str().clone_into(&mut page.code);
    page.address.clone_from(&server.settings.base_url);
    page.return_link.clone_from(&refused.page.return_link);
    page.host.clone_from(&refused.page.host);
    if server.settings.developer_errors {
        page.dev = Some(developer(failure));
    }
    let html = server.views.render(&lang, &page)?;
    Ok(RenderedPage { lang, html })
}

fn kind_of(failure: &Failure) -> ErrorKind {
    match failure.status {
        StatusCode::METHOD_NOT_ALLOWED => ErrorKind::MethodNotAllowed,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorKind::UnsupportedMediaType,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => ErrorKind::TooLarge,
        StatusCode::SERVICE_UNAVAILABLE => ErrorKind::Unavailable,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
        StatusCode::INTERNAL_SERVER_ERROR => ErrorKind::ServerError,
        _ => {
            let of_table = failure.error.refusal.page;
            of_table.unwrap_or_else(|| ErrorKind::of_code(failure.error.code))
        }
    }
}

fn developer(failure: &Failure) -> Developer {
    let error = &failure.error;
    let problem = error.problem().to_owned();
    let difference = error.detail.as_deref();
    let difference = difference.and_then(|detail| detail.difference.clone());
    Developer {
        rule: error.rule.to_string(),
        problem,
        cause: failure.source.clone(),
        expected: error.wanted().to_owned(),
        received: error.received_text().to_owned(),
        difference: difference.map(|difference| Differs {
            sent: difference.sent,
            registered: difference.registered,
            words: difference.words,
        }),
        fix: error.fix().to_owned(),
        section: error.refusal.standard.to_owned(),
    }
}
