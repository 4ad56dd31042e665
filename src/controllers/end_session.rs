//! GET, POST `{prefix}/end-session` — RP-Initiated Logout §2 (ES-01 to ES-08).

use axum::{debug_handler, extract::Request, response::Response};

use super::{
    logout::{self, LogoutForm},
    page::FormState,
    resume::interaction_id,
};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::NavigationKind,
    error::{Failure, PageError},
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{QueryParams, ServerState, TransportRules, read_form},
    },
    interactions::logout::LogoutInteraction,
    keys::JwtPurpose,
    limits::RateLimitKeys,
    protocol::{
        end_session::{self, LogoutDecision, SessionView, VerifiedHint},
        error::OAuthError,
        error_kind::ErrorKind,
        params::Params,
        received::Received,
        refusals::LogoutRefusal,
        route::Route,
    },
    server::Server,
    sessions::Browser,
};

/// Answers a logout request in the query, or a stored one that the query names.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(
    server: ServerState,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    check_limit(&server, &params).await?;
    let interaction = match interaction_id(&params)? {
        Some(id) => server.interactions.find_logout(id, &mut browser).await?,
        None => load(&server, &params).await?,
    };
    let answer = decide(&server, &mut browser, interaction).await?;
    Ok(with_cookies(browser, answer)?)
}

/// Answers a logout request in a form body. It is stored and then resumed by GET, because a cross-site POST
/// carries no `Lax` cookie.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(server: ServerState, request: Request) -> Result<Response, PageError> {
    let params = read_form(request, TransportRules::END_SESSION).await?;
    check_limit(&server, &params).await?;
    let mut interaction = load(&server, &params).await?;
    server
        .interactions
        .open_logout(&mut interaction, None)
        .await?;
    let id = interaction.state().unwrap_or_default();
    let url = server.urls.of(Route::EndSession);
    Ok(see_other(&format!("{url}?interaction={id}"))?)
}

/// GE-11: the answer where the setting `enable_end_session` is off.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn switched_off() -> PageError {
    PageError::switched_off("enable_end_session is off")
}

/// ES-01, AZ-05: checks the limits of the authorization endpoint, with counters of its own, before anything
/// is looked up or stored.
async fn check_limit(server: &Server, params: &Params) -> Result<(), Failure> {
    let named = params.one("client_id").ok().flatten().unwrap_or_default();
    let keys = RateLimitKeys::entry(RateLimitEntry::Authorize).address_for("end-session");
    // Requests that name no client are not counted as those of one client.
    let keys = if named.is_empty() {
        keys
    } else {
        keys.client_and_address(&format!("end-session {named}"))
    };
    server.limits.check(keys).await
}

/// Load: the hint, the client, and where the browser may go afterwards (ES-01 to ES-04).
async fn load(server: &Server, params: &Params) -> Result<LogoutInteraction, PageError> {
    let request = end_session::read(params)?;
    let hint = match request.id_token_hint {
        Some(token) => Some(verified(server, token)?),
        None => None,
    };
    let client = match end_session::client_id(&request, hint.as_ref())? {
        Some(id) => server.clients.find(id).await?,
        None => None,
    };
    end_session::check_client(&request, client.as_deref())?;
    Ok(LogoutInteraction {
        destination: end_session::destination(&request, client.as_deref()),
        client,
        hint,
        ui_locales: request.ui_locales.map(str::to_owned),
        row: None,
    })
}

/// ES-02: verifies that a hint is an ID token of this server; it may have expired.
fn verified(server: &Server, token: &str) -> Result<VerifiedHint, PageError> {
    let hint = server
        .keys
        .verify(token, JwtPurpose::IdTokenHint, server.clock.now())
        .map_err(|error| {
            let refused = OAuthError::of(LogoutRefusal::HintInvalid);
            PageError::from(refused.expected(error.to_string(), Received::Secret(token)))
                .showing(ErrorKind::LogoutHint)
        })?;
    Ok(VerifiedHint {
        sid: hint.text("sid").map(str::to_owned),
        subject: hint.subject,
        audiences: hint.audiences,
    })
}

/// Decide, then persist and respond (ES-05 to ES-08).
async fn decide(
    server: &Server,
    browser: &mut Browser,
    mut interaction: LogoutInteraction,
) -> Result<Response, PageError> {
    if interaction.row.as_ref().is_some_and(|row| row.is_done) {
        return logout::leave(server, browser, Some(&interaction), NavigationKind::Request);
    }
    let accounts = server.sessions.accounts(browser, "").await?;
    let sessions: Vec<_> = accounts
        .iter()
        .map(|account| SessionView {
            sid: &account.session.sid,
        })
        .collect();
    match end_session::judge(interaction.hint.as_ref(), &sessions) {
        LogoutDecision::Nobody => {
            logout::leave_unasked(server, browser, &interaction, NavigationKind::Request)
        }
        LogoutDecision::End(place) => {
            let ended: Vec<_> = accounts
                .get(place)
                .map(|account| account.session.clone())
                .into_iter()
                .collect();
            server.sessions.sign_out(browser, &ended).await?;
            server.interactions.close_logout(&interaction).await?;
            logout::leave(server, browser, Some(&interaction), NavigationKind::Request)
        }
        LogoutDecision::Ask => {
            if interaction.row.is_none() && interaction.says_something() {
                server
                    .interactions
                    .open_logout(&mut interaction, Some(browser))
                    .await?;
            }
            let question = LogoutForm {
                interaction: Some(&interaction),
                accounts: &accounts,
                form_state: FormState::default(),
            };
            logout::form(server, browser, question)
        }
    }
}
