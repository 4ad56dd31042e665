//! Servers that are broken on purpose: the module that is about the mistake fails, and says so.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use loco_oauth_server::testing::conformance::{Plan, Verdict};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Booted, alice};

/// A mistake of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    NoIss,
    OtherState,
    ShortCode,
    StoredTokens,
    NoLifetime,
    FlippedSignature,
    OtherUser,
    PrivateKeys,
    OtherIssuer,
    NoS256,
    IgnoresPrompt,
    IgnoresMaxAge,
    IgnoresRequestUri,
    ErrorsAsPages,
    UnknownErrors,
    OpenLogout,
    NoState,
    AnyFragment,
    MuteChallenge,
    WrongStatus,
}

fn in_front(mistake: Mistake) -> impl FnOnce(Router) -> Router {
    move |router| router.layer(from_fn_with_state(mistake, make))
}

async fn make(State(mistake): State<Mistake>, request: Request, next: Next) -> Response {
    let (path, query) = (
        request.uri().path().to_owned(),
        request.uri().query().unwrap_or_default().to_owned(),
    );
    let request = match mistake {
        Mistake::IgnoresPrompt => without(request, "prompt"),
        Mistake::IgnoresMaxAge => without(request, "max_age"),
        Mistake::IgnoresRequestUri => without(request, "request_uri"),
        _ => request,
    };
    let (mut parts, body) = next.run(request).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let mut text = String::from_utf8(body.to_vec()).unwrap();
    let location = parts.headers.get(header::LOCATION);
    let location = location.map(|location| location.to_str().unwrap().to_owned());
    if let Some(location) = location.filter(|location| location.starts_with("https://client.")) {
        let changed = match mistake {
            Mistake::NoIss => with_param(&location, "iss", None),
            Mistake::OtherState => with_param(&location, "state", Some("another")),
            Mistake::NoState => with_param(&location, "state", None),
            Mistake::ShortCode => with_param(&location, "code", Some("12345678")),
            _ => location,
        };
        let changed = HeaderValue::from_str(&changed).unwrap();
        parts.headers.insert(header::LOCATION, changed);
    }
    if let Ok(mut json) = serde_json::from_str::<Value>(&text) {
        break_json(mistake, &path, &mut json);
        text = json.to_string();
    }
    match mistake {
        Mistake::StoredTokens => {
            parts.headers.remove(header::CACHE_CONTROL);
        }
        Mistake::ErrorsAsPages if parts.status.is_client_error() => parts.status = StatusCode::OK,
        Mistake::AnyFragment if path == "/oauth/register" => parts.status = StatusCode::CREATED,
        Mistake::MuteChallenge => {
            let bare = HeaderValue::from_static("Bearer");
            parts.headers.insert(header::WWW_AUTHENTICATE, bare);
        }
        Mistake::WrongStatus if parts.status == 403 => parts.status = StatusCode::UNAUTHORIZED,
        Mistake::OpenLogout if path == "/oauth/end-session" => {
            let sent = url::form_urlencoded::parse(query.as_bytes());
            let target = sent
                .into_owned()
                .find(|(name, _)| name == "post_logout_redirect_uri");
            if let Some((_, target)) = target {
                parts.status = StatusCode::SEE_OTHER;
                let target = HeaderValue::from_str(&target).unwrap();
                parts.headers.insert(header::LOCATION, target);
            }
        }
        _ => {}
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(text))
}

fn break_json(mistake: Mistake, path: &str, json: &mut Value) {
    match (mistake, path) {
        (Mistake::NoLifetime, "/oauth/token") => json["expires_in"] = json!("soon"),
        (Mistake::FlippedSignature, "/oauth/token") => {
            if let Some(token) = json["id_token"].as_str() {
                let (signed, signature) = token.rsplit_once('.').unwrap();
                let flipped: String = signature.chars().rev().collect();
                json["id_token"] = json!(format!("{signed}.{flipped}"));
            }
        }
        (Mistake::UnknownErrors, "/oauth/token") if json["error"].is_string() => {
            json["error"] = json!("oops");
        }
        (Mistake::OtherUser, "/oauth/userinfo") => json["sub"] = json!("another"),
        (Mistake::PrivateKeys, "/oauth/jwks") => json["keys"][0]["d"] = json!("AAAA"),
        (Mistake::OtherIssuer, path) if path.starts_with("/.well-known/") => {
            json["issuer"] = json!("https://elsewhere.example");
        }
        (Mistake::NoS256, path) if path.starts_with("/.well-known/") => {
            json["code_challenge_methods_supported"] = json!(["plain"]);
        }
        _ => {}
    }
}

/// The request without a parameter of its query.
fn without(mut request: Request, name: &str) -> Request {
    if request.uri().query().is_some() {
        let changed = with_param(&request.uri().to_string(), name, None);
        *request.uri_mut() = changed.parse().unwrap();
    }
    request
}

/// The URL with another value of a parameter that it has, or without it.
fn with_param(url: &str, name: &str, value: Option<&str>) -> String {
    let Some((base, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let mut changed = url::form_urlencoded::Serializer::new(String::new());
    for (key, old) in url::form_urlencoded::parse(query.as_bytes()) {
        match value {
            _ if key != name => changed.append_pair(&key, &old),
            Some(value) => changed.append_pair(&key, value),
            None => &mut changed,
        };
    }
    format!("{base}?{}", changed.finish())
}

use Mistake::{
    AnyFragment, ErrorsAsPages, FlippedSignature, IgnoresMaxAge, IgnoresPrompt, IgnoresRequestUri,
    MuteChallenge, NoIss, NoLifetime, NoS256, NoState, OpenLogout, OtherIssuer, OtherState,
    OtherUser, PrivateKeys, ShortCode, StoredTokens, UnknownErrors, WrongStatus,
};
use Plan::{BasicOp, ConfigOp, DynamicOp, McpAuthorization, RpInitiatedLogoutOp};

#[rstest]
#[case(NoIss, BasicOp, "oidcc-server", "iss")]
#[case(NoIss, McpAuthorization, "mcp-iss-in-success", "iss")]
#[case(NoIss, McpAuthorization, "mcp-iss-in-error", "iss")]
#[case(OtherState, BasicOp, "oidcc-server", "state")]
#[case(OtherState, BasicOp, "oidcc-prompt-none-not-logged-in", "state")]
#[case(ShortCode, BasicOp, "oidcc-server", "the code has 64 bits")]
#[case(StoredTokens, BasicOp, "oidcc-server", "Cache-Control")]
#[case(NoLifetime, BasicOp, "oidcc-server", "expires_in")]
#[case(
    FlippedSignature,
    BasicOp,
    "oidcc-idtoken-signature",
    "the ID token is bad"
)]
#[case(OtherUser, BasicOp, "oidcc-userinfo-get", "sub of userinfo")]
#[case(OtherUser, BasicOp, "oidcc-userinfo-post-header", "sub of userinfo")]
#[case(
    PrivateKeys,
    ConfigOp,
    "oidcc-discovery-endpoint-verification",
    "private member d"
)]
#[case(
    OtherIssuer,
    ConfigOp,
    "oidcc-discovery-endpoint-verification",
    "issuer is"
)]
#[case(
    OtherIssuer,
    McpAuthorization,
    "mcp-authorization-server-metadata",
    "issuer is"
)]
#[case(NoS256, McpAuthorization, "mcp-metadata-offers-pkce", "no S256")]
#[case(
    NoS256,
    BasicOp,
    "oidcc-ensure-request-with-valid-pkce-succeeds",
    "no S256"
)]
#[case(
    IgnoresPrompt,
    BasicOp,
    "oidcc-prompt-login",
    "not asked to sign in again"
)]
#[case(
    IgnoresPrompt,
    BasicOp,
    "oidcc-prompt-none-not-logged-in",
    "the person was asked"
)]
#[case(
    IgnoresMaxAge,
    BasicOp,
    "oidcc-max-age-1",
    "not asked to sign in again"
)]
#[case(
    IgnoresRequestUri,
    DynamicOp,
    "oidcc-request-uri-signed-rs256",
    "the client was told"
)]
#[case(
    ErrorsAsPages,
    BasicOp,
    "oidcc-ensure-registered-redirect-uri",
    "no error page"
)]
#[case(UnknownErrors, BasicOp, "oidcc-codereuse", "invalid_grant")]
#[case(
    OpenLogout,
    RpInitiatedLogoutOp,
    "oidcc-rp-initiated-logout-no-id-token-hint",
    "sent away"
)]
#[case(
    OpenLogout,
    RpInitiatedLogoutOp,
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "sent away"
)]
#[case(NoState, RpInitiatedLogoutOp, "oidcc-rp-initiated-logout", "state")]
#[case(AnyFragment, DynamicOp, "oidcc-redirect-uri-regfrag", "answers 201")]
#[case(
    MuteChallenge,
    McpAuthorization,
    "mcp-challenge-without-token",
    "resource_metadata"
)]
#[case(
    WrongStatus,
    McpAuthorization,
    "mcp-insufficient-scope",
    "answered 401"
)]
#[tokio::test]
async fn a_mistake_is_found(
    #[case] mistake: Mistake,
    #[case] plan: Plan,
    #[case] module: &str,
    #[case] finding: &str,
) {
    let app = Booted::changed(json!({}), alice(), in_front(mistake)).await;
    let verdict = app.module(plan, module).await;
    let Verdict::Failed(why) = &verdict else {
        panic!("{mistake:?} is not found by {module}: {verdict:?}");
    };
    assert!(why.contains(finding), "{why}");
}
