//! GET, POST `{prefix}/consent` — the consent page (CO-01 to CO-06, OAuth 2.1 §7.9).

use axum::{debug_handler, http::StatusCode, response::Response};

use super::{
    page::{self, FormAction, FormState, FormTarget, PageOutcome},
    resume::no_interaction,
};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::{NavigationKind, respond, to_continue},
    error::PageError,
    http::{
        browser::with_cookies,
        extract::{PageForm, QueryParams, ServerState},
        pages,
    },
    interactions::{Interaction, InteractionOutcome, advance::ConsentDecision},
    limits::RateLimitKeys,
    protocol::{
        consent::Choices, error::OAuthError, interaction::Step, params::Params,
        refusals::FormRefusal, route::Route,
    },
    server::Server,
    sessions::{Browser, SignedIn},
    views::{FormError, pages::ConsentPage},
};

const ROUTE: Route = Route::Consent;

/// Shows what the client requests. A decision in the query has no effect.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(
    server: ServerState,
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
    match page::load_page(server, browser, params, Step::Consent).await? {
        PageOutcome::Elsewhere(answer) => Ok(answer),
        PageOutcome::Here(None) => Err(no_interaction()),
        PageOutcome::Here(Some(visited)) => {
            let (interaction, current) = (&visited.interaction, visited.current());
            form(server, browser, interaction, current, FormState::default())
        }
    }
}

/// Takes the person's decision.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
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
    let mut interaction = match page::load_form(server, browser, params).await? {
        PageOutcome::Elsewhere(answer) => return Ok(answer),
        PageOutcome::Here(None) => return Err(no_interaction()),
        PageOutcome::Here(Some(interaction)) => interaction,
    };
    let current = server
        .sessions
        .current(browser, &interaction.client.client_id)
        .await?;
    // The next step is determined first, because this also determines what the form may show.
    let next = server
        .interactions
        .next_step(&mut interaction, current.as_ref())
        .await?;
    let form_target = FormTarget {
        route: ROUTE,
        current: current.as_ref(),
    };
    let again = |browser: &mut Browser, interaction: &Interaction, form_state: FormState| {
        form(server, browser, interaction, current.as_ref(), form_state)
    };
    if let Some(refused) = page::check_csrf(server, browser, params, form_target)? {
        return again(browser, &interaction, FormState::default().refused(refused));
    }
    let keys = RateLimitKeys::entry(RateLimitEntry::Consent).session(form_target.sid());
    if let Some(wait) = page::check_limit(server, keys).await? {
        let answer = again(browser, &interaction, FormState::default().limited())?;
        return Ok(wait.on(answer));
    }
    let interactions = &server.interactions;
    let outcome = match FormAction::of(params)? {
        Some(FormAction::UseAnother) => {
            let current = current.as_ref();
            interactions
                .use_another(&mut interaction, browser, current)
                .await?
        }
        Some(FormAction::Deny | FormAction::Cancel) => {
            interactions.deny(&interaction, browser).await?
        }
        Some(FormAction::Allow) => match (&current, next) {
            (Some(person), Ok(Step::Consent)) => {
                let agreement = ConsentDecision {
                    person,
                    ticked: &ticked(params)?,
                };
                interactions
                    .accept(&mut interaction, browser, agreement)
                    .await?
            }
            // An approval counts only while consent is the next step.
            _ => InteractionOutcome::Again,
        },
        _ => {
            let form_state = FormState::default()
                .with_error(FormError::NoDecision)
                .with_status(StatusCode::BAD_REQUEST);
            return again(browser, &interaction, form_state);
        }
    };
    respond(server, browser, &interaction, outcome, NavigationKind::Form)
}

/// What the person left ticked.
pub(super) fn ticked(params: &Params) -> Result<Choices, PageError> {
    let as_list = |_| OAuthError::of(FormRefusal::ScopeAsList);
    let claims = params.all("claim").map_err(as_list)?.into_iter();
    Ok(Choices {
        scopes: params.all("scope").map_err(as_list)?.into_iter().collect(),
        claims: claims.map(str::to_owned).collect(),
    })
}

fn form(
    server: &Server,
    browser: &mut Browser,
    interaction: &Interaction,
    current: Option<&SignedIn>,
    form_state: FormState,
) -> Result<Response, PageError> {
    let Some(current) = current else {
        return to_continue(server, interaction);
    };
    let status = form_state.status;
    let form_target = FormTarget {
        route: ROUTE,
        current: Some(current),
    };
    let common = page::common(server, browser, form_target, Some(interaction))?;
    let page = ConsentPage {
        common: common.with(form_state),
        ..server
            .interactions
            .consent_prompt(interaction, Some(current))
    };
    pages::page(server, browser, Some(interaction), status, page)
}
