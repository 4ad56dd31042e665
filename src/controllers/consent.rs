//! GET, POST `{prefix}/consent` — the consent page (CO-01 to CO-06, OAuth 2.1 §7.9).

use axum::{debug_handler, http::StatusCode, response::Response};

use super::{
    page::{self, Entered, OwnForm, Visit, field},
    resume::no_interaction,
};
use crate::{
    config::RateLimitEntry,
    error::PageError,
    http::extract::{PageForm, QueryParams, SharedContext, TheServer},
    interactions::{
        Pending,
        go_on::{Agreement, Arrival},
    },
    limits::Of,
    protocol::{error::OAuthError, interaction::Step, params::Params, refusals, scope::Scopes},
    server::Server,
    sessions::Browser,
    views::{FormError, pages::ConsentPage},
};

const ROUTE: &str = "consent";

/// What the client asks for. A decision in the query has no effect.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: TheServer,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let answer = show(&server, &mut browser, &params).await?;
    Ok(browser.answer(answer)?)
}

async fn show(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    match page::visit(server, browser, params, Step::Consent).await? {
        Visit::Elsewhere(answer) => Ok(answer),
        Visit::Here(None) => Err(no_interaction()),
        Visit::Here(Some(pending)) => form(server, browser, &pending, Entered::default()).await,
    }
}

/// The decision.
#[debug_handler(state = SharedContext)]
pub async fn post(
    server: TheServer,
    mut browser: Browser,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    let answer = submit(&server, &mut browser, &params).await?;
    Ok(browser.answer(answer)?)
}

async fn submit(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let mut pending = match page::posted(server, browser, params).await? {
        Visit::Elsewhere(answer) => return Ok(answer),
        Visit::Here(None) => return Err(no_interaction()),
        Visit::Here(Some(pending)) => pending,
    };
    let current = server.current(browser, &pending.client.client_id).await?;
    // First, because it says what the form may show.
    let next = server.next_step(&mut pending, current.as_ref()).await?;
    let own_form = OwnForm {
        route: ROUTE,
        current: current.as_ref(),
    };
    if let Some(refused) = page::check_csrf(server, browser, params, own_form)? {
        return form(
            server,
            browser,
            &pending,
            Entered::default().refused(refused),
        )
        .await;
    }
    let keys = Of::entry(RateLimitEntry::Consent).session(own_form.sid());
    if let Some(wait) = page::check_limit(server, keys).await? {
        let answer = form(server, browser, &pending, Entered::default().limited()).await?;
        return Ok(wait.on(answer));
    }
    if field(params, "action")? == Some("use_another") {
        return server
            .use_another(&mut pending, browser, Arrival::Form)
            .await;
    }
    let decision = field(params, "action")?.or(field(params, "decision")?);
    if matches!(decision, Some("deny" | "cancel")) {
        return server.deny(&pending, browser, Arrival::Form).await;
    }
    if decision != Some("allow") {
        let entered = Entered::default()
            .with_error(FormError::NoDecision)
            .with_status(StatusCode::BAD_REQUEST);
        return form(server, browser, &pending, entered).await;
    }
    // An allow counts only while consent is what is asked.
    let (Some(current), Ok(Step::Consent)) = (&current, next) else {
        return Ok(server.redirect_to_continue(&pending));
    };
    let agreement = Agreement {
        person: current,
        ticked: &ticked(params)?,
    };
    server
        .accept(&mut pending, browser, agreement, Arrival::Form)
        .await
}

/// The scopes that were left ticked.
fn ticked(params: &Params) -> Result<Scopes, PageError> {
    let as_list = |_| OAuthError::of(&refusals::SCOPE_AS_LIST);
    Ok(params.all("scope").map_err(as_list)?.into_iter().collect())
}

async fn form(
    server: &Server,
    browser: &mut Browser,
    pending: &Pending,
    entered: Entered,
) -> Result<Response, PageError> {
    let Some(current) = server.current(browser, &pending.client.client_id).await? else {
        return Ok(server.redirect_to_continue(pending));
    };
    let status = entered.status;
    let own_form = OwnForm {
        route: ROUTE,
        current: Some(&current),
    };
    let common = page::common(server, browser, own_form, Some(pending))?;
    let page = ConsentPage {
        common: common.with(entered),
        ..server.asked(pending, Some(&current))
    };
    server.page(browser, Some(pending), status, page)
}
