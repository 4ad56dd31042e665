//! GET, POST `{prefix}/logout` — signing out of this browser (BS-05).

use axum::{debug_handler, extract::State, http::StatusCode, response::Response};
use loco_rs::app::AppContext;

use super::page::{self, Entered, field};
use crate::{
    browser::{Browser, SignedIn},
    error::PageError,
    extract::{PageForm, QueryParams, TheServer},
    interaction::go_on::see_other,
    protocol::params::Params,
    server::Server,
    store::sessions::SessionRow,
    views::{
        FormError,
        pages::{LoggedOutPage, LogoutPage, OtherAccount},
    },
};

const ROUTE: &str = "logout";

/// The question; without a session there is nothing to ask.
#[debug_handler]
pub async fn get(
    State(_ctx): State<AppContext>,
    server: TheServer,
    mut browser: Browser,
    _query: QueryParams,
) -> Result<Response, PageError> {
    let accounts = server.accounts(&browser).await?;
    let answer = form(&server, &mut browser, (&accounts, Entered::default()))?;
    Ok(browser.answer(answer)?)
}

/// The confirmation.
#[debug_handler]
pub async fn post(
    State(_ctx): State<AppContext>,
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
    let accounts = server.accounts(browser).await?;
    let sid = accounts.first().map(|account| account.session.sid.as_str());
    if let Some(refused) = page::check_csrf(server, browser, (params, ROUTE, sid))? {
        return form(
            server,
            browser,
            (&accounts, Entered::default().refused(refused)),
        );
    }
    let count = match field(params, "action")? {
        Some("sign_out") => 1,
        Some("sign_out_all") => accounts.len(),
        _ => {
            let entered = Entered::default()
                .with_error(FormError::NoDecision)
                .with_status(StatusCode::BAD_REQUEST);
            return form(server, browser, (&accounts, entered));
        }
    };
    let ended: Vec<SessionRow> = accounts
        .iter()
        .take(count)
        .map(|account| account.session.clone())
        .collect();
    server.sign_out(browser, &ended).await?;
    match &server.urls.after_logout {
        Some(url) => Ok(see_other(url)?),
        None => logged_out(server, browser),
    }
}

fn form(
    server: &Server,
    browser: &mut Browser,
    (accounts, entered): (&[SignedIn], Entered),
) -> Result<Response, PageError> {
    let Some((current, others)) = accounts.split_first() else {
        return logged_out(server, browser);
    };
    let status = entered.status;
    let page = LogoutPage {
        common: page::common(server, browser, (ROUTE, None, Some(current)))?.with(entered),
        other_accounts: others.iter().map(other).collect(),
        post_logout_host: None,
    };
    server.page((browser, None), status, page)
}

fn other(account: &SignedIn) -> OtherAccount {
    OtherAccount {
        sid: account.session.sid.clone(),
        name: account.owner.display_name(),
        login: account.owner.login_name(),
    }
}

fn logged_out(server: &Server, browser: &Browser) -> Result<Response, PageError> {
    let page = LoggedOutPage::default();
    server.page((browser, None), StatusCode::OK, page)
}
