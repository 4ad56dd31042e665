//! Assertions about answers of the server.

use axum::http::header;
use axum_test::TestResponse;
use serde_json::{Value, json};

/// Asserts a JSON error (RFC 6749 §5.2): status, code, `no-store`, allowed characters, no null
/// member.
///
/// ```no_run
/// # use loco_oauth_server::testing::*;
/// # async fn example(request: &TestServer) {
/// let answer = request.post("/oauth/token").form(&[("grant_type", "password")]).await;
/// assert_oauth_error(&answer, 400, "unsupported_grant_type");
/// # }
/// ```
#[track_caller]
pub fn assert_oauth_error(response: &TestResponse, status: u16, error: &str) {
    let text = response.text();
    assert_eq!(response.status_code(), status, "{text}");
    assert_eq!(
        header_of(response, "content-type"),
        "application/json",
        "{text}"
    );
    assert_no_store(response);
    let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"));
    assert_eq!(body["error"], error, "{text}");
    let members = body.as_object().into_iter().flatten();
    for (name, value) in members {
        assert!(!value.is_null(), "{name} is null: {text}");
    }
    // RFC 6749 §5.2 names the characters.
    let description = body["error_description"].as_str().unwrap_or_default();
    let allowed = |byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    assert!(description.bytes().all(allowed), "{description}");
}

/// Asserts a page of the server: HTML that cannot be framed or stored and that leaks no address.
#[track_caller]
pub fn assert_page(response: &TestResponse, status: u16) {
    let text = response.text();
    assert_eq!(response.status_code(), status, "{text}");
    assert!(response.maybe_header(header::LOCATION).is_none());
    assert_eq!(
        header_of(response, "content-type"),
        "text/html; charset=utf-8"
    );
    assert_eq!(header_of(response, "x-frame-options"), "DENY");
    assert_eq!(header_of(response, "referrer-policy"), "no-referrer");
    let policy = header_of(response, "content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_no_store(response);
}

/// Asserts `Cache-Control: no-store` (RFC 6749 §5.1).
#[track_caller]
pub fn assert_no_store(response: &TestResponse) {
    assert_eq!(header_of(response, "cache-control"), "no-store");
}

/// Returns the address that a 303 leads to.
#[track_caller]
pub fn location(response: &TestResponse) -> String {
    assert_eq!(response.status_code(), 303, "{}", response.text());
    header_of(response, "location")
}

/// Returns status and JSON body of an answer, for snapshots; a body that is not JSON is left out.
///
/// ```no_run
/// # use loco_oauth_server::testing::*;
/// # async fn example(tokens: Tokens<'_>) {
/// let answer = shown(&tokens.userinfo().await);
/// assert_eq!(answer["status"], 200);
/// # }
/// ```
pub fn shown(response: &TestResponse) -> Value {
    json!({
        "status": response.status_code().as_u16(),
        "body": serde_json::from_str::<Value>(&response.text()).ok(),
    })
}

/// The text of a header, `""` when it is not there.
pub(super) fn header_of(response: &TestResponse, name: &str) -> String {
    let value = response.headers().get(name);
    let text = value.and_then(|value| value.to_str().ok());
    text.unwrap_or_default().to_owned()
}
