//! Target `form`: one line for the query, the rest is the body.

use std::sync::LazyLock;

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::header,
};
use tokio::runtime::{Builder, Runtime};

use crate::{
    http::extract::{ApiForm, PageForm, QueryParams},
    protocol::params::{Params, encode},
};

/// Credentials that may not stand in a URL (TK-03).
const NEVER_IN_QUERY: [&str; 5] = [
    "client_secret",
    "client_assertion",
    "code",
    "refresh_token",
    "password",
];

/// The extractors set a time limit to bodies.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.unwrap_or_else(|error| panic!("{error}"))
});

/// Bodies of the API and of pages, and queries, as the extractors read them.
pub fn form(data: &[u8]) {
    let (query, body) = super::first_line(data);
    let request = || {
        let target = [b"/oauth/token?".as_slice(), query].concat();
        Request::post(target.as_slice())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.to_vec()))
            .ok()
    };
    let Some((api, page)) = request().zip(request()) else {
        return;
    };
    let (mut parts, _) = request().unwrap_or_default().into_parts();
    // Without what stands behind `#`, which no server looks at.
    let query = parts.uri.query().unwrap_or_default().as_bytes().to_vec();
    let (api, page, query_params) = RUNTIME.block_on(async {
        (
            ApiForm::from_request(api, &()).await,
            PageForm::from_request(page, &()).await,
            QueryParams::from_request_parts(&mut parts, &()).await,
        )
    });
    if let Ok(ApiForm(params)) = api {
        check(&params, body);
        for (name, _) in super::pairs(&query) {
            assert!(
                !NEVER_IN_QUERY.contains(&name.as_str()),
                "{name} in the URL"
            );
        }
    }
    if let Ok(PageForm(params)) = page {
        check(&params, body);
    }
    if let Ok(QueryParams(params)) = query_params {
        check(&params, &query);
    }
}

/// What was accepted is within its limits, says what another reader reads, and no value can be
/// taken from a name that stands there twice.
fn check(params: &Params, encoded: &[u8]) {
    let read: Vec<(&str, &str)> = params.iter().collect();
    let again = super::pairs(encoded);
    let again: Vec<(&str, &str)> = again.iter().map(|(a, b)| (&**a, &**b)).collect();
    assert_eq!(read, again);
    assert!(read.len() <= 100 && encoded.len() <= 64 * 1024);
    for (name, value) in &read {
        let limit = match *name {
            "request" => 32,
            "client_assertion" | "assertion" => 16,
            _ => 8,
        };
        assert!(value.len() <= limit * 1024, "{name} is too long");
        assert!(!name.contains('\0') && !value.contains('\0'));
        let bracketed = |key: &str| {
            key.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('['))
        };
        let listed = read.iter().any(|(key, _)| bracketed(key));
        let same: Vec<&str> = read
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, v)| *v)
            .collect();
        let filled = || same.iter().copied().filter(|value| !value.is_empty());
        match params.one(name) {
            Ok(one) => {
                assert!(same.len() == 1 && !listed);
                assert_eq!(one, filled().next());
            }
            Err(_) => assert!(same.len() > 1 || listed),
        }
        match params.all(name) {
            Ok(all) => assert_eq!(all, filled().collect::<Vec<_>>()),
            Err(_) => assert!(listed),
        }
    }
    let written: Vec<String> = read
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let params = Params::parse(written.join("&").as_bytes());
    let params = params.unwrap_or_else(|error| panic!("what was read is refused: {error:?}"));
    assert_eq!(params.iter().collect::<Vec<_>>(), read);
}
