//! Headers of every page (PG-07).

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};

use crate::http::pages::PagePolicy;

/// Puts the headers of a page on an answer.
pub fn with_page_headers(mut response: Response) -> Response {
    let mut policy = response
        .extensions_mut()
        .remove::<PagePolicy>()
        .unwrap_or_default();
    // Browsers apply `Cross-Origin-Opener-Policy` to redirects, too, which must not cut off a pop-up.
    policy.interaction |= response.status().is_redirection();
    page_headers(response.headers_mut(), &policy);
    response
}

fn page_headers(headers: &mut HeaderMap, policy: &PagePolicy) {
    let scheme = policy
        .form_action
        .as_ref()
        .map_or_else(String::new, |scheme| format!(" {scheme}"));
    let script = policy
        .script
        .as_ref()
        .map_or_else(String::new, |script| format!(" script-src {script};"));
    let csp = format!(
        "default-src 'none';{script} style-src 'self'; img-src 'self'; form-action 'self'{scheme}; \
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
