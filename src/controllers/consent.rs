//! GET, POST `{prefix}/consent` — the consent page (CO-01 to CO-06, OAuth 2.1 §7.9).

use axum::{debug_handler, http::StatusCode, response::Response};

use super::{
    page::{self, Entered, OwnForm, Visit, field},
    resume::no_interaction,
};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::{Arrival, respond, to_continue},
    error::PageError,
    http::{
        browser::with_cookies,
        extract::{PageForm, QueryParams, SharedContext, TheServer},
        pages,
    },
    interactions::{Outcome, Pending, advance::Agreement},
    limits::Of,
    protocol::{
        error::OAuthError, interaction::Step, params::Params, refusals, route::Route, scope::Scopes,
    },
    server::Server,
    sessions::{Browser, SignedIn},
    views::{FormError, pages::ConsentPage},
};

const ROUTE: Route = Route::Consent;

/// What the client asks for. A decision in the query has no effect.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: TheServer,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let answer = show(&server, &mut browser, &params).await?;
    Ok(with_cookies(browser, answer)?)
}

async fn show(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    match page::visit(server, browser, params, Step::Consent).await? {
        Visit::Elsewhere(answer) => Ok(answer),
        Visit::Here(None) => Err(no_interaction()),
        Visit::Here(Some(visited)) => {
            let (pending, current) = (&visited.pending, visited.current());
            form(server, browser, pending, current, Entered::default())
        }
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
    Ok(with_cookies(browser, answer)?)
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
    let current = server
        .sessions
        .current(browser, &pending.client.client_id)
        .await?;
    // First, because it says what the form may show.
    let next = server
        .interactions
        .next_step(&mut pending, current.as_ref())
        .await?;
    let own_form = OwnForm {
        route: ROUTE,
        current: current.as_ref(),
    };
    let again = |browser: &mut Browser, pending: &Pending, entered: Entered| {
        form(server, browser, pending, current.as_ref(), entered)
    };
    if let Some(refused) = page::check_csrf(server, browser, params, own_form)? {
        return again(browser, &pending, Entered::default().refused(refused));
    }
    let keys = Of::entry(RateLimitEntry::Consent).session(own_form.sid());
    if let Some(wait) = page::check_limit(server, keys).await? {
        let answer = again(browser, &pending, Entered::default().limited())?;
        return Ok(wait.on(answer));
    }
    let interactions = &server.interactions;
    let action = field(params, "action")?;
    let decision = action.or(field(params, "decision")?);
    let outcome = match (action, decision) {
        (Some("use_another"), _) => {
            let current = current.as_ref();
            interactions
                .use_another(&mut pending, browser, current)
                .await?
        }
        (_, Some("deny" | "cancel")) => interactions.deny(&pending, browser).await?,
        (_, Some("allow")) => match (&current, next) {
            (Some(person), Ok(Step::Consent)) => {
                let agreement = Agreement {
                    person,
                    ticked: &ticked(params)?,
                };
                interactions
                    .accept(&mut pending, browser, agreement)
                    .await?
            }
            // An allow counts only while consent is what is asked.
            _ => Outcome::Again,
        },
        _ => {
            let entered = Entered::default()
                .with_error(FormError::NoDecision)
                .with_status(StatusCode::BAD_REQUEST);
            return again(browser, &pending, entered);
        }
    };
    respond(server, browser, &pending, outcome, Arrival::Form)
}

/// The scopes that were left ticked.
fn ticked(params: &Params) -> Result<Scopes, PageError> {
    let as_list = |_| OAuthError::of(&refusals::SCOPE_AS_LIST);
    Ok(params.all("scope").map_err(as_list)?.into_iter().collect())
}

fn form(
    server: &Server,
    browser: &mut Browser,
    pending: &Pending,
    current: Option<&SignedIn>,
    entered: Entered,
) -> Result<Response, PageError> {
    let Some(current) = current else {
        return to_continue(server, pending);
    };
    let status = entered.status;
    let own_form = OwnForm {
        route: ROUTE,
        current: Some(current),
    };
    let common = page::common(server, browser, own_form, Some(pending))?;
    let page = ConsentPage {
        common: common.with(entered),
        ..server.interactions.consent_prompt(pending, Some(current))
    };
    pages::page(server, browser, Some(pending), status, page)
}
