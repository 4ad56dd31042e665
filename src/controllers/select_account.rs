//! GET, POST `{prefix}/select-account` — the account chooser (OpenID Connect Core §3.1.2.1).

use axum::{debug_handler, http::StatusCode, response::Response};

use super::{
    page::{self, Entered, OwnForm, Visit, field},
    resume::no_interaction,
};
use crate::{
    config::RateLimitEntry,
    error::PageError,
    http::extract::{PageForm, QueryParams, SharedContext, TheServer},
    interactions::{Pending, go_on::Arrival},
    limits::Of,
    protocol::{interaction::Step, params::Params},
    server::Server,
    sessions::Browser,
    views::{FormError, pages::SelectAccountPage},
};

const ROUTE: &str = "select-account";

/// The accounts of this browser.
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
    match page::visit(server, browser, params, Step::SelectAccount).await? {
        Visit::Elsewhere(answer) => Ok(answer),
        Visit::Here(None) => Err(no_interaction()),
        Visit::Here(Some(pending)) => form(server, browser, &pending, Entered::default()).await,
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
    if let Some(refused) = page::check_csrf(server, browser, params, OwnForm::at(ROUTE))? {
        return form(
            server,
            browser,
            &pending,
            Entered::default().refused(refused),
        )
        .await;
    }
    let current = server.current(browser, &pending.client.client_id).await?;
    let sid = current.as_ref().map(|current| current.session.sid.as_str());
    let keys = Of::entry(RateLimitEntry::Consent).session(sid);
    if let Some(wait) = page::check_limit(server, keys).await? {
        let answer = form(server, browser, &pending, Entered::default().limited()).await?;
        return Ok(wait.on(answer));
    }
    match (field(params, "action")?, field(params, "sid")?) {
        (Some("cancel"), _) => server.deny(&pending, browser, Arrival::Form).await,
        (Some("use_another"), _) => {
            server
                .use_another(&mut pending, browser, Arrival::Form)
                .await
        }
        (_, Some(sid)) => {
            let chosen = server.choose(&mut pending, browser, sid, Arrival::Form);
            if let Some(answer) = chosen.await? {
                return Ok(answer);
            }
            let entered = Entered::default()
                .with_error(FormError::AccountGone)
                .with_status(StatusCode::BAD_REQUEST);
            form(server, browser, &pending, entered).await
        }
        _ => {
            let entered = Entered::default()
                .with_error(FormError::NoDecision)
                .with_status(StatusCode::BAD_REQUEST);
            form(server, browser, &pending, entered).await
        }
    }
}

async fn form(
    server: &Server,
    browser: &mut Browser,
    pending: &Pending,
    entered: Entered,
) -> Result<Response, PageError> {
    let accounts = server.account_lines(browser).await?;
    let status = entered.status;
    let page = SelectAccountPage {
        common: page::common(server, browser, OwnForm::at(ROUTE), Some(pending))?.with(entered),
        accounts,
    };
    server.page(browser, Some(pending), status, page)
}
