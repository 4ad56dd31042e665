//! GET, POST `{prefix}/interaction` — what the app's own scripts see of an interaction, and the
//! person's decision.

use axum::{
    Json, debug_handler,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    resume::{interaction_id, no_interaction},
    session::check_origin,
};
use crate::{
    OAuthInteraction,
    config::RateLimitEntry,
    controllers::own_page::Decision,
    error::{ApiError, Failure, PageError},
    http::{
        browser::with_cookies,
        extract::{QueryParams, ServerState, read_json},
    },
    interactions::{Interaction, InteractionOutcome},
    limits::RateLimitKeys,
    protocol::{
        callback::ClientResponse, consent::Choices, error::OAuthError, params::Params,
        received::Received, refusals::InteractionRefusal,
    },
    server::Server,
    sessions::{Browser, CsrfCheck},
};

/// Returns an interaction as JSON, for a page that a script of the app draws.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(
    server: ServerState,
    browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, ApiError> {
    check_origin(&server, &browser)?;
    let app_page = open(&server, browser, &params).await;
    let app_page = app_page.map_err(PageError::into_failure)?;
    let answer = Json(shown(&app_page)).into_response();
    Ok(with_cookies(app_page.browser, answer)?)
}

async fn open(
    server: &ServerState,
    mut browser: Browser,
    params: &Params,
) -> Result<OAuthInteraction, PageError> {
    let id = interaction_id(params)?.ok_or_else(no_interaction)?;
    let interaction = server.interactions.find(id, &mut browser).await?;
    OAuthInteraction::open(&server.0, browser, interaction).await
}

/// The members of the answer; one that does not apply is left out (GE-07).
fn shown(of: &OAuthInteraction) -> Value {
    let mut shown = json!({
        "state": of.state,
        "intent": of.intent,
        "prompt": of.prompt,
        "client": of.client,
        "scopes": of.scopes,
        "claims": of.claims,
        "resources": of.resources,
        "access_until": of.access_until,
        "warnings": of.warnings,
        "accounts": of.accounts,
        "post_login": of.post_login,
        "lang": of.lang,
        "login_hint": of.login_hint,
        "ui_locales": of.ui_locales,
        "display": of.display,
        "acr_values": of.acr_values,
        "max_age": of.max_age,
        "params": of.params,
        "user": of.account(),
        "return_to": of.return_to,
        "csrf_token": of.csrf_token,
    });
    drop_nulls(&mut shown);
    shown
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[derive(Deserialize)]
struct DecisionBody {
    interaction: String,
    csrf_token: String,
    action: Action,
    /// Scopes that the person left ticked; absent = all of the request.
    scopes: Option<Vec<String>>,
    /// Single claims that the person left ticked; absent = none.
    claims: Option<Vec<String>>,
    sid: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Allow,
    Deny,
    Cancel,
    Select,
    UseAnother,
}

#[derive(Serialize)]
struct Location {
    location: String,
}

/// Takes the person's decision; the answer has the address to which the script sends the browser.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
    mut browser: Browser,
    request: Request,
) -> Result<Response, ApiError> {
    let act: DecisionBody = read_json(request).await?;
    check_origin(&server, &browser)?;
    let found = server
        .interactions
        .find(&act.interaction, &mut browser)
        .await;
    let interaction = found.map_err(PageError::into_failure)?;
    if interaction.is_finished() {
        // A double click or a lost answer gets the same answer again (IX-05).
        let outcome = server.interactions.repeat(&interaction, &browser);
        let answer = location(&server, &interaction, outcome)?;
        return Ok(with_cookies(browser, answer)?);
    }
    let app_page = OAuthInteraction::open(&server.0, browser, interaction).await;
    let mut app_page = app_page.map_err(PageError::into_failure)?;
    check_token(&app_page, &act.csrf_token)?;
    let current = app_page.current.as_ref();
    let sid = current.map(|current| current.session.sid.as_str());
    let keys = RateLimitKeys::entry(RateLimitEntry::Consent).session(sid);
    server.limits.check(keys).await?;
    let decision = decision(&app_page, act)?;
    let outcome = app_page.decide(decision).await;
    let outcome = outcome.map_err(PageError::into_failure)?;
    let answer = location(&server, app_page.interaction(), outcome)?;
    Ok(with_cookies(app_page.browser, answer)?)
}

/// CS-01: checks the token of the form; the origin was checked by EX-02.
fn check_token(app_page: &OAuthInteraction, token: &str) -> Result<(), Failure> {
    match app_page.judge_token(token) {
        CsrfCheck::Valid => Ok(()),
        CsrfCheck::OtherAccount => Err(OAuthError::of(InteractionRefusal::OtherAccountNow).into()),
        CsrfCheck::ForeignOrigin | CsrfCheck::Invalid => {
            let token = Received::Secret(token);
            let error = OAuthError::of(InteractionRefusal::CsrfTokenForeign).received(token);
            Err(Failure::transport(StatusCode::FORBIDDEN, error))
        }
    }
}

fn decision(app_page: &OAuthInteraction, act: DecisionBody) -> Result<Decision, OAuthError> {
    Ok(match act.action {
        Action::Allow => Decision::Allow(Choices {
            scopes: match act.scopes {
                Some(ticked) => ticked.iter().collect(),
                None => app_page.scopes.iter().map(|line| &line.name).collect(),
            },
            claims: act.claims.unwrap_or_default(),
        }),
        Action::Deny | Action::Cancel => Decision::Deny,
        Action::UseAnother => Decision::UseAnother,
        Action::Select => {
            let missing = || OAuthError::of(InteractionRefusal::SidMissing);
            Decision::Choose(act.sid.ok_or_else(missing)?)
        }
    })
}

/// The address to which a page would have redirected, as JSON.
fn location(
    server: &Server,
    interaction: &Interaction,
    outcome: InteractionOutcome,
) -> Result<Response, OAuthError> {
    let interactions = &server.interactions;
    let location = match outcome {
        InteractionOutcome::Step(step) => interactions.step_url(Some(interaction), step),
        InteractionOutcome::Answer(ClientResponse::Redirect(location))
        | InteractionOutcome::DeviceDecided(location) => location,
        // No address carries a form: `continue` posts it, because the answer is the interaction's now (AR-03).
        InteractionOutcome::Again | InteractionOutcome::Answer(ClientResponse::Form(_)) => {
            interactions.continue_url(interaction.state().unwrap_or_default())
        }
        InteractionOutcome::Completed => {
            return Err(OAuthError::of(InteractionRefusal::Completed));
        }
    };
    Ok(Json(Location { location }).into_response())
}
