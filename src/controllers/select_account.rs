//! GET, POST `{prefix}/select-account` — the account chooser (OpenID Connect Core §3.1.2.1).

use axum::{debug_handler, http::StatusCode, response::Response};

use super::{
    page::{self, Entered, OwnForm, Visit, Visited, field},
    resume::no_interaction,
};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::{Arrival, respond},
    error::PageError,
    http::{
        browser::with_cookies,
        extract::{PageForm, QueryParams, SharedContext, TheServer},
        pages,
    },
    interactions::{Pending, account_lines},
    limits::Of,
    protocol::{interaction::Step, params::Params, route::Route},
    server::Server,
    sessions::{Browser, SignedIn},
    views::{FormError, pages::SelectAccountPage},
};

const ROUTE: Route = Route::SelectAccount;

/// The accounts of this browser.
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
    match page::visit(server, browser, params, Step::SelectAccount).await? {
        Visit::Elsewhere(answer) => Ok(answer),
        Visit::Here(None) => Err(no_interaction()),
        Visit::Here(Some(visited)) => {
            let Visited { pending, accounts } = *visited;
            form(server, browser, &pending, &accounts, Entered::default())
        }
    }
}

/// The choice.
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
    // Without the hook that names whose consent counts: which account it is about is chosen here.
    let client_id = &pending.client.client_id;
    let mut accounts = server.sessions.accounts(browser, client_id).await?;
    if let Some(refused) = page::check_csrf(server, browser, params, OwnForm::at(ROUTE))? {
        let entered = Entered::default().refused(refused);
        return form(server, browser, &pending, &accounts, entered);
    }
    let sid = accounts.first().map(|current| current.session.sid.as_str());
    let keys = Of::entry(RateLimitEntry::Consent).session(sid);
    if let Some(wait) = page::check_limit(server, keys).await? {
        let entered = Entered::default().limited();
        let answer = form(server, browser, &pending, &accounts, entered)?;
        return Ok(wait.on(answer));
    }
    let interactions = &server.interactions;
    let outcome = match (field(params, "action")?, field(params, "sid")?) {
        (Some("cancel"), _) => interactions.deny(&pending, browser).await?,
        (Some("use_another"), _) => {
            let current = accounts.first();
            interactions
                .use_another(&mut pending, browser, current)
                .await?
        }
        (_, Some(sid)) => {
            let place = accounts
                .iter()
                .position(|account| account.session.sid == sid);
            let Some(place) = place else {
                let entered = Entered::default()
                    .with_error(FormError::AccountGone)
                    .with_status(StatusCode::BAD_REQUEST);
                return form(server, browser, &pending, &accounts, entered);
            };
            let chosen = accounts.swap_remove(place);
            interactions.choose(&mut pending, browser, chosen).await?
        }
        _ => {
            let entered = Entered::default()
                .with_error(FormError::NoDecision)
                .with_status(StatusCode::BAD_REQUEST);
            return form(server, browser, &pending, &accounts, entered);
        }
    };
    respond(server, browser, &pending, outcome, Arrival::Form)
}

fn form(
    server: &Server,
    browser: &mut Browser,
    pending: &Pending,
    accounts: &[SignedIn],
    entered: Entered,
) -> Result<Response, PageError> {
    let status = entered.status;
    let page = SelectAccountPage {
        common: page::common(server, browser, OwnForm::at(ROUTE), Some(pending))?.with(entered),
        accounts: account_lines(accounts),
    };
    pages::page(server, browser, Some(pending), status, page)
}
