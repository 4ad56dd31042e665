//! POST, GET, DELETE `{prefix}/session` — a JWT of the app becomes the browser session (EX-01 to
//! EX-06), so that the login of a single-page app can continue an authorization.

use axum::{
    Json, debug_handler,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use loco_rs::controller::extractor::auth::{extract_jwt_from_request_parts, get_jwt_from_config};
use serde::{Deserialize, Serialize};

use super::login::Authenticated;
use crate::{
    config::RateLimitEntry,
    error::{ApiError, Failure, PageError},
    http::{
        browser::with_cookies,
        extract::{ServerState, SharedContext, read_json},
    },
    limits::RateLimitKeys,
    people::Owner,
    protocol::{
        error::OAuthError,
        received::Received,
        refusals::SessionRefusal,
        session_exchange::AppLogin,
        time::{Seconds, UnixTime},
    },
    server::Server,
    sessions::{Browser, SignIn, SignedIn},
    store::transaction::retry,
};

#[derive(Deserialize)]
struct SessionRequestBody {
    interaction: Option<String>,
    #[serde(default)]
    remember: bool,
}

#[derive(Serialize)]
struct SessionResponseBody {
    expires_in: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_to: Option<String>,
}

/// Signs the user of the JWT in in this browser.
#[debug_handler(state = SharedContext)]
pub async fn post(
    State(app): State<SharedContext>,
    server: ServerState,
    mut browser: Browser,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts.clone(), body);
    let exchange: SessionRequestBody = read_json(request).await?;
    check_origin(&server, &browser)?;
    let keys = RateLimitKeys::entry(RateLimitEntry::Session).address();
    server.limits.check(keys).await?;
    let LoggedIn { owner, login } = match app_login(&app, &server, &parts).await? {
        Ok(login) => login,
        Err(refused) => return Ok(unauthorized(&server, refused)),
    };
    check_verified(&server, &owner)?;
    let sign_in = SignIn {
        amr: login.amr,
        acr: login.acr,
        remember: exchange.remember,
        auth_time: Some(login.auth_time),
    };
    let (signed_in, return_to) = match exchange.interaction {
        None => (
            server
                .sessions
                .sign_in(&mut browser, &owner, sign_in)
                .await?,
            None,
        ),
        Some(id) => {
            let authenticated = Authenticated { owner, sign_in };
            let signed_in = enter(&server, &mut browser, &id, authenticated).await?;
            (signed_in, Some(server.interactions.continue_url(&id)))
        }
    };
    let session = &signed_in.session;
    let end = session.idle_expires_at.min(session.expires_at);
    let answer = Json(SessionResponseBody {
        expires_in: end - server.clock.now(),
        return_to,
    });
    Ok(with_cookies(browser, answer.into_response())?)
}

/// EX-05: signs the user in for an interaction, which is loaded first: one of another browser changes
/// nothing.
async fn enter(
    server: &Server,
    browser: &mut Browser,
    id: &str,
    authenticated: Authenticated,
) -> Result<SignedIn, Failure> {
    let Authenticated { owner, sign_in } = authenticated;
    let found = server.interactions.find(id, browser).await;
    let mut interaction = found.map_err(PageError::into_failure)?;
    if interaction.is_finished() {
        return server.sessions.sign_in(browser, &owner, sign_in).await;
    }
    let interactions = &server.interactions;
    let form_state = interactions.enter(&mut interaction, browser, &owner, sign_in);
    form_state.await
}

/// The user of a JWT, and their login at the app.
struct LoggedIn {
    owner: Owner,
    login: AppLogin,
}

/// EX-03: the user of a valid JWT, and when they logged in. A JWT from before the last change of their
/// credentials is refused. The outer error is a fault, the inner one a refusal.
async fn app_login(
    app: &SharedContext,
    server: &Server,
    parts: &Parts,
) -> Result<Result<LoggedIn, OAuthError>, Failure> {
    let Ok(config) = get_jwt_from_config(app) else {
        let error = OAuthError::of(SessionRefusal::ExchangeOff);
        return Err(Failure::transport(StatusCode::NOT_FOUND, error));
    };
    let not_valid = || OAuthError::of(SessionRefusal::AppTokenInvalid);
    let Ok(jwt) = extract_jwt_from_request_parts(parts, app) else {
        let expected = "a JWT of the app that auth.jwt accepts";
        return Ok(Err(not_valid().observed(expected, "none, or another")));
    };
    let subject = &jwt.claims.pid;
    let find = || async {
        let found = server
            .people
            .app
            .find_by_subject(server.store.db(), subject);
        Ok(found.await?)
    };
    let owner: Option<Owner> = retry(find).await?;
    let Some(owner) = owner.filter(|owner| owner.is_active()) else {
        let expected = "a pid of a user who may sign in";
        return Ok(Err(
            not_valid().expected(expected, Received::Identifier(subject))
        ));
    };
    // The end of the JWT's life is a private field in Loco, but it is serialised.
    let claims = serde_json::to_value(&jwt.claims).map_err(Failure::internal)?;
    let claims = claims.as_object().cloned().unwrap_or_default();
    let life = i64::try_from(config.expiration).map_or(Seconds::new(i64::MAX), Seconds::new);
    let login = AppLogin::of(&claims, life, server.clock.now());
    let since = server.people.credentials_since(&owner).await?;
    if login.is_stale(since) {
        let expected = format!("a JWT that was issued at {since} or later (Unix seconds)");
        let stale = OAuthError::of(SessionRefusal::AppTokenStale);
        return Ok(Err(stale.observed(expected, login.issued_at.to_string())));
    }
    Ok(Ok(LoggedIn { owner, login }))
}

/// EX-03: refuses a user without a verified address (`require_verified_email`), as the login page does.
fn check_verified(server: &Server, owner: &Owner) -> Result<(), Failure> {
    if !server.people.must_verify_email(owner) {
        return Ok(());
    }
    let error = OAuthError::of(SessionRefusal::AddressNotVerified);
    Err(Failure::transport(StatusCode::FORBIDDEN, error))
}

fn unauthorized(server: &Server, error: OAuthError) -> Response {
    let challenge = format!(
        "Bearer realm=\"{}\", error=\"{}\", error_description=\"{}\"",
        server.urls.issuer,
        error.code,
        error.text()
    );
    let mut response = ApiError::from(error).into_response();
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        let headers = response.headers_mut();
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// EX-02: checks that the request comes from a script of this origin or of `session_exchange_origins`.
///
/// # Errors
/// 403 `access_denied` for every other request.
pub fn check_origin(server: &Server, browser: &Browser) -> Result<(), Failure> {
    if browser.is_trusted_script(&server.urls, &server.settings.session_exchange_origins) {
        return Ok(());
    }
    let own = std::iter::once(&server.urls.origin);
    let trusted: Vec<&str> = own
        .chain(&server.settings.session_exchange_origins)
        .map(String::as_str)
        .collect();
    let error = OAuthError::of(SessionRefusal::OriginNotTrusted).with_detail(
        format!("Origin: one of {}", trusted.join(" ")),
        browser.origin_facts(),
    );
    Err(Failure::transport(StatusCode::FORBIDDEN, error))
}

#[derive(Serialize)]
struct SessionStatus {
    signed_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<UnixTime>,
}

/// Returns who is signed in in this browser (EX-06).
#[debug_handler(state = SharedContext)]
pub async fn get(server: ServerState, browser: Browser) -> Result<Response, ApiError> {
    check_origin(&server, &browser)?;
    let current = server.sessions.current(&browser, "").await?;
    let current = current.as_ref();
    let answer = SessionStatus {
        signed_in: current.is_some(),
        sub: current.map(|current| current.owner.subject()),
        name: current.map(|current| current.owner.display_name()),
        auth_time: current.map(|current| current.session.auth_time),
    };
    Ok(Json(answer).into_response())
}

/// Signs every account of this browser out (EX-06).
#[debug_handler(state = SharedContext)]
pub async fn delete(server: ServerState, mut browser: Browser) -> Result<Response, ApiError> {
    check_origin(&server, &browser)?;
    let accounts = server.sessions.accounts(&browser, "").await?;
    let sessions: Vec<_> = accounts
        .into_iter()
        .map(|account| account.session)
        .collect();
    server.sessions.sign_out(&mut browser, &sessions).await?;
    Ok(with_cookies(
        browser,
        StatusCode::NO_CONTENT.into_response(),
    )?)
}
