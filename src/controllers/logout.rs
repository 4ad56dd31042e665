//! GET, POST `{prefix}/logout` — signing out of this browser (BS-05), also for a client that
//! asked at `end-session` (ES-07, ES-08).

use axum::{debug_handler, http::StatusCode, response::Response};

use super::{
    page::{self, Entered, OwnForm, field},
    resume::interaction_id,
};
use crate::{
    controllers::outcome::{Arrival, leave_signed_out},
    error::PageError,
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{PageForm, QueryParams, SharedContext, TheServer},
        pages::{self, PagePolicy},
    },
    interactions::logout::PendingLogout,
    protocol::{
        end_session::{self, Destination, Onward},
        params::Params,
        redirect_uri,
        route::Route,
    },
    server::Server,
    sessions::{Browser, SignedIn},
    store::sessions::SessionRow,
    views::{
        FormError,
        pages::{LoggedOutPage, LogoutPage, Notice, OtherAccount, ReturnLink},
    },
};

const ROUTE: Route = Route::Logout;

/// The question; without a session there is nothing to ask.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: TheServer,
    mut browser: Browser,
    _query: QueryParams,
) -> Result<Response, PageError> {
    let accounts = server.sessions.accounts(&browser, "").await?;
    let question = Question {
        pending: None,
        accounts: &accounts,
        entered: Entered::default(),
    };
    let answer = form(&server, &mut browser, question)?;
    Ok(with_cookies(browser, answer)?)
}

/// The confirmation.
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
    let pending = match interaction_id(params)? {
        Some(id) => Some(server.interactions.find_logout(id, browser).await?),
        None => None,
    };
    let pending = pending.as_ref();
    if pending.is_some_and(|pending| pending.row.as_ref().is_some_and(|row| row.is_done)) {
        return leave(server, browser, pending, Arrival::Form);
    }
    let accounts = server.sessions.accounts(browser, "").await?;
    let question = |entered| Question {
        pending,
        accounts: &accounts,
        entered,
    };
    let own_form = OwnForm {
        route: ROUTE,
        current: accounts.first(),
    };
    if let Some(refused) = page::check_csrf(server, browser, params, own_form)? {
        let entered = Entered::default().refused(refused);
        return form(server, browser, question(entered));
    }
    let count = match field(params, "action")? {
        Some("sign_out") => 1,
        Some("sign_out_all") => accounts.len(),
        _ => {
            let entered = Entered::default()
                .with_error(FormError::NoDecision)
                .with_status(StatusCode::BAD_REQUEST);
            return form(server, browser, question(entered));
        }
    };
    let ended: Vec<SessionRow> = accounts
        .iter()
        .take(count)
        .map(|account| account.session.clone())
        .collect();
    server.sessions.sign_out(browser, &ended).await?;
    if let Some(pending) = pending {
        server.interactions.close_logout(pending).await?;
    }
    leave(server, browser, pending, Arrival::Form)
}

/// The question whether to sign out.
pub struct Question<'a> {
    /// The client's request; `None` = the person asked for it.
    pub pending: Option<&'a PendingLogout>,
    /// The accounts of the browser, the current one first.
    pub accounts: &'a [SignedIn],
    /// What goes back into the form.
    pub entered: Entered,
}

/// The question, for a client or for the person alone.
///
/// # Errors
/// When the page cannot be rendered.
pub fn form(
    server: &Server,
    browser: &mut Browser,
    question: Question<'_>,
) -> Result<Response, PageError> {
    let Question {
        pending,
        accounts,
        entered,
    } = question;
    let Some((current, others)) = accounts.split_first() else {
        return match pending {
            Some(pending) => leave_unasked(server, browser, pending, Arrival::Link),
            None => leave(server, browser, None, Arrival::Link),
        };
    };
    let status = entered.status;
    let state = pending.and_then(PendingLogout::state);
    let own_form = OwnForm {
        route: ROUTE,
        current: Some(current),
    };
    let mut common = page::form(server, browser, own_form, state)?.with(entered);
    common.ui_locales = pending.and_then(|pending| pending.ui_locales.clone());
    let page = LogoutPage {
        common,
        other_accounts: others.iter().map(other).collect(),
        post_logout_host: pending.and_then(PendingLogout::host),
    };
    let mut answer = pages::page(server, browser, None, status, page)?;
    if let Some(pending) = pending {
        answer.extensions_mut().insert(policy(pending));
    }
    Ok(answer)
}

/// The answer to the form may be a redirect to an app's own scheme, which `form-action` must allow.
fn policy(pending: &PendingLogout) -> PagePolicy {
    let scheme = match &pending.destination {
        Destination::Registered(to) => redirect_uri::private_scheme(&to.uri),
        _ => None,
    };
    PagePolicy {
        interaction: true,
        form_action: scheme.map(|scheme| format!("{scheme}:")),
    }
}

fn other(account: &SignedIn) -> OtherAccount {
    OtherAccount {
        sid: account.session.sid.clone(),
        name: account.owner.display_name(),
        login: account.owner.login_name(),
    }
}

/// ES-05: nobody is signed in, so that nobody was asked. For a client that nobody vouches for, the
/// page names where it leads.
///
/// # Errors
/// When the page cannot be rendered.
pub fn leave_unasked(
    server: &Server,
    browser: &Browser,
    pending: &PendingLogout,
    arrival: Arrival,
) -> Result<Response, PageError> {
    let Destination::Registered(to) = &pending.destination else {
        return leave(server, browser, Some(pending), arrival);
    };
    let onward = end_session::onward(pending.hint.as_ref(), pending.client.as_ref(), to);
    if onward == Onward::Straight {
        return leave(server, browser, Some(pending), arrival);
    }
    let mut page = LoggedOutPage {
        return_link: Some(ReturnLink {
            host: pending.host().unwrap_or_default(),
            url: to.location(),
        }),
        ..LoggedOutPage::default()
    };
    page.common.ui_locales.clone_from(&pending.ui_locales);
    pages::page(server, browser, None, StatusCode::OK, page)
}

/// ES-08: to the client, to the app, or to the page that says that it is over.
///
/// # Errors
/// When the page cannot be rendered.
pub fn leave(
    server: &Server,
    browser: &Browser,
    pending: Option<&PendingLogout>,
    arrival: Arrival,
) -> Result<Response, PageError> {
    let destination = pending.map(|pending| &pending.destination);
    let mut page = LoggedOutPage::default();
    page.common.ui_locales = pending.and_then(|pending| pending.ui_locales.clone());
    match (destination, &server.urls.after_logout) {
        (Some(Destination::Registered(to)), _) => {
            return leave_signed_out(server, browser, to, arrival);
        }
        (Some(Destination::Dropped), _) => page.remark = Some(Notice::RedirectDropped),
        // Without a session there was nothing to sign out of: a page says so.
        (_, Some(url)) if arrival != Arrival::Link => return Ok(see_other(url)?),
        _ => {}
    }
    pages::page(server, browser, None, StatusCode::OK, page)
}
