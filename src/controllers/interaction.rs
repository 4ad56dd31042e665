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
        extract::{QueryParams, SharedContext, TheServer, read_json},
    },
    interactions::{Outcome, Pending},
    limits::Of,
    protocol::{error::OAuthError, params::Params, received::Received, refusals},
    server::Server,
    sessions::{Browser, CsrfCheck},
};

/// The request, for a page that a script draws.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: TheServer,
    browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, ApiError> {
    check_origin(&server, &browser)?;
    let interaction = open(&server, browser, &params).await;
    let interaction = interaction.map_err(PageError::into_failure)?;
    let answer = Json(shown(&interaction)).into_response();
    Ok(with_cookies(interaction.browser, answer)?)
}

async fn open(
    server: &TheServer,
    mut browser: Browser,
    params: &Params,
) -> Result<OAuthInteraction, PageError> {
    let id = interaction_id(params)?.ok_or_else(no_interaction)?;
    let pending = server.interactions.find(id, &mut browser).await?;
    OAuthInteraction::open(&server.0, browser, pending).await
}

/// What a page needs of an interaction; what is not there is left out (GE-07).
fn shown(of: &OAuthInteraction) -> Value {
    let mut shown = json!({
        "state": of.state,
        "intent": of.intent,
        "prompt": of.prompt,
        "client": of.client,
        "scopes": of.scopes,
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
struct Act {
    interaction: String,
    csrf_token: String,
    action: Action,
    /// What the person left ticked; absent = all.
    scopes: Option<Vec<String>>,
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

/// The decision; the answer says where the browser goes.
#[debug_handler(state = SharedContext)]
pub async fn post(
    server: TheServer,
    mut browser: Browser,
    request: Request,
) -> Result<Response, ApiError> {
    let act: Act = read_json(request, "EX-01").await?;
    check_origin(&server, &browser)?;
    let found = server
        .interactions
        .find(&act.interaction, &mut browser)
        .await;
    let pending = found.map_err(PageError::into_failure)?;
    if pending.is_finished() {
        // Double clicks and lost answers.
        let outcome = server.interactions.repeat(&pending, &browser);
        let answer = location(&server, &pending, outcome)?;
        return Ok(with_cookies(browser, answer)?);
    }
    let interaction = OAuthInteraction::open(&server.0, browser, pending).await;
    let mut interaction = interaction.map_err(PageError::into_failure)?;
    check_token(&interaction, &act.csrf_token)?;
    let current = interaction.current.as_ref();
    let sid = current.map(|current| current.session.sid.as_str());
    let keys = Of::entry(RateLimitEntry::Consent).session(sid);
    server.limits.check(keys).await?;
    let decision = decision(&interaction, act)?;
    let outcome = interaction.decide(decision).await;
    let outcome = outcome.map_err(PageError::into_failure)?;
    let answer = location(&server, interaction.pending(), outcome)?;
    Ok(with_cookies(interaction.browser, answer)?)
}

/// CS-01; EX-02 has looked at the origin.
fn check_token(interaction: &OAuthInteraction, token: &str) -> Result<(), Failure> {
    match interaction.judge_token(token) {
        CsrfCheck::Good => Ok(()),
        CsrfCheck::OtherAccount => Err(OAuthError::of(&refusals::OTHER_ACCOUNT_NOW).into()),
        CsrfCheck::ForeignOrigin | CsrfCheck::Bad => {
            let token = Received::Secret(token);
            let error = OAuthError::of(&refusals::CSRF_TOKEN_FOREIGN).received(token);
            Err(Failure::transport(StatusCode::FORBIDDEN, error))
        }
    }
}

fn decision(interaction: &OAuthInteraction, act: Act) -> Result<Decision, OAuthError> {
    Ok(match act.action {
        Action::Allow => Decision::Allow(match act.scopes {
            Some(ticked) => ticked.iter().collect(),
            None => interaction.scopes.iter().map(|line| &line.name).collect(),
        }),
        Action::Deny | Action::Cancel => Decision::Deny,
        Action::UseAnother => Decision::UseAnother,
        Action::Select => {
            let missing = || OAuthError::of(&refusals::SID_MISSING);
            Decision::Choose(act.sid.ok_or_else(missing)?)
        }
    })
}

/// Where a page would have redirected to.
fn location(server: &Server, pending: &Pending, outcome: Outcome) -> Result<Response, OAuthError> {
    let interactions = &server.interactions;
    let location = match outcome {
        Outcome::Step(step) => interactions.step_url(Some(pending), step),
        Outcome::Again => interactions.continue_url(pending.state().unwrap_or_default()),
        Outcome::Redirect(location) => location,
        Outcome::Completed => return Err(OAuthError::of(&refusals::INTERACTION_COMPLETED)),
    };
    Ok(Json(Location { location }).into_response())
}
