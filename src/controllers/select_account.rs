//! GET, POST `{prefix}/select-account` — the account chooser (OpenID Connect Core §3.1.2.1).

use axum::{debug_handler, http::StatusCode, response::Response};

use super::{
    page::{self, FormAction, FormState, FormTarget, PageOutcome, PageVisit, field},
    resume::no_interaction,
};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::{NavigationKind, respond},
    error::PageError,
    http::{
        browser::with_cookies,
        extract::{PageForm, QueryParams, ServerState},
        pages,
    },
    interactions::{Interaction, account_lines},
    limits::RateLimitKeys,
    protocol::{interaction::Step, params::Params, route::Route},
    server::Server,
    sessions::{Browser, SignedIn},
    views::{FormError, pages::SelectAccountPage},
};

const ROUTE: Route = Route::SelectAccount;

/// Shows the accounts of this browser.
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
    match page::load_page(server, browser, params, Step::SelectAccount).await? {
        PageOutcome::Elsewhere(answer) => Ok(answer),
        PageOutcome::Here(None) => Err(no_interaction()),
        PageOutcome::Here(Some(visited)) => {
            let PageVisit {
                interaction,
                accounts,
            } = *visited;
            form(
                server,
                browser,
                &interaction,
                &accounts,
                FormState::default(),
            )
        }
    }
}

/// Takes the person's choice.
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
    // Loaded without the app's hook for the consent of the current account: the account is chosen only here.
    let client_id = &interaction.client.client_id;
    let mut accounts = server.sessions.accounts(browser, client_id).await?;
    if let Some(refused) = page::check_csrf(server, browser, params, FormTarget::at(ROUTE))? {
        let form_state = FormState::default().refused(refused);
        return form(server, browser, &interaction, &accounts, form_state);
    }
    let sid = accounts.first().map(|current| current.session.sid.as_str());
    let keys = RateLimitKeys::entry(RateLimitEntry::Consent).session(sid);
    if let Some(wait) = page::check_limit(server, keys).await? {
        let form_state = FormState::default().limited();
        let answer = form(server, browser, &interaction, &accounts, form_state)?;
        return Ok(wait.on(answer));
    }
    let interactions = &server.interactions;
    let outcome = match (FormAction::of(params)?, field(params, "sid")?) {
        (Some(FormAction::Cancel), _) => interactions.deny(&interaction, browser).await?,
        (Some(FormAction::UseAnother), _) => {
            let current = accounts.first();
            interactions
                .use_another(&mut interaction, browser, current)
                .await?
        }
        (_, Some(sid)) => {
            let place = accounts
                .iter()
                .position(|account| account.session.sid == sid);
            let Some(place) = place else {
                let form_state = FormState::default()
                    .with_error(FormError::AccountGone)
                    .with_status(StatusCode::BAD_REQUEST);
                return form(server, browser, &interaction, &accounts, form_state);
            };
            let chosen = accounts.swap_remove(place);
            interactions
                .choose(&mut interaction, browser, chosen)
                .await?
        }
        _ => {
            let form_state = FormState::default()
                .with_error(FormError::NoDecision)
                .with_status(StatusCode::BAD_REQUEST);
            return form(server, browser, &interaction, &accounts, form_state);
        }
    };
    respond(server, browser, &interaction, outcome, NavigationKind::Form)
}

fn form(
    server: &Server,
    browser: &mut Browser,
    interaction: &Interaction,
    accounts: &[SignedIn],
    form_state: FormState,
) -> Result<Response, PageError> {
    let status = form_state.status;
    let page = SelectAccountPage {
        common: page::common(server, browser, FormTarget::at(ROUTE), Some(interaction))?
            .with(form_state),
        accounts: account_lines(accounts),
    };
    pages::page(server, browser, Some(interaction), status, page)
}
