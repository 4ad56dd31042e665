//! CORS at routes of `OAuth::mcp`: MCP clients that run in a browser must be allowed to send requests there,
//! and to read the answers, refusals included.

use std::{
    cell::Cell,
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use loco_rs::{app::AppContext, controller::ListRoutes};

/// Headers that a script may send, besides those that begin with `Mcp-`.
const ALLOWED: &str =
    "Authorization, Content-Type, DPoP, MCP-Protocol-Version, Mcp-Session-Id, Last-Event-ID";
/// Headers that a script may read.
const EXPOSED: &str = "WWW-Authenticate, DPoP-Nonce, Retry-After, x-request-id, Mcp-Session-Id, \
                       Mcp-Protocol-Version, Last-Event-ID";
/// The methods of MCP's Streamable HTTP transport, for routes whose own are not known.
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE");
/// How long a preflight answer may be kept.
const KEPT: HeaderValue = HeaderValue::from_static("3600");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// Who answers scripts of other origins at guarded routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherOrigins {
    /// The app, by its `cors` middleware.
    App,
    /// The guard.
    Guard,
}

/// Set by a guard of `OAuth::mcp` for a request, and applied when its answer leaves the app: headers that the
/// guard itself sets would be lost when the handler panics.
#[derive(Clone, Debug, Default)]
pub struct CorsFlag(Arc<AtomicBool>);

impl CorsFlag {
    /// Marks the answer to this request as readable by scripts of every origin.
    pub fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Lets scripts read a marked answer, whatever the app's `cors` middleware has decided.
    pub fn apply(&self, response: &mut Response) {
        if !self.0.load(Ordering::Relaxed) {
            return;
        }
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        headers.remove(header::ACCESS_CONTROL_ALLOW_CREDENTIALS);
        let exposed = exposed(headers);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

/// The headers of [`EXPOSED`], and those that the app exposes besides.
fn exposed(headers: &HeaderMap) -> HeaderValue {
    let ours: Vec<&str> = EXPOSED.split(", ").collect();
    let theirs = headers
        .get_all(header::ACCESS_CONTROL_EXPOSE_HEADERS)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty() && *name != "*")
        .filter(|name| !ours.iter().any(|own| own.eq_ignore_ascii_case(name)));
    let all: Vec<&str> = ours.iter().copied().chain(theirs).collect();
    HeaderValue::from_str(&all.join(", ")).unwrap_or_else(|_| HeaderValue::from_static(EXPOSED))
}

/// Whether a request is a CORS preflight, which browsers send before a token to another origin (Fetch §4.8).
pub fn is_preflight(request: &Request) -> bool {
    let has = |name| request.headers().contains_key(name);
    request.method() == Method::OPTIONS
        && has(header::ORIGIN)
        && has(header::ACCESS_CONTROL_REQUEST_METHOD)
        && !has(header::AUTHORIZATION)
}

/// The answer to a preflight at a route whose methods are not known.
pub fn preflight(request: &Request) -> Response {
    allow(request, METHODS)
}

fn allow(request: &Request, methods: HeaderValue) -> Response {
    let mut response = StatusCode::OK.into_response();
    let vary = HeaderValue::from_static("access-control-request-headers");
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
        (header::ACCESS_CONTROL_ALLOW_METHODS, methods),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, allowed(request)),
        (header::ACCESS_CONTROL_MAX_AGE, KEPT),
        (header::VARY, vary),
    ] {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The headers that a script may send. Newer revisions of MCP have more of them (`Mcp-Method`, `Mcp-Name`,
/// `Mcp-Param-…`), so that every requested header that begins with `Mcp-` is allowed.
fn allowed(request: &Request) -> HeaderValue {
    let asked = request
        .headers()
        .get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let asked = asked
        .and_then(|asked| asked.to_str().ok())
        .unwrap_or_default();
    let is_token = |name: &&str| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let more = asked
        .split(',')
        .map(str::trim)
        .filter(is_token)
        .filter(|name| name.to_ascii_lowercase().starts_with("mcp-"));
    let all: Vec<&str> = std::iter::once(ALLOWED).chain(more).collect();
    HeaderValue::from_str(&all.join(", ")).unwrap_or_else(|_| HeaderValue::from_static(ALLOWED))
}

thread_local! {
    /// Whether a guard of `OAuth::mcp` was cloned on this thread.
    static COPIED: Cell<bool> = const { Cell::new(false) };
}

/// Notes that a guard around a handler was cloned.
pub fn copied(origins: OtherOrigins) {
    if origins == OtherOrigins::Guard {
        COPIED.set(true);
    }
}

/// Methods of the routes of `OAuth::mcp`, by pattern. Their preflights are answered before the app's `cors`
/// middleware, which stands around the guard and would answer by its own rules.
#[derive(Clone, Debug, Default)]
pub struct Preflights(Arc<BTreeMap<String, HeaderValue>>);

impl Preflights {
    /// Finds the routes of `OAuth::mcp` in a list. axum does not tell which layers a route has, but cloning
    /// a route clones its layers, too, and the guard notes that ([`copied`]). No handler is called.
    pub fn of(routes: Vec<ListRoutes>, ctx: &AppContext) -> Self {
        let mut methods = BTreeMap::<String, Vec<String>>::new();
        for route in routes {
            let layered = route.method.with_state::<()>(ctx.clone());
            COPIED.set(false);
            drop(layered.clone());
            if COPIED.take() {
                let actions = route.actions.iter().map(ToString::to_string);
                methods.entry(route.uri).or_default().extend(actions);
            }
        }
        let lines = methods
            .into_iter()
            .map(|(uri, methods)| (uri, line(&methods)));
        Self(Arc::new(lines.collect()))
    }

    /// The answer to a preflight at one of these routes.
    pub fn answer(&self, request: &Request) -> Option<Response> {
        if !is_preflight(request) {
            return None;
        }
        let pattern = request.extensions().get::<MatchedPath>()?;
        let methods = self.0.get(pattern.as_str())?;
        Some(allow(request, methods.clone()))
    }
}

/// The methods as a header value; a route for any method names none, and gets those of [`METHODS`].
fn line(methods: &[String]) -> HeaderValue {
    let named = Some(methods.join(", ")).filter(|named| !named.is_empty());
    named
        .and_then(|named| HeaderValue::from_str(&named).ok())
        .unwrap_or(METHODS)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "")]
    #[case("authorization,content-type", "")]
    #[case("mcp-method, Mcp-Name,x-other", ", mcp-method, Mcp-Name")]
    #[case("mcp-param-region", ", mcp-param-region")]
    #[case("mcp-a\u{7f}, mcp-(, cookie", "")]
    fn s_c14_headers_of_mcp_are_allowed(#[case] asked: &str, #[case] more: &str) {
        let mut request = Request::new(Body::empty());
        let value = HeaderValue::from_bytes(asked.as_bytes());
        if let Ok(value) = value {
            let headers = request.headers_mut();
            headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, value);
        }
        assert_eq!(allowed(&request), format!("{ALLOWED}{more}"));
    }

    #[test]
    fn s_c14_what_the_app_exposes_stays_exposed() {
        let cors_flag = CorsFlag::default();
        let mut response = StatusCode::OK.into_response();
        cors_flag.apply(&mut response);
        assert!(response.headers().is_empty(), "not the guard's");
        let exposed = HeaderValue::from_static("x-total, mcp-session-id");
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        cors_flag.note();
        cors_flag.apply(&mut response);
        let headers = response.headers();
        assert_eq!(
            headers[header::ACCESS_CONTROL_EXPOSE_HEADERS],
            format!("{EXPOSED}, x-total")
        );
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    }
}
