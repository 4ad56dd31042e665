//! GET, POST `{prefix}/interaction` — what the app's own scripts see of an interaction, and the
//! person's decision.

use axum::{
    Json, debug_handler,
    extract::Request,
    http::{StatusCode, header},
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
    error::{ApiError, Failure, PageError},
    http::extract::{QueryParams, SharedContext, TheServer, read_json},
    interactions::{go_on::Arrival, own_page::Decision},
    limits::Of,
    protocol::{error::OAuthError, params::Params, received::Received, refusals},
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
    Ok(interaction.browser.answer(answer)?)
}

async fn open(
    server: &TheServer,
    browser: Browser,
    params: &Params,
) -> Result<OAuthInteraction, PageError> {
    let id = interaction_id(params)?.ok_or_else(no_interaction)?;
    OAuthInteraction::open(&server.0, browser, id).await
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
struct Location<'a> {
    location: &'a str,
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
    let found = server.find_pending(&act.interaction, &mut browser).await;
    let pending = found.map_err(PageError::into_failure)?;
    if pending.is_finished() {
        // Double clicks and lost answers.
        let finished = server.repeat(&pending, &browser);
        let answer = server.after(finished, &pending, &browser, Arrival::Script);
        let answer = answer.map_err(PageError::into_failure)?;
        return Ok(browser.answer(location(&answer)?)?);
    }
    let interaction = OAuthInteraction::open(&server.0, browser, &act.interaction).await;
    let mut interaction = interaction.map_err(PageError::into_failure)?;
    check_token(&interaction, &act.csrf_token)?;
    let current = interaction.current.as_ref();
    let sid = current.map(|current| current.session.sid.as_str());
    let keys = Of::entry(RateLimitEntry::Consent).session(sid);
    server.limit(keys).await?;
    let decision = decision(&interaction, act)?;
    let answer = interaction.decide(decision, Arrival::Script).await;
    let answer = location(&answer.map_err(PageError::into_failure)?)?;
    Ok(interaction.browser.answer(answer)?)
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
fn location(answer: &Response) -> Result<Response, OAuthError> {
    let location = answer.headers().get(header::LOCATION);
    let location = location.and_then(|location| location.to_str().ok());
    let completed = || OAuthError::of(&refusals::INTERACTION_COMPLETED);
    let location = location.ok_or_else(completed)?;
    Ok(Json(Location { location }).into_response())
}
